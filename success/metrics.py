"""Figures of customer success over the accounts one may see, now or as of a past day."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Sum

from accounts.tallies import Counted, Tally
from success.days import end_of, known, today
from success.models import Contract, HealthRecord
from success.models.accounts import AccountQuerySet
from success.models.contracts import ContractQuerySet
from success.scoring import Band


@dataclass(frozen=True, slots=True)
class Revenue:
    """Recurring revenue per year in one currency, and from how many accounts it comes."""

    currency: str
    amount: Decimal
    accounts: int


@dataclass(frozen=True, slots=True)
class RecurringRevenue:
    """What the accounts open on the day pay per year, by currency; empty where there is no contract."""

    definition: ClassVar = (
        "The sum of the yearly recurring revenue of the contracts that run on the day, of accounts open on"
        " it, as agreed by the end of the day; for a day to come, as agreed now."
    )
    day: date
    totals: Sequence[Revenue]


@dataclass(frozen=True, slots=True)
class Renewal:
    """A contract that comes up for renewal, with the health of its account."""

    account_id: UUID
    company_id: UUID
    contract_id: UUID
    ends_on: date
    days_left: int
    recurring_revenue: Decimal
    currency: str
    score: Decimal | None
    band: str


@dataclass(frozen=True, slots=True)
class RenewalsAhead:
    """The contracts that come up for renewal within so many days, the next one first."""

    definition: ClassVar = (
        "The contracts of open accounts that end from the day on, within so many days, that are not renewed"
        " yet and not ended for good; with the health shown on the day. For a day to come: as agreed now."
    )
    day: date
    within_days: int
    renewals: Sequence[Renewal]

    @property
    def totals(self) -> Sequence[Revenue]:
        """What is up for renewal, by currency."""
        amounts: dict[str, Decimal] = defaultdict(Decimal)
        accounts: dict[str, set[UUID]] = defaultdict(set)
        for renewal in self.renewals:
            amounts[renewal.currency] += renewal.recurring_revenue
            accounts[renewal.currency].add(renewal.account_id)
        return [Revenue(code, amounts[code], len(accounts[code])) for code in sorted(amounts)]


@dataclass(frozen=True, slots=True)
class RevenueAhead:
    """What is up for renewal within so many days, by currency: the sums of `RenewalsAhead` alone."""

    definition: ClassVar = RenewalsAhead.definition
    day: date
    totals: Sequence[Revenue]


@dataclass(frozen=True, slots=True)
class HealthDistribution:
    """How many of the accounts open on the day are in each band, and of how many nothing fresh is known."""

    definition: ClassVar = (
        "The accounts open on the day by the band of the health shown on it; at risk below 50, watch below"
        " 75, healthy from 75; unknown where no measure was fresh."
    )
    day: date
    n: int
    at_risk: int
    watch: int
    healthy: int
    unknown: int


def recurring_revenue(accounts: AccountQuerySet, *, day: date | None = None) -> RecurringRevenue:
    """What these accounts pay per year, now or as it was known on a past day."""
    return recurring_revenue_tally(accounts, day=day).count()


def recurring_revenue_tally(accounts: AccountQuerySet, *, day: date | None = None) -> Tally[RecurringRevenue]:
    """What these accounts pay per year, still to be counted."""
    on = day or today()
    running = Contract.objects.as_of(end_of(on)).in_force(on).filter(account__in=open_on(accounts, day))
    return Tally(_by_currency(running), lambda rows: RecurringRevenue(on, _revenues(rows)))


def renewals_ahead(
    accounts: AccountQuerySet, *, within_days: int = 90, day: date | None = None
) -> RenewalsAhead:
    """The contracts of these accounts that come up for renewal, now or as it was known on a past day."""
    on = day or today()
    health = HealthRecord.objects.filter(account=OuterRef("account"), day__lte=on).order_by("-day")[:1]
    rows = (
        ahead(Contract.objects.all(), accounts, within_days=within_days, day=day)
        .order_by("ends_on", "pk")
        .values_list("account", F("account__company"), "pk", "ends_on", "recurring_revenue", "currency")
        .annotate(score=Subquery(health.values("score")), band=Subquery(health.values("band")))
    )
    renewals = [
        Renewal(
            account, company, contract, ends_on, (ends_on - on).days, revenue, currency, score, band or ""
        )
        for account, company, contract, ends_on, revenue, currency, score, band in rows
    ]
    return RenewalsAhead(on, within_days, renewals)


def revenue_ahead(
    accounts: AccountQuerySet, *, within_days: int = 90, day: date | None = None
) -> RevenueAhead:
    """What the contracts of `renewals_ahead` are worth."""
    return revenue_ahead_tally(accounts, within_days=within_days, day=day).count()


def revenue_ahead_tally(
    accounts: AccountQuerySet, *, within_days: int = 90, day: date | None = None
) -> Tally[RevenueAhead]:
    """What the contracts of `renewals_ahead` are worth, still to be counted."""
    on = day or today()
    groups = _by_currency(ahead(Contract.objects.all(), accounts, within_days=within_days, day=day))
    return Tally(groups, lambda rows: RevenueAhead(on, _revenues(rows)))


def ahead(
    contracts: ContractQuerySet, accounts: AccountQuerySet, *, within_days: int, day: date | None = None
) -> ContractQuerySet:
    """Those of the contracts that come up for renewal, of these accounts."""
    on = day or today()
    rows = contracts.to_renew(end_of(on)).filter(account__in=open_on(accounts, day))
    return rows.filter(ends_on__gte=on, ends_on__lte=on + timedelta(days=within_days))


def open_on(accounts: AccountQuerySet, day: date | None) -> AccountQuerySet:
    """Those of the accounts that were open on the day as it was shown then; without a day, that are now."""
    return accounts.active_on(today()) if day is None else accounts.shown_on(day)


def _by_currency(contracts: ContractQuerySet) -> QuerySet:
    return (
        contracts.order_by("currency")
        .values("currency")
        .annotate(amount=Sum("recurring_revenue"), accounts=Count("account", distinct=True))
    )


def _revenues(rows: Counted) -> list[Revenue]:
    return [Revenue(row["currency"], Decimal(row["amount"]), row["accounts"]) for row in rows]


def health_distribution(accounts: AccountQuerySet, *, day: date | None = None) -> HealthDistribution:
    """How these accounts are spread over the bands, now or on a past day."""
    return health_distribution_tally(accounts, day=day).count()


def health_distribution_tally(
    accounts: AccountQuerySet, *, day: date | None = None
) -> Tally[HealthDistribution]:
    """How these accounts are spread over the bands, still to be counted."""
    shown = F("health__band") if day is None else _band_on(known(day))
    on = day or today()
    open_then = open_on(accounts, day).order_by().annotate(shown=shown)
    return Tally(open_then.values("shown").annotate(n=Count("pk")), lambda rows: _spread(on, rows))


def _spread(day: date, rows: Counted) -> HealthDistribution:
    found: dict[str, int] = defaultdict(int)
    for row in rows:
        found[row["shown"] or ""] += row["n"]
    at_risk, watch, healthy = (found[band.value] for band in (Band.AT_RISK, Band.WATCH, Band.HEALTHY))
    return HealthDistribution(day, sum(found.values()), at_risk, watch, healthy, found[""])


def _band_on(day: date) -> Subquery:
    records = HealthRecord.objects.filter(account=OuterRef("pk"), day__lte=day).order_by("-day")
    return Subquery(records.values("band")[:1])
