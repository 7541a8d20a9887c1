"""In every place of a question where an id may stand, one of the neighbour's is like one of nobody's."""

from base64 import b64decode
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, GraphQLList, GraphQLNonNull, get_named_type, is_required_argument

from accounts.graphql.cost import is_connection
from accounts.graphql.ids import global_id
from accounts.graphql.nodes import NODES
from accounts.permissions import Permission
from tests.engines.arguments import Hint
from tests.engines.asking import COMPILING, ORDINARY, Operation, ask, comparable
from tests.engines.roads import DAY
from tests.engines.world import SCHEMA

ROOT: Any = SCHEMA.query_type
NOBODY = "019a0000-0000-7000-8000-000000000000"

Path = tuple[str, ...]


def places(kind: Any, path: Path = ()) -> Iterator[Path]:
    """Where in a value of a type an id may stand; what filters combine is as what they combine."""
    named = get_named_type(kind)
    if isinstance(named, GraphQLInputObjectType):
        for name, field in named.fields.items():
            if name not in {"and", "or", "not"}:
                yield from places(field.type, (*path, name))
    elif named.name == "ID":
        yield path


def asked(field: str, argument: str, path: Path, given: str) -> Operation:
    """The field with an id in one place, and what else it needs."""
    declared = ROOT.fields[field]
    kind: Any = declared.args[argument].type
    value = _around(kind, path, given)
    more = [
        f'{name}: "{DAY}"' if get_named_type(each.type).name == "Date" else f'{name}: "{given}"'
        for name, each in declared.args.items()
        if name != argument and is_required_argument(each)
    ]
    named: Any = get_named_type(declared.type)
    selected = "totalCount nodes { id }" if is_connection(named) else "__typename"
    arguments = ", ".join([f"{argument}: $given", *more])
    return Operation(f"query($given: {kind}) {{ {field}({arguments}) {{ {selected} }} }}", {"given": value})


def _around(kind: Any, path: Path, given: str) -> Any:
    inner = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    if isinstance(inner, GraphQLList):
        return [_around(inner.of_type, path, given)]
    return {path[0]: _around(inner.fields[path[0]].type, path[1:], given)} if path else given


def _kinds(field: str, argument: str, path: Path) -> tuple[str, ...]:
    """Of which types ids are meant there."""
    of_field = get_named_type(ROOT.fields[field].type).name
    names = [name for name in (argument, *path) if name.endswith("Id")]
    found = Hint("", (of_field,) if of_field in NODES else tuple(NODES))
    return found.at(names[-1]).kinds if names else found.kinds


PLACES = [
    (field, argument, path)
    for field, declared in ROOT.fields.items()
    for argument, each in declared.args.items()
    for path in places(each.type)
]


def test_there_are_such_places():
    assert {field for field, _, _ in PLACES} > {"node", "nodes", "person", "nps", "healthOn", "accounts"}
    assert ("accounts", "filters", ("company", "ownerId", "in")) in PLACES


@pytest.mark.parametrize("engine", [COMPILING, ORDINARY], ids=["compiling", "ordinary"])
@pytest.mark.parametrize("given", ["", "x"])
def test_what_is_no_id_is_refused_wherever_one_may_stand(world, engine, given):
    everything = world.places["acme"].key(frozenset(Permission))
    for field, argument, path in PLACES:
        operation = asked(field, argument, path, given)
        (error,) = ask(engine, everything, operation).body["errors"]
        assert error["message"] == "This is no id.", operation


@pytest.mark.parametrize("engine", [COMPILING, ORDINARY], ids=["compiling", "ordinary"])
def test_a_key_alone_is_like_the_id_where_it_can_be_of_one_type(world, engine):
    place = world.places["acme"]
    everything = place.key(frozenset(Permission))
    for field, argument, path in PLACES:
        for kind in _kinds(field, argument, path):
            id = place.ids[kind][0]
            key = b64decode(id).decode().partition(":")[2]
            by_id, by_key = (
                ask(engine, everything, asked(field, argument, path, each)).text for each in (id, key)
            )
            if field in {"node", "nodes"}:
                assert "This is no id." in by_key
            else:
                assert comparable(by_key) == comparable(by_id)
                assert "errors" not in by_id, (field, path)


@pytest.mark.parametrize("engine", [COMPILING, ORDINARY], ids=["compiling", "ordinary"])
def test_an_id_of_theirs_is_like_one_of_nobody(world, engine):
    place = world.places["acme"]
    theirs, everything = world.neighbour(place.tenant), place.key(frozenset(Permission))
    for field, argument, path in PLACES:
        for kind in _kinds(field, argument, path):
            nobodys = asked(field, argument, path, global_id(kind, NOBODY))
            expected = comparable(ask(engine, everything, nobodys).text)
            assert "errors" not in dict(expected), (nobodys, expected)
            for given in theirs.ids[kind][:2]:
                operation = asked(field, argument, path, given)
                assert comparable(ask(engine, everything, operation).text) == expected, operation
