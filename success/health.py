"""Health: worked out again for whoever was touched, within seconds, and for all accounts each night."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import connection, transaction

from accounts.actor import Actor
from accounts.events import emit_many
from accounts.identifiers import uuid7
from success import features, standings
from success.days import today
from success.events import HealthChanged, PartChanged
from success.models import Scorecard
from success.standings import Change, Held

CHUNK = 50_000
"""How many accounts a pass over all looks at in one statement."""

FIRST = UUID(int=0)

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

_REACHED = """
SELECT account_id FROM (
    SELECT account_id FROM success_feature WHERE account_id > %s ORDER BY account_id LIMIT %s
) following ORDER BY account_id DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Scored:
    """What a pass did: accounts looked at, standings changed, changes told, and whether to look again."""

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
    day, held = today(), standings.hold(accounts)
    features.refresh(accounts, day)
    return _write(held, day)


@transaction.atomic
def score(accounts: Sequence[UUID]) -> Scored:
    """Work out these accounts' health now, from the features they have."""
    return _write(standings.hold(accounts), today())


@transaction.atomic
def score_all() -> Scored:
    """Work out the health of all open accounts from the features they have; writes only what differs."""
    done, reached = Scored(), FIRST
    scorecard, day = _scorecard(), today()
    while scorecard and (until := next_reached(reached, CHUNK)):
        held = standings.hold_differing(scorecard, day, reached, until)
        done += _write(held, day) if held.number else Scored()
        reached = until
    return done


def next_reached(after: UUID, accounts: int) -> UUID | None:
    """The id that ends the next so many open accounts, or None where there are no more."""
    with connection.cursor() as cursor:
        cursor.execute(_REACHED, [after, accounts])
        found = cursor.fetchone()
    return found[0] if found else None


def _scorecard() -> Scorecard | None:
    return Scorecard.objects.current().prefetch_related("measures").first()


def _write(held: Held, day: date) -> Scored:
    scorecard = _scorecard()
    if scorecard is None:
        return Scored(held.number)
    written = standings.write(scorecard, day, held)
    if written.told:
        _tell(written.told, scorecard)
    return Scored(held.number, written.changed, len(written.told))


def _tell(changes: Sequence[Change], scorecard: Scorecard) -> None:
    earlier = {change.previous_scorecard_id for change in changes if change.previous_scorecard_id}
    keys: dict[UUID | None, list[str]] = {
        card.pk: [measure.key for measure in card.measures.all()]
        for card in [
            scorecard,
            *Scorecard.objects.filter(pk__in=earlier - {scorecard.pk}).prefetch_related("measures"),
        ]
    }
    told = [
        _told(change, keys[scorecard.pk], keys.get(change.previous_scorecard_id, [])) for change in changes
    ]
    emit_many(told, by=Actor.system("health"))


def _told(change: Change, keys: Sequence[str], previous_keys: Sequence[str]) -> HealthChanged:
    parts = dict(zip(keys, change.parts, strict=True))
    before = dict(zip(previous_keys, change.previous_parts or [], strict=True))
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
            PartChanged(measure=key, part=_points(parts.get(key)), previous_part=_points(before.get(key)))
            for key in dict.fromkeys([*parts, *before])
            if parts.get(key) != before.get(key)
        ],
    )


def _points(hundredths: int | None) -> Decimal | None:
    return None if hundredths is None else Decimal(hundredths).scaleb(-2)
