"""Pages: every row once, in order, from either end, at the root and below; and at the edges."""

import os
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from journeys import affiliations
from journeys.affiliations import AffiliationDraft
from journeys.models import Identity, Person
from tests.client import Api
from tests.factories import a_key, an_actor
from tests.journeys.factories import HOUR, NOON, a_company, a_person, an_event, take

PEOPLE = """
query($first: Int, $after: String, $last: Int, $before: String, $ordering: [PersonOrder!]) {
  people(first: $first, after: $after, last: $last, before: $before, ordering: $ordering) {
    totalCount
    nodes { name }
    edges { cursor node { name } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""
WHO_IS_ASKING = 2
"""The key, and the host's tenant."""

MOMENT = datetime(2026, 3, 1, tzinfo=UTC)
NAMES = st.sampled_from(["", "a", "b", "ä", "A", "%", "\\", "'", '"', "😀", "zz", "10", "9"])
ROWS = st.lists(st.tuples(NAMES, st.none() | st.integers(0, 2)), max_size=8)
EXAMPLES = int(os.environ.get("QUESTIONS", "15"))
ORDERS = st.lists(
    st.tuples(st.sampled_from(["name", "lastSeenAt", "createdAt"]), st.sampled_from(["ASC", "DESC"])),
    max_size=3,
)


def people(rows) -> None:
    Person.objects.all().delete()
    for name, seen in rows:
        moment = None if seen is None else MOMENT + timedelta(microseconds=seen)
        Person.objects.create(name=name, last_seen_at=moment)


def walk(api: Api, size: int, *, forwards: bool, **asked) -> list[str]:
    """All cursors, page by page from one end."""
    found: list[str] = []
    cursor, is_more = None, True
    while is_more:
        window = {"first": size, "after": cursor} if forwards else {"last": size, "before": cursor}
        page = api(PEOPLE, **window, **asked)["data"]["people"]
        cursors = [edge["cursor"] for edge in page["edges"]]
        assert len(cursors) <= size
        found = [*found, *cursors] if forwards else [*cursors, *found]
        is_more = page["pageInfo"]["hasNextPage" if forwards else "hasPreviousPage"]
        cursor = page["pageInfo"]["endCursor" if forwards else "startCursor"]
    return found


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, order=ORDERS, size=st.integers(1, 4))
def test_every_row_is_on_one_page_whichever_way_they_are_read(acme, rows, order, size):
    people(rows)
    api, ordering = Api(acme, a_key(acme)), [{field: direction} for field, direction in order]
    whole = api(PEOPLE, first=100, ordering=ordering)["data"]["people"]
    cursors = [edge["cursor"] for edge in whole["edges"]]

    assert len(set(cursors)) == len(cursors) == whole["totalCount"] == len(rows)
    assert walk(api, size, forwards=True, ordering=ordering) == cursors
    assert walk(api, size, forwards=False, ordering=ordering) == cursors


@pytest.mark.parametrize("direction", ["ASC", "DESC"])
def test_unknown_values_come_last_either_way(acme, direction):
    people([("unknown", None), ("early", 0), ("late", 1)])

    found = Api(acme, a_key(acme))(PEOPLE, ordering=[{"lastSeenAt": direction}])["data"]["people"]["nodes"]

    known = ["early", "late"] if direction == "ASC" else ["late", "early"]
    assert [node["name"] for node in found] == [*known, "unknown"]


@pytest.fixture
def api(acme) -> Api:
    people([(name, None) for name in "abcde"])
    return Api(acme, a_key(acme))


def page(api: Api, **asked) -> tuple[str, bool, bool]:
    """The names on a page, and whether there is more before and after."""
    found = api(PEOPLE, ordering=[{"name": "ASC"}], **asked)["data"]["people"]
    info = found["pageInfo"]
    names = "".join(node["name"] for node in found["nodes"])
    assert names == "".join(edge["node"]["name"] for edge in found["edges"])
    assert info["startCursor"] == (found["edges"][0]["cursor"] if found["edges"] else None)
    assert info["endCursor"] == (found["edges"][-1]["cursor"] if found["edges"] else None)
    assert found["totalCount"] == 5
    return names, info["hasPreviousPage"], info["hasNextPage"]


def cursors(api: Api) -> list[str]:
    edges = api(PEOPLE, ordering=[{"name": "ASC"}])["data"]["people"]["edges"]
    return [edge["cursor"] for edge in edges]


def test_the_edges_of_the_specification(api):
    a, b, _, d, e = cursors(api)

    assert page(api) == ("abcde", False, False)
    assert page(api, first=0) == ("", False, True)
    assert page(api, last=0) == ("", True, False)
    assert page(api, first=2) == ("ab", False, True)
    assert page(api, last=2) == ("de", True, False)
    assert page(api, first=5) == ("abcde", False, False)
    assert page(api, first=2, after=b) == ("cd", True, True)
    assert page(api, first=2, after=d) == ("e", True, False)
    assert page(api, first=2, after=e) == ("", True, False)
    assert page(api, last=2, before=d) == ("bc", True, True)
    assert page(api, last=2, before=a) == ("", False, True)
    assert page(api, after=a, before=e) == ("bcd", True, False)
    assert page(api, first=4, last=2) == ("cd", True, True)
    assert page(api, first=2, last=4) == ("ab", False, True)
    assert page(api, after=e, before=a) == ("", True, False)


@pytest.mark.parametrize("asked", [{"first": -1}, {"first": 101}, {"last": -1}, {"last": 101}])
def test_a_page_has_bounds(api, asked):
    assert api(PEOPLE, **asked)["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "é",
        "====",
        "bnVsbA==",
        "W10=",
        "WzFd",
        "WyJpZCIsIG51bGxd",
        "WyJpZCIsICJ4Il0=",
        "A" * 5000,
        "WyJpZCIsIHt9XQ==",
    ],
)
def test_a_bad_cursor_is_the_clients_mistake(api, cursor):
    for end in ("after", "before"):
        assert api(PEOPLE, **{end: cursor})["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


def test_a_cursor_of_another_order_is_a_bad_one(api):
    cursor = cursors(api)[0]

    answer = api(PEOPLE, after=cursor, ordering=[{"name": "DESC"}])

    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


def test_a_cursor_holds_when_its_row_is_gone(api):
    second = cursors(api)[1]
    Person.objects.filter(name__in="bc").delete()

    found = api(PEOPLE, first=2, after=second, ordering=[{"name": "ASC"}])["data"]["people"]["nodes"]

    assert [node["name"] for node in found] == ["d", "e"]


def test_pages_below_rows_are_each_parents_own(acme):
    companies = [a_company(name=name) for name in ("none", "two", "five")]
    for company, count in zip(companies, (0, 2, 5), strict=True):
        for number in range(count):
            affiliations.affiliate(
                a_person(name=f"{company.name} {number}"), company, AffiliationDraft(), by=an_actor()
            )
    api = Api(acme, a_key(acme))
    document = """
        query($first: Int, $after: String, $last: Int) { companies { nodes { name
            people(first: $first, after: $after, last: $last, ordering: [{name: DESC}]) {
              totalCount nodes { name } pageInfo { hasNextPage hasPreviousPage endCursor } } } } }
    """

    def pages(**asked) -> dict[str, tuple[list[str], int, bool, bool]]:
        return {
            node["name"]: (
                [person["name"] for person in node["people"]["nodes"]],
                node["people"]["totalCount"],
                node["people"]["pageInfo"]["hasPreviousPage"],
                node["people"]["pageInfo"]["hasNextPage"],
            )
            for node in api(document, **asked)["data"]["companies"]["nodes"]
        }

    assert pages(first=3) == {
        "none": ([], 0, False, False),
        "two": (["two 1", "two 0"], 2, False, False),
        "five": (["five 4", "five 3", "five 2"], 5, False, True),
    }
    assert pages(last=2)["five"] == (["five 1", "five 0"], 5, True, False)
    assert pages(first=0)["five"] == ([], 5, False, True)
    five = api(document, first=3)["data"]["companies"]["nodes"][2]["people"]["pageInfo"]["endCursor"]
    assert pages(first=3, after=five)["five"] == (["five 1", "five 0"], 5, True, False)


def test_what_is_selected_may_differ_from_one_request_to_the_next(acme):
    a_person()
    api = Api(acme, a_key(acme))
    document = """query($more: Boolean!, $id: ID!) {
        people(first: 1) { nodes { id } }
        people(first: 1) @include(if: $more) { edges { cursor } pageInfo { endCursor } }
        node(id: $id) { id } }"""
    few, more = (api(document, more=more, id="no id") for more in (False, True))

    assert "edges" not in few["data"]["people"]
    assert more["data"]["people"]["pageInfo"]["endCursor"]
    assert [error["path"] for error in more["errors"]] == [["node"]]


def test_nothing_is_counted_or_read_that_is_not_asked_for(acme):
    a_person()
    api = Api(acme, a_key(acme))
    api("{ viewer { kind } }")
    asked = {
        "{ people { __typename } }": (0, 0),
        "{ people { totalCount } }": (1, 1),
        "{ people { nodes { id } edges { cursor } pageInfo { endCursor hasNextPage } } }": (1, 0),
        "{ people { nodes { id } totalCount } }": (2, 1),
    }
    for document, (times, counts) in asked.items():
        with CaptureQueriesContext(connection) as seen:
            api(document)
        sql = " ".join(query["sql"] for query in seen)
        assert (sql.count('FROM "journeys_person"'), sql.count("SELECT count(*)")) == (times, counts)


def test_a_nested_page_reads_no_more_than_it_shows(acme):
    for _ in range(3):
        company = a_company()
        for number in range(9):
            affiliations.affiliate(a_person(name=f"{number}"), company, AffiliationDraft(), by=an_actor())
    api = Api(acme, a_key(acme))
    with CaptureQueriesContext(connection) as seen:
        api("{ companies { nodes { affiliations(first: 2) { nodes { role } } } } }")
    (sql,) = [query["sql"] for query in seen if "LATERAL" in query["sql"]]

    assert rows_of_limits(sql) == [3, 2]  # companies, and of each no more than is shown


def test_a_timeline_through_identities_reads_no_more_than_the_first_few_of_each(acme):
    anna, berta = (a_person(name=name, user_id=name) for name in ("anna", "berta"))
    for person in (anna, berta):
        Identity.objects.create(person=person, kind="anonymous", value=f"{person.name} on the phone")
    take(
        *(
            an_event(f"opened_{number}", identity=identity, occurred_at=NOON + number * HOUR)
            for name in ("anna", "berta")
            for number in range(10)
            for identity in [("user", name) if number % 2 else ("anonymous", f"{name} on the phone")]
        )
    )
    api = Api(acme, a_key(acme))
    document = """query($first: Int, $after: String, $last: Int) { people(ordering: [{name: ASC}]) { nodes {
        events(first: $first, after: $after, last: $last, filters: {name: {startsWith: "opened_"}}) {
            totalCount nodes { name } pageInfo { endCursor } } } } }"""
    with CaptureQueriesContext(connection) as seen:
        pages = [node["events"] for node in api(document, first=3)["data"]["people"]["nodes"]]
    (sql,) = [query["sql"] for query in seen if '"few"' in query["sql"]]

    assert [node["name"] for node in pages[0]["nodes"]] == ["opened_9", "opened_8", "opened_7"]
    assert [page["totalCount"] for page in pages] == [10, 10]
    after = pages[1]["pageInfo"]["endCursor"]
    rest = api(document, first=20, after=after)["data"]["people"]["nodes"][1]["events"]
    assert [node["name"] for node in rest["nodes"]] == [f"opened_{number}" for number in range(6, -1, -1)]
    oldest = api(document, last=2)["data"]["people"]["nodes"][0]["events"]["nodes"]
    assert [node["name"] for node in oldest] == ["opened_1", "opened_0"]
    assert max(rows_of_limits(sql)) <= 4


def rows_of_limits(sql: str) -> list[float]:
    """How many rows each limit of a statement let through, each time."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
        plan = cursor.fetchone()[0][0]["Plan"]

    def read(step) -> list[float]:
        own = [step["Actual Rows"]] if step["Node Type"] == "Limit" else []
        return [*own, *(rows for inner in step.get("Plans", []) for rows in read(inner))]

    return read(plan)
