"""A new scorecard is applied to all accounts in steps, also after a crash, and makes way for a newer one."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.database import backend
from accounts.models import Tenant
from accounts.tenancy import inside
from accounts.waking import begun
from success import accounts, health, overrides, rollout, scorecards, standings, tasks
from success.accounts import AccountDraft
from success.days import today
from success.models import Account, Due, Health, HealthRecord, Scorecard
from tests.factories import an_actor
from tests.success.factories import a_company, a_measure, an_account, happened, published, rolled_out, work

WAITING = """
SELECT count(*) FROM pg_locks
WHERE locktype = 'advisory' AND NOT granted AND database = (
    SELECT oid FROM pg_database WHERE datname = current_database()
)
"""


@pytest.fixture
def step_by_step(monkeypatch):
    """One account to a step."""
    monkeypatch.setattr(rollout, "STEP", 1)


@pytest.fixture
def both(committed):
    """Both tenants, each with three accounts at 10 points for the one person who used something."""
    for tenant in committed.values():
        with inside(tenant), transaction.atomic():
            published(a_measure())
            for account in accounts.open_many(
                [AccountDraft(company_id=a_company().pk) for _ in range(3)], by=an_actor()
            ):
                happened(account, [0])
            work()
    return committed


def publish(tenant: Tenant, points: int) -> Scorecard:
    """Put a scorecard in force that gives so many points to each person."""
    with inside(tenant), transaction.atomic():
        measure = a_measure(curve=[(0, 0), (1, points)])
        return scorecards.publish("New", [measure], by=an_actor())


def advance(tenant: Tenant) -> health.Scored:
    """A step, and its commit."""
    with inside(tenant), transaction.atomic():
        return rollout.advance()


def advance_elsewhere(tenant: Tenant) -> health.Scored:
    """The same by another worker: in a thread, whose connection ends with it."""
    try:
        return advance(tenant)
    finally:
        connection.close()


def scores(tenant: Tenant) -> list[int]:
    """The shown scores, in the order of the accounts."""
    with inside(tenant), transaction.atomic():
        return [int(score or -1) for score in Health.objects.values_list("score", flat=True)]


def somebody_waits() -> bool:
    """Whether somebody waits for a lock of ours."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        (number,) = cursor.fetchone()
    return bool(number)


def test_all_are_scored_with_what_is_published_and_nobody_is_due(both):
    card = publish(both["acme"], 50)
    tasks.apply_scorecard.run(schema="acme")
    assert scores(both["acme"]) == [50, 50, 50]
    with inside(both["acme"]), transaction.atomic():
        assert not Due.objects.exists()
        assert Scorecard.objects.get(pk=card.pk).applied_at
        assert not rollout.is_waiting()
        assert set(HealthRecord.objects.values_list("scorecard", "score")) == {(card.pk, Decimal(50))}
    tasks.apply_scorecard.run(schema="globex")
    assert scores(both["globex"]) == [10, 10, 10]


def test_it_goes_on_where_a_worker_died(both, step_by_step):
    publish(both["acme"], 50)
    assert advance(both["acme"]).more
    with inside(both["acme"]), transaction.atomic():
        assert rollout.advance().changed == 1
        transaction.set_rollback(True)
    assert scores(both["acme"]) == [50, 10, 10]
    tasks.apply_scorecard.run(schema="acme")
    assert scores(both["acme"]) == [50, 50, 50]
    assert scores(both["globex"]) == [10, 10, 10]


def test_a_newer_scorecard_takes_over(both, step_by_step):
    older = publish(both["acme"], 50)
    assert advance(both["acme"]).changed == 1
    publish(both["acme"], 80)
    assert [advance(both["acme"]).changed for _ in range(5)] == [1, 1, 1, 0, 0]
    assert scores(both["acme"]) == [80, 80, 80]
    with inside(both["acme"]), transaction.atomic():
        assert Scorecard.objects.get(pk=older.pk).applied_at is None
        assert not rollout.is_waiting()


def test_who_opened_or_was_scored_meanwhile_has_the_new_scorecard(both, step_by_step):
    acme = both["acme"]
    card = publish(acme, 50)
    advance(acme)
    with inside(acme), transaction.atomic():
        happened(an_account(opened=0), [0])
        health.mark_all_due()
    advance(acme)
    with inside(acme), transaction.atomic():
        work()
        assert set(Health.objects.values_list("scorecard", "score")) == {(card.pk, Decimal(50))}
        assert Health.objects.count() == 4


def test_without_accounts_it_is_applied_at_once(acme, globex):
    published()
    assert rollout.advance() == health.Scored()
    assert Scorecard.objects.get().applied_at


def test_who_was_closed_keeps_the_score_they_had(both):
    acme = both["acme"]
    publish(acme, 50)
    with inside(acme), transaction.atomic():
        accounts.close(Account.objects.earliest("pk"), by=an_actor())
    assert advance(acme).changed == 2
    assert scores(acme) == [10, 50, 50]
    assert scores(both["globex"]) == [10, 10, 10]


def test_accounts_are_never_compared_each_with_each(acme, globex):
    published()
    card = Scorecard.objects.get()
    standings.hold_all()
    everybody = {"after": standings.FIRST, "until": standings.LAST}
    with backend().prepared() as cursor:
        cursor.execute(
            f"EXPLAIN {standings._range(card.card, today())}",
            {**everybody, "scorecard": card.pk, "now": timezone.now(), "ids": str(card.pk)[:-8]},
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Merge Full Join" in plan


def test_a_second_worker_leaves_it_to_the_first(both, step_by_step):
    acme = both["acme"]
    publish(acme, 50)

    with ThreadPoolExecutor(1) as pool:
        with inside(acme), transaction.atomic():
            assert rollout.advance().more
            assert pool.submit(advance_elsewhere, acme).result(10) == health.Scored()
        assert pool.submit(advance_elsewhere, acme).result(10).changed == 1
    assert scores(acme) == [50, 50, 10]


def test_it_waits_for_who_holds_an_account_and_sees_what_they_wrote(both):
    acme = both["acme"]
    publish(acme, 50)

    with ThreadPoolExecutor(1) as pool:
        with inside(acme), transaction.atomic():
            account = Account.objects.earliest("pk")
            overrides.override(
                account,
                score=Decimal(7),
                reason="A call.",
                expires_at=timezone.now() + timedelta(days=1),
                by=an_actor(),
            )
            done = pool.submit(advance_elsewhere, acme)
            while not (done.done() or somebody_waits()):
                pass
            assert not done.done()
        assert done.result(10).changed == 2, "who holds an account has scored it with the new one already"
    assert scores(acme) == [7, 50, 50]
    with inside(acme), transaction.atomic():
        record = HealthRecord.objects.get(account=account)
        assert (record.score, record.computed_score, record.override_score) == (7, 50, 7)


def test_the_net_wakes_the_pass_that_was_lost(both, monkeypatch):
    asked: list[str] = []
    monkeypatch.setattr(tasks.apply_scorecard, "delay", lambda *, schema: asked.append(schema))
    publish(both["acme"], 50)
    with inside(both["globex"]), transaction.atomic():
        rolled_out()
    asked.clear()
    begun(tasks.apply_scorecard, "acme")
    for schema in ("acme", "globex"):
        tasks.score_due.run(schema=schema)
    assert asked == ["acme"]
