"""The worker's doors: the tenant's health, and nobody else's; woken by news, swept by the beat."""

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.events import Envelope, handlers_of
from accounts.identifiers import uuid7
from accounts.tenancy import inside
from accounts.tenants import TenantGone
from accounts.waking import begun
from journeys import rollups
from success import nightly, tasks
from success.models import Account, Due, Feature, Health, NightlyPass
from tests.success.factories import an_account, happened, published, rolled_out, work


@pytest.fixture
def sent(monkeypatch):
    """What was asked for, instead of a queue; whatever was called before has begun."""
    asked: list[tuple[str, str]] = []
    for task in (tasks.score_due, tasks.score_all, tasks.apply_scorecard):
        for schema in ("acme", "globex"):
            begun(task, schema)
        monkeypatch.setattr(
            task, "delay", lambda *, schema, name=task.name: asked.append((name.split(".")[-1], schema))
        )
    return asked


@pytest.fixture
def both(committed):
    """Both tenants, each with a scorecard and an account that was used."""
    for tenant in committed.values():
        with inside(tenant), transaction.atomic():
            published()
            rolled_out()
            happened(an_account(), [1, 2])
            rollups.fold()
    return committed


def test_who_is_due_is_scored_in_this_tenant(both, sent):
    tasks.score_due.run(schema="acme")
    with inside(both["acme"]), transaction.atomic():
        assert Health.objects.get().score is not None
        assert not Due.objects.exists()
    with inside(both["globex"]), transaction.atomic():
        assert Health.objects.get().score is None
        assert Due.objects.exists()
    assert sent == []


def test_a_day_is_begun_once(both, sent):
    for _ in range(2):
        tasks.score_all.run(schema="globex")
    with inside(both["globex"]), transaction.atomic():
        assert Health.objects.get().score is not None
        assert NightlyPass.objects.get().finished_at
    with inside(both["acme"]), transaction.atomic():
        assert Health.objects.get().score is None
    assert sent == []


def test_a_long_queue_is_left_to_the_next_turn(both, sent, monkeypatch):
    monkeypatch.setattr(tasks, "PASSES", 1)
    monkeypatch.setattr(nightly, "STEP", 1)
    with inside(both["acme"]), transaction.atomic():
        an_account()
    sent.clear()
    for _ in range(4):
        tasks.score_all.run(schema="acme")
    assert sent == [("score_all", "acme")] * 2, "a step for each account, and one that finds no more"


def test_rollups_wake_the_scorer_when_they_are_committed(both, sent):
    with inside(both["acme"]):
        with transaction.atomic():
            work()
            happened(an_account(), [1])
        with transaction.atomic():
            rollups.fold()
            assert sent == []
        assert sent == [("score_due", "acme")]


def test_news_that_change_a_score_wake_the_scorer(both, sent):
    names = [
        "account_opened", "contract_agreed", "contract_renewed", "contract_amended", "contract_ended",
        "signal_changed",
    ]  # fmt: skip
    with inside(both["acme"]), transaction.atomic():
        news = Envelope(
            id=uuid7(), name="", version=1, occurred_at=timezone.now(), actor_kind="system", actor_id=None,
            actor_label="test", data={}, caused_by=None,
        )  # fmt: skip
        for name in names:
            (handler,) = handlers_of(f"success.{name}").values()
            handler(news)
        (handler,) = handlers_of("success.scorecard_published").values()
        handler(news)
    assert sent == [("score_due", "acme"), ("apply_scorecard", "acme")], "once per transaction"


def test_companies_without_an_account_wake_nobody(committed, sent):
    with inside(committed["acme"]), transaction.atomic():
        account = an_account()
        Feature.objects.all().delete()
        Due.objects.all().delete()
        Account.objects.update(closed_on=account.opened_on)
        happened(account, [1])
        rollups.fold()
    assert sent == []


def test_the_sweeps_are_for_everybody(committed, sent):
    tasks.score_due_everywhere.run()
    tasks.score_all_everywhere.run()
    assert sorted(sent) == [
        ("score_all", "acme"), ("score_all", "globex"), ("score_due", "acme"), ("score_due", "globex"),
    ]  # fmt: skip


def test_a_tenant_that_is_gone_is_not_scored(committed):
    for task in (tasks.score_due, tasks.score_all, tasks.apply_scorecard):
        with pytest.raises(TenantGone):
            task.run(schema="nowhere")
