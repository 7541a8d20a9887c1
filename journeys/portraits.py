"""What is known of people and companies, kept up to date in bulk.

Read, compared, and only what differs is written. Rows are locked in the order of their ids and read again
before they are changed.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import Any
from uuid import UUID

from django.db import connection

from journeys.models import Company, Person
from journeys.storable import MOST_BYTES, Refused, encoded

type Portrait = dict[str, Any]

_FIELDS = {Person: ("name", "email", "phone", "traits"), Company: ("name", "domain", "traits")}

_WRITE = {
    Person: """
        UPDATE journeys_person row SET
            name = given.name, email = given.email, phone = given.phone, traits = given.traits,
            updated_at = now()
        FROM json_to_recordset(%s::json) AS given (id uuid, name text, email text, phone text, traits jsonb)
        WHERE row.id = given.id
    """,
    Company: """
        UPDATE journeys_company row SET
            name = given.name, domain = given.domain, traits = given.traits,
            updated_at = now()
        FROM json_to_recordset(%s::json) AS given (id uuid, name text, domain text, traits jsonb)
        WHERE row.id = given.id
    """,
}

# What visitors told of themselves, beneath what is known of those they turned out to be.
_INHERIT = """
WITH left_behind AS (
    SELECT
        given.heir, max(former.name) AS name, max(former.phone) AS phone,
        coalesce(jsonb_object_agg(said.key, said.value) FILTER (WHERE said.key IS NOT NULL), '{}') AS traits
    FROM unnest(%(emptied)s::uuid[], %(heirs)s::uuid[]) AS given (emptied, heir)
    JOIN journeys_person former ON former.id = given.emptied
    LEFT JOIN LATERAL jsonb_each(former.traits) AS said ON true
    GROUP BY given.heir
), together AS (
    SELECT
        heir.id, coalesce(nullif(heir.name, ''), given.name) AS name,
        coalesce(nullif(heir.phone, ''), given.phone) AS phone,
        CASE
            WHEN octet_length((given.traits || heir.traits)::text) > %(most)s THEN heir.traits
            ELSE given.traits || heir.traits
        END AS traits
    FROM left_behind given JOIN journeys_person heir ON heir.id = given.heir
)
UPDATE journeys_person person SET
    name = together.name, phone = together.phone, traits = together.traits, updated_at = now()
FROM together JOIN journeys_person before ON before.id = together.id
WHERE person.id = together.id
    AND (before.name, before.phone, before.traits) <> (together.name, together.phone, together.traits)
RETURNING
    person.id, before.name <> together.name, before.phone <> together.phone, before.traits <> together.traits
"""


@dataclass(frozen=True, slots=True)
class Stroke:
    """What one message says of its subject: texts to put in place, traits to lay over the known ones."""

    index: int
    subject: UUID
    texts: Mapping[str, str]
    traits: Mapping[str, Any]


@dataclass(slots=True)
class Painted:
    """Which fields of whom changed, and which messages did not fit after all."""

    changed: dict[UUID, set[str]] = field(default_factory=dict)
    refused: dict[int, Refused] = field(default_factory=dict)


def paint(
    model: type[Person] | type[Company], strokes: Sequence[Stroke], lock: Collection[UUID] = ()
) -> Painted:
    """Keep what is said, the later over the earlier; whoever is in `lock` is locked with those who change."""
    painted, _ = _tried(strokes, _read(model, {stroke.subject for stroke in strokes}))
    if not painted.changed and not lock:
        return painted
    known = _read(model, painted.changed.keys() | set(lock), lock=True)
    again, after = _tried([stroke for stroke in strokes if stroke.subject in known], known)
    if again.changed:
        texts = (encoded({"id": str(key), **after[key]}) for key in again.changed)
        with connection.cursor() as cursor:
            cursor.execute(_WRITE[model], [f"[{','.join(texts)}]"])
    return Painted(again.changed, painted.refused | again.refused)


def inherit(emptied: Mapping[UUID, UUID]) -> dict[UUID, set[str]]:
    """Keep what was known of emptied people, where their heirs lack it; gives which fields of whom changed.

    They are locked by whoever calls.
    """
    given: dict[str, Any] = {"emptied": list(emptied), "heirs": list(emptied.values()), "most": MOST_BYTES}
    with connection.cursor() as cursor:
        cursor.execute(_INHERIT, given)
        return {
            heir: set(compress(("name", "phone", "traits"), changed)) for heir, *changed in cursor.fetchall()
        }


def laid_over(known: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """Traits with others laid over them; a trait that is said to be null is forgotten."""
    together = {**known, **said}
    return {name: value for name, value in together.items() if value is not None}


def _read(
    model: type[Person] | type[Company], keys: Collection[UUID], *, lock: bool = False
) -> dict[UUID, Portrait]:
    rows = model._default_manager.filter(pk__in=keys).order_by()
    if lock:
        rows = rows.order_by("pk").select_for_update(no_key=True)
    return {row.pop("id"): row for row in rows.values("id", *_FIELDS[model])}


def _tried(strokes: Sequence[Stroke], known: Mapping[UUID, Portrait]) -> tuple[Painted, dict[UUID, Portrait]]:
    painted, after = Painted(), {key: dict(portrait) for key, portrait in known.items()}
    for stroke in strokes:
        portrait = after[stroke.subject]
        traits = laid_over(portrait["traits"], stroke.traits)
        if traits != portrait["traits"] and len(encoded(traits).encode()) > MOST_BYTES:
            painted.refused[stroke.index] = Refused("traits", "With what is known already, over 32 kB.")
            continue
        portrait |= {**stroke.texts, "traits": traits}
    for key, portrait in after.items():
        if changed := {name for name in portrait if portrait[name] != known[key][name]}:
            painted.changed[key] = changed
    return painted, after
