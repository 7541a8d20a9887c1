"""The outbox's recorder: an event is written down in the transaction of the change it reports."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from accounts.actor import Actor
from accounts.events import DomainEvent, Recorded
from integrations.models import OutboxEvent

MOST_BYTES = 19_000
"""Of a public event's data, so that the message around it stays under Standard Webhooks' 20 kB."""

BATCH = 2_000


def record(recorded: Sequence[Recorded], by: Actor) -> None:
    """Write events down, with who caused them and from where."""
    OutboxEvent.objects.bulk_create([_row(one, by) for one in recorded], batch_size=BATCH)


def _row(recorded: Recorded, by: Actor) -> OutboxEvent:
    event = recorded.event
    return OutboxEvent(
        id=recorded.id,
        name=event.name,
        version=event.version,
        occurred_at=recorded.occurred_at,
        actor_kind=by.kind,
        actor_id=by.id,
        actor_label=by.label[:200],
        origin=by.origin[:100],
        company_id=_customer(event, "company_id"),
        person_id=_customer(event, "person_id"),
        data=_data(event),
        caused_by=recorded.caused_by,
    )


def _customer(event: DomainEvent, field: str) -> UUID | None:
    value = getattr(event, field, None)
    return UUID(str(value)) if value else None


def _data(event: DomainEvent) -> dict[str, Any]:
    data = event.data()
    if event.public and len(json.dumps(data)) > MOST_BYTES:
        raise ValueError(f"{event.name} carries more than {MOST_BYTES} bytes: name fewer things in it.")
    return data
