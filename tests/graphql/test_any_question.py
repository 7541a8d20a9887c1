"""No input whatsoever causes a server error: random questions from the schema, with values good and bad."""

import json
import os
from random import Random

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.graphql.ids import global_id
from accounts.graphql.nodes import NODES, shape_of
from accounts.models import Tenant
from tests.factories import a_key, a_member
from tests.graphql.questions import Asker
from tests.graphql.world import a_world

EXAMPLES = int(os.environ.get("QUESTIONS", "60"))
"""How many of each kind; more by the environment."""


@pytest.fixture
def world(acme: Tenant) -> list[str]:
    """A world, and an id of every kind in it."""
    a_world(1, owner=a_member(acme))
    a_key(acme)
    rows = {name: shape_of(node).model._default_manager.first() for name, node in NODES.items()}
    return [global_id(name, row.pk) for name, row in rows.items() if row]


@pytest.mark.parametrize("root", ["query", "mutation"])
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_any_question_is_answered_or_refused(acme, world, root, seed):
    document, variables = Asker(Random(seed), world).question(root)  # noqa: S311  # no secret is drawn
    client = Client(headers={"host": "acme.unison.test", "authorization": f"Bearer {a_key(acme)}"})

    with transaction.atomic():
        answer = client.post(
            "/graphql/",
            json.dumps({"query": document, "variables": variables}),
            content_type="application/json",
        )
        transaction.set_rollback(True)

    codes = {error["extensions"]["code"] for error in answer.json().get("errors", [])}
    assert answer.status_code == 200, (document, variables)
    assert "GRAPHQL_PARSE_FAILED" not in codes
    assert "INTERNAL_SERVER_ERROR" not in codes, (document, json.dumps(variables), answer.json())
