"""What a look at the schema costs: what it fills in. A client's look is affordable, many at once are not."""

import time

import pytest
from graphql import get_introspection_query, graphql_sync

from accounts.graphql import introspection, limits
from accounts.graphql.documents import Library
from config.schema import schema
from tests.client import Api
from tests.factories import a_key

WHOLE = get_introspection_query()
NEWEST = get_introspection_query(
    specified_by_url=True, directive_is_repeatable=True, schema_description=True, input_value_deprecation=True
)
ARGUMENTS = "__schema { types { name fields { name args { name type { name ofType { name } } } } } }"


def aliased(times: int, field: str) -> str:
    return " ".join(f"a{number}: {field}" for number in range(times))


INPUTS = "fields { args { type { inputFields { type { name } } } } }"

ATTACKS = {
    "aliases": f"{{ {aliased(30, ARGUMENTS)} }}",
    "aliases below": f"{{ __schema {{ types {{ {aliased(30, 'fields { args { type { name } } }')} }} }} }}",
    "names": f"{{ __schema {{ types {{ fields {{ {aliased(500, 'name')} }} }} }} }}",
    "the root": f"{{ __schema {{ queryType {{ {aliased(60, INPUTS)} }} }} }}",
    "circles": f"{{ __schema {{ types {{ interfaces {{ {aliased(190, 'possibleTypes { name }')} }} }} }} }}",
    "the whole, again and again": WHOLE.replace("__schema", "...A ...B b: __schema")
    + "fragment A on Query { c: __schema { types { ...FullType } } }"
    + "fragment B on Query { d: __schema { types { ...FullType } } }",
}


def cost_of(source: str, **variables: object) -> int:
    document = Library(schema).find(source)
    return document.cost(next(iter(document.operations.values())), schema, variables)


@pytest.mark.parametrize("source", [WHOLE, NEWEST])
def test_what_clients_ask_is_affordable_with_room_to_grow(source):
    assert cost_of(source) < 0.6 * limits.COST


@pytest.mark.parametrize("name", ATTACKS)
def test_much_of_it_is_refused_in_milliseconds(name):
    began = time.process_time()

    assert cost_of(ATTACKS[name]) > limits.COST
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize("source", [WHOLE, f"{{ {ARGUMENTS} }}", '{ __type(name: "Person") { kind name } }'])
def test_what_is_counted_is_what_is_filled_in(source):
    data = graphql_sync(schema._schema, source).data

    def filled(value: object) -> int:
        if isinstance(value, list):
            return sum(map(filled, value))
        inside = value.values() if isinstance(value, dict) else ()
        return sum(1 + filled(each) for each in inside) + introspection.OF_OBJECT * isinstance(value, dict)

    # the answer itself and the field in it are the 1 that everything costs
    expected = 1 + (filled(data) - 1 - 2 * introspection.OF_OBJECT) // introspection.FIELDS
    assert cost_of(source) == expected


@pytest.mark.parametrize(("name", "cost"), [("Person", 2), ("Nobody", 1), (5, 1), (None, 1)])
def test_a_type_is_asked_for_by_a_variable(name, cost):
    source = f"query($n: String!) {{ __type(name: $n) {{ {aliased(20, 'name')} }} }}"

    assert cost_of(source, n=name) == cost


def test_it_is_answered_and_paid_for_in_each_tenant(acme, globex):
    answers = [Api(tenant, a_key(tenant))(WHOLE) for tenant in (acme, globex)]

    assert answers[0]["data"] == answers[1]["data"]
    assert len(answers[0]["data"]["__schema"]["types"]) == len(schema._schema.type_map)
    assert [each["extensions"]["cost"]["requested"] for each in answers] == [cost_of(WHOLE)] * 2


def test_many_at_once_are_refused(acme, globex):
    (error,) = Api(acme, a_key(acme))(ATTACKS["aliases"])["errors"]

    assert error["extensions"]["code"] == "QUERY_TOO_COMPLEX"
    assert error["extensions"]["limit"] == "cost"
