"""Neither engine shows what is another tenant's, or what the actor may not see, by whichever road."""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import pytest
from graphql import get_named_type

from accounts.graphql.cost import is_connection
from accounts.graphql.nodes import NODES, shape_of
from accounts.permissions import Permission, Role
from tests.engines.arguments import Hint
from tests.engines.asking import COMPILING, ORDINARY, Operation, ask
from tests.engines.cursors import List
from tests.engines.leaks import leaked
from tests.engines.roads import Walk, from_the_root
from tests.engines.world import SCHEMA, Asker

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

ROOT: Any = SCHEMA.query_type
FILTERED = [name for name, field in ROOT.fields.items() if "filters" in field.args]


def objects(data: Any) -> Iterator[dict[str, Any]]:
    """Every object in an answer."""
    if isinstance(data, dict):
        yield data
    for each in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from objects(each)


def data_of(engine: Any, asker: Asker, operation: Operation) -> Any:
    """What an engine answers; nothing, where it refuses."""
    answer = json.loads(ask(engine, asker, operation).text)
    codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
    assert codes <= {"BAD_USER_INPUT", "FORBIDDEN"}, (operation.document, answer["errors"])
    return answer.get("data")


@ENGINES
def test_no_field_of_the_root_leads_to_the_neighbour(world, engine):
    for place in world.places.values():
        everything = place.key(frozenset(Permission))
        seen: set[str] = set()
        for operation in from_the_root(Walk(size=5, has_leaves=True), place, steps=2):
            data = data_of(engine, everything, operation)
            assert not leaked(world, place.tenant, data), operation.document
            seen |= {each["__typename"] for each in objects(data) if "__typename" in each}
        assert seen > set(NODES)  # so there was something to be seen


@ENGINES
def test_nor_does_an_id_of_theirs(world, engine):
    place = world.places["acme"]
    theirs = world.neighbour(place.tenant)
    for asker in [place.members[Role.VIEWER], place.key(frozenset(Permission))]:
        for operation in from_the_root(Walk(size=2, has_leaves=True), theirs, steps=1):
            assert not leaked(world, place.tenant, data_of(engine, asker, operation)), operation.document


@ENGINES
def test_nor_does_a_cursor_of_theirs(world, engine):
    place = world.places["acme"]
    theirs, everything = world.neighbour(place.tenant), place.key(frozenset(Permission))
    asked = 0
    for of_list, page in lists():
        for cursor in of_list.cursors(world, theirs, None)[:2]:
            for argument in ("after", "before"):
                document = page(place.ids, f'{argument}: "{cursor}"')
                assert not leaked(world, place.tenant, data_of(engine, everything, Operation(document)))
                asked += 1
    assert asked > 100


def lists() -> Iterator[tuple[List, Callable[[Mapping[str, list[str]], str], str]]]:
    """Every list of the root and of every type, and how a document asks for a page of it."""
    kinds: list[Any] = [ROOT, *(SCHEMA.type_map[name] for name in NODES)]
    for kind in kinds:
        for name, field in kind.fields.items():
            if is_connection(get_named_type(field.type)):
                yield List(kind.name, name, ""), partial(_page, kind.name, name)


def _page(kind: str, name: str, ids: Mapping[str, list[str]], argument: str) -> str:
    asked = f"{name}(first: 100, {argument}) {{ totalCount edges {{ cursor node {{ id }} }} }}"
    if kind == "Query":
        return f"{{ {asked} }}"
    some = ", ".join(f'"{each}"' for each in ids[kind][:8])
    return f"{{ nodes(ids: [{some}]) {{ ... on {kind} {{ {asked} }} }} }}"


@ENGINES
@pytest.mark.parametrize("field", FILTERED)
def test_a_filter_by_an_id_of_theirs_finds_nothing(world, engine, field):
    place = world.places["acme"]
    theirs, everything = world.neighbour(place.tenant), place.key(frozenset(Permission))
    kind: Any = get_named_type(ROOT.fields[field].args["filters"].type)
    document = (
        f"query($v: {kind.name}) {{ {field}(filters: $v, first: 100) {{ totalCount nodes {{ id }} }} }}"
    )
    for key, by in kind.fields.items():
        if get_named_type(by.type).name != "IdLookup":
            continue
        (of_type,) = Hint().at(key).kinds
        ids = theirs.ids[of_type]
        for lookup in ({"exact": ids[0]}, {"in": ids[:20]}):
            data = data_of(engine, everything, Operation(document, {"v": {key: lookup}}))
            assert not leaked(world, place.tenant, data)
            assert of_type == "User" or data[field] == {
                "totalCount": 0,
                "nodes": [],
            }  # some name one by mistake


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
