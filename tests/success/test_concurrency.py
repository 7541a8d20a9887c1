"""Several at once, with real commits: nobody waits in a ring, nothing is lost, and all ends up right."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier, Event

from django.db import connection, transaction

from accounts.errors import Conflict
from accounts.models import Tenant
from accounts.tenancy import inside
from journeys import rollups
from success import accounts, health, history, nightly, overrides
from success.accounts import AccountDraft
from success.models import Account, Due, Feature, Health, HealthRecord, NightlyPass
from tests.factories import an_actor
from tests.success.factories import a_company, ago, an_account, happened, published, scored_all, work


def in_turn(tenant: Tenant, step: Callable[[], object], times: int = 1) -> None:
    """Do this so many times, each in a transaction of its own."""
    with inside(tenant):
        for _ in range(times):
            with transaction.atomic():
                step()


def at_once(tenant: Tenant, *jobs: Callable[[], object], times: int = 1) -> None:
    """Run the jobs in threads that start together."""
    together = Barrier(len(jobs))

    def run(job: Callable[[], object]) -> None:
        try:
            together.wait()
            in_turn(tenant, job, times)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        for done in [pool.submit(run, job) for job in jobs]:
            done.result()


def test_scorers_folders_and_nights_at_once_end_up_right(committed):
    acme = committed["acme"]
    with inside(acme), transaction.atomic():
        published()
        opened = [an_account() for _ in range(12)]

    def use(user: str) -> None:
        for number, account in enumerate(opened):
            happened(account, range(number, 60, 1 + number), user=user)
        rollups.fold()

    at_once(
        acme,
        partial(use, "ada"),
        partial(use, "bob"),
        lambda: health.score_due(limit=5),
        lambda: health.score_due(limit=5),
        scored_all,
        nightly.advance,
        health.mark_all_due,
        times=6,
    )

    with inside(acme), transaction.atomic():
        work()
        standing = history.as_of([account.pk for account in opened], ago(0))
        for kept in Health.objects.all():
            assert (kept.score, kept.parts) == (standing[kept.pk].score, standing[kept.pk].parts)
        assert Health.objects.exclude(score=None).count() == HealthRecord.objects.count() == 12
        assert not Due.objects.exists()
        assert scored_all().changed == 0
    with inside(committed["globex"]), transaction.atomic():
        assert not Health.objects.exists()


def test_what_is_asked_for_during_a_pass_is_not_lost(committed):
    acme = committed["acme"]
    with inside(acme), transaction.atomic():
        published()
        account = an_account()
    scoring, asked = Event(), Event()

    def score() -> None:
        health.score_due()
        scoring.set()
        assert asked.wait(10)

    def touch() -> None:
        assert scoring.wait(10)
        happened(account, [1])
        rollups.fold()  # must not wait for the scorer

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(_alone, acme, score)
        in_turn(acme, touch)
        asked.set()
        done.result()

    with inside(acme), transaction.atomic():
        assert Due.objects.get().account_id == account.pk
        assert health.score_due().changed == 1
        assert Feature.objects.get().breadth == 1


def _alone(tenant: Tenant, step: Callable[[], object]) -> None:
    try:
        in_turn(tenant, step)
    finally:
        connection.close()


def test_an_account_that_two_were_asked_for_is_scored_by_one_after_the_other(committed):
    acme = committed["acme"]
    with inside(acme), transaction.atomic():
        published()
        account = an_account()
        happened(account, [1, 2])
        work()
        for _ in range(8):
            health.mark_due([account.pk])

    at_once(acme, *[lambda: health.score_due(limit=2)] * 4)

    with inside(acme), transaction.atomic():
        assert not Due.objects.exists()
        assert HealthRecord.objects.count() == 1


def test_of_two_who_open_an_account_with_one_company_the_second_is_refused(committed):
    acme = committed["acme"]
    with inside(acme), transaction.atomic():
        companies = [a_company().pk for _ in range(4)]
    refused = []

    def open_all(order: int) -> None:
        drafts = [AccountDraft(company_id=company) for company in companies[::order]]
        try:
            accounts.open_many(drafts, by=an_actor())
        except Conflict as conflict:
            refused.append(conflict.field)

    at_once(acme, partial(open_all, 1), partial(open_all, -1), partial(open_all, 1))
    assert refused == ["0.company_id"] * 2
    with inside(acme), transaction.atomic():
        assert Account.objects.count() == Health.objects.count() == 4


def test_two_beats_do_the_night_once(committed):
    acme = committed["acme"]
    with inside(acme), transaction.atomic():
        published()
        for _ in range(3):
            an_account()
    at_once(acme, *[nightly.advance] * 4, times=3)
    with inside(acme), transaction.atomic():
        assert NightlyPass.objects.get().finished_at
        assert not nightly.advance()


def test_an_override_and_its_expiry_beside_scorers(committed):
    acme = committed["acme"]
    with inside(acme), transaction.atomic():
        published()
        opened = [an_account() for _ in range(5)]
        for account in opened:
            happened(account, [1])
        work()
    at_once(acme, health.mark_all_due, health.score_due, scored_all, overrides.expire, times=4)
    with inside(acme), transaction.atomic():
        work()
        assert Health.objects.exclude(score=None).count() == 5
