"""Health of past days, as it would have been shown: from what was recorded by then."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from accounts.actor import Actor
from accounts.errors import Invalid
from accounts.identifiers import uuid7
from accounts.permissions import Permission
from success import features, formulas, scorecards
from success.days import end_of, known, today
from success.models import Scorecard
from success.scoring import Reading

_STANDING = """
WITH feature AS MATERIALIZED ({features}), scored AS MATERIALIZED ({scored}), shown AS (
    SELECT scored.*, override.score AS override_score,
        coalesce((override.score * 100)::int, scored.score) AS whole, {values} AS values, {ages} AS ages
    FROM scored JOIN feature f ON f.account_id = scored.account_id
    LEFT JOIN success_healthoverride override ON override.account_id = scored.account_id
        AND override.created_at < %(until)s AND override.expires_at >= %(until)s
        AND (override.ended_at IS NULL OR override.ended_at >= %(until)s)
), standing AS (
    SELECT account_id, {score} AS score, {computed} AS computed_score, override_score,
        {share} AS coverage, coalesce({band}, '') AS band, parts, values, ages
    FROM shown
)
"""

_SELECT = "SELECT * FROM standing"

_INSERT = """
INSERT INTO success_healthrecord (
    id, account_id, day, scored_at, scorecard_id, score, computed_score, override_score,
    coverage, band, parts, values, ages
)
SELECT
    (%(ids)s || lpad(to_hex(row_number() OVER ()), 8, '0'))::uuid, now.account_id, %(day)s, %(until)s,
    %(scorecard)s, now.score, now.computed_score, now.override_score,
    now.coverage, now.band, now.parts, now.values, now.ages
FROM standing now LEFT JOIN LATERAL (
    SELECT * FROM success_healthrecord earlier
    WHERE earlier.account_id = now.account_id AND earlier.day < %(day)s ORDER BY earlier.day DESC LIMIT 1
) before ON true
WHERE (before.parts, before.scorecard_id, before.score, before.override_score) IS DISTINCT FROM
        (now.parts, %(scorecard)s, now.score, now.override_score)
    AND (before.id IS NOT NULL OR now.score IS NOT NULL)
"""

_CLEAR = "DELETE FROM success_healthrecord WHERE day = %(day)s"

# Whoever was closed before health was first worked out has none but in these records.
_LEAVE = """
UPDATE success_health health SET
    score = last.score, computed_score = last.computed_score, override_score = last.override_score,
    coverage = last.coverage, band = last.band, parts = last.parts,
    scorecard_id = last.scorecard_id, scored_at = last.scored_at
FROM success_account account CROSS JOIN LATERAL (
    SELECT * FROM success_healthrecord record WHERE record.account_id = account.id ORDER BY day DESC LIMIT 1
) last
WHERE account.id = health.account_id AND account.closed_on IS NOT NULL
    AND health.scored_at IS DISTINCT FROM last.scored_at
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """How an account did at the end of a day; parts are in hundredths, by the scorecard's measures."""

    account_id: UUID
    day: date
    scorecard: Scorecard
    score: Decimal | None
    computed_score: Decimal | None
    override_score: Decimal | None
    coverage: Decimal
    band: str
    parts: Sequence[int | None]
    readings: Mapping[str, Reading]


def as_of(accounts: Sequence[UUID], day: date) -> dict[UUID, Standing]:
    """How these accounts stood at the end of the day, worked out anew from what was recorded by then.

    Accounts that were not open on the day are left out.
    """
    scorecard = scorecards.in_force(end_of(known(day)))
    if scorecard is None:
        return {}
    statement = _statement(scorecard, f"{features.SOME} AND {features.ACTIVE}") + _SELECT
    with connection.cursor() as cursor:
        cursor.execute(statement, features.named(day, accounts))
        rows = cursor.fetchall()
    return {account: _read(account, day, scorecard, *kept) for account, *kept in rows}


@transaction.atomic
def rebuild(days: Iterable[date], *, by: Actor) -> int:
    """Write the health records of past days anew, for history that was brought in; says how many it has.

    A record is written where the score or its parts differ from the day before; of accounts that are closed,
    the last one says how they were left. Nothing is announced.
    """
    by.require(Permission.BACKFILL_EVENTS)
    wanted = sorted(set(days))
    if wanted and wanted[-1] >= today():
        raise Invalid("Only past days are rebuilt.", field="days")
    written = sum(_rebuild(day) for day in wanted)
    with connection.cursor() as cursor:
        cursor.execute(_LEAVE)
    return written


def _rebuild(day: date) -> int:
    scorecard = scorecards.in_force(end_of(day))
    if scorecard is None:
        return 0
    named = {**features.named(day), "scorecard": scorecard.pk, "ids": str(uuid7())[:-8]}
    with connection.cursor() as cursor:
        cursor.execute(_CLEAR, named)
        cursor.execute(_statement(scorecard, features.ACTIVE) + _INSERT, named)
        return cursor.rowcount


def _statement(scorecard: Scorecard, which: str) -> str:
    return _STANDING.format(
        features=features.worked_out(which),
        scored=formulas.scored(scorecard.card, "feature f"),
        values=formulas.values(),
        ages=formulas.ages(),
        score=formulas.points("whole"),
        computed=formulas.points("score"),
        share=formulas.share("coverage"),
        band=formulas.band("whole"),
    )


def _read(account: UUID, day: date, scorecard: Scorecard, *kept: Any) -> Standing:
    score, computed, override, coverage, band, parts, values, ages = kept
    readings = features.readings(values, ages)
    return Standing(account, day, scorecard, score, computed, override, coverage, band, parts, readings)
