"""What this app announces."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from accounts.events import DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonCreated(DomainEvent):
    """Somebody was made known to us: by hand, by an import, or by an identify call.

    Visitors whom we only meet through what they do are not announced.
    """

    name: ClassVar = "journeys.person_created"
    person_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonUpdated(DomainEvent):
    """Something we know about a person changed; `changed` names the fields, not their values."""

    name: ClassVar = "journeys.person_updated"
    person_id: UUID
    changed: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonArchived(DomainEvent):
    """A person was put away."""

    name: ClassVar = "journeys.person_archived"
    person_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRestored(DomainEvent):
    """A person who had been put away is back."""

    name: ClassVar = "journeys.person_restored"
    person_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonMerged(DomainEvent):
    """A visitor turned out to be somebody we know already: `former_id` is put away.

    What they did, where they belong, and what was known of them alone is `person_id`'s now.
    """

    name: ClassVar = "journeys.person_merged"
    person_id: UUID
    former_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyCreated(DomainEvent):
    """A company was made known to us: by hand, by an import, or by an event or call that named it."""

    name: ClassVar = "journeys.company_created"
    company_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyUpdated(DomainEvent):
    """Something we know about a company changed; `changed` names the fields, not their values."""

    name: ClassVar = "journeys.company_updated"
    company_id: UUID
    changed: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyArchived(DomainEvent):
    """A company was put away."""

    name: ClassVar = "journeys.company_archived"
    company_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyRestored(DomainEvent):
    """A company that had been put away is back."""

    name: ClassVar = "journeys.company_restored"
    company_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveEvent(DomainEvent):
    """A customer's place changed; the two times are stated where that did not happen just now."""

    happened_at: datetime | None = None
    recorded_at: datetime | None = None

    @property
    def stated_occurred_at(self) -> datetime | None:
        return self.happened_at

    @property
    def stated_recorded_at(self) -> datetime | None:
        return self.recorded_at


@dataclass(frozen=True, slots=True, kw_only=True)
class AffiliationBegun(MoveEvent):
    """A person belongs to a company, or has another part in it."""

    name: ClassVar = "journeys.affiliation_begun"
    person_id: UUID
    company_id: UUID
    role: str
    is_primary: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AffiliationEnded(MoveEvent):
    """A person belongs to a company no more."""

    name: ClassVar = "journeys.affiliation_ended"
    person_id: UUID
    company_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class StageCreated(DomainEvent):
    """There is a new stage that people and companies can be in."""

    name: ClassVar = "journeys.stage_created"
    stage_id: UUID
    stage_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StageEntered(MoveEvent):
    """A person, or a company, moved into a stage."""

    name: ClassVar = "journeys.stage_entered"
    person_id: UUID | None = None
    company_id: UUID | None = None
    stage_key: str
    from_stage_key: str | None
