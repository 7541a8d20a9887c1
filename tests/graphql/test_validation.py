"""What does not fit the schema is the sender's mistake: named, in few words, in milliseconds, in no log."""

import logging
import time

import pytest

from accounts.graphql.validation import ENOUGH, ERRORS, LENGTH
from tests.client import Api
from tests.factories import a_key

HUGE = "9" * 5_000


@pytest.fixture
def api(acme, globex) -> Api:
    return Api(acme, a_key(acme))


def where(condition: str) -> str:
    return f"{{ companies(filters: {{{condition}}}) {{ nodes {{ id }} }} }}"


@pytest.mark.parametrize(
    ("document", "value"),
    [
        ('{ healthDistribution(day: "x") { n } }', '"x"'),
        (where('renewalOn: {gt: "2026-02-30"}'), '"2026-02-30"'),
        (where('recurringRevenue: {gt: "y"}'), '"y"'),
        (where('createdAt: {gt: "yesterday"}'), '"yesterday"'),
        ('query($d: Date = "z") { healthDistribution(day: $d) { n } }', '"z"'),
        ('mutation { accountOpen(input: {companyId: "a", openedOn: "w"}) { errors { code } } }', '"w"'),
        (f"{{ companies(first: {HUGE}) {{ nodes {{ id }} }} }}", HUGE[:100]),
        (f"{{ companies(first: -{HUGE}) {{ nodes {{ id }} }} }}", f"-{HUGE[:100]}"),
        (f"query($n: Int = {HUGE}) {{ companies(first: $n) {{ nodes {{ id }} }} }}", HUGE[:100]),
        (where(f"recurringRevenue: {{gt: {HUGE}}}"), HUGE[:100]),
    ],
)
def test_a_wrong_literal_is_named(api, caplog, document, value):
    with caplog.at_level(logging.ERROR):
        answer = api(document)

    assert "data" not in answer
    assert {each["extensions"]["code"] for each in answer["errors"]} == {"GRAPHQL_VALIDATION_FAILED"}
    assert any(value in each["message"] for each in answer["errors"])
    assert all(each["locations"] for each in answer["errors"])
    assert "str_digits" not in str(answer)
    assert not caplog.records


def numbered(times: int, text: str) -> str:
    return " ".join(text.format(number) for number in range(times))


@pytest.mark.parametrize(
    "document",
    [
        where(numbered(600, "nam{}: 1")),
        where(numbered(600, "archivedAtOrWhatever{}: 1")),
        "{ " + numbered(1_400, "fiel{}") + " }",
        "{ companies(" + numbered(600, "nam{}: 1") + ") { nodes { id } } }",
        "query(" + numbered(300, "$a{}: CompanyFilte") + ") { viewer { kind } }",
        "{ " + "x" * 19_000 + " }",
        where("x" * 19_000 + ": 1"),
        where('renewalOn: {gt: "' + "x" * 9_000 + '"}'),
    ],
)
def test_a_refusal_is_small_and_soon(api, document):
    began = time.process_time()
    answer = api(document)

    assert time.process_time() - began < 0.5
    assert 1 <= len(answer["errors"]) <= ERRORS + 1
    assert all(len(each["message"]) <= LENGTH + 1 for each in answer["errors"])
    assert len(str(answer)) < ENOUGH


def test_many_small_mistakes_are_told_each(api):
    answer = api(where(numbered(5, "nam{}: 1")))

    assert len(answer["errors"]) == 5
    assert all("Did you mean 'name'?" in each["message"] for each in answer["errors"])
