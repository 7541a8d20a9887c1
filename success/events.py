"""What success announces. Ids and figures only; reasons stay in the rows they are about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from accounts.events import DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountEvent(DomainEvent):
    """Something about an account; the two times are stated where it did not happen just now."""

    account_id: UUID
    company_id: UUID
    happened_at: datetime | None = None
    recorded_at: datetime | None = None

    @property
    def stated_occurred_at(self) -> datetime | None:
        return self.happened_at

    @property
    def stated_recorded_at(self) -> datetime | None:
        return self.recorded_at


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOpened(AccountEvent):
    """A working relationship with a company began."""

    name: ClassVar = "success.account_opened"
    tier: str
    opened_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountUpdated(AccountEvent):
    """An account got another owner or tier; `changed` names what."""

    name: ClassVar = "success.account_updated"
    changed: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountClosed(AccountEvent):
    """The working relationship with a company ceased."""

    name: ClassVar = "success.account_closed"
    closed_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractEvent(AccountEvent):
    """Something about a contract, with its terms from now on."""

    contract_id: UUID
    agreement_id: UUID
    recurring_revenue: Decimal
    currency: str
    starts_on: date
    ends_on: date

    @property
    def timeline_value(self) -> Decimal:
        return self.recurring_revenue


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractAgreed(ContractEvent):
    """A new contract was agreed."""

    name: ClassVar = "success.contract_agreed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractRenewed(ContractEvent):
    """A contract was renewed by this one."""

    name: ClassVar = "success.contract_renewed"
    renews_agreement_id: UUID
    previous_recurring_revenue: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractAmended(ContractEvent):
    """The terms of a contract changed."""

    name: ClassVar = "success.contract_amended"
    previous_recurring_revenue: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractEnded(ContractEvent):
    """A contract was given an end for good: no renewal is expected."""

    name: ClassVar = "success.contract_ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorecardPublished(DomainEvent):
    """A new version of the scorecard is in force."""

    name: ClassVar = "success.scorecard_published"
    scorecard_id: UUID
    scorecard_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalChanged(DomainEvent):
    """Events of a name count otherwise for health from now on."""

    name: ClassVar = "success.signal_changed"
    public: ClassVar = False
    event_name: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideEvent(DomainEvent):
    """Something about a score set by hand."""

    account_id: UUID
    company_id: UUID
    override_id: UUID
    score: Decimal

    @property
    def timeline_value(self) -> Decimal:
        return self.score


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthOverridden(OverrideEvent):
    """Somebody set the health score of an account by hand, until a time."""

    name: ClassVar = "success.health_overridden"
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthOverrideLifted(OverrideEvent):
    """Somebody lifted the score set by hand before its time."""

    name: ClassVar = "success.health_override_lifted"


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthOverrideExpired(OverrideEvent):
    """The time of a score set by hand is over; the computed one is shown again."""

    name: ClassVar = "success.health_override_expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartChanged:
    """What a measure brings to the score now, and brought when a change was last announced."""

    measure: str
    part: Decimal | None
    previous_part: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthChanged(DomainEvent):
    """The health of an account changed its band, or by 5 points, since a change was last announced."""

    name: ClassVar = "success.health_changed"
    account_id: UUID
    company_id: UUID
    score: Decimal | None
    previous_score: Decimal | None
    band: str
    previous_band: str
    coverage: Decimal
    is_overridden: bool
    changed: Sequence[PartChanged]

    @property
    def timeline_value(self) -> Decimal | None:
        return self.score
