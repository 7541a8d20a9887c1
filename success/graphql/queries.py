"""What can be read of accounts, contracts, health and scorecards."""

from datetime import date
from typing import Any

import strawberry
from django.db.models import QuerySet

from accounts.errors import Invalid
from accounts.graphql.connections import connection
from accounts.graphql.context import Context
from accounts.graphql.fields import argument
from accounts.graphql.relations import only, single
from accounts.graphql.totals import row, total
from accounts.permissions import Permission
from accounts.tallies import Tally
from success import explanations, metrics
from success.graphql.figures import (
    HealthDifference,
    HealthDistribution,
    HealthExplanation,
    RevenueOfDay,
)
from success.graphql.types import AccountNode, ContractNode, ScorecardNode, SignalNode
from success.models import Account
from success.models.accounts import AccountQuerySet
from success.models.contracts import ContractQuerySet
from success.models.scorecards import ScorecardQuerySet

FURTHEST = 3650

ACCOUNT = row("account", AccountNode)
DAY = argument("day", date | None, "Of this day, not one to come; today, if nothing is said.", default=None)
AGREED_DAY = argument(
    "day",
    date | None,
    "As of this day, and for one to come by what is agreed now; today, if nothing is said.",
    default=None,
)
WITHIN = argument("within_days", int, "Within so many days; at most 3650.", default=90)


def _accounts(context: Context) -> AccountQuerySet:
    return Account.objects.visible_to(context.actor)


def _distribution(context: Context, day: date | None = None) -> Tally[Any] | None:
    if not context.actor.may(Permission.SEE_HEALTH):
        return None
    return metrics.health_distribution_tally(_accounts(context), day=day)


def _ahead(
    rows: ContractQuerySet, *, context: Context, within_days: int, day: date | None = None
) -> QuerySet:
    """Contracts that come up for renewal; the same ones that `metrics.renewals_ahead` counts."""
    return metrics.ahead(rows, _accounts(context), within_days=_bounded(within_days), day=day)


def _bounded(days: int) -> int:
    if not 0 <= days <= FURTHEST:
        raise Invalid(f"`withinDays` is from 0 to {FURTHEST}.")
    return days


@strawberry.type
class SuccessQuery:
    account = single(AccountNode, description="An account.")
    accounts = connection(AccountNode, description="What we have with our customers.")
    contract = single(ContractNode, description="A version of a contract.")
    contracts = connection(
        ContractNode,
        narrow=lambda rows, **_: rows.current(),
        description="What is agreed now, the latest first.",
    )
    renewals_ahead = connection(
        ContractNode,
        narrow=_ahead,
        in_order=("ends_on", "id"),
        arguments=[
            WITHIN,
            argument(
                "day",
                date | None,
                "As it was known on this day, and for one to come by what is agreed now;"
                " today, if nothing is said.",
            ),
        ],
        description="Contracts of open accounts that come up for renewal, not renewed yet, the next first.",
    )
    scorecard = only(
        ScorecardNode,
        ScorecardQuerySet.current,
        description="The scorecard in force; null before the first is published.",
    )
    scorecards = connection(ScorecardNode, description="The versions of the scorecard, the latest first.")
    signals = connection(SignalNode, description="What the names of your own events mean for health.")
    health_distribution = total(
        HealthDistribution | None,
        _distribution,
        arguments=[DAY],
        description="How many accounts are in each band of health; null for those who may not see it.",
    )
    recurring_revenue = total(
        RevenueOfDay,
        lambda context, day=None: metrics.recurring_revenue_tally(_accounts(context), day=day),
        shown=RevenueOfDay.of,
        arguments=[AGREED_DAY],
        description="What open accounts pay per year.",
    )
    renewals_ahead_totals = total(
        RevenueOfDay,
        lambda context, within_days, day=None: metrics.revenue_ahead_tally(
            _accounts(context), within_days=_bounded(within_days), day=day
        ),
        shown=RevenueOfDay.of,
        arguments=[WITHIN, AGREED_DAY],
        description="What is up for renewal.",
    )
    health_on = total(
        HealthExplanation | None,
        lambda context, account, day: explanations.tally_on(account, day=day, by=context.actor),
        shown=HealthExplanation.of,
        arguments=[ACCOUNT, argument("day", date, "The day; not one to come.")],
        description="How an account did on a past day, as it was shown then; null where unknown.",
    )
    health_difference = total(
        HealthDifference | None,
        lambda context, account, before, after: explanations.difference_tally(
            account, before=before, after=after, by=context.actor
        ),
        shown=HealthDifference.of,
        arguments=[
            ACCOUNT,
            argument("before", date, "The earlier day; not one to come."),
            argument("after", date, "The later day; not one to come."),
        ],
        description="Why an account's score differs between two days; null where either is unknown.",
    )
