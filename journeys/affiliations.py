"""Affiliations: who belongs to which company, and since when.

Whoever begins or ends one takes the tenant's lock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from accounts.actor import Actor
from accounts.errors import Conflict, Invalid, NotFound
from accounts.events import DomainEvent, emit_many
from accounts.identifiers import uuid7
from accounts.permissions import Permission
from journeys import identities
from journeys.checks import check, place_of, recorded
from journeys.events import AffiliationBegun, AffiliationEnded, CompanyUpdated
from journeys.incoming import Grouping, Refused
from journeys.models import Affiliation, AffiliationRole, Company, Person
from journeys.portraits import Stroke, paint

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ' affiliations', 0))"

_MISSING = """
SELECT given.person, given.company
FROM unnest(%s::uuid[], %s::uuid[]) AS given (person, company)
WHERE NOT EXISTS (
    SELECT FROM journeys_affiliation held
    WHERE held.person_id = given.person AND held.company_id = given.company AND held.until IS NULL
)
"""

_BEGIN = """
INSERT INTO journeys_affiliation (id, created_at, person_id, company_id, role, is_primary, since)
SELECT
    (%s || lpad(to_hex(given.number), 4, '0'))::uuid, now(), given.person, given.company, given.role,
    row_number() OVER (PARTITION BY given.person ORDER BY given.number) = 1 AND NOT EXISTS (
        SELECT FROM journeys_affiliation held
        WHERE held.person_id = given.person AND held.is_primary AND held.until IS NULL
    ),
    given.since
FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::timestamptz[])
    WITH ORDINALITY AS given (person, company, role, since, number)
WHERE NOT EXISTS (
    SELECT FROM journeys_affiliation held
    WHERE held.person_id = given.person AND held.company_id = given.company AND held.until IS NULL
)
ORDER BY given.number
RETURNING person_id, company_id, role, is_primary, since
"""

_LEAVE = """
UPDATE journeys_affiliation held SET until = greatest(now(), held.since)
FROM unnest(%s::uuid[], %s::uuid[]) AS given (emptied, heir)
WHERE held.person_id = given.emptied AND held.until IS NULL
RETURNING given.heir, held.company_id, held.role, held.since, held.is_primary
"""

type Pair = tuple[UUID, UUID]
"""A person and a company."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AffiliationDraft:
    """A person's part in a company; without `since`, it has been so for as long as we know."""

    role: str = AffiliationRole.USER
    is_primary: bool = True
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """The end of a person's part in a company; without a moment it ends now."""

    affiliation_id: UUID
    at: datetime | None = None
    recorded_at: datetime | None = None


def lock() -> None:
    """Let nobody else begin or end an affiliation until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)


def find(id: UUID, *, by: Actor) -> Affiliation:
    """The affiliation with this id; NotFound when there is none, or none that the actor may see."""
    affiliation = Affiliation.objects.visible_to(by).filter(pk=id).first()
    if affiliation is None:
        raise NotFound("There is no such affiliation.")
    return affiliation


@transaction.atomic
def affiliate(person: Person, company: Company, draft: AffiliationDraft, *, by: Actor) -> Affiliation:
    """Say what a person is in a company.

    What they were there before ends; so does a former primary company's being it.
    """
    by.require(Permission.CHANGE_PEOPLE)
    lock()
    held = Affiliation.objects.open().filter(person=person)
    former = held.filter(company=company).first()
    if former and (former.role, former.is_primary) == (draft.role, draft.is_primary):
        raise Conflict(f"{person} has this part in {company} already.")
    displaced = held.primary().exclude(company=company).first() if draft.is_primary else None

    moment = draft.since or timezone.now()
    for ended in filter(None, (former, displaced)):
        _end(ended, moment)
        ended.save(update_fields=["until"])
    begun = Affiliation(person=person, company=company, role=draft.role, is_primary=draft.is_primary)
    begun.since = moment if former or displaced else draft.since
    check(begun)
    begun.save(force_insert=True)
    rows = [begun]
    if displaced:
        rows.append(
            Affiliation.objects.create(
                person=person, company_id=displaced.company_id, role=displaced.role, since=moment
            )
        )
    emit_many([_begun(row) for row in rows], by=by)
    return begun


def end(affiliation: Affiliation, *, at: datetime | None = None, by: Actor) -> Affiliation:
    """Say that a person belongs to a company no more."""
    return end_many([Ending(affiliation_id=affiliation.pk, at=at)], by=by)[0]


@transaction.atomic
def end_many(endings: Sequence[Ending], *, by: Actor) -> list[Affiliation]:
    """End many affiliations, all of them or none; a refusal of one among many names its place."""
    by.require(Permission.CHANGE_PEOPLE)
    lock()
    held = Affiliation.objects.in_bulk([ending.affiliation_id for ending in endings])
    ended = []
    for index, ending in enumerate(endings):
        place = place_of(index, endings)
        current = held.get(ending.affiliation_id)
        if current is None:
            raise NotFound("There is no such affiliation.", field=f"{place}id")
        if current.until:
            raise Conflict("This has ended already.", field=f"{place}id" if place else None)
        recorded(f"{place}recorded_at", ending.recorded_at, by=by)
        _end(current, ending.at or timezone.now(), place)
        ended.append(current)
    Affiliation.objects.bulk_update(ended, ["until"])
    told = [
        AffiliationEnded(
            person_id=current.person_id,
            company_id=current.company_id,
            happened_at=ending.at,
            recorded_at=ending.recorded_at,
        )
        for current, ending in zip(ended, endings, strict=True)
    ]
    emit_many(told, by=by)
    return ended


def group_many(given: Mapping[int, Grouping], *, by: Actor) -> dict[int, Refused]:
    """Keep what is said of companies, and who belongs to them; for verbs that have asked for permission.

    The companies and the identities are there already. A person's first company is their primary one. Returns
    those that did not fit, by their place in the batch.
    """
    keys = {one.company_key for one in given.values()}
    ids = dict(Company.objects.filter(key__in=keys).order_by().values_list("key", "pk"))
    painted = paint(Company, [_stroke(index, one, ids[one.company_key]) for index, one in given.items()])
    events: list[DomainEvent] = [
        CompanyUpdated(company_id=company, changed=sorted(changed))
        for company, changed in sorted(painted.changed.items())
    ]
    people = identities.people_of({one.identity for one in given.values() if one.identity})
    pairs: dict[Pair, Grouping] = {}
    for one in given.values():
        if one.identity:
            pairs.setdefault((people[one.identity], ids[one.company_key]), one)
    emit_many([*events, *_begin(pairs)], by=by)
    return painted.refused


def inherit(emptied: Mapping[UUID, UUID], *, by: Actor) -> None:
    """Let people belong where visitors belonged who turned out to be them; for verbs that have asked."""
    if not emptied:
        return
    lock()
    with connection.cursor() as cursor:
        cursor.execute(_LEAVE, [list(emptied), list(emptied.values())])
        left = sorted(cursor.fetchall(), key=lambda row: not row[-1])  # the primary one first
    parts: dict[Pair, Grouping] = {}
    for heir, company, role, since, _ in left:
        parts.setdefault((heir, company), Grouping(company_key="", role=role, occurred_at=since))
    emit_many(_begin(parts), by=by)


def _begin(pairs: Mapping[Pair, Grouping]) -> list[DomainEvent]:
    """Begin the affiliations that are not there yet."""
    with connection.cursor() as cursor:
        cursor.execute(_MISSING, [[person for person, _ in pairs], [company for _, company in pairs]])
        absent = set(cursor.fetchall())
        missing = [
            pair for pair in pairs if pair in absent
        ]  # in the order of the batch: the first is primary
        if not missing:
            return []
        lock()
        people, places = (list(column) for column in zip(*missing, strict=True))
        roles = [pairs[pair].role or AffiliationRole.USER.value for pair in missing]
        moments = [pairs[pair].occurred_at for pair in missing]
        cursor.execute(_BEGIN, [str(uuid7())[:-4], people, places, roles, moments])
        return [
            AffiliationBegun(
                person_id=person,
                company_id=company,
                role=role,
                is_primary=primary,
                happened_at=since,
                recorded_at=pairs[person, company].recorded_at,
            )
            for person, company, role, primary, since in cursor.fetchall()
        ]


def _end(affiliation: Affiliation, moment: datetime, place: str = "") -> None:
    if affiliation.since and moment < affiliation.since:
        raise Invalid("This would end an affiliation before it began.", field=f"{place}at")
    if moment > timezone.now():
        raise Invalid("This lies in the future.", field=f"{place}at")
    affiliation.until = moment


def _begun(affiliation: Affiliation) -> AffiliationBegun:
    return AffiliationBegun(
        person_id=affiliation.person_id,
        company_id=affiliation.company_id,
        role=affiliation.role,
        is_primary=affiliation.is_primary,
        happened_at=affiliation.since,
    )


def _stroke(index: int, one: Grouping, company: UUID) -> Stroke:
    texts = {"name": one.name, "domain": one.domain}
    return Stroke(index, company, {name: text for name, text in texts.items() if text}, one.traits)
