"""What a plan is kept under: whoever sees something else, or is told something else, has one of their own."""

from collections.abc import Hashable
from copy import copy
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from accounts.actor import Actor
from accounts.graphql.context import Context
from accounts.graphql.reads.keys import kept_under, key_of_variables
from accounts.models import Tenant
from accounts.permissions import Permission, Role
from accounts.tenancy import inside

ASKER = Actor(
    kind="user", label="Ada", id=uuid4(), role=Role.CSM, permissions=frozenset({Permission.SEE_PEOPLE})
)


def key_of(tenant: Tenant, actor: Actor = ASKER) -> Hashable:
    context: Any = None
    with inside(tenant):
        return kept_under(Context(context, actor, context))


def but(tenant: Tenant, **changes: str) -> Tenant:
    """The tenant, as it was or may become."""
    other = copy(tenant)
    for name, value in changes.items():
        setattr(other, name, value)
    return other


@pytest.mark.parametrize(
    "changes",
    [{"schema_name": "globex"}, {"name": "Acme & Sons"}, {"time_zone": "Asia/Tokyo"}, {"currency": "JPY"}],
    ids=lambda changes: next(iter(changes)),
)
def test_of_tenants(acme, globex, changes):
    assert key_of(acme) == key_of(but(acme))
    assert key_of(acme) != key_of(but(acme, **changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "key"},
        {"id": uuid4()},
        {"label": "Ada Lovelace"},
        {"role": Role.VIEWER},
        {"permissions": frozenset({Permission.SEE_PEOPLE, Permission.SEE_KEYS})},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_of_actors(acme, globex, changes):
    assert key_of(acme) == key_of(acme, replace(ASKER))
    assert key_of(acme) != key_of(acme, replace(ASKER, **changes))


def test_values_that_are_equal_in_python_alone_are_not_the_same():
    given: list[dict[str, Any]] = [{}, *({"n": value} for value in (None, True, 1, 1.0, "1", [1], {"n": 1}))]

    assert len({key_of_variables({"n": {"first"}}, each) for each in given}) == len(given)
