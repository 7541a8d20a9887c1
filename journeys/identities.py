"""Identities: met as they turn up in events, tied together when somebody says who they are.

All of it is set-based: a batch takes the same few statements whatever its size. Newcomers go in in one
ordered statement, so that batches with the same ones wait for each other, never in a ring; whoever ties
identities to people takes the tenant's lock first.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection

from accounts.actor import Actor
from accounts.database import backend
from accounts.events import DomainEvent, emit_many
from accounts.identifiers import uuid7
from journeys import rollups
from journeys.events import PersonCreated, PersonMerged, PersonUpdated
from journeys.incoming import Identification, IdentityKey, Refused, checked_identification
from journeys.models import IdentityKind, Person
from journeys.portraits import Stroke, inherit, paint
from journeys.recognition import Register

_KNOWN = """
SELECT identity.kind, identity.value, identity.person_id FROM journeys_identity identity
WHERE identity.person_id IN (
    SELECT met.person_id FROM unnest(%s::text[], %s::text[]) AS given (kind, value)
    JOIN journeys_identity met ON met.kind = given.kind AND met.value = given.value
)
"""

_INSERT = """
WITH fresh AS (
    INSERT INTO journeys_identity (id, created_at, person_id, kind, value)
    SELECT given.id, now(), coalesce(given.person, given.id), given.kind, given.value
    FROM (
        SELECT (%s || lpad(to_hex(number), 4, '0'))::uuid AS id, kind, value, person
        FROM unnest(%s::text[], %s::text[], %s::uuid[]) WITH ORDINALITY AS given (kind, value, person, number)
    ) given
    WHERE NOT EXISTS (
        SELECT FROM journeys_identity met WHERE met.kind = given.kind AND met.value = given.value
        OFFSET 0  -- by index, one by one: never the whole table
    )
    ORDER BY given.kind, given.value
    ON CONFLICT (kind, value) DO NOTHING
    RETURNING kind, value, person_id
), born AS (
    INSERT INTO journeys_person (id, created_at, updated_at, name, email, phone, traits)
    SELECT person_id, now(), now(), '', coalesce(max(value) FILTER (WHERE kind = 'email'), ''), '', '{}'
    FROM fresh GROUP BY person_id
    ON CONFLICT (id) DO NOTHING
)
SELECT kind, value, person_id FROM fresh
"""

_MOVE = """
UPDATE journeys_identity identity SET
    person_id = given.person
FROM unnest(%s::text[], %s::text[], %s::uuid[]) AS given (kind, value, person)
WHERE identity.kind = given.kind AND identity.value = given.value
"""

_EMPTY = """
WITH given AS (
    SELECT * FROM unnest(%s::uuid[], %s::uuid[]) AS given (emptied, heir)
), archived AS (
    UPDATE journeys_person person SET
        archived_at = now(), updated_at = now()
    FROM given WHERE person.id = given.emptied AND person.archived_at IS NULL
)
UPDATE journeys_person person SET
    first_seen_at = least(person.first_seen_at, seen.first),
    last_seen_at = greatest(person.last_seen_at, seen.last)
FROM (
    SELECT given.heir, min(former.first_seen_at) AS first, max(former.last_seen_at) AS last
    FROM given JOIN journeys_person former ON former.id = given.emptied GROUP BY given.heir
) seen
WHERE person.id = seen.heir
"""

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ' identities', 0))"


@dataclass(slots=True)
class Told:
    """What came of identifications, by their place in the batch: whose they were, and which did not fit.

    `emptied` are visitors who turned out to be somebody else, with whom that is.
    """

    people: dict[int, UUID] = field(default_factory=dict)
    refused: dict[int, Refused] = field(default_factory=dict)
    emptied: Mapping[UUID, UUID] = field(default_factory=dict)


def identify_many(
    given: Mapping[int, Identification], *, also: Collection[IdentityKey] = (), by: Actor
) -> Told:
    """Tie identifiers to people and keep what is said of them; for verbs that have asked for permission.

    `also` are identities that must be there afterwards too: so all newcomers of a batch go in together.
    """
    told = Told()
    fitting: dict[int, Identification] = {}
    for index, one in given.items():
        try:
            fitting[index] = checked_identification(one)
        except Refused as refused:
            told.refused[index] = refused
    settled = _settle([one.identities for one in fitting.values()], also)
    strokes = []
    for index, one in fitting.items():
        told.people[index] = person = settled.owners[one.identities[0]]
        strokes.append(_stroke(index, one, person, settled))
    told.emptied = emptied = settled.emptied
    painted = paint(Person, strokes, emptied.keys() | set(emptied.values()))
    if emptied:
        for person, fields in inherit(emptied).items():
            painted.changed.setdefault(person, set()).update(fields)
        with connection.cursor() as cursor:
            cursor.execute(_EMPTY, [list(emptied), list(emptied.values())])
    told.refused |= painted.refused
    _announce(settled, set(told.people.values()), painted.changed, by)
    return told


def meet(identities: Collection[IdentityKey]) -> None:
    """See to it that these identities are there, each new one with a new person of its own."""
    if identities:
        _insert(identities, [])


def people_of(identities: Collection[IdentityKey]) -> dict[IdentityKey, UUID]:
    """Whose these identities are, as far as they are there."""
    known = _known(identities)
    return {identity: known[identity] for identity in identities if identity in known}


def lock() -> None:
    """Let nobody else tie identities to people who are there, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)


@dataclass(slots=True)
class _Settled:
    """The tables as they are now: who owns what, and what had to happen for it."""

    owners: Mapping[IdentityKey, UUID]
    born: set[UUID]
    gained: set[UUID]
    emptied: Mapping[UUID, UUID]


def _settle(tied: Sequence[Sequence[IdentityKey]], also: Collection[IdentityKey]) -> _Settled:
    """Bring the tables to where the register wants them; decided again where others were faster."""
    wanted = {identity for together in tied for identity in together}.union(also)
    born: set[UUID] = set()
    gained: set[UUID] = set()
    locked = False
    while True:
        register = Register(_known(wanted))
        for together in tied:
            register.recognise(together)
        if (register.added or register.moved) and not locked:
            lock()
            locked = True
            continue
        for identity in also:
            register.meet(identity)
        fresh = _insert(register.added, list(register.added.values())) if register.added else []
        gained |= {person for _, _, person in fresh}
        born |= gained & register.born
        if len(fresh) == len(register.added):
            break
    if register.moved:
        gained |= set(register.moved.values())
        with connection.cursor() as cursor:
            cursor.execute(_MOVE, [*_columns(register.moved), list(register.moved.values())])
        rollups.moved(register.moved)
    return _Settled(register.owners, born, gained, register.emptied)


def _known(identities: Collection[IdentityKey]) -> dict[IdentityKey, UUID]:
    if not identities:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, _columns(identities))
        return {(kind, value): person for kind, value, person in cursor.fetchall()}


def _insert(identities: Collection[IdentityKey], people: list[UUID]) -> list[tuple[str, str, UUID]]:
    """Those identities that were not there; the person of one for whom none is given bears its id."""
    with backend().prepared() as cursor:
        cursor.execute(_INSERT, [str(uuid7())[:-4], *_columns(identities), people])
        return cursor.fetchall()


def _columns(identities: Iterable[IdentityKey]) -> tuple[list[str], list[str]]:
    pairs = list(identities)
    return [kind for kind, _ in pairs], [value for _, value in pairs]


def _stroke(index: int, one: Identification, person: UUID, settled: _Settled) -> Stroke:
    """What an identification says of a person; an e-mail address that is somebody else's is left out."""
    texts = {"name": one.name, "phone": one.phone}
    if one.email and settled.owners[IdentityKind.EMAIL, one.email] == person:
        texts["email"] = one.email
    return Stroke(index, person, {name: text for name, text in texts.items() if text is not None}, one.traits)


def _announce(settled: _Settled, told: set[UUID], changed: Mapping[UUID, set[str]], by: Actor) -> None:
    fields = {person: set(names) for person, names in changed.items()}
    for person in settled.gained & told:
        fields.setdefault(person, set()).add("identities")
    events: list[DomainEvent] = [PersonCreated(person_id=person) for person in sorted(settled.born & told)]
    events += [
        PersonUpdated(person_id=person, changed=sorted(names))
        for person, names in sorted(fields.items())
        if person not in settled.born
    ]
    events += [
        PersonMerged(person_id=heir, former_id=former) for former, heir in sorted(settled.emptied.items())
    ]
    emit_many(events, by=by)
