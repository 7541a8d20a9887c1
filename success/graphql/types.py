"""Accounts, contracts, health and scorecards in the graph."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, Q, TextField
from django.db.models.functions import Cast
from strawberry import auto

from accounts.graphql.connections import listing
from accounts.graphql.context import Context
from accounts.graphql.money import money
from accounts.graphql.nodes import Node, blank_is_null, computed, node
from accounts.graphql.relations import of_each, one
from accounts.graphql.scalars import Money
from accounts.graphql.types import UserNode
from accounts.permissions import Permission
from journeys.graphql.types import CompanyNode
from success import explanations, models
from success.graphql import filters
from success.graphql.figures import HealthExplanation
from success.graphql.vocabulary import Band, FeatureName, SignalRole
from success.models.accounts import AccountQuerySet


@node(models.Measure, in_order=("position", "id"))
class MeasureNode(Node):
    key: auto
    title: auto
    feature: FeatureName
    curve: list[list[float]]
    weight: auto
    max_age_days: auto
    position: auto


@node(
    models.Scorecard,
    filters=filters.ScorecardFilter,
    ordering=filters.ScorecardOrder,
    search=filters.search_scorecards,
    in_order=("-version", "-id"),
)
class ScorecardNode(Node):
    version: auto
    title: auto
    published_at: auto
    is_current: auto
    published_by: UserNode | None = one(UserNode, "published_by_id", description="Who published it.")
    measures: list[MeasureNode] = listing(
        MeasureNode, by="scorecard", description="What it is made of, in order."
    )


@node(
    models.Account,
    filters=filters.AccountFilter,
    ordering=filters.AccountOrder,
    search=AccountQuerySet.matching,
    search_needs=Permission.SEE_COMPANIES,
)
class AccountNode(Node):
    tier: auto
    opened_on: auto
    closed_on: auto
    close_reason: auto
    created_at: auto
    updated_at: auto
    is_open: bool = computed(
        ExpressionWrapper(Q(closed_on=None), output_field=BooleanField()), "Whether it is open."
    )
    company: CompanyNode | None = one(CompanyNode, "company_id", description="With whom.")
    owner: UserNode | None = one(UserNode, "owner_id", description="Who looks after it.")


@node(
    models.Contract,
    filters=filters.ContractFilter,
    ordering=filters.ContractOrder,
    in_order=("-starts_on", "-id"),
)
class ContractNode(Node):
    agreement: str = computed(
        Cast("agreement", TextField()), "The contract that this is a version of; the same for all versions."
    )
    recurring_revenue: Money | None = money("recurring_revenue", "currency")
    starts_on: auto
    ends_on: auto
    is_final: auto
    recorded_at: auto
    superseded_at: auto
    account: AccountNode | None = one(AccountNode, "account_id", description="With whom it was made.")


@node(
    models.HealthOverride,
    filters=filters.HealthOverrideFilter,
    ordering=filters.HealthOverrideOrder,
    in_order=("-created_at", "-id"),
)
class HealthOverrideNode(Node):
    score: auto
    reason: auto
    author_label: auto
    created_at: auto
    expires_at: auto
    ended_at: auto
    author: UserNode | None = one(UserNode, "author_id", description="Who set it; null when a program did.")
    account: AccountNode | None = one(AccountNode, "account_id", description="Whose score was set.")


def _explained(accounts: Sequence[UUID], context: Context) -> Mapping[Any, HealthExplanation]:
    found = explanations.explain_many(accounts, by=context.actor)
    return {account: HealthExplanation.of(each) for account, each in found.items()}


@node(models.Health, in_order=("account_id",))
class HealthNode(Node):
    score: auto
    computed_score: auto
    override_score: auto
    coverage: auto
    band: Band | None = blank_is_null()
    scored_at: auto
    scorecard: ScorecardNode | None = one(
        ScorecardNode, "scorecard_id", description="The version it was worked out with."
    )
    override: HealthOverrideNode | None = one(
        HealthOverrideNode, "override_id", description="The override in force."
    )
    explanation: HealthExplanation | None = of_each(
        HealthExplanation | None, _explained, description="What it is made of; null where nothing is known."
    )


@node(
    models.HealthRecord,
    filters=filters.HealthRecordFilter,
    ordering=filters.HealthRecordOrder,
    in_order=("-day", "-id"),
)
class HealthRecordNode(Node):
    day: auto
    scored_at: auto
    score: auto
    computed_score: auto
    override_score: auto
    coverage: auto
    band: Band | None = blank_is_null()
    scorecard: ScorecardNode | None = one(
        ScorecardNode, "scorecard_id", description="The version it was worked out with."
    )
    account: AccountNode | None = one(AccountNode, "account_id", description="Whose it is.")


@node(
    models.Signal,
    filters=filters.SignalFilter,
    ordering=filters.SignalOrder,
    search=filters.search_signals,
    in_order=("event_name", "id"),
)
class SignalNode(Node):
    event_name: auto
    role: SignalRole
    recorded_at: auto


def explained_on(accounts: Sequence[UUID], context: Context, day: date) -> Mapping[Any, HealthExplanation]:
    """What scores were made of on a past day."""
    found = explanations.explain_many(accounts, day=day, by=context.actor)
    return {account: HealthExplanation.of(each) for account, each in found.items()}
