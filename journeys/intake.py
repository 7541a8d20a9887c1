"""Taking in what other systems send: one call for a batch, a few statements whatever its size.

What is taken is safe in the timeline when the transaction commits; the rollups follow. Whoever takes a batch
wakes them (`accounts.waking.wake(journeys.tasks.fold_rollups, ...)`). One batch to a transaction: that is
what keeps two of them from waiting for each other in a ring.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.actor import Actor
from accounts.errors import Invalid, LimitExceeded
from accounts.permissions import Permission
from journeys import affiliations, companies, identities, timeline
from journeys.incoming import (
    DAY,
    Grouping,
    Identification,
    IdentityKey,
    Incoming,
    Message,
    Refusal,
    Refused,
    checked_grouping,
    line_of,
)
from journeys.models import Company, Person

MOST = timeline.MOST
"""Messages in one batch."""


@dataclass(slots=True)
class Taken:
    """What came of a batch: events stored, events that were here already, and messages that did not fit."""

    stored: int = 0
    repeated: int = 0
    refused: list[Refusal] = field(default_factory=list)


def take(batch: Sequence[Message], *, source: str, by: Actor) -> Taken:
    """Take in events, and who the people and companies in them are; what does not fit is refused by itself.

    People and companies that are named for the first time are made. Who somebody is and where they belong is
    settled first, so that the events of the same batch find it so.
    """
    by.require(Permission.SEND_EVENTS)
    if source == timeline.OURS:
        raise Invalid(f"“{source}” is the source of what Unison itself writes.", field="source")
    if len(batch) > MOST:
        raise LimitExceeded(f"A batch holds at most {MOST} messages.")
    sorted_out = _sort_out(batch, timezone.now() + DAY)
    if sorted_out.is_backfilled:
        by.require(Permission.BACKFILL_EVENTS)

    with transaction.atomic(savepoint=False):  # one would cost two more ways to Postgres and back
        return _store(sorted_out, source, by)


@transaction.atomic
def identify(given: Identification, *, by: Actor) -> Person:
    """Say who somebody is; returns the person, who may be new, or found by any of the identifiers."""
    by.require(Permission.SEND_EVENTS)
    told = identities.identify_many({0: given}, by=by)
    for refused in told.refused.values():
        raise Invalid(refused.message, field=refused.field)
    affiliations.inherit(told.emptied, by=by)
    return Person.objects.get(pk=told.people[0])


@dataclass(slots=True)
class _Batch:
    """A batch sorted out, by places in it: what fits, whom and what it names, what is refused."""

    lines: dict[int, str] = field(default_factory=dict)
    identifications: dict[int, Identification] = field(default_factory=dict)
    groupings: dict[int, Grouping] = field(default_factory=dict)
    refused: dict[int, Refused] = field(default_factory=dict)
    identities: set[IdentityKey] = field(default_factory=set)
    company_keys: set[str] = field(default_factory=set)
    person_ids: dict[int, UUID] = field(default_factory=dict)
    company_ids: dict[int, UUID] = field(default_factory=dict)
    is_backfilled: bool = False

    def add(self, index: int, message: Message, latest: datetime) -> None:
        """Check a message and note whom it names."""
        if isinstance(message, Incoming):
            self.lines[index] = line_of(index, message, latest)
            self._note(index, message)
        elif isinstance(message, Identification):
            self.identifications[index] = message
        else:
            self.groupings[index] = checked_grouping(message, latest)
            self.company_keys.add(message.company_key)
            self.is_backfilled = self.is_backfilled or message.recorded_at is not None
            if message.identity:
                self.identities.add(message.identity)

    def _note(self, index: int, event: Incoming) -> None:
        if event.identity:
            self.identities.add(event.identity)
        elif event.person_id:
            self.person_ids[index] = event.person_id
        if event.company_key:
            self.company_keys.add(event.company_key)
        elif event.company_id:
            self.company_ids[index] = event.company_id
        if event.recorded_at:
            self.is_backfilled = True


def _sort_out(batch: Sequence[Message], latest: datetime) -> _Batch:
    sorted_out = _Batch()
    for index, message in enumerate(batch):
        try:
            sorted_out.add(index, message, latest)
        except Refused as refused:
            sorted_out.refused[index] = refused
    return sorted_out


def _store(batch: _Batch, source: str, by: Actor) -> Taken:
    refused, told = batch.refused, identities.Told()
    if batch.identifications:
        told = identities.identify_many(batch.identifications, also=batch.identities, by=by)
        refused |= told.refused
    else:
        identities.meet(batch.identities)
    companies.meet(batch.company_keys, by=by)
    if batch.groupings:
        refused |= affiliations.group_many(batch.groupings, by=by)
    affiliations.inherit(told.emptied, by=by)  # last: whoever locks both locks companies first
    lines = _known_only(batch)
    stored = timeline.write(lines, source=source) if lines else 0
    return Taken(
        stored=stored,
        repeated=len(lines) - stored,
        refused=[Refusal(index, one.field, one.message) for index, one in sorted(refused.items())],
    )


def _known_only(batch: _Batch) -> list[str]:
    """The lines, but for those that name a person or a company by an id of ours that there is not."""
    unknown: dict[int, Refused] = {}
    if batch.person_ids:
        found = _present(Person, batch.person_ids)
        timeline.house(found)
        unknown |= _strangers(batch.person_ids, found, "person_id")
    if batch.company_ids:
        unknown |= _strangers(batch.company_ids, _present(Company, batch.company_ids), "company_id")
    batch.refused |= unknown
    return [line for index, line in batch.lines.items() if index not in unknown]


def _present(model: type[Person] | type[Company], named: Mapping[int, UUID]) -> set[UUID]:
    rows = model._default_manager.filter(pk__in=set(named.values())).order_by()
    return set(rows.values_list("pk", flat=True))


def _strangers(named: Mapping[int, UUID], found: set[UUID], field: str) -> dict[int, Refused]:
    return {
        index: Refused(field, "There is nobody with this id.")
        for index, id in named.items()
        if id not in found
    }
