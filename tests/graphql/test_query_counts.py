"""Exact numbers of SQL statements, the same for one row and for twenty: nothing is read row by row.

A question is one statement. Answered the ordinary way, it is one for each field that reads something.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from accounts.graphql.engine import Engine, Question
from accounts.graphql.ids import global_id
from accounts.identifiers import uuid7
from config.schema import schema
from tests.client import Api, queries
from tests.factories import a_key, a_member, an_actor
from tests.graphql.world import a_world
from tests.journeys.factories import a_company, a_person

WHO_IS_ASKING = 1
"""The key, and with it the tenant."""

ACCOUNTS = """{
  accounts(first: 20) { totalCount nodes {
    id isOpen tier
    owner { name }
    health { score band scorecard { version } }
    contracts(first: 2) { totalCount nodes { endsOn recurringRevenue { amount } } }
    company { name recurringRevenue { amount } nps { score n }
      people(first: 5) { nodes { name
        answers(first: 3) { nodes { score text question { kind } } }
        responses(first: 2) { nodes { respondedAt survey { title } answers { score } } } } } }
  } pageInfo { endCursor } }
}"""
IN_ACCOUNTS = [
    "how many accounts",
    "accounts",
    "owners",
    "health",
    "scorecards",
    "how many contracts",
    "contracts",
    "companies",
    "nps",
    "people",
    "their answers",
    "questions",
    "their responses",
    "surveys",
    "answers of responses",
]

TIMELINES = """{
  companies(first: 20) { edges { cursor node { name
    events(first: 3) { nodes { name identity { value person { name } } company { name } } }
    affiliations(first: 3) { nodes { role person { name email identities(first: 2) { nodes { value } } } } }
    account { id healthHistory(first: 3) { nodes { day score } totalCount } }
  } } }
}"""
IN_TIMELINES = [
    "companies",
    "events",
    "identities",
    "their people",
    "companies of events",
    "affiliations",
    "people",
    "identities of people",
    "accounts",
    "health records",
    "how many health records",
]

EXPLANATIONS = """{
  accounts(first: 20) { nodes { health { score explanation { score parts { title part sentence } } } } }
}"""


@pytest.fixture
def api(acme) -> Api:
    """A program that has asked before."""
    program = Api(acme, a_key(acme))
    program("{ viewer { kind } }")
    return program


NPS_ON_TOP = 1

type Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def ordinary(acme) -> Ask:
    """The same schema, answered the ordinary way; nobody has to be looked up."""
    engine = Engine(schema, is_compiling=False)
    request: Any = RequestFactory().post("/graphql/")
    request.tenant, request.actor, request.api_key = acme, an_actor(), None

    def ask(document: str, **variables: Any) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(engine.answer(Question(document, variables), request).text)
        return answer

    return ask


@pytest.mark.parametrize("size", [1, 20])
def test_a_page_of_accounts(acme, api, ordinary, size):
    a_world(size, owner=a_member(acme))

    with queries(WHO_IS_ASKING + 1 + NPS_ON_TOP):
        answer = api(ACCOUNTS)
    with queries(len(IN_ACCOUNTS)):
        assert ordinary(ACCOUNTS)["data"] == answer["data"]

    accounts = answer["data"]["accounts"]["nodes"]
    assert len(accounts) == size
    assert all(len(account["company"]["people"]["nodes"]) == 2 for account in accounts)
    assert all(account["company"]["nps"]["n"] == 2 for account in accounts)


@pytest.mark.parametrize("size", [1, 20])
def test_a_page_of_timelines(acme, api, ordinary, size):
    a_world(size)

    with queries(WHO_IS_ASKING + 1):
        answer = api(TIMELINES)
    with queries(len(IN_TIMELINES)):
        assert ordinary(TIMELINES)["data"] == answer["data"]

    assert len(answer["data"]["companies"]["edges"]) == size


@pytest.mark.parametrize("size", [1, 20])
def test_a_dashboard(acme, api, ordinary, size):
    a_world(size)
    document = """{
        healthDistribution { n atRisk unknown } nps { score n margin } npsByMonth { nps { n } }
        recurringRevenue { totals { amount { amount currency } accountCount } definition }
        renewalsAheadTotals(withinDays: 90) { totals { accountCount } }
    }"""

    with queries(WHO_IS_ASKING + 1):
        answer = api(document)
    with queries(5):
        assert ordinary(document)["data"] == answer["data"]

    assert answer["data"]["recurringRevenue"]["totals"][0]["accountCount"] == size
    assert answer["data"]["nps"]["n"] == 2 * size


def test_explanations_take_as_many_for_twenty_as_for_one(acme, api):
    counts = []
    for size in (1, 19):
        a_world(size)
        with CaptureQueriesContext(connection) as seen:
            answer = api(EXPLANATIONS)
        counts.append(len(seen))
        assert all(
            account["health"]["explanation"]["parts"] for account in answer["data"]["accounts"]["nodes"]
        )

    assert counts[0] == counts[1]


@pytest.mark.parametrize("size", [1, 20])
def test_objects_by_their_ids_take_one_for_each_type(acme, api, ordinary, size):
    ids = [global_id("Person", a_person(name=f"{number}").pk) for number in range(size)]
    ids += [global_id("Company", a_company(name="Initech").pk), global_id("Person", uuid7()), ids[0]]
    document = (
        "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Person { name } ... on Company { name } } }"
    )

    with queries(WHO_IS_ASKING + 1):
        answer = api(document, ids=ids)
    with queries(2):
        assert ordinary(document, ids=ids)["data"] == answer["data"]

    found = answer["data"]["nodes"]
    assert [node and node["id"] for node in found] == [*ids[:-2], None, ids[0]]


def test_the_same_field_twice_is_read_twice_and_no_more(acme, ordinary):
    a_world(2)

    with queries(3):
        ordinary("{ companies { nodes { a: people(first: 1) { nodes { id } } b: people { totalCount } } } }")


def test_a_fragment_used_twice_is_read_for_each_group(acme, api, ordinary):
    a_world(2)
    document = """
        { a: companies { nodes { ...C } } b: companies(first: 1) { nodes { ...C } } }
        fragment C on Company { name people(first: 2) { nodes { name } } }
    """

    with queries(4):
        answer = ordinary(document)
    with queries(WHO_IS_ASKING + 1):
        assert api(document)["data"] == answer["data"]

    assert answer["data"]["b"]["nodes"] == answer["data"]["a"]["nodes"][:1]
