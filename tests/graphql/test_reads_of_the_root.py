"""Fields of the root that are no pages: facts, the one row, figures of a row, rows of several types."""

import json
from collections.abc import Callable
from copy import copy
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import RequestFactory
from django.utils import timezone
from strawberry.schema.schema_converter import GraphQLCoreConverter

from accounts.actor import Actor
from accounts.authentication import member_actor
from accounts.graphql.connections import ConnectionField
from accounts.graphql.engine import Answer, Engine, Question
from accounts.graphql.ids import global_id
from accounts.graphql.reads.keys import CURSORS, is_id
from accounts.graphql.relations import AnyField, SingleField
from accounts.graphql.totals import RowArgument, TotalField
from accounts.identifiers import uuid7
from accounts.models import Tenant, User
from accounts.permissions import Permission, Role
from accounts.tenancy import inside, public
from config.schema import schema
from integrations import catalogue
from success import overrides, scorecards
from success.days import today
from success.models import HealthRecord
from tests.client import queries
from tests.engines.asking import comparable
from tests.factories import a_member, an_actor
from tests.graphql.world import a_world
from tests.journeys.factories import a_person

ORDINARY = Engine(schema, is_compiling=False)
EVERYTHING = an_actor(*Permission)

type Ask = Callable[..., Answer]


@pytest.fixture
def engine() -> Engine:
    """An engine that has read nothing yet."""
    return Engine(schema)


@pytest.fixture
def ask(engine, acme, globex) -> Ask:
    """Ask, in so many statements; the ordinary way answers the same."""

    def asked(
        document: str, statements: int, actor: Actor = EVERYTHING, tenant: Tenant = acme, **variables: Any
    ) -> Answer:
        request: Any = RequestFactory().post("/graphql/")
        request.tenant, request.actor, request.api_key = tenant, actor, None
        with inside(tenant):
            with queries(statements):
                answer = engine.answer(Question(document, variables), request)
            ordinary = ORDINARY.answer(Question(document, variables), request)
        assert comparable(answer.text) == comparable(ordinary.text)
        return answer

    return asked


def data_of(answer: Answer) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.text)["data"]
    return found


def a_member_who_acts(tenant: Tenant, role: Role = Role.OWNER) -> Actor:
    user = a_member(tenant, role)
    with inside(tenant):
        return member_actor(user, tenant)


def _user(actor: Actor) -> User:
    assert actor.id
    with public():
        return User.objects.get(pk=actor.id)


VIEWER = "kind label role permissions tenant { name timeZone currency }"


def test_who_is_asking_is_told_with_all_else_in_one_statement(acme, ask):
    actor = a_member_who_acts(acme, Role.CSM)
    a_world(1)
    answer = ask(
        f"{{ me: viewer {{ __typename {VIEWER} user {{ name accounts {{ totalCount }} }} }}"
        " companies { totalCount } }",
        1,
        actor,
    )

    told = data_of(answer)
    assert (answer.way, told["companies"]) == ("compiled", {"totalCount": 1})
    assert told["me"].pop("permissions") == [each.name for each in sorted(actor.permissions)]
    assert told["me"] == {
        "__typename": "Viewer",
        "kind": "USER",
        "label": actor.label,
        "role": "CSM",
        "tenant": {"name": "Acme", "timeZone": "UTC", "currency": "EUR"},
        "user": {"name": actor.label, "accounts": {"totalCount": 0}},
    }


def test_who_is_asking_is_known_without_the_database(ask):
    document = f"{{ viewer {{ {VIEWER} }} }}"

    assert ask(document, 0).way == "compiled"
    assert data_of(ask("{ viewer { __typename } }", 0)) == {"viewer": {"__typename": "Viewer"}}
    key = replace(EVERYTHING, kind="key", id=uuid7())
    assert data_of(ask("{ viewer { kind user { id } } }", 0, key)) == {
        "viewer": {"kind": "KEY", "user": None}
    }


def test_everybody_is_told_of_themselves_as_they_are_now(acme, globex, ask):
    document = f"{{ viewer {{ {VIEWER} user {{ email }} }} people {{ totalCount }} }}"
    a_person()
    ours, theirs = (a_member_who_acts(tenant) for tenant in (acme, globex))
    renamed, moved = copy(acme), copy(acme)
    renamed.name, moved.currency = "Acme & sons", "USD"
    askers = [
        (acme, ours),
        (globex, theirs),
        (acme, replace(ours, label="Somebody else")),
        (acme, replace(ours, role=Role.ADMIN)),
        (renamed, ours),
        (moved, ours),
        (acme, replace(ours, permissions=frozenset({Permission.SEE_PEOPLE}))),
    ]
    for tenant, actor in askers * 2:
        told = data_of(ask(document, 1, actor, tenant))["viewer"]
        assert (told["label"], told["role"]) == (actor.label, actor.role and actor.role.name)
        assert told["tenant"]["name"] == tenant.name
        assert told["tenant"]["currency"] == tenant.currency
        assert len(told["permissions"]) == len(actor.permissions)
        assert told["user"]["email"].endswith(f"{tenant.schema_name}.test")


def test_a_statement_is_everybody_s_whoever_is_told_of_themselves(engine, acme, ask):
    document = "{ viewer { label permissions user { name email } } people { totalCount } }"
    for _ in range(2):
        ask(document, 1, a_member_who_acts(acme))

    (one, other) = [kept.plan.statement for kept, _ in engine.reader.plans._kept.values()]
    assert one.sql == other.sql


@pytest.mark.parametrize("label", ["%s %% 'x' \"y\"", "\\n \\ue000 \\", "\ue000 😀 ä", "$1 /* */ --"])
def test_a_name_is_told_as_it_is_whatever_is_in_it(acme, ask, label):
    actor = replace(a_member_who_acts(acme), label=label)
    doubt = 1 if "\ue000" in label else 0  # a column with that character in it is asked for again

    assert data_of(ask("{ viewer { label } }", 0, actor)) == {"viewer": {"label": label}}
    answer = ask("{ viewer { label user { isActive } } }", 1 + doubt, actor)
    assert data_of(answer) == {"viewer": {"label": label, "user": {"isActive": True}}}


def test_a_viewer_sees_no_more_of_what_hangs_on_them(acme, ask):
    actor = a_member_who_acts(acme)
    a_world(1, owner=_user(actor))
    document = "{ viewer { user { name accounts { totalCount nodes { company { name } } } } } }"

    seen = data_of(ask(document, 1, actor))["viewer"]["user"]
    assert (seen["name"], seen["accounts"]["totalCount"]) == (actor.label, 1)
    blind = replace(actor, permissions=frozenset({Permission.SEE_ACCOUNTS}))
    assert data_of(ask(document, 1, blind))["viewer"]["user"] == {
        "name": actor.label,
        "accounts": {"totalCount": 1, "nodes": [{"company": None}]},
    }
    nothing = data_of(ask(document, 1, replace(actor, permissions=frozenset())))
    assert nothing["viewer"]["user"]["accounts"] == {"totalCount": 0, "nodes": []}


@pytest.mark.parametrize("size", [1, 20])
def test_figures_on_top_of_what_a_viewer_looks_after(acme, ask, size):
    actor = a_member_who_acts(acme)
    a_world(size, owner=_user(actor))
    document = "{ viewer { label user { accounts { nodes { company { nps { n } } } } } } }"

    answer = ask(document, 2, actor)
    companies = data_of(answer)["viewer"]["user"]["accounts"]["nodes"]
    assert (answer.way, companies) == ("mixed", [{"company": {"nps": {"n": 2}}}] * size)


def test_one_whom_the_schema_does_not_know_is_an_error_of_the_ordinary_way(ask):
    answer = ask("{ viewer { kind } people { totalCount } }", 1, Actor.system("a worker"))

    assert json.loads(answer.text)["data"] is None
    assert answer.body["errors"][0]["path"] == ["viewer"]


def test_the_kinds_of_events_are_known_without_the_database(ask):
    answer = ask("{ eventKinds { __typename name version description schema example } }", 0)

    assert answer.way == "compiled"
    kinds = data_of(answer)["eventKinds"]
    assert [kind["name"] for kind in kinds] == [entry.name for entry in catalogue.public_events()]
    nobody = replace(EVERYTHING, permissions=frozenset())
    assert data_of(ask("{ eventKinds { name } people { totalCount } }", 1, nobody))["eventKinds"]


SCORECARD = "{ scorecard { version title isCurrent publishedBy { id } measures { key curve } } }"


@pytest.mark.parametrize("versions", [1, 20])
def test_the_scorecard_in_force_is_one_statement(globex, ask, versions):
    assert data_of(ask(SCORECARD, 1)) == {"scorecard": None}
    for number in range(versions):
        scorecards.publish(f"Ours {number}", scorecards.DEFAULT[:2], by=an_actor())
    with inside(globex):
        scorecards.publish("Theirs", scorecards.DEFAULT[:1], by=an_actor())

    answer = ask(SCORECARD, 1)
    found = data_of(answer)["scorecard"]
    assert (answer.way, found["version"], found["isCurrent"]) == ("compiled", versions, True)
    assert len(found["measures"]) == 2
    assert data_of(ask(SCORECARD, 1, tenant=globex))["scorecard"]["title"] == "Theirs"
    assert data_of(ask(SCORECARD, 1, an_actor(Permission.SEE_ACCOUNTS))) == {"scorecard": None}


HEALTH = """query($id: ID!, $after: Date!, $before: Date!) {
    healthOn(accountId: $id, day: $after) { workedOutOn score computedScore overrideScore overridePart
        coverage band parts { key feature weight value ageDays isFresh points part sentence } definition }
    healthDifference(accountId: $id, before: $before, after: $after) {
        change configuration staleness behaviour override before { score } after { score parts { part } } }
    viewer { label }
}"""


def days(before: int, after: int) -> dict[str, str]:
    return {"before": f"{today() - timedelta(before)}", "after": f"{today() - timedelta(after)}"}


@pytest.mark.parametrize("size", [1, 20])
def test_health_of_days_is_one_statement_with_all_it_is_made_of(globex, ask, size):
    ids = [global_id("Account", account.pk) for account in a_world(size).accounts]
    HealthRecord.objects.update(day=today() - timedelta(5))
    overrides.override(
        HealthRecord.objects.order_by("account_id")[0].account,
        score=Decimal("10.50"),
        reason="They told us.",
        expires_at=timezone.now() + timedelta(3),
        by=an_actor(),
    )

    found = [data_of(ask(HEALTH, 1, id=id, **days(2, 0))) for id in ids]
    assert [each["healthOn"]["overrideScore"] for each in found].count("10.50") == 1
    for each in found:
        change = Decimal(each["healthOn"]["score"]) - Decimal(each["healthDifference"]["before"]["score"])
        assert Decimal(each["healthDifference"]["change"]) == change
        assert each["healthDifference"]["after"]["score"] == each["healthOn"]["score"]
        assert any(part["value"] is not None for part in each["healthOn"]["parts"])
    with inside(globex):
        theirs = global_id("Account", a_world(1).accounts[0].pk)
    unknown = {"healthOn": None, "healthDifference": None, "viewer": {"label": "test"}}
    assert data_of(ask(HEALTH, 1, id=theirs, **days(2, 0))) == unknown
    assert data_of(ask(HEALTH, 1, id=ids[0], **days(9, 6))) == unknown
    for actor in (an_actor(Permission.SEE_HEALTH), an_actor(Permission.SEE_ACCOUNTS)):
        assert data_of(ask(HEALTH, 1, actor, id=ids[0], **days(2, 0))) == unknown


def test_health_of_days_is_of_those_days_and_one_plan_for_all_accounts(engine, ask):
    ids = [global_id("Account", account.pk) for account in a_world(3).accounts]
    HealthRecord.objects.update(day=today() - timedelta(5))
    for id in ids:
        assert data_of(ask(HEALTH, 1, id=id, **days(4, 3)))["healthDifference"]["change"] == "0.00"
    assert len(engine.reader.plans) == 1
    assert data_of(ask(HEALTH, 1, id=ids[0], **days(4, 6)))["healthOn"] is None
    backwards = data_of(ask(HEALTH, 1, id=ids[0], **days(3, 4)))["healthDifference"]
    assert backwards["change"] == "0.00"
    assert len(engine.reader.plans) == 3


def test_an_id_of_something_else_is_refused_the_ordinary_way(ask):
    wrong = global_id("Person", a_person().pk)
    for id in (wrong, "x"):
        answer = ask(HEALTH, 0, id=id, **days(1, 0))
        assert (answer.way, answer.body["errors"][0]["extensions"]["code"]) == ("ordinary", "BAD_USER_INPUT")


def test_whatever_is_called_an_id_is_left_open_by_its_field():
    types: Any = schema._schema.type_map
    for kind in ("Query", *(name for name in types if hasattr(types[name], "interfaces"))):
        for name, field in types[kind].fields.items():
            declared = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
            rows = [each for each in declared.arguments if isinstance(each, RowArgument)] if declared else []
            for key, argument in field.args.items():
                if kind == "Mutation" or not (is_id(key) or key in CURSORS):
                    continue
                is_open = isinstance(declared, SingleField | AnyField)
                is_open |= isinstance(declared, TotalField) and key in {f"{row.name}Id" for row in rows}
                is_open |= isinstance(declared, ConnectionField) and key in CURSORS
                assert is_open or str(argument.type) == "Date!", f"{kind}.{name}({key})"


FIGURES = """query($ids: [ID!]!) { nodes(ids: $ids) { __typename id
    ... on Person { name nps { n score } }
    ... on Company { name nps { n } account { health { explanation { score parts { key part } } } } }
    ... on Account { tier } } }"""


@pytest.mark.parametrize("size", [1, 20])
def test_figures_on_top_of_rows_of_several_types(globex, ask, size):
    world = a_world(size)
    with inside(globex):
        theirs = a_person(name="Theirs")
    ids = [global_id("Person", person.pk) for person in world.people]
    ids += [global_id("Company", company.pk) for company in world.companies]
    ids += [global_id("Account", world.accounts[0].pk), global_id("Company", uuid7()), ids[0]]
    ids += [global_id("Person", theirs.pk)]

    answer = ask(FIGURES, 1 + 2 + 4, ids=ids)  # NPS of people and of companies; explanations take four
    found = data_of(answer)["nodes"]
    assert (answer.way, [node and node["id"] for node in found]) == ("mixed", [*ids[:-3], None, ids[0], None])
    assert all(set(node) == {"__typename", "id", "name", "nps"} for node in found[: 2 * size])
    assert {node["nps"]["n"] for node in found[: 2 * size]} == {1}
    assert {node["nps"]["n"] for node in found[2 * size : 3 * size]} == {2}
    blind = an_actor(Permission.SEE_COMPANIES)
    assert [node and node["__typename"] for node in data_of(ask(FIGURES, 1, blind, ids=ids))["nodes"]] == [
        "Company" if id in ids[2 * size : 3 * size] else None for id in ids
    ]
