"""Endpoints, events in the outbox, and listeners for tests."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from accounts import events
from accounts.events import DomainEvent, Handler, Recorded
from accounts.identifiers import uuid7
from integrations import outbox, webhooks
from integrations.models import OutboxEvent
from integrations.webhooks import EndpointDraft, Keyed
from journeys.events import StageEntered
from tests.factories import an_actor

HEARD = "journeys.stage_entered"


def an_endpoint(url: str, *event_names: str) -> Keyed:
    """A new endpoint of the current tenant, with its secret."""
    return webhooks.create(EndpointDraft(url=url, event_names=event_names or [HEARD]), by=an_actor())


def something_happened(
    *,
    company_id: UUID | None = None,
    person_id: UUID | None = None,
    stage: str = "live",
    at: datetime | None = None,
) -> OutboxEvent:
    """A new event in the outbox alone, about whom you say or a company nobody knows."""
    event = StageEntered(
        company_id=company_id or (None if person_id else uuid7()),
        person_id=person_id,
        stage_key=stage,
        from_stage_key=None,
    )
    return say(event, at=at)


def say(event: DomainEvent, *, at: datetime | None = None, caused_by: UUID | None = None) -> OutboxEvent:
    """Put an event into the outbox, and nowhere else."""
    now = timezone.now()
    recorded = Recorded(uuid7(), event, at or now, now, caused_by)
    outbox.record([recorded], an_actor())
    return OutboxEvent.objects.get(pk=recorded.id)


@contextmanager
def only_listening(name: str, *handlers: Handler) -> Iterator[list[str]]:
    """Let these and no others hear of an event; gives the names they are known by."""
    before = events._handlers.pop(name, {})
    try:
        for handler in handlers:
            events.on(name)(handler)
        yield list(events.handlers_of(name))
    finally:
        events._handlers[name] = before


def a_track(**more: Any) -> dict[str, Any]:
    """A track call as an SDK sends it, with a message id of its own."""
    return {"type": "track", "userId": "u1", "event": "Song Played", "messageId": str(uuid4()), **more}


def mistakes(path: Path) -> list[tuple[str, ...]]:
    """What an import wrote down as refused: line, column, message."""
    with path.open(newline="") as file:
        return [tuple(row) for row in csv.reader(file)][1:]
