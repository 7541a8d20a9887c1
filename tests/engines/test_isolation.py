"""Neither engine shows what is another tenant's, or what the actor may not see, by whichever road."""

import json
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

import pytest

from accounts.graphql.nodes import NODES, shape_of
from accounts.permissions import Permission, Role
from tests.engines.asking import COMPILING, ORDINARY, Operation, ask
from tests.engines.roads import Walk, from_the_root
from tests.engines.world import Asker, Place, World

ENGINES = pytest.mark.parametrize("engine", [COMPILING, ORDINARY], ids=["compiling", "ordinary"])

FIGURES = {
    "Nps": Permission.SEE_RESPONSES,
    "NpsOfMonth": Permission.SEE_RESPONSES,
    "Csat": Permission.SEE_RESPONSES,
    "Ces": Permission.SEE_RESPONSES,
    "Rating": Permission.SEE_RESPONSES,
    "HealthExplanation": Permission.SEE_HEALTH,
    "HealthDifference": Permission.SEE_HEALTH,
    "HealthDistribution": Permission.SEE_HEALTH,
}
"""What must be allowed to see a figure."""

OF_USERS = {"User": Permission.SEE_MEMBERS}
"""Users are of the ground floor, where querysets name no permission."""


def _needed(name: str) -> Permission:
    rows: Any = shape_of(NODES[name]).model._default_manager.all()
    needed: Permission = rows.see
    return needed


NEEDS = {name: _needed(name) for name in NODES if name not in OF_USERS} | OF_USERS | FIGURES
"""What must be allowed to see objects of a type."""

STEPS = 3


def objects(data: Any) -> Iterator[dict[str, Any]]:
    """Every object in an answer."""
    if isinstance(data, dict):
        yield data
    for each in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from objects(each)


def texts(data: Any) -> Iterator[str]:
    """Every text in an answer, ids and cursors as what is written in them, too."""
    if isinstance(data, dict | list):
        for each in data.values() if isinstance(data, dict) else data:
            yield from texts(each)
        yield from data if isinstance(data, dict) else ()
    elif isinstance(data, str):
        yield data
        try:
            yield b64decode(data, altchars=b"-_", validate=True).decode()
        except ValueError:
            return


def data_of(engine: Any, asker: Asker, operation: Operation) -> Any:
    """What an engine answers; nothing, where it refuses."""
    answer = json.loads(ask(engine, asker, operation).text)
    codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
    assert codes <= {"BAD_USER_INPUT", "FORBIDDEN"}, (operation.document, answer["errors"])
    return answer.get("data")


def of_others(world: World, place: Place, data: Any) -> set[str]:
    """Whatever in an answer is the neighbour's: keys, or texts that only the neighbour has."""
    other = world.neighbour(place.tenant)
    whole = "\n".join(texts(data))
    return {each for each in other.secrets if each in whole}


@ENGINES
def test_no_field_of_the_root_leads_to_the_neighbour(world, engine):
    for place in world.places.values():
        everything = place.key(frozenset(Permission))
        seen = 0
        for operation in from_the_root(Walk(size=5, has_leaves=True), place, steps=2):
            data = data_of(engine, everything, operation)
            assert not of_others(world, place, data), operation.document
            seen += sum(own in json.dumps(data) for own in (each[0] for each in place.ids.values()))
        assert seen > len(NODES)  # so there was something to be seen


@ENGINES
def test_nor_does_an_id_of_theirs(world, engine):
    place = world.places["acme"]
    theirs = world.neighbour(place.tenant)
    for asker in [place.members[Role.VIEWER], place.key(frozenset(Permission))]:
        for operation in from_the_root(Walk(size=2, has_leaves=True), theirs, steps=1):
            assert not of_others(world, place, data_of(engine, asker, operation)), operation.document


@ENGINES
@pytest.mark.parametrize("kind", sorted(NEEDS))
def test_what_may_not_be_seen_is_met_on_no_road(world, engine, kind):
    place, needed = world.places["acme"], NEEDS[kind]
    everything = frozenset(Permission)
    allowed, refused = place.key(everything), place.key(everything - {needed})
    roads = list(from_the_root(Walk(to=kind), place, STEPS))
    assert roads

    met = [each for operation in roads for each in objects(data_of(engine, refused, operation))]
    there = [each for operation in roads for each in objects(data_of(engine, allowed, operation))]

    assert not [each for each in met if each.get("__typename") == kind]
    assert {each["totalCount"] for each in met if each.get("__typename") == f"{kind}Connection"} <= {0}
    assert [each for each in there if each.get("__typename") == kind]
