"""By what accounts, contracts, health and scorecards are found and sorted."""

from typing import Annotated

from django.db.models import Q, QuerySet

from accounts.graphql.context import Context
from accounts.graphql.filtering import condition, filters, on, where
from accounts.graphql.lookups import (
    DateLookup,
    DecimalLookup,
    IdLookup,
    IntLookup,
    OneOf,
    TextLookup,
    TimeLookup,
)
from accounts.graphql.nodes import rows_of
from accounts.graphql.ordering import Direction, orders
from accounts.permissions import Permission
from journeys.graphql.filters import CompanyFilter
from journeys.graphql.types import CompanyNode
from success.graphql.vocabulary import Band, SignalRole
from success.models import Account, Contract, Health, HealthOverride, HealthRecord, Scorecard, Signal


def _in_band(given: OneOf[Band], context: Context) -> Q:
    return Q(pk__in=Health.objects.visible_to(context.actor).filter(given.on("band")).values("pk"))


def _with_score(given: DecimalLookup, context: Context) -> Q:
    return Q(pk__in=Health.objects.visible_to(context.actor).filter(given.on("score")).values("pk"))


def _with_company(given: CompanyFilter, context: Context) -> Q:
    return Q(company__in=rows_of(CompanyNode, context).filter(condition(given, context)).values("pk"))


@filters(Account)
class AccountFilter:
    tier: TextLookup
    opened_on: DateLookup
    closed_on: DateLookup
    created_at: TimeLookup
    updated_at: TimeLookup
    recurring_revenue: Annotated[DecimalLookup, on("company__recurring_revenue")]
    renewal_on: Annotated[DateLookup, on("company__renewal_on")]
    is_open: Annotated[bool, where(lambda value, _: Q(closed_on__isnull=value), "Whether it is open.")]
    owner_id: Annotated[IdLookup, where(lambda given, _: given.of("User", "owner_id"), "Who looks after it.")]
    company_id: Annotated[
        IdLookup, where(lambda given, _: given.of("Company", "company_id"), "With which company.")
    ]
    company: Annotated[CompanyFilter, where(_with_company, "What its company is like.")]
    health_band: Annotated[OneOf[Band], where(_in_band, "The band of its health.")]
    health_score: Annotated[DecimalLookup, where(_with_score, "The score of its health.")]


@orders(Account)
class AccountOrder:
    name: Annotated[Direction, on("company__name", needs=Permission.SEE_COMPANIES)]
    tier: Direction
    opened_on: Direction
    closed_on: Direction
    created_at: Direction
    recurring_revenue: Annotated[Direction, on("company__recurring_revenue")]
    renewal_on: Annotated[Direction, on("company__renewal_on")]
    health_score: Annotated[Direction, on("health__score", needs=Permission.SEE_HEALTH)]


@filters(Contract)
class ContractFilter:
    recurring_revenue: DecimalLookup
    currency: TextLookup
    starts_on: DateLookup
    ends_on: DateLookup
    is_final: bool
    recorded_at: TimeLookup
    is_current: Annotated[
        bool, where(lambda value, _: Q(superseded_at__isnull=value), "Whether it is what is agreed now.")
    ]
    account_id: Annotated[IdLookup, where(lambda given, _: given.of("Account", "account_id"), "With whom.")]


@orders(Contract)
class ContractOrder:
    recurring_revenue: Direction
    starts_on: Direction
    ends_on: Direction
    recorded_at: Direction


@filters(HealthRecord)
class HealthRecordFilter:
    day: DateLookup
    score: DecimalLookup
    band: OneOf[Band]


@orders(HealthRecord)
class HealthRecordOrder:
    day: Direction


@filters(HealthOverride)
class HealthOverrideFilter:
    created_at: TimeLookup
    expires_at: TimeLookup
    is_in_force: Annotated[bool, where(lambda value, _: Q(ended_at__isnull=value), "Whether it is in force.")]


@orders(HealthOverride)
class HealthOverrideOrder:
    created_at: Direction
    expires_at: Direction


@filters(Scorecard)
class ScorecardFilter:
    version: IntLookup
    title: TextLookup
    is_current: bool
    published_at: TimeLookup


@orders(Scorecard)
class ScorecardOrder:
    version: Direction


@filters(Signal)
class SignalFilter:
    event_name: TextLookup
    role: OneOf[SignalRole]
    recorded_at: TimeLookup


@orders(Signal)
class SignalOrder:
    event_name: Direction
    recorded_at: Direction


def search_scorecards(rows: QuerySet, text: str) -> QuerySet:
    """Scorecards by title."""
    return rows.filter(title__icontains=text)


def search_signals(rows: QuerySet, text: str) -> QuerySet:
    """Signals by the name of their events."""
    return rows.filter(event_name__icontains=text)
