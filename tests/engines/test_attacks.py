"""Questions that are meant to harm: both engines refuse them in the same words, most with nothing read."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    get_named_type,
    is_required_argument,
)

from accounts.graphql import limits
from accounts.graphql.cost import is_connection
from accounts.permissions import Permission
from tests.client import queries
from tests.engines.arguments import IDS, printed
from tests.engines.asking import COMPILING, ORDINARY, Operation, ask, comparable
from tests.engines.cursors import BROKEN
from tests.engines.world import SCHEMA, Asker, Place

ROOT: Any = SCHEMA.query_type
BOMB = "{ ...A0 } " + " ".join(
    f"fragment A{n} on Query {{ ...A{n + 1} ...A{n + 1} }}" for n in range(40)
) + " fragment A40 on Query { __typename viewer { label } }"  # fmt: skip


def nested(steps: int) -> str:
    """People of companies of people …"""
    inner = "id"
    for number in range(steps):
        inner = f"{'people' if number % 2 else 'companies'}(first: 1) {{ nodes {{ {inner} }} }}"
    return f"{{ {'people' if steps % 2 else 'companies'}(first: 1) {{ nodes {{ {inner} }} }} }}"


EVENTS = "nodes { events { nodes { id } } }"
ALIASES = " ".join(f"a{number}: __typename" for number in range(16))

TOO_MUCH = {
    "too deep": nested(6),
    "much too deep": nested(150),
    "braces without end": "{" * 1_900,
    "lists without end": f"{{ node(id: {'[' * 1_900}",
    "objects without end": f"{{ people(filters: {'{not:' * 400}{{}}{'}' * 400}) {{ totalCount }} }}",
    "aliases": f"{{ {' '.join(f'a{n}: __typename' for n in range(31))} }}",
    "aliases, again": f"{{ ...A ...B }} fragment A on Query {{ {ALIASES} }} fragment B on Query {{ ...A }}",
    "a bomb of fragments": BOMB,
    "the same again and again": f"{{ {'viewer { label } ' * 110} }}",
    "the same deeper down": f"{{ people {{ nodes {{ {'name ' * 102} }} }} }}",
    "tokens": f"{{ {'__typename ' * 2_001} }}",
    "directives": f"{{ __typename {'@include(if: true) ' * 51} }}",
    "length": f"{{ __typename }} #{'x' * limits.DOCUMENT_LENGTH}",
    "cost": "{ people(first: 100) { nodes { companies(first: 100) { nodes { id } } } } }",
    "costs": f"{{ people {{ {EVENTS} }} companies {{ {EVENTS} }} }}",
}
"""Documents beyond a limit."""

NOT_VALID = {
    "a circle": "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
    "a circle below": "{ people { nodes { ...A } } } fragment A on Person { companies { nodes { ...B } } }"
    " fragment B on Company { people { nodes { ...A } } }",
    "a fragment of itself": "{ ...A } fragment A on Query { ...A }",
    "no such fragment": "{ ...A }",
    "no such field": "{ people { nodes { password } } }",
    "no such argument": "{ people(raw: 1) { totalCount } }",
    "a regular expression": '{ people(filters: {name: {regex: "(a+)+$"}}) { totalCount } }',
    "another table": '{ people(filters: {identities__events__name: "x"}) { totalCount } }',
    "two under one key": '{ people(first: 1) { totalCount } people(first: 2) { totalCount } }',
    "an unknown type": "query($a: Nothing) { node(id: $a) { id } }",
    "a variable that is not there": "{ node(id: $a) { id } }",
    "a variable of another type": "query($a: Int!) { node(id: $a) { id } }",
    "an enum as a text": '{ people(ordering: [{name: "ASC"}]) { totalCount } }',
    "a number beyond": f"{{ people(first: {'9' * 400}) {{ totalCount }} }}",
    "a subscription": "subscription { people { totalCount } }",
}  # fmt: skip

VARIABLES: dict[str, Any] = {
    "nested too deeply": {"v": json.loads("[" * 40 + "]" * 40)},
    "a long text": {"v": "x" * (limits.TEXT_MOST + 1)},
    "a number beyond": {"v": 10**40},
    "half a pair in a name": {"\ud800": 1},
    "NUL in a name": {"\0": 1},
}

DIRTY = ["\0", "a\0b", "\ud800", "\udfff\ud800"]
"""Texts that no database holds."""


FEW = 7
"""Of the ids of nothing, each place gets every seventh; there are many places."""


@pytest.fixture
def asker(world) -> Asker:
    """Somebody who may do everything."""
    found: Asker = world.places["acme"].key(frozenset(Permission))
    return found


def alike(asker: Asker, operation: Operation) -> dict[str, Any]:
    """The answer of both engines, which is the same; never an error of ours."""
    compiled, ordinary = (ask(engine, asker, operation) for engine in (COMPILING, ORDINARY))
    assert comparable(compiled.text) == comparable(ordinary.text), operation
    assert (compiled.status, compiled.legacy) == (ordinary.status, ordinary.legacy)
    assert ordinary.status < 500, operation
    answer: dict[str, Any] = json.loads(ordinary.text)
    assert "INTERNAL_SERVER_ERROR" not in codes(answer), operation
    return answer


def codes(answer: dict[str, Any]) -> set[str]:
    """The codes of its errors."""
    return {error["extensions"]["code"] for error in answer.get("errors", ())}


def refused(asker: Asker, operation: Operation) -> set[str]:
    """The codes of a question that nobody carries out."""
    with queries(0):
        answer = alike(asker, operation)
    assert answer.get("data") is None, operation
    return codes(answer)


@pytest.mark.parametrize("document", TOO_MUCH.values(), ids=TOO_MUCH)
def test_what_is_too_much_reads_nothing(asker, document):
    assert refused(asker, Operation(document)) <= {"QUERY_TOO_COMPLEX", "GRAPHQL_PARSE_FAILED"}


@pytest.mark.parametrize("document", NOT_VALID.values(), ids=NOT_VALID)
def test_what_is_not_valid_reads_nothing(asker, document):
    assert refused(asker, Operation(document)) <= {"GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED"}


@pytest.mark.parametrize("given", VARIABLES.values(), ids=VARIABLES)
def test_variables_that_are_too_much_read_nothing(asker, given):
    document = 'query($v: JSON!) { people(filters: {trait: {name: "a", equals: $v}}) { totalCount } }'

    assert refused(asker, Operation(document, given)) == {"BAD_USER_INPUT"}


def leaves(kind: Any, depth: int = 3) -> Iterator[tuple[str, Any]]:
    """Every place in an argument that takes a text: the scalar's name, and a value but for that place."""
    match kind:
        case GraphQLNonNull():
            yield from leaves(kind.of_type, depth)
        case GraphQLList():
            yield from (
                (name, lambda bad, make=make: [make(bad)]) for name, make in leaves(kind.of_type, depth)
            )
        case GraphQLInputObjectType() if depth > 0:
            for key, field in kind.fields.items():
                for name, make in leaves(field.type, depth - 1):
                    yield name, lambda bad, key=key, make=make: {key: make(bad)}
        case GraphQLScalarType() if kind.name not in {"Int", "Float", "Boolean"}:
            yield kind.name, lambda bad: bad


ARGUMENTS = [(name, each) for name, field in ROOT.fields.items() for each in field.args]
"""Every argument of every field of the root."""


def asked(field: str, argument: str, place: Place, literal: str = "$v") -> str:
    """A document with one argument of a field given, and whatever else it needs."""
    declared = ROOT.fields[field]
    given = {argument: literal}
    for name, each in declared.args.items():
        if is_required_argument(each) and name != argument:
            given[name] = f'"{place.ids["Account"][0]}"' if name.lower().endswith("id") else '"2026-03-01"'
    text = ", ".join(f"{name}: {value}" for name, value in given.items())
    head = f"query($v: {declared.args[argument].type}) " if literal == "$v" else ""
    inside = "nodes { __typename }" if is_connection(get_named_type(declared.type)) else "__typename"
    return f"{head}{{ {field}({text}) {{ {inside} }} }}"


@pytest.mark.parametrize(("field", "argument"), ARGUMENTS)
def test_texts_that_no_database_holds_read_nothing(world, asker, field, argument):
    place, kind = world.places["acme"], ROOT.fields[field].args[argument].type
    places = list(leaves(kind))
    for number, (name, make) in enumerate(places):
        dirty = DIRTY[number % len(DIRTY)]
        document = asked(field, argument, place)
        assert refused(asker, Operation(document, {"v": make(dirty)})) == {"BAD_USER_INPUT"}
        if name in {"String", "ID"} and number < 3:
            literal = asked(field, argument, place, printed(kind, make(dirty)))
            escaped = literal.encode(errors="backslashreplace").decode()
            assert refused(asker, Operation(escaped)) <= {"BAD_USER_INPUT", "GRAPHQL_PARSE_FAILED"}


CONNECTIONS = [name for name, field in ROOT.fields.items() if is_connection(get_named_type(field.type))]


@pytest.mark.parametrize("field", CONNECTIONS)
def test_what_is_no_cursor_is_refused_by_name(world, asker, field):
    for number, cursor in enumerate(BROKEN):
        document = asked(field, "before" if number % 2 else "after", world.places["acme"])
        answer = alike(asker, Operation(document, {"v": cursor}))
        assert codes(answer) <= {"BAD_USER_INPUT"}
        assert answer["data"] is None or answer["data"][field] is not None


def lists(kind: Any, depth: int = 2) -> Iterator[Any]:
    """Every list in a filter, with a hundred and one values in it."""
    for key, field in kind.fields.items():
        inner = get_named_type(field.type)
        if isinstance(inner, GraphQLInputObjectType) and depth > 0 and inner is not kind:
            yield from ({key: each} for each in lists(inner, depth - 1))
        elif key == "in":
            value = {"ID": "", "String": "x", "Int": 1}.get(inner.name) or next(
                iter(getattr(inner, "values", ["x"]))
            )
            yield {key: [value] * (limits.LIST_MOST + 1)}


@pytest.mark.parametrize("field", [each for each in CONNECTIONS if "filters" in ROOT.fields[each].args])
def test_filters_that_are_too_much_are_refused(world, asker, field):
    kind = get_named_type(ROOT.fields[field].args["filters"].type)
    document = asked(field, "filters", world.places["acme"])
    one: dict[str, Any] = {}
    for _ in range(28):
        one = {"not": one}
    wide = {"or": [{"and": [one_condition(kind)] * 51}]}

    assert "errors" not in alike(asker, Operation(document, {"v": one}))
    for filters in [*lists(kind), wide, {"and": [{}] * 101}]:
        assert codes(alike(asker, Operation(document, {"v": filters}))) == {"BAD_USER_INPUT"}, filters


def one_condition(kind: Any) -> Any:
    """A filter with one condition."""
    for key, field in kind.fields.items():
        inner = get_named_type(field.type)
        if inner.name == "TextLookup":
            return {key: {"exact": "x"}}
        if inner.name == "Boolean":
            return {key: True}
        if "isNull" in getattr(inner, "fields", ()):
            return {key: {"isNull": True}}
    raise TypeError(kind.name)


@pytest.mark.parametrize("field", CONNECTIONS)
def test_orders_and_searches_that_are_too_much_are_refused(world, asker, field):
    declared = ROOT.fields[field]
    if "ordering" in declared.args:
        keys = list(get_named_type(declared.args["ordering"].type).fields)
        document = asked(field, "ordering", world.places["acme"])
        for order in [
            [{keys[0]: "ASC"}] * 6,
            [{}],
            [{keys[0]: "ASC", keys[-1]: "DESC"}] if keys[1:] else [{}],
        ]:
            assert codes(alike(asker, Operation(document, {"v": order}))) == {"BAD_USER_INPUT"}
    if "search" in declared.args:
        document = asked(field, "search", world.places["acme"])
        assert codes(alike(asker, Operation(document, {"v": "x" * 201}))) == {"BAD_USER_INPUT"}
    for size in (-1, 101, 2**31 - 1):
        for argument in ("first", "last"):
            answer = alike(asker, Operation(asked(field, argument, world.places["acme"]), {"v": size}))
            assert codes(answer) <= {"BAD_USER_INPUT"}
            assert answer["data"] is None or answer["data"][field] is None


@pytest.mark.parametrize(("field", "argument"), [
    (field, argument)
    for field, argument in ARGUMENTS
    if any(name == "ID" for name, _ in leaves(ROOT.fields[field].args[argument].type))
])  # fmt: skip
def test_ids_of_nothing_are_refused_or_find_nothing(world, asker, field, argument):
    theirs = [ids[0] for ids in world.neighbour(asker.tenant).ids.values()]
    document = asked(field, argument, world.places["acme"])
    for number, (name, make) in enumerate(leaves(ROOT.fields[field].args[argument].type)):
        if name == "ID":
            for each in [*IDS, *theirs][number % FEW :: FEW]:
                assert codes(alike(asker, Operation(document, {"v": make(each)}))) <= {"BAD_USER_INPUT"}
