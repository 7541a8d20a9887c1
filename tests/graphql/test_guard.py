"""Documents that are too large are refused in milliseconds, whatever their shape; what is asked is priced."""

import json
import time
from itertools import pairwise
from uuid import uuid4

import pytest
from graphql import parse
from hypothesis import given
from hypothesis import strategies as st

from accounts.graphql import guard, limits
from accounts.graphql.cost import Meter
from accounts.graphql.documents import Document, Library
from accounts.graphql.errors import Refused
from accounts.graphql.ids import global_id
from config.schema import schema
from tests.client import Api
from tests.factories import a_key

SPREADS = 25


def nested(levels: int) -> str:
    """Companies of people of companies, so many levels deep."""
    inner = "id"
    for level in range(levels, 0, -1):
        inner = f"{'companies' if level % 2 else 'people'}(first: 1) {{ nodes {{ {inner} }} }}"
    return f"{{ {inner} }}"


def bomb(alias: bool) -> str:
    """Fragments that each spread the next one twice: a small document that unfolds into 2**25 fields."""
    fragments = []
    for number in range(SPREADS):
        one, other = (f"a{number}: ", f"b{number}: ") if alias else ("", "")
        inner = f"...F{number + 1}"
        fragments.append(
            f"fragment F{number} on Person {{ {one}companies(first: 1) {{ nodes {{ people(first: 1)"
            f" {{ nodes {{ {inner} }} }} }} }}"
            f" {other}identities(first: 1) {{ nodes {{ person {{ {inner} }} }} }} }}"
        )
    last = f"fragment F{SPREADS} on Person {{ id }}"
    return f"{{ people(first: 1) {{ nodes {{ ...F0 }} }} }} {' '.join(fragments)} {last}"


def nobodies() -> str:
    """Pages of nobody, within what depth, aliases and cost allow; each would be planned all the same."""
    lists = " ".join(f"{name}(first: 0) {{ nodes {{ id }} }}" for name in ("responses", "events", "visits"))
    aliased = " ".join(f"a{number}: companies(first: 0) {{ nodes {{ ...C }} }}" for number in range(29))
    people = f"people(first: 0) {{ nodes {{ {lists} identities {{ nodes {{ id }} }} }} }}"
    return f"{{ {aliased} }} fragment C on Company {{ {lists} {people} }}"


ATTACKS = {
    "deep": nested(40),
    "deeper": "{" + "a{" * 900 + "a" + "}" * 901,
    "aliases": "{" + " ".join(f"a{n}: viewer {{ kind }}" for n in range(40)) + "}",
    "repeats": "{" + " viewer { kind }" * 400 + "}",
    "inline repeats": "{" + " ... { viewer { kind } }" * 200 + "}",
    "repeats in the schema": "{ __schema {" + " types { name }" * 400 + "} }",
    "spread repeats": "{" + " ...F" * 500 + "} fragment F on Query { viewer { kind } }",
    "directives": "{ viewer { kind " + "@include(if: true) " * 60 + "} }",
    "directives on the operation": "query A " + "@a " * 60 + "{ viewer { kind } }",
    "spreads": bomb(alias=False),
    "aliased spreads": bomb(alias=True),
    "pages of nobody": nobodies(),
    "tokens": "{" + " id" * 2_100 + "}",
    "long": "{ viewer { kind } } #" + "x" * 20_000,
    "wide": "{ people(first: 100) { nodes { companies(first: 100) { nodes { id } } } } }",
    "many operations": " ".join(f"query Q{n} {{ viewer {{ kind label }} }}" for n in range(400)),
    "a circle": "{ people { nodes { ...A } } } fragment A on Person { ...B } fragment B on Person { ...A }",
    "brackets": "{ people(search: " + "[" * 900 + "]" * 900 + ") { totalCount } }",
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_refused_in_milliseconds(name):
    library, began = Library(schema), time.process_time()

    try:
        document = library.find(ATTACKS[name])
    except Refused:
        is_refused = True
    else:
        is_refused = document.cost(document.operation(None), schema, {}) > limits.COST

    assert is_refused
    assert time.process_time() - began < 0.5
    assert len(library) <= 1


def test_what_front_ends_ask_is_not_refused():
    document = Library(schema).find(nested(5))

    assert document.cost(document.operation(None), schema, {}) < limits.COST


def size_of(source: str) -> guard.Size:
    operation = Document.of(parse(source)).operation(None)
    return guard._Pass(parse(source)).level(operation.selection_set)


def test_depth_counts_levels_of_fields_and_leaves_introspection_out():
    assert size_of("{ a { b { c } } d }").depth == 3
    assert size_of("{ a { ... { ... { b } } } }").depth == 2
    assert size_of("{ __schema { types { fields { name } } } }").depth == 0
    assert size_of("{ a { __typename } }").depth == 1


def test_a_fragment_counts_as_often_as_it_is_spread():
    size = guard._Pass(parse("{ a { ...F } b { ...F } } fragment F on T { x: y @skip(if: false) }"))

    level = size.level(size.fragments["F"].selection_set)

    assert (level.aliases, level.directives) == (1, 1)
    assert guard.check(
        parse("{ " + " ".join(f"a{n} {{ ...F }}" for n in range(31)) + " } fragment F on T { x: y }")
    )


def test_fields_and_branches_are_counted_as_often_as_they_are_spread():
    assert (size_of("{ a { b c { d } } e }").fields, size_of("{ a { b c { d } } e }").branches) == (5, 2)
    leaves = " ".join(f"f{number}" for number in range(50))
    for spreads, refused in ((50, []), (70, ["fields"]), (600, ["branches", "fields"])):
        inner = " ".join(f"b{number} {{ ...F }}" for number in range(spreads))
        errors = guard.check(parse(f"{{ {inner} }} fragment F on T {{ {leaves} }}"))
        assert sorted(error.formatted["extensions"]["limit"] for error in errors) == refused


@pytest.mark.parametrize(
    ("selection", "variables", "cost"),
    [
        ("people { nodes { id } }", {}, 51),
        ("people(first: 3) { nodes { id } }", {}, 4),
        ("people(first: $n) { nodes { id } }", {"n": 5}, 6),
        ("people(first: $n) { nodes { id } }", {}, 8),
        ("people(first: $n) { nodes { id } }", {"n": "many"}, 51),
        ("people(first: $n) { nodes { id } }", {"n": None}, 51),
        ("people(first: $n) { nodes { id } }", {"n": 100.0}, 101),
        ("people(last: $n) { nodes { id } }", {"n": -5}, 2),
        ("people(first: 2, last: 9) { nodes { id } }", {}, 10),
        ("people(first: 99999999999999999999) { nodes { id } }", {}, 101),
        ("people(first: 0) { totalCount }", {}, 1),
        ("people(first: 2) { edges { node { id companies(first: 3) { nodes { id } } } } }", {}, 11),
        ("nodes(ids: $ids) { id }", {"ids": ["a", "b", "c"]}, 3),
        ('nodes(ids: ["a", "b"]) { id }', {}, 2),
        ("nodes(ids: $known) { id }", {}, 3),
        ("nodes(ids: $known) { id }", {"known": ["a"]}, 1),
        ("surveys(first: 2) { nodes { questions { text } } }", {}, 23),
        ("responses(first: 2) { nodes { answers { text } } }", {}, 9),
        ("eventKinds { name }", {}, 10),
        ('people(first: 3, filters: {name: {in: ["a", "b"]}}) { nodes { id } }', {}, 11),
        ("people(first: 3, filters: $f, search: $t) { nodes { id } }", {"f": {"name": {"in": ["a"]}}}, 10),
        ("people(first: 3, filters: $f) { nodes { id } }", {"f": {"and": [{}] * 100}}, 207),
        ("people(first: 3, filters: $g) { nodes { id } }", {}, 10),
        ("people(first: 3, filters: $g) { nodes { id } }", {"g": None}, 4),
        ("viewer { tenant { name } }", {}, 2),
        ("__typename", {}, 1),
    ],
)
def test_an_operation_costs_the_objects_it_may_return(selection, variables, cost):
    declared = "$n: Int = 7, $ids: [ID!]! = [], $f: PersonFilter, $t: String"
    declared += ', $known: [ID!]! = ["a", "b", "c"], $g: PersonFilter = {name: {in: ["a"]}}'
    document = Document.of(parse(f"query({declared}) {{ {selection} }}"))

    assert document.cost(document.operation(None), schema, variables) == cost


def test_what_is_weighed_is_what_would_be_carried_out(acme, globex):
    ids = json.dumps([global_id("Company", uuid4()) for _ in range(100)])
    source = f"""query($n: Int, $ids: [ID!]! = {ids}) {{
        nodes(ids: $ids) {{ ... on Company {{ people(first: $n) {{ nodes {{ id }} }} }} }}
    }}"""

    for tenant in (acme, globex):
        answer = Api(tenant, a_key(tenant))(source, n=100.0)
        assert answer["errors"][0]["extensions"].items() >= {"limit": "cost", "requested": 10_200}.items()


def test_a_mutation_costs_ten_more():
    source = 'mutation { personCreate(input: {name: "Ada"}) { person { id } errors { message } } }'
    document = Document.of(parse(source))

    assert document.cost(document.operation(None), schema, {}) == 10 + 1 + 1 + 10


def test_a_cost_without_variables_is_worked_out_once():
    document = Document.of(
        parse("query A { people { nodes { id } } } query B($n: Int) { people(first: $n) { nodes { id } } }")
    )

    for name in ("A", "B"):
        document.cost(document.operation(name), schema, {"n": 1})

    assert document.fixed_costs == {"A": 51}


@given(st.lists(st.integers(0, 100), min_size=1, max_size=5))
def test_a_larger_page_never_costs_less(sizes):
    source = "query($n: Int) { people(first: $n) { nodes { companies(first: 2) { nodes { id } } } } }"
    document = parse(source)

    def cost(size: int) -> int:
        meter = Meter(schema._schema, {}, {"n": size})
        return meter.of(Document.of(document).operation(None))

    assert all(cost(less) <= cost(more) for less, more in pairwise(sorted(sizes)))


@pytest.mark.parametrize("bad", ["\0", "a\0b", "\ud800", "x\udfff"])
def test_texts_that_cannot_be_stored_are_found(bad):
    assert not guard.is_clean(bad)
    with pytest.raises(ValueError, match="cannot be stored"):
        guard.check_values({"a": [{"b": bad}]})


def test_good_ones_are_not():
    guard.check_values({"a": ["ü", "😀", 1, 1.5, True, None, {"b": []}]})
