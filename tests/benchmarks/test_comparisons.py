"""What is compared does the same: all ways to read and to change, two to take in, two to score."""

import importlib
import io
import json
import os
import sys
from copy import deepcopy
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connection, transaction
from django.test import Client

from accounts.graphql.ids import global_id, key_of
from accounts.models import Tenant
from accounts.tenancy import inside
from benchmarks import deliveries, intake, orm_loop
from benchmarks.bench import Bench
from benchmarks.data.build import fill
from benchmarks.data.sizes import Plan, Size
from benchmarks.reads import contenders, growth, mutations, stages
from benchmarks.reads.postgraphile import wording
from benchmarks.reads.questions import ACCOUNT, EXPLAINED, PAGE, QUESTIONS, Question
from integrations.models import Delivery
from journeys.models import Event
from success.models import Account, Health
from tests.client import Api
from tests.factories import a_key

TINY = Size(accounts=6, people=30, events=300, answers=60)


@pytest.fixture
def filled(committed):
    """A tenant with a little of everything."""
    fill(committed["acme"], TINY)
    return committed["acme"]


@pytest.fixture
def bench(tmp_path):
    plan = Plan(TINY, TINY, 1, 0, 0)
    return Bench(plan=plan, folder=tmp_path, postgres=os.getpid(), valkey=0, rounds=1, seconds=0.1)


@pytest.fixture
def bare(bench, filled, monkeypatch):
    """The bare server's application, told what to do for this tenant."""
    intake.write_plan(bench, filled)
    path = bench.folder / intake.PLAN
    plan = json.loads(path.read_text()) | {"path": f"{filled.schema_name},public"}
    plan["database"] += f"&dbname={connection.settings_dict['NAME']}" if "?" in plan["database"] else ""
    path.write_text(json.dumps(plan | {"reads": contenders.statements()}))
    monkeypatch.setenv("BENCHMARK_BARE", str(path))
    module = importlib.reload(importlib.import_module("benchmarks.bare"))

    def ask(path: str, query: str = "", body: bytes = b"") -> dict:
        environ = {"PATH_INFO": path, "QUERY_STRING": query, "CONTENT_LENGTH": len(body)}
        return json.loads(b"".join(module.application(environ | {"wsgi.input": io.BytesIO(body)}, print)))

    yield ask
    module.connection().close()


def test_a_tenant_is_filled_with_a_little_of_everything(filled):
    with inside(filled), transaction.atomic():
        assert Account.objects.count() == Health.objects.exclude(score=None).count() == TINY.accounts
        assert Event.objects.exclude(source="unison").count() == TINY.events
        assert Event.objects.named("experience.nps_answered").exists()


def test_three_ways_to_read_give_the_same_answer(filled, bare, settings):
    settings.ROOT_URLCONF = "benchmarks.urls"
    key = a_key(filled)
    with inside(filled), transaction.atomic():
        account = Account.objects.order_by("pk").values_list("pk", flat=True)[0]
    client = Client(headers={"host": f"{filled.schema_name}.unison.test", "authorization": f"Bearer {key}"})
    for question in QUESTIONS:
        query = f"id={account}" if question.takes_id else ""

        graph = Api(filled, key)(question.document, **question.variables(global_id("Account", account)))
        view = client.get(f"/by-hand/{question.name}?{query}").json()

        assert graph["data"] == view == bare(f"/{question.name}", query)


@pytest.fixture
def ask(filled, settings):
    """Ask one of the ways of our own server, as the load does, and read the data of the answer."""
    settings.ROOT_URLCONF = "benchmarks.urls"
    host = f"{filled.schema_name}.unison.test"
    ways = contenders.ways_of(host, a_key(filled))

    def ask(way: str, question: Question) -> dict:
        return data_of(ways[way](question, an_account(filled)))

    return ask


def data_of(sent: bytes) -> dict:
    """What the system under test answers to a request that is written out."""
    head, _, body = sent.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    method, path, _ = first.split()
    request = Client(headers=headers).generic(method, path, body, headers["Content-Type"])
    answer = request.json()
    assert "errors" not in answer
    return answer["data"]


def an_account(tenant: Tenant) -> UUID:
    with inside(tenant), transaction.atomic():
        return Account.objects.order_by("pk").values_list("pk", flat=True)[0]


@pytest.mark.parametrize("question", [*QUESTIONS, EXPLAINED], ids=attrgetter("name"))
def test_the_ordinary_path_gives_the_same_answer(ask, question):
    assert ask(contenders.ORDINARY, question) == ask(contenders.GRAPHQL, question)


def test_what_is_explained_is_the_page_and_more(ask):
    explained = ask(contenders.GRAPHQL, EXPLAINED)
    parts = [node["health"].pop("explanation")["parts"] for node in explained["accounts"]["nodes"]]

    assert explained == ask(contenders.GRAPHQL, PAGE)
    assert all(parts)


def test_stock_strawberry_says_the_same_in_its_own_words(ask):
    account, page = ask(contenders.STOCK, ACCOUNT), ask(contenders.STOCK, PAGE)
    accounts = [account["account"], *(edge["node"] for edge in page["accounts"]["edges"])]
    for each in accounts:
        each["health"]["band"] = each["health"]["band"].upper()
    for each in accounts[1:]:
        company = each["company"]
        people = [edge["node"]["person"] for edge in company.pop("affiliations")["edges"]]
        responses = [edge["node"] for edge in company["responses"]["edges"]]
        company |= {"people": {"nodes": people}, "responses": {"nodes": responses}}

    assert as_moments(account) == as_moments(ask(contenders.GRAPHQL, ACCOUNT))
    assert as_moments({"accounts": {"nodes": accounts[1:]}}) == as_moments(ask(contenders.GRAPHQL, PAGE))


def test_what_postgraphile_says_is_compared_in_our_words(ask):
    ours = ask(contenders.GRAPHQL, ACCOUNT)
    account = deepcopy(ours["account"])
    company = account["company"]
    company |= company["recurringRevenue"] | {"recurringRevenue": company["recurringRevenue"]["amount"]}
    del company["amount"]
    account["id"], company["id"] = key_of(account["id"], "Account"), key_of(company["id"], "Company")
    account["health"]["band"] = account["health"]["band"].lower()
    theirs = json.loads(json.dumps({"account": account}, default=str))

    wording.assert_same(ours, theirs)
    theirs["account"]["tier"] = "another"
    with pytest.raises(AssertionError):
        wording.assert_same(ours, theirs)


def test_a_thousand_documents_differ_and_each_is_answered(filled):
    documents = [*growth.different()]
    assert len(set(documents)) == len(documents) >= growth.DOCUMENTS
    given = {"id": global_id("Account", an_account(filled)), "after": None, "tier": growth.TIERS[1]}
    api = Api(filled, a_key(filled))

    for document in documents[::100]:
        answer = api(document, **given)
        assert "errors" not in answer
        assert len(answer["data"]) == 2


def test_every_stage_of_a_request_is_seen(filled):
    document, key = ACCOUNT.document, an_account(filled)
    question = {"query": document, "variables": {"id": global_id("Account", key)}}
    given = stages.environment(f"{filled.schema_name}.unison.test", a_key(filled), question)
    application, ran = get_wsgi_application(), set()
    sys.setprofile(lambda frame, *_: ran.add(frame.f_code))
    try:
        with stages.lines_of_requests():
            answer = json.loads(stages.answer(application, given))
    finally:
        sys.setprofile(None)

    assert answer["data"]["account"]["id"] == global_id("Account", key)
    assert ran >= stages.STAGES.keys()


def as_moments(data: Any) -> Any:
    """An answer in which times are times, however they were written."""
    if isinstance(data, dict):
        return {
            key: datetime.fromisoformat(value) if key.endswith("At") else as_moments(value)
            for key, value in data.items()
        }
    return [as_moments(each) for each in data] if isinstance(data, list) else data


@pytest.mark.parametrize("name", mutations.CHANGES)
def test_both_engines_change_the_same_and_return_the_same(filled, settings, name):
    settings.ROOT_URLCONF = "benchmarks.urls"
    key, accounts = a_key(filled), contenders.accounts_of(filled)
    found = []
    for path in mutations.ADDRESSES.values():
        first, *_ = mutations.posts(filled, path, name, accounts, key)
        changed = data_of(first.replace(b".bench.localhost", b".unison.test", 1))["accountUpdate"]
        assert changed["errors"] == []
        assert changed["account"].pop("tier").startswith(mutations.TIER)
        changed["account"].pop("updatedAt", None)
        found.append(changed)
    assert found[0] == found[1]
    with inside(filled), transaction.atomic():
        assert Account.objects.filter(tier__startswith=mutations.TIER).count() == 1

    mutations.forget(filled)

    with inside(filled), transaction.atomic():
        assert not Account.objects.filter(tier__startswith=mutations.TIER).exists()
        assert not Event.objects.filter(name="success.account_updated").exists()


def test_a_view_by_hand_asks_for_permission(filled, settings):
    settings.ROOT_URLCONF = "benchmarks.urls"
    client = Client(headers={"host": f"{filled.schema_name}.unison.test"})

    assert client.get("/by-hand/page").status_code == 403


def test_both_ways_to_take_in_store_the_same(filled, bare, bench):
    with inside(filled), transaction.atomic():
        before = Event.objects.count()
    assert intake.take(filled, intake.incoming(intake.batch(bench, 20))) == 20
    assert bare("/intake", body=intake.body(intake.batch(bench, 20), "key"))["stored"] == 20
    assert intake.copying(bench, filled, 20).units == 20

    with inside(filled), transaction.atomic():
        stored = Event.objects.filter(source__in=["benchmark", "bare"])
        assert Event.objects.count() == before + 60
        assert not stored.filter(company=None).exists()
    intake.forget(filled)
    with inside(filled), transaction.atomic():
        assert Event.objects.count() == before


def test_the_loop_scores_every_account(filled):
    with inside(filled), transaction.atomic():
        Health.objects.update(score=None)
        assert orm_loop.score(Account.objects.order_by("pk")) == TINY.accounts

        assert not Health.objects.filter(score=None).exists()


def test_deliveries_are_queued_for_every_endpoint(filled, bench, settings):
    settings.WEBHOOK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    settings.WEBHOOK_REQUIRE_HTTPS = False
    with deliveries.endpoint(filled, 9):
        deliveries.queue(bench, filled, 10)
        with inside(filled), transaction.atomic():
            assert Delivery.objects.pending().count() == 10
        deliveries.forget(filled)
