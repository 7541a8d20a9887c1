"""The outbox's recorder: an event is written down in the transaction of the change it reports."""

from collections.abc import Sequence
from itertools import batched

from django.db import connection
from django.utils import timezone

from accounts.actor import Actor
from accounts.events import Recorded
from accounts.plain import encoded

MOST_BYTES = 19_000
"""Of a public event's data, so that the message around it stays under Standard Webhooks' 20 kB."""

BATCH = 5_000

_WRITE = """
INSERT INTO integrations_outboxevent (
    id, created_at, name, version, occurred_at, actor_kind, actor_id, actor_label, origin,
    company_id, person_id, data, caused_by, is_backfilled
)
SELECT
    event.id, %(now)s, event.n, event.v, event.t, %(kind)s, %(actor)s, %(label)s, %(origin)s,
    event.ci, event.pi, event.d, event.c, event.b
FROM json_to_recordset(%(events)s::json) AS event (
    id uuid, n text, v smallint, t timestamptz, ci uuid, pi uuid, d jsonb, c uuid, b boolean
)
"""


def record(recorded: Sequence[Recorded], by: Actor) -> None:
    """Write events down, with who caused them and from where: one statement for any number of them."""
    given = {
        "now": timezone.now(),
        "kind": by.kind,
        "actor": by.id,
        "label": by.label[:200],
        "origin": by.origin[:100],
    }
    with connection.cursor() as cursor:
        for batch in batched(recorded, BATCH):
            events = f"[{','.join(map(_line, batch))}]"
            cursor.execute(_WRITE, given | {"events": events})


def _line(recorded: Recorded) -> str:
    event = recorded.event
    if event.public and len(recorded.data) > MOST_BYTES:
        raise ValueError(f"{event.name} carries more than {MOST_BYTES} bytes: name fewer things in it.")
    line = {
        "id": recorded.id,
        "n": event.name,
        "v": event.version,
        "t": recorded.occurred_at,
        "ci": getattr(event, "company_id", None) or None,
        "pi": getattr(event, "person_id", None) or None,
        "c": recorded.caused_by,
        "b": event.stated_recorded_at is not None,
    }
    return f'{encoded(line)[:-1]}, "d": {recorded.data}}}'
