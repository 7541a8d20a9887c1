"""What the mutations of accounts, contracts, health and scorecards take."""

from datetime import date, datetime
from decimal import Decimal

import strawberry
from strawberry import UNSET

from success.contracts import NewTerms
from success.graphql.vocabulary import FeatureName, SignalRole
from success.scorecards import MeasureDraft

RECORDED_AT = "For history that is brought in: when it became known. Needs its own permission."


@strawberry.input(description="A new account.")
class AccountOpenInput:
    company_id: strawberry.ID = strawberry.field(description="With whom.")
    opened_on: date | None = strawberry.field(
        default=None, description="Since when; today, if nothing is said."
    )
    tier: str = strawberry.field(default="", description="How much attention it gets; at most 40 characters.")
    owner_id: strawberry.ID | None = strawberry.field(
        default=None, description="The user who looks after it."
    )
    recorded_at: datetime | None = strawberry.field(default=None, description=RECORDED_AT)


@strawberry.input(description="Changes to an account. What is left out stays; null clears.")
class AccountUpdateInput:
    account_id: strawberry.ID = strawberry.field(description="The account.")
    tier: str | None = strawberry.field(default=UNSET, description="How much attention it gets.")
    owner_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="The user who looks after it."
    )


@strawberry.input(description="The end of an account; its contracts end with it.")
class AccountCloseInput:
    account_id: strawberry.ID = strawberry.field(description="The account.")
    closed_on: date | None = strawberry.field(
        default=None, description="The first day after it; today, if nothing is said."
    )
    reason: str = strawberry.field(default="", description="Why; at most 1,000 characters.")


@strawberry.input(description="A new contract.")
class ContractAgreeInput:
    account_id: strawberry.ID = strawberry.field(description="With whom.")
    recurring_revenue: Decimal = strawberry.field(description="Recurring revenue per year.")
    currency: str = strawberry.field(
        default="", description="ISO 4217 code; the tenant's own, if nothing is said."
    )
    starts_on: date = strawberry.field(description="The first day on which it runs.")
    ends_on: date = strawberry.field(description="The first day on which it no longer runs, unless renewed.")
    recorded_at: datetime | None = strawberry.field(default=None, description=RECORDED_AT)


@strawberry.input
class _Terms:
    contract_id: strawberry.ID = strawberry.field(description="The current version of the contract.")
    recurring_revenue: Decimal | None = strawberry.field(
        default=None, description="Recurring revenue per year; as before, if nothing is said."
    )
    starts_on: date | None = strawberry.field(default=None, description="The first day on which it runs.")
    ends_on: date | None = strawberry.field(
        default=None, description="The first day on which it no longer runs."
    )
    recorded_at: datetime | None = strawberry.field(default=None, description=RECORDED_AT)

    def terms(self) -> NewTerms:
        """What it asks for, in the verb's words."""
        return NewTerms(
            recurring_revenue=self.recurring_revenue,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            recorded_at=self.recorded_at,
        )


@strawberry.input(description="A renewal: a new contract that begins where this one ends. It needs an end.")
class ContractRenewInput(_Terms):
    pass


@strawberry.input(description="Other terms for a contract.")
class ContractAmendInput(_Terms):
    pass


@strawberry.input(description="The end of a contract for good: no renewal is expected.")
class ContractEndInput:
    contract_id: strawberry.ID = strawberry.field(description="The current version of the contract.")
    ends_on: date = strawberry.field(description="The first day on which it no longer runs.")
    recorded_at: datetime | None = strawberry.field(default=None, description=RECORDED_AT)


@strawberry.input(description="A score set by hand.")
class HealthOverrideInput:
    account_id: strawberry.ID = strawberry.field(description="Whose score.")
    score: Decimal = strawberry.field(description="0 to 100, with at most 2 decimals.")
    reason: str = strawberry.field(description="Why; at most 1,000 characters.")
    expires_at: datetime = strawberry.field(description="Until when it holds at most.")


@strawberry.input(description="The account whose computed score is to be shown again.")
class HealthOverrideLiftInput:
    account_id: strawberry.ID = strawberry.field(description="Whose score.")


@strawberry.input(description="A point of a curve.")
class CurvePointInput:
    value: float = strawberry.field(description="The raw value.")
    points: float = strawberry.field(description="What it is worth, 0-100.")


@strawberry.input(description="A measure of a new scorecard.")
class MeasureInput:
    key: str = strawberry.field(description="A short name that stays the same from version to version.")
    title: str = strawberry.field(description="What people read.")
    feature: FeatureName = strawberry.field(description="What it reads.")
    curve: list[CurvePointInput] = strawberry.field(description="2 to 20 points, by rising value.")
    weight: float = strawberry.field(description="How much it counts beside the others.")
    max_age_days: int | None = strawberry.field(default=None, description="When older it is unknown.")

    def draft(self) -> MeasureDraft:
        """What it asks for, in the verb's words."""
        return MeasureDraft(
            key=self.key,
            title=self.title,
            feature=self.feature,
            curve=[(point.value, point.points) for point in self.curve],
            weight=self.weight,
            max_age_days=self.max_age_days,
        )


@strawberry.input(description="A new version of the scorecard.")
class ScorecardPublishInput:
    title: str = strawberry.field(description="What this version is called.")
    measures: list[MeasureInput] = strawberry.field(description="1 to 30 measures, in order.")


@strawberry.input(description="What the events of a name mean for health.")
class SignalSetInput:
    event_name: str = strawberry.field(description="The name of the events.")
    role: SignalRole = strawberry.field(description="How they count.")
