"""Health: worked out again for whoever was touched, within seconds, and for all accounts each night."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from uuid import UUID

from django.db import connection, transaction

from accounts.actor import Actor
from accounts.events import emit_many
from accounts.identifiers import uuid7
from success import features, standings
from success.days import today
from success.events import HealthChanged, PartChanged
from success.models import Scorecard
from success.standings import FIRST, LAST, Change, Range, Written

type Keys = list[str]
type Places = list[tuple[str, int, int]]

_MARK = """
INSERT INTO success_due (id, created_at, account_id)
SELECT (%s || lpad(to_hex(row_number() OVER ()), 8, '0'))::uuid, now(), id
FROM success_account WHERE closed_on IS NULL AND {which}
"""

_CLAIM = """
DELETE FROM success_due WHERE id IN (
    SELECT id FROM success_due ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING account_id
"""

# Accounts rather than features, which are rewritten all the time: so the index alone answers.
_NEXT = "SELECT id FROM success_account WHERE id > %s ORDER BY id OFFSET %s LIMIT 1"


@dataclass(frozen=True, slots=True)
class Scored:
    """What a pass did: accounts worked out, standings changed, changes told, and whether to look again."""

    accounts: int = 0
    changed: int = 0
    told: int = 0
    more: bool = False

    def __add__(self, other: "Scored") -> "Scored":
        return Scored(
            self.accounts + other.accounts, self.changed + other.changed, self.told + other.told, other.more
        )


def mark_due(accounts: Sequence[UUID]) -> None:
    """Ask for these accounts' health to be worked out again."""
    _mark("id = ANY(%s)", list(accounts))


def mark_touched(companies: Sequence[UUID]) -> int:
    """Ask for the health of these companies' accounts to be worked out again; says how many those are."""
    return _mark("company_id = ANY(%s)", list(companies))


def mark_all_due() -> int:
    """Ask for the health of all accounts to be worked out again; says how many those are."""
    return _mark("%s", True)


def _mark(which: str, given: list[UUID] | bool) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_MARK.format(which=which), [str(uuid7())[:-8], given])
        return cursor.rowcount


@transaction.atomic
def score_due(limit: int = 2_000) -> Scored:
    """Work out the health of accounts that are waiting for it, from their features up."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [limit])
        waiting = [account for (account,) in cursor.fetchall()]
    if not waiting:
        return Scored()
    done = refresh(sorted(set(waiting)))
    return Scored(done.accounts, done.changed, done.told, more=len(waiting) == limit)


@transaction.atomic
def refresh(accounts: Sequence[UUID]) -> Scored:
    """Work out these accounts' features and health now."""
    standings.hold(accounts)
    day = today()
    features.refresh(accounts, day)
    return _score(accounts, day)


@transaction.atomic
def score(accounts: Sequence[UUID]) -> Scored:
    """Work out these accounts' health now, from the features they have."""
    standings.hold(accounts)
    return _score(accounts, today())


def score_range(scorecard: Scorecard, accounts: Range) -> Scored:
    """Work out the health of a range of accounts from the features they have; for who holds all."""
    written = standings.write_range(scorecard, today(), accounts)
    return _told(written, scorecard, written.changed)


def next_range(after: UUID | None, accounts: int) -> Range:
    """So many accounts that come after this one, some of them closed, or all that are left."""
    after = after or FIRST
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [after, accounts - 1])
        found = cursor.fetchone()
    return Range(after, found[0] if found else LAST)


def _score(accounts: Sequence[UUID], day: date) -> Scored:
    scorecard = Scorecard.objects.current().first()
    if scorecard is None:
        return Scored(len(accounts))
    return _told(standings.write(scorecard, day, accounts), scorecard, len(accounts))


def _told(written: Written, scorecard: Scorecard, accounts: int) -> Scored:
    if written.told:
        _tell(written.told, scorecard)
    return Scored(accounts, written.changed, len(written.told))


def _tell(changes: Sequence[Change], scorecard: Scorecard) -> None:
    earlier = {change.previous_scorecard_id for change in changes if change.previous_scorecard_id}
    keys: dict[UUID | None, Keys] = {None: []}
    keys |= {
        version.pk: [measure.key for measure in version.card.measures]
        for version in [
            scorecard,
            *Scorecard.objects.filter(pk__in=earlier - {scorecard.pk}).prefetch_related("measures"),
        ]
    }
    places = {
        previous: _places(keys[scorecard.pk], keys[previous])
        for previous in {change.previous_scorecard_id for change in changes}
    }
    told = [_event(change, places[change.previous_scorecard_id]) for change in changes]
    emit_many(told, by=Actor.system("health"))


def _places(keys: Keys, previous_keys: Keys) -> Places:
    """Where the part of each measure stands now and stood then; where it is missing, behind the others."""
    now, then = ({key: place for place, key in enumerate(known)} for known in (keys, previous_keys))
    return [(key, now.get(key, -1), then.get(key, -1)) for key in {**now, **then}]


def _event(change: Change, places: Places) -> HealthChanged:
    parts, before = [*change.parts, None], [*(change.previous_parts or []), None]
    return HealthChanged(
        account_id=change.account_id,
        company_id=change.company_id,
        score=change.score,
        previous_score=change.previous_score,
        band=change.band,
        previous_band=change.previous_band,
        coverage=change.coverage,
        is_overridden=change.is_overridden,
        changed=[
            PartChanged(measure=key, part=_points(parts[now]), previous_part=_points(before[then]))
            for key, now, then in places
            if parts[now] != before[then]
        ],
    )


@cache
def _points(hundredths: int | None) -> Decimal | None:
    """Points as they are told; there are few of them beside all that are told."""
    return None if hundredths is None else Decimal(hundredths).scaleb(-2)
