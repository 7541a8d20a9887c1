"""JSON written in a document is bounded as JSON in the variables is."""

import json
from typing import Any

import pytest

from accounts.graphql import limits
from tests.client import Api
from tests.factories import a_key


def nested(depth: int) -> str:
    """Lists in lists, so many."""
    return "[" * depth + "]" * depth


TOO_MUCH = {
    "nested too deeply": nested(limits.NESTING + 1),
    "nested far too deeply": nested(100),
    "a text in it too long": f'["{"x" * (limits.TEXT_MOST + 1)}"]',
    "a number too large": f"[{10**30}]",
    "a number of too many digits": "9" * 4_000,
    "a fraction too large": "[-1e300]",
    "NUL": '["\\u0000"]',
}
"""JSON that is GraphQL as well."""


@pytest.fixture
def api(acme, globex) -> Api:
    return Api(acme, a_key(acme))


def refusal(answer: dict[str, Any]) -> tuple[str, str]:
    """Why nothing was carried out."""
    assert answer.get("data") is None
    (error,) = answer["errors"]
    return error["extensions"]["code"], error["message"]


@pytest.mark.parametrize("written", TOO_MUCH.values(), ids=TOO_MUCH)
def test_json_in_a_document_is_bounded_as_in_variables(api, written):
    create = 'mutation%s { personCreate(input: {name: "Ada", traits: %s}) { errors { code } } }'
    find = '{ people(filters: {trait: {name: "a", equals: %s}}) { totalCount } }'
    as_default = f"query($v: JSON! = {written}) {find % '$v'}"
    as_variable = refusal(api(create % ("($v: JSON!)", "{a: $v}"), v=json.loads(written)))

    assert as_variable[0] == "BAD_USER_INPUT"
    for document in (create % ("", f"{{a: {written}}}"), find % written, as_default):
        assert refusal(api(document)) == as_variable


@pytest.mark.parametrize("moment", ["1900-01-01T00:00:00+14:00", "2999-12-31T23:00:00-14:00", "1899-12-31"])
def test_a_moment_that_could_not_be_sent_again_is_not_taken(api, moment):
    document = "query($at: DateTime!) { people(filters: {createdAt: {gt: $at}}) { totalCount } }"

    code, message = refusal(api(document, at=moment))

    assert code == "BAD_USER_INPUT"
    assert "in the years 1900 to 2999" in message


def test_what_is_written_around_a_variable_counts_with_it(api):
    document = 'query($v: JSON!) {{ people(filters: {{trait: {{name: "a", equals: {}}}}}) {{ totalCount }} }}'
    around = document.format("[" * 20 + "$v" + "]" * 20)

    assert api(around, v=json.loads(nested(12)))["data"] == {"people": {"totalCount": 0}}
    code, message = refusal(api(around, v=json.loads(nested(13))))
    assert code == "BAD_USER_INPUT"
    assert message.endswith("A value is nested more than 32 levels deep.")


def test_no_digits_are_too_many_to_be_refused(api):
    document = f'{{ people(filters: {{trait: {{name: "a", equals: {"9" * 5_000}}}}}) {{ totalCount }} }}'
    code, message = refusal(api(document))

    assert code == "BAD_USER_INPUT"
    assert message.startswith("A number is out of range")
