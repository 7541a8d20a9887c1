"""Domain events: said once, heard by everyone.

A verb says `emit(Something(...), by=actor)` in its transaction. The recorders that apps register when they
load write it down (the timeline, the outbox); a worker later tells the listeners that subscribed by name. A
wing that needs another to act asks by name, too: `ask("experience.survey_ask", ...)`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from django.db import connection
from django.utils import timezone

from accounts.actor import Actor
from accounts.identifiers import uuid7
from accounts.plain import encoded

_catalogue: dict[str, type["DomainEvent"]] = {}
_recorders: list["Recorder"] = []
_handlers: dict[str, dict[str, "Handler"]] = defaultdict(dict)
_offers: dict[str, Callable[..., Any]] = {}
_cause: ContextVar[UUID | None] = ContextVar("cause", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainEvent:
    """Something a verb did. Its fields are ids and figures, no personal values.

    An event with a `person_id` or a `company_id` concerns a customer, and becomes a line of the timeline.
    `public` events are the partners' API: adding a field is free, anything else is a new event.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    public: ClassVar[bool] = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        # `object`'s own, said outright: a slotted dataclass is made twice, and `super()` would name the first
        object.__init_subclass__(**kwargs)
        if "name" in cls.__dict__:
            _catalogue[cls.name] = cls

    @property
    def timeline_name(self) -> str:
        """What the line on the timeline is called."""
        return self.name

    @property
    def timeline_value(self) -> Decimal | None:
        """The number on the timeline's line, where there is one: a score, an amount."""
        return None

    @property
    def timeline_channel(self) -> str:
        """The channel on the timeline's line."""
        return ""

    @property
    def stated_occurred_at(self) -> datetime | None:
        """When it happened, if that was not just now."""
        return None

    @property
    def stated_recorded_at(self) -> datetime | None:
        """When it became known, if history is being brought in; the verb asks permission for it."""
        return None


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event as it is written down; its fields become JSON once, for all who write."""

    id: UUID
    event: DomainEvent
    occurred_at: datetime
    recorded_at: datetime
    caused_by: UUID | None
    data: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "data", encoded(self.event))


@dataclass(frozen=True, slots=True)
class Envelope:
    """An event as a listener hears it."""

    id: UUID
    name: str
    version: int
    occurred_at: datetime
    actor_kind: str
    actor_id: UUID | None
    actor_label: str
    data: Mapping[str, Any]
    caused_by: UUID | None


type Recorder = Callable[[Sequence[Recorded], Actor], None]
type Handler = Callable[[Envelope], None]


def emit(event: DomainEvent, *, by: Actor) -> None:
    """Record an event with the change it reports: both are committed, or neither."""
    emit_many([event], by=by)


def emit_many(events: Sequence[DomainEvent], *, by: Actor) -> None:
    """Record many events at once, for set-based work; one call of each recorder."""
    if not connection.in_atomic_block:
        raise RuntimeError("Events were emitted outside a transaction.")
    if not events:
        return
    now, cause = timezone.now(), _cause.get()
    recorded = [
        Recorded(uuid7(), event, event.stated_occurred_at or now, event.stated_recorded_at or now, cause)
        for event in events
    ]
    for record in _recorders:
        record(recorded, by)


def recorder(record: Recorder) -> Recorder:
    """Register what writes events down; apps do so once, when they load."""
    if record not in _recorders:
        _recorders.append(record)
    return record


@contextmanager
def causing(event_id: UUID) -> Iterator[None]:
    """Events emitted in this block say that this one caused them."""
    token = _cause.set(event_id)
    try:
        yield
    finally:
        _cause.reset(token)


def on(name: str) -> Callable[[Handler], Handler]:
    """Subscribe a handler to an event by name, so that the listener need not import the teller."""

    def subscribe(handler: Handler) -> Handler:
        _handlers[name][f"{handler.__module__}.{handler.__qualname__}"] = handler
        return handler

    return subscribe


def handlers_of(name: str) -> Mapping[str, Handler]:
    """The listeners of an event, by their own names, which stay the same from release to release."""
    return dict(_handlers.get(name, {}))


def catalogue() -> Mapping[str, type[DomainEvent]]:
    """Every kind of event there is, by name."""
    return dict(sorted(_catalogue.items()))


def offers[**P, R](name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Offer a verb to wings that may not import it."""

    def offer(verb: Callable[P, R]) -> Callable[P, R]:
        _offers[name] = verb
        return verb

    return offer


def ask(name: str, **given: Any) -> Any:
    """Ask for a verb by name; KeyError where nobody offers it."""
    return _offers[name](**given)
