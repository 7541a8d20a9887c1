"""What the integrations themselves announce."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from accounts.events import DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointCreated(DomainEvent):
    """A webhook endpoint was made."""

    name: ClassVar = "integrations.endpoint_created"
    public: ClassVar = False
    endpoint_id: UUID
    event_names: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointUpdated(DomainEvent):
    """A webhook endpoint's address or choice of events was changed."""

    name: ClassVar = "integrations.endpoint_updated"
    public: ClassVar = False
    endpoint_id: UUID
    changed: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointDeleted(DomainEvent):
    """A webhook endpoint was removed, with its deliveries."""

    name: ClassVar = "integrations.endpoint_deleted"
    public: ClassVar = False
    endpoint_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointSecretRotated(DomainEvent):
    """A webhook endpoint was given a new signing secret; the previous one signs beside it until then."""

    name: ClassVar = "integrations.endpoint_secret_rotated"
    public: ClassVar = False
    endpoint_id: UUID
    previous_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointEnabled(DomainEvent):
    """A webhook endpoint was switched on again."""

    name: ClassVar = "integrations.endpoint_enabled"
    endpoint_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointDisabled(DomainEvent):
    """A webhook endpoint gets nothing any more: switched off, gone (410), or failing for five days."""

    name: ClassVar = "integrations.endpoint_disabled"
    endpoint_id: UUID
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointTested(DomainEvent):
    """A test message, for the endpoint it names and no other."""

    name: ClassVar = "integrations.endpoint_tested"
    endpoint_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveriesReplayed(DomainEvent):
    """Events were queued for an endpoint once more."""

    name: ClassVar = "integrations.deliveries_replayed"
    public: ClassVar = False
    endpoint_id: UUID
    count: int
