"""Scoring: against a loop over the ORM, with ten times the events, and over very many accounts."""

from collections.abc import Callable
from itertools import count

from django.db import connection, transaction

from accounts.models import Tenant
from accounts.tenancy import inside
from benchmarks import orm_loop
from benchmarks.bench import Bench, tenant_named
from benchmarks.data.build import BUSY, MILLION, TENFOLD, owner_of, vacuum
from benchmarks.harness.results import Finding, Target
from benchmarks.harness.rounds import Spread, cpu, interleaved, per_cpu, ratio
from benchmarks.harness.samples import Sample
from success import health, rollout
from success.models import Account, Scorecard

PASS, TENFOLD_PASS, REFRESH, TENFOLD_REFRESH = (
    "pass",
    "pass over ten times",
    "refresh",
    "refresh of ten times",
)
LOOP = "a loop over the ORM"
ONCE = "the same customers with a tenth of the events"
SHARE = 10
"""One account in so many has changed."""

CHANGE = """
UPDATE success_feature SET
    rating = CASE WHEN rating >= 9 THEN rating - 1 ELSE rating + 1 END, rating_on = current_date
WHERE abs(hashtext(account_id::text)) %% %(share)s = %(round)s %% %(share)s
"""

_rounds = count(1)


def measure(bench: Bench) -> list[Finding]:
    """Every comparison of scoring."""
    return [*beside_the_loop(bench), *over_a_million(bench)]


def beside_the_loop(bench: Bench) -> list[Finding]:
    """Accounts for a CPU second: the pass over all, features anew, and account by account."""
    tenant, tenfold = tenant_named(BUSY), tenant_named(TENFOLD)
    sample_of = 10 if bench.is_quick else 100
    contenders = {
        PASS: passes(bench, tenant),
        TENFOLD_PASS: passes(bench, tenfold),
        REFRESH: lambda: bench.meter().of(lambda: refreshed(tenant)),
        TENFOLD_REFRESH: lambda: bench.meter().of(lambda: refreshed(tenfold)),
        LOOP: lambda: bench.meter().of(lambda: looped(tenant, sample_of)),
    }
    rounds = interleaved(contenders, bench.rounds)
    return [
        Finding(
            "scoring all, a tenth changed: accounts for a CPU second",
            LOOP,
            ratio(rounds, PASS, LOOP, per_cpu),
            Target("≥", 500),
        ),
        Finding(
            "features and scores of all anew: accounts for a CPU second",
            LOOP,
            ratio(rounds, REFRESH, LOOP, per_cpu),
        ),
        Finding(
            "scoring all, ten times the events: CPU",
            ONCE,
            ratio(rounds, TENFOLD_PASS, PASS, cpu),
            Target("≤", 1.2),
        ),
        Finding(
            "features and scores anew, ten times the events: CPU",
            ONCE,
            ratio(rounds, TENFOLD_REFRESH, REFRESH, cpu),
        ),
    ]


def over_a_million(bench: Bench) -> list[Finding]:
    """CPU seconds of a pass over very many accounts of which a tenth has changed."""
    tenant, meter = tenant_named(MILLION), bench.meter()
    forget_today(tenant)
    seconds = []
    for _ in range(min(3, bench.rounds)):
        change(tenant)
        seconds.append(meter.of(lambda: scored(tenant)).cpu)
    what = f"scoring {bench.plan.features:,} accounts, a tenth changed: CPU seconds"
    return [Finding(what, "one CPU second", Spread.of(seconds), Target("≤", 5))]


def forget_today(tenant: Tenant) -> None:
    """Undo what an earlier measurement left: a pass of a day finds no record of that day."""
    with owner_of(tenant):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM success_healthrecord WHERE day = current_date")
            cursor.execute(
                "UPDATE success_health SET scored_at = scored_at - interval '30 days'"
                " WHERE scored_at > current_date - 2"
            )
        vacuum(tenant.schema_name)


def passes(bench: Bench, tenant: Tenant) -> Callable[[], Sample]:
    """Some passes over all accounts; before each one, a tenth of them changes."""

    def some() -> Sample:
        total, meter = Sample(), bench.meter()
        for _ in range(2 if bench.is_quick else 10):
            change(tenant)
            one = meter.of(lambda: scored(tenant))
            total.units += bench.plan.main.accounts
            total.wall += one.wall
            total.application += one.application
            total.postgres += one.postgres
        return total

    return some


def change(tenant: Tenant) -> None:
    """Another tenth of the accounts has been rated anew, and all are to be scored as after a publication."""
    with inside(tenant), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CHANGE, {"round": next(_rounds), "share": SHARE})
        Scorecard.objects.current().update(reached=None, applied_at=None)


def scored(tenant: Tenant) -> float:
    """The pass over all accounts that follows a publication, step by step as its task takes it."""
    with inside(tenant):
        done = rollout.advance()
        while done.more:
            done += rollout.advance()
    return done.accounts


def refreshed(tenant: Tenant) -> float:
    """Features and scores of all accounts, from the rollups up."""
    accounts = 0
    with inside(tenant):
        with transaction.atomic():
            health.mark_all_due()
        while (done := health.score_due()).accounts:
            accounts += done.accounts
    return accounts


def looped(tenant: Tenant, sample_of: int) -> float:
    """A few accounts, one by one."""
    with inside(tenant), transaction.atomic():
        return orm_loop.score(Account.objects.open().select_related("company").order_by("pk")[:sample_of])
