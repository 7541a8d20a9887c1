"""The example questions of the page: each is valid, carried out, and within every bound."""

import pytest
from django.conf import settings

from tests.client import Api
from tests.factories import a_key
from tests.graphql.world import a_world

EXAMPLES = sorted((settings.BASE_DIR / "config" / "examples").glob("*.graphql"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_answered(acme, path):
    a_world()

    answer = Api(acme, a_key(acme))(path.read_text())

    assert "errors" not in answer
    assert answer["data"]
    for payload in answer["data"].values():
        assert not (isinstance(payload, dict) and payload.get("errors"))


def test_there_are_ten():
    assert len(EXAMPLES) == 10
