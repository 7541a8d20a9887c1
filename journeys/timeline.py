"""Writing lines to the timeline: one statement for any number of them, raw interactions and our own news.

A line comes as a row of JSON. Its keys are short, because there are thousands of them in a statement:

    i   its number in the statement          k   the sender's own id of it
    n   name                                 v   value
    t   occurred_at                          p   properties
    r   recorded_at, when it is stated       ch  channel
    ik, iv   kind and value of the identity it came with
    pi       or the person it is about, who is then met by one of their identities
    ck, ci   the company it names: by key, or by id
    c   caused_by                            b   is_backfilled
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from accounts.database import backend
from accounts.events import Recorded
from accounts.identifiers import uuid7
from accounts.plain import encoded
from journeys.models import Identity, IdentityKind

OURS = "unison"
"""The source of lines that Unison itself writes."""

MOST = 10_000
"""Lines in one statement."""

# The lookups are lateral, one by index for each line, lest a batch of thousands tempt the planner to read
# whole tables. Keys go in in their order, so that statements with the same keys wait for each other, never
# in a ring.
_WRITE = """
WITH line AS MATERIALIZED (
    SELECT * FROM json_to_recordset(%(lines)s::json) AS line (
        i int, n text, t timestamptz, r timestamptz, k text, v numeric(18, 4), p jsonb, ch text,
        ik text, iv text, pi uuid, ck text, ci uuid, c uuid, b boolean
    )
), stored AS (
    INSERT INTO journeys_event (
        id, name, occurred_at, recorded_at, identity_id, company_id,
        channel, source, key, value, properties, caused_by, is_backfilled
    )
    SELECT
        (%(ids)s || lpad(to_hex(line.i), 4, '0'))::uuid, line.n, line.t, coalesce(line.r, now()),
        coalesce(met.id, home.id), coalesce(line.ci, named.id, belonging.company_id),
        coalesce(line.ch, ''), %(source)s, coalesce(line.k, ''), line.v, coalesce(line.p, '{}'),
        line.c, coalesce(line.b, false)
    FROM line
    LEFT JOIN journeys_identity met ON met.kind = line.ik AND met.value = line.iv
    LEFT JOIN LATERAL (
        SELECT identity.id, identity.person_id FROM journeys_identity identity
        WHERE identity.person_id = line.pi
        ORDER BY identity.kind = 'anonymous', identity.id LIMIT 1
    ) home ON line.pi IS NOT NULL
    LEFT JOIN LATERAL (
        SELECT company.id FROM journeys_company company
        WHERE company.key = line.ck AND company.key <> '' LIMIT 1
    ) named ON line.ck IS NOT NULL
    LEFT JOIN LATERAL (
        SELECT affiliation.company_id FROM journeys_affiliation affiliation
        WHERE affiliation.person_id = coalesce(met.person_id, home.person_id) AND affiliation.is_primary
            AND (affiliation.since IS NULL OR affiliation.since <= line.t)
            AND (affiliation.until IS NULL OR affiliation.until > line.t)
        ORDER BY affiliation.since DESC NULLS LAST LIMIT 1
    ) belonging ON true
    WHERE (line.pi IS NULL OR home.id IS NOT NULL)
        AND (coalesce(met.id, home.id) IS NOT NULL OR coalesce(line.ci, named.id) IS NOT NULL)
    ORDER BY line.k, line.i
    ON CONFLICT DO NOTHING
    RETURNING id
), arrived AS (
    INSERT INTO journeys_arrival (id, event_ids)
    SELECT %(arrival)s, array_agg(id) FROM stored HAVING count(*) > 0
)
SELECT count(*) FROM stored
"""


def write(lines: Sequence[str], *, source: str) -> int:
    """Store lines, leaving out those whose key the source has used before; returns how many are new.

    Those who are named must be there. What is stored is waiting for the rollups.
    """
    given: dict[str, Any] = {
        "lines": f"[{','.join(lines)}]",
        "ids": str(uuid7())[:-4],
        "source": source,
        "arrival": uuid7(),
    }
    with backend().prepared() as cursor:
        cursor.execute(_WRITE, given)
        (stored,) = cursor.fetchone()
    return stored


def record(recorded: Sequence[Recorded]) -> bool:
    """Write down the domain events that concern a customer; says whether there were any."""
    concerning = [one for one in recorded if _concerned(one)]
    for start in range(0, len(concerning), MOST):
        lines = [_line(i, one) for i, one in enumerate(concerning[start : start + MOST])]
        if write(lines, source=OURS) < len(lines):
            house(UUID(str(person)) for one in concerning if (person := _field(one, "person_id")))
            write(lines, source=OURS)
    return bool(concerning)


def house(people: Iterable[UUID]) -> None:
    """Give people without any identity one: our own id of them."""
    wanted = set(people)
    housed = Identity.objects.filter(person__in=wanted).values_list("person_id", flat=True)
    Identity.objects.bulk_create(
        [
            Identity(person_id=person, kind=IdentityKind.INTERNAL, value=str(person))
            for person in sorted(wanted - set(housed))
        ],
        ignore_conflicts=True,
    )


def _field(recorded: Recorded, name: str) -> Any:
    return getattr(recorded.event, name, None)


def _concerned(recorded: Recorded) -> bool:
    return bool(_field(recorded, "person_id") or _field(recorded, "company_id"))


def _line(number: int, recorded: Recorded) -> str:
    event = recorded.event
    line = {
        "i": number,
        "n": event.timeline_name,
        "t": recorded.occurred_at,
        "r": recorded.recorded_at,
        "k": recorded.id,
        "v": event.timeline_value,
        "ch": event.timeline_channel,
        "pi": _field(recorded, "person_id") or None,
        "ci": _field(recorded, "company_id") or None,
        "c": recorded.caused_by,
        "b": event.stated_recorded_at is not None,
    }
    return f'{encoded(line)[:-1]}, "p": {recorded.data}}}'
