"""Compiled reads: what is compiled and what is not, what is kept, and what becomes of what does not fit.

That they answer as the ordinary way does is shown by random questions, in tests/engines.
"""

import gc
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from datetime import timedelta
from io import StringIO
from sys import getsizeof
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from graphql import get_named_type, is_composite_type, is_required_argument

from accounts.graphql.context import Context
from accounts.graphql.documents import Document
from accounts.graphql.engine import Answer, Engine, Question
from accounts.graphql.ids import global_id
from accounts.graphql.nodes import NODES
from accounts.graphql.reads import plans
from accounts.graphql.reads.keeping import kept
from accounts.graphql.reads.reading import Read
from accounts.graphql.reads.rows import RowPlan
from accounts.graphql.reads.sql import Row
from accounts.graphql.reads.statements import statement_of
from accounts.identifiers import uuid7
from accounts.permissions import Permission
from config.schema import schema
from journeys.models import Company, Person
from success.days import today
from tests.client import Api, queries
from tests.factories import a_key, a_member, an_actor
from tests.graphql.test_query_counts import WHO_IS_ASKING
from tests.graphql.world import a_world
from tests.journeys.factories import a_company, a_person

IN_PYTHON = {
    "Query.nps": "counted, and made in Python",
    "Query.npsByMonth": "counted, and made in Python",
    "Query.csat": "counted, and made in Python",
    "Query.ces": "counted, and made in Python",
    "Query.rating": "counted, and made in Python",
    "Query.healthOn": "counted, and made in Python",
    "Query.healthDifference": "counted, and made in Python",
    "Query.healthDistribution": "counted, and made in Python",
    "Query.recurringRevenue": "counted, and made in Python",
    "Query.renewalsAheadTotals": "counted, and made in Python",
    "Person.nps": "figures on top",
    "Company.nps": "figures on top",
    "Survey.nps": "figures on top",
    "Account.healthOn": "figures on top",
    "Health.explanation": "figures on top",
}
"""Every field that Postgres does not write: margins of error and explanations are arithmetic in Python."""

ARGUMENTS = {"ID!": "$id", "[ID!]!": "[$id]", "Date!": '"2026-03-01"'}


@pytest.fixture
def engine() -> Engine:
    """An engine that has read nothing yet."""
    return Engine(schema)


@pytest.fixture
def request_of(acme) -> Any:
    """A request of somebody who may do everything, or no more than is said."""

    def made(*permissions: Permission) -> Any:
        request: Any = RequestFactory().post("/graphql/")
        request.tenant, request.actor, request.api_key = acme, an_actor(*permissions), None
        return request

    return made


def ask(engine: Engine, request: Any, document: str, **variables: Any) -> Answer:
    return engine.answer(Question(document, variables), request)


@contextmanager
def reading() -> Iterator[list[str]]:
    """The statements of a block that write objects."""
    found: list[str] = []
    with CaptureQueriesContext(connection) as seen:
        yield found
    found += [query["sql"] for query in seen if "JSON_OBJECT" in query["sql"]]


def selected(kind: Any) -> str:
    """The plain fields of a type."""
    if not is_composite_type(kind):
        return ""
    fields: Any = getattr(kind, "fields", {})
    plain = [name for name, field in fields.items() if not is_composite_type(get_named_type(field.type))]
    return f" {{ __typename {' '.join(plain)} }}"


def field_of(name: str, field: Any) -> str:
    needed = [
        f"{key}: {ARGUMENTS[str(each.type)]}"
        for key, each in field.args.items()
        if is_required_argument(each)
    ]
    return f"{name}{'(' + ', '.join(needed) + ')' if needed else ''}{selected(get_named_type(field.type))}"


def test_every_field_is_compiled_but_those_that_are_listed(acme, globex, engine, request_of):
    world = a_world(1, owner=a_member(acme))
    account = global_id("Account", world.accounts[0].pk)
    types: Any = schema._schema.type_map
    read: dict[str, str] = {}
    for name, field in types["Query"].fields.items():
        kind = str(get_named_type(field.type))
        row = global_id(kind, uuid7()) if kind in NODES else account
        read[f"Query.{name}"] = way_of(engine, request_of(*Permission), field_of(name, field), row)
    for kind in NODES:
        for name, field in types[kind].fields.items():
            inside = f"node(id: $node) {{ ... on {kind} {{ {field_of(name, field)} }} }}"
            row = global_id(kind, uuid7())
            read[f"{kind}.{name}"] = way_of(engine, request_of(), inside, account, node=row)

    assert {name: reason for name, reason in read.items() if reason} == IN_PYTHON


def way_of(engine: Engine, request: Any, field: str, id: str, node: str = "") -> str:
    """Why a field is not compiled; empty where it is."""
    declared = [name for name in ("id", "node") if f"${name}" in field]
    head = f"({', '.join(f'${name}: ID!' for name in declared)})" if declared else ""
    given = {"id": id, "node": node}
    document = engine.library.find(f"query{head} {{ asked: {field} }}")
    variables = {name: given[name] for name in declared}
    found: Read = engine.reader.answer(
        document.operation(None), variables, Context(request, request.actor, document)
    )
    if found.way == "compiled":
        return ""
    return found.summary.partition("asked: ")[2]


def test_one_statement_for_every_id_and_every_cursor(acme, globex, engine, request_of):
    people = sorted((a_person(name=f"{number}") for number in range(6)), key=lambda person: person.name)
    one = "query($id: ID!) { person(id: $id) { name } node(id: $id) { id } }"
    for person in people:
        answer = json.loads(ask(engine, request_of(), one, id=global_id("Person", person.pk)).text)
        assert answer["data"]["person"]["name"] == person.name
    page = """query($after: String) { people(first: 2, after: $after, ordering: [{name: ASC}]) {
        nodes { name } pageInfo { endCursor } } }"""
    names, cursor = [], None
    for _ in range(3):
        found = json.loads(ask(engine, request_of(), page, after=cursor).text)["data"]["people"]
        names += [node["name"] for node in found["nodes"]]
        cursor = found["pageInfo"]["endCursor"]

    assert names == [person.name for person in people]
    assert len(engine.reader.plans) == 3  # of the first document one, of the second with and without a cursor


def test_no_ids_are_not_the_ids_of_the_default(acme, globex, engine, request_of):
    id = global_id("Person", a_person(name="Anna").pk)
    document = f'query($ids: [ID!]! = ["{id}"]) {{ nodes(ids: $ids) {{ ... on Person {{ name }} }} }}'
    given: list[dict[str, list[str]]] = [{"ids": []}, {}]
    answers = [json.loads(ask(engine, request_of(), document, **each).text) for each in given]

    assert [answer["data"]["nodes"] for answer in answers] == [[], [{"name": "Anna"}]]


def test_a_plan_is_not_another_actor_s_or_tenant_s(acme, globex, engine, request_of):
    a_person(name="Anna")
    document = "{ people { totalCount nodes { name } } apiKeys { totalCount } }"
    everything = json.loads(ask(engine, request_of(), document).text)["data"]
    nothing = json.loads(ask(engine, request_of(Permission.SEE_AUDIT), document).text)["data"]

    assert everything["people"] == {"totalCount": 1, "nodes": [{"name": "Anna"}]}
    assert nothing == {"people": {"totalCount": 0, "nodes": []}, "apiKeys": {"totalCount": 0}}
    assert len(engine.reader.plans) == 2


def test_a_day_in_a_statement_is_believed_when_it_came_out_twice(
    acme, globex, engine, request_of, monkeypatch
):
    a_world(1)
    document = "{ renewalsAhead(withinDays: 90) { nodes { endsOn } } recurringRevenue { day } }"
    first, said, clock, ahead = today(), [], timezone.now, [0]
    monkeypatch.setattr(timezone, "now", lambda: clock() + timedelta(days=ahead[0]))
    for ahead[0] in (0, 0, 0, 0, 1, 1, 61):
        data = json.loads(ask(engine, request_of(), document).text)["data"]
        (kept,) = [kept for kept, _ in engine.reader.plans._kept.values()]
        said.append((data["recurringRevenue"]["day"], len(data["renewalsAhead"]["nodes"]), kept.holds))

    assert said == [
        (str(first), 1, False),
        *[(str(first), 1, True)] * 3,
        (str(first + timedelta(days=1)), 1, False),
        (str(first + timedelta(days=1)), 1, True),
        (str(first + timedelta(days=61)), 0, False),
    ]


def test_a_figure_says_its_own_day_even_to_those_who_see_nothing(
    acme, globex, engine, request_of, monkeypatch
):
    request, said, clock, ahead = request_of(Permission.SEE_AUDIT), [], timezone.now, [0]
    monkeypatch.setattr(timezone, "now", lambda: clock() + timedelta(days=ahead[0]))
    for ahead[0] in (0, 0, 0, 1):
        answer = ask(engine, request, "{ recurringRevenue { day totals { accountCount } } }")
        said.append(json.loads(answer.text)["data"]["recurringRevenue"])

    assert [each["day"] for each in said] == [str(today() + timedelta(days=day)) for day in (-1, -1, -1, 0)]
    assert all(each["totals"] == [] for each in said)


def test_a_statement_longer_than_any_should_be_is_not_sent(acme, globex, engine, request_of, monkeypatch):
    a_person(name="Anna")
    monkeypatch.setattr(plans, "LONGEST", 500)
    answer = ask(engine, request_of(), "{ a: people { nodes { name } } b: people { nodes { name } } }")

    assert answer.way == "ordinary"
    assert json.loads(answer.text)["data"]["a"] == {"nodes": [{"name": "Anna"}]}


def test_a_filter_holds_no_more_text_than_one_may_have(acme, globex, engine, request_of):
    document = "query($f: PersonFilter) { people(filters: $f) { totalCount } }"
    texts = ["x" * 1_000] * 6
    for given, codes in (
        ({"name": {"in": texts}}, []),
        ({"or": [{"name": {"in": texts}}, {"not": {"email": {"in": texts}}}]}, ["BAD_USER_INPUT"]),
    ):
        told = json.loads(ask(engine, request_of(), document, f=given).text)
        assert [error["extensions"]["code"] for error in told.get("errors", [])] == codes


def test_a_moment_in_a_statement_is_never_believed(acme, globex, request_of):
    found = None
    for _ in range(3):
        rows = Person.objects.filter(created_at__lt=timezone.now())
        statement = statement_of([Row(rows.values(j0=F("name"))).sql(connection)], [], "acme")
        found = kept(RowPlan(statement), found)
        assert not found.holds


def test_what_the_schema_cannot_show_is_told_the_ordinary_way(acme, globex, engine, request_of):
    a_world(1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE success_health SET band = 'superb'")
    answer = ask(engine, request_of(), "{ accounts { nodes { tier health { band } } } }")

    assert answer.way == "ordinary"
    told = json.loads(answer.text)
    assert told["data"]["accounts"]["nodes"] == [{"tier": "gold", "health": {"band": None}}]
    assert told["errors"][0]["path"] == ["accounts", "nodes", 0, "health", "band"]


def test_wrong_input_is_told_the_ordinary_way(acme, globex, engine, request_of):
    a_person()
    for document, variables in {
        "{ people(first: -1) { nodes { id } } }": {},
        "query($id: ID!) { person(id: $id) { id } }": {"id": global_id("Company", a_company().pk)},
        "query($after: String) { people(after: $after) { nodes { id } } }": {"after": "x"},
    }.items():
        answer = ask(engine, request_of(), document, **variables)
        assert answer.way == "ordinary"
        assert json.loads(answer.text)["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


def test_what_a_mutation_made_is_read_by_one_statement(acme, globex):
    company = a_company(name="Initech")
    api = Api(acme, a_key(acme))
    document = """mutation($input: AccountOpenInput!) { accountOpen(input: $input) {
        account { tier company { name people { totalCount } } owner { name } health { score } }
        errors { code } } }"""
    api(document, input={"companyId": "x"})

    with reading() as read:
        answer = api(document, input={"companyId": global_id("Company", company.pk), "tier": "gold"})

    assert answer["data"]["accountOpen"]["account"] == {
        "tier": "gold",
        "company": {"name": "Initech", "people": {"totalCount": 0}},
        "owner": None,
        "health": {"score": None},
    }
    assert len(read) == 1


def test_a_row_alone_is_not_read_again(acme, globex):
    api = Api(acme, a_key(acme))
    with reading() as read:
        answer = api('mutation { companyCreate(input: {name: "Initech"}) { company { id name createdAt } } }')

    assert answer["data"]["companyCreate"]["company"]["name"] == "Initech"
    assert Company.objects.count() == 1
    assert read == []


def test_figures_are_put_on_top_of_rows(acme, globex):
    a_world(2)
    api = Api(acme, a_key(acme))
    with queries(WHO_IS_ASKING + 2):
        answer = api("{ companies { nodes { name nps { n score margin } } } }")

    assert [company["nps"]["n"] for company in answer["data"]["companies"]["nodes"]] == [2, 2]


@pytest.mark.parametrize(
    ("more", "path", "columns"),
    [
        ("__typename", ["late"], [3]),
        ("viewer { __typename }", ["late"], [3]),
        ("nps { n } all: people { totalCount }", None, [3, 71, 81]),
    ],
    ids=["alone", "beside what is known", "beside others"],
)
def test_a_question_that_takes_too_long_is_refused(acme, globex, settings, more, path, columns):
    a_person()
    Person.objects.bulk_create([Person(name=f"{number}" * 50) for number in range(2_000)])
    settings.STATEMENT_TIMEOUT = 0.001
    api = Api(acme, a_key(acme))
    answer = api.client.post(
        "/graphql/",
        {"query": f'{{ late: people(search: "no such thing") {{ totalCount }} ... on Query {{ {more} }} }}'},
        content_type="application/json",
    )

    assert answer.status_code == 503
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "TIMEOUT"
    assert (error.get("path"), [place["column"] for place in error["locations"]]) == (path, columns)
    assert "data" not in answer.json()


def test_the_way_is_told_in_development(acme, globex, settings, engine, request_of):
    settings.DEBUG = True
    answer = ask(engine, request_of(), "{ people { totalCount } nps { score } }")
    assert answer.headers == {"X-Unison-Read": "mixed; nps: counted, and made in Python"}
    settings.DEBUG = False
    assert ask(engine, request_of(), "{ people { totalCount } }").headers == {}


def test_files_are_explained(acme, globex, tmp_path):
    file = tmp_path / "people.graphql"
    file.write_text("query People { people { totalCount } } query Nps { nps { score } }")
    out = StringIO()
    call_command("explain_reads", "acme", str(file), stdout=out)

    assert "people.graphql People: compiled\nSELECT " in out.getvalue()
    assert "people.graphql Nps: mixed; nps: counted, and made in Python" in out.getvalue()
    with pytest.raises(CommandError, match="no tenant"):
        call_command("explain_reads", "nobody", str(file))
    file.write_text("{ nothing }")
    with pytest.raises(CommandError, match="Cannot query field"):
        call_command("explain_reads", "acme", str(file))


def test_a_document_that_is_forgotten_is_not_kept_by_its_plans(acme, globex, engine, request_of):
    engine.library.room = 200
    for number in range(20):
        ask(engine, request_of(), f"{{ forgotten{number}: people {{ totalCount }} }}")
    gc.collect()
    alive = [each for each in gc.get_objects() if type(each) is Document]

    ours = [each for each in alive if each.tree.loc and "{ forgotten" in each.tree.loc.source.body]
    assert len(engine.reader.plans) == 20
    assert len(ours) <= len(engine.library) + 1


def test_what_is_kept_is_bounded(acme, globex, engine, request_of):
    engine.reader.plans.room = 20_000
    for number in range(60):
        assert (
            ask(engine, request_of(), f"{{ a{number}: people {{ totalCount nodes {{ id }} }} }}").way
            == "compiled"
        )

    assert 0 < len(engine.reader.plans) < 60
    assert engine.reader.plans.taken <= 20_000


def bytes_in(value: Any) -> int:
    """Of all texts in a value, however deep they are."""
    match value:
        case str() | bytes():
            return getsizeof(value)
        case tuple() | list():
            return sum(map(bytes_in, value))
        case dict():
            return sum(bytes_in(each) for pair in value.items() for each in pair)
    if is_dataclass(value) and not isinstance(value, type):
        return sum(bytes_in(getattr(value, each.name)) for each in fields(value))
    return 0


SKIPPED = "query(%s) { apiKeys { totalCount } people(%s) @skip(if: true) { totalCount } }"
LONG: dict[str, Callable[[int], tuple[str, dict[str, Any]]]] = {
    "a filter": lambda number: (
        SKIPPED % ("$f: PersonFilter", "filters: $f"),
        {"f": {"name": {"in": [f"{number}" * 900] * 9}}},
    ),
    "a text": lambda number: (
        SKIPPED % ("$s: String", "search: $s"),
        {"s": f"{number}" + "\N{GRINNING FACE}" * 5_000},
    ),
    "a key": lambda number: (f"{{ {'a' * 9_000}{number}: people {{ totalCount }} }}", {}),
    "a name": lambda number: (
        f"query($a{'b' * 5_000}{number}: ID!) {{ person(id: $a{'b' * 5_000}{number}) {{ id }} }}",
        {f"a{'b' * 5_000}{number}": global_id("Person", uuid7())},
    ),
}
"""Questions that are long where no statement shows it."""


@pytest.mark.parametrize("long", LONG.values(), ids=LONG)
def test_what_plans_are_kept_under_takes_room_too(acme, globex, engine, request_of, long):
    engine.reader.plans.room = 100_000
    for number in range(30):
        document, variables = long(number)
        assert ask(engine, request_of(), document, **variables).way == "compiled"

    assert 0 < len(engine.reader.plans) < 30
    assert bytes_in(list(engine.reader.plans._kept.items())) <= 100_000


def test_so_does_what_plans_below_rows_are_kept_under(acme, globex, engine, request_of):
    rows = engine.reader.rows.plans
    rows.room = 100_000
    document = """mutation($name: String!, $f: EventFilter) { personCreate(input: {name: $name}) {
        person { name companies { totalCount } events(filters: $f) @skip(if: true) { totalCount } } } }"""
    for number in range(30):
        filters = {"name": {"in": [f"{number}" * 900] * 9}}
        answer = json.loads(ask(engine, request_of(), document, name=f"{number}", f=filters).text)
        found = answer["data"]["personCreate"]["person"]
        assert found == {"name": f"{number}", "companies": {"totalCount": 0}}

    assert 0 < len(rows) < 30
    assert bytes_in(list(rows._kept.items())) <= 100_000
