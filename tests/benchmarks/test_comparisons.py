"""What is compared does the same: three ways to read, two to take in, two to score."""

import importlib
import io
import json
import os

import pytest
from django.db import connection, transaction
from django.test import Client

from accounts.graphql.ids import global_id
from accounts.tenancy import inside
from benchmarks import deliveries, intake, orm_loop
from benchmarks.bench import Bench
from benchmarks.data.build import fill
from benchmarks.data.sizes import Plan, Size
from benchmarks.reads import compare
from benchmarks.reads.questions import QUESTIONS
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
    path.write_text(json.dumps(plan | {"reads": compare.statements()}))
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
