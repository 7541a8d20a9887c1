"""Standings: the health of many accounts compared with what is kept, and written where it differs.

Looking locks the health rows of those accounts alone that differ, in the order of their ids; writing works
them out again beneath the lock. So two workers at once do no harm, and nothing is written in vain.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.utils import timezone

from accounts.identifiers import uuid7
from success import formulas
from success.models import Scorecard

_DIFFERS = """(
    kept.parts IS DISTINCT FROM scored.parts OR kept.scorecard_id IS DISTINCT FROM %(scorecard)s
    OR kept.score IS DISTINCT FROM coalesce(kept.override_score, kept.computed_score)
)"""

_BETWEEN = "account_id > %(after)s AND account_id <= %(until)s"

_LOCK = "SELECT FROM success_health WHERE account_id = ANY(%(accounts)s) ORDER BY account_id FOR UPDATE"

# The ids come back as Postgres writes an array, and go into the next statement as they are: to read and write
# a hundred thousand of them would cost more than all the rest that happens outside of Postgres.
_HOLD = """
SELECT count(*), array_agg(account_id)::text FROM (
    SELECT kept.account_id FROM ({scored}) scored
    JOIN success_health kept ON kept.account_id = scored.account_id AND kept.{between}
    WHERE {differs}
    ORDER BY kept.account_id FOR UPDATE OF kept
) AS held
"""

# A change is told when the band is another, or the score has moved by 5 points, since one was last told.
_TELLS = """(
    differing.band <> differing.announced_band
    OR (differing.shown IS NULL) <> (differing.announced_score IS NULL)
    OR abs(differing.shown - differing.announced_score) >= 5
)"""

_WRITE = """
WITH compared AS MATERIALIZED (
    SELECT
        scored.account_id, scored.score AS computed, scored.coverage, scored.parts, scored.values,
        scored.ages,
        coalesce((kept.override_score * 100)::int, scored.score) AS whole, kept.override_score,
        kept.announced_score, kept.announced_band, kept.announced_parts, kept.announced_scorecard_id,
        kept.ctid AS place
    FROM ({scored}) scored JOIN success_health kept ON kept.account_id = scored.account_id
    WHERE {differs}
), differing AS MATERIALIZED (
    SELECT *, {shown} AS shown, coalesce({band}, '') AS band FROM compared
), changed AS (
    UPDATE success_health health SET
        score = differing.shown, computed_score = {computed}, coverage = {coverage}, band = differing.band,
        parts = differing.parts, scorecard_id = %(scorecard)s, scored_at = %(now)s,
        announced_score = CASE WHEN {tells} THEN differing.shown ELSE differing.announced_score END,
        announced_band = CASE WHEN {tells} THEN differing.band ELSE differing.announced_band END,
        announced_parts = CASE WHEN {tells} THEN differing.parts ELSE differing.announced_parts END,
        announced_scorecard_id = CASE WHEN {tells} THEN %(scorecard)s
            ELSE differing.announced_scorecard_id END
    FROM differing WHERE health.ctid = differing.place  -- held, so it has stayed there
    RETURNING health.account_id, health.score, health.computed_score, health.coverage, health.band,
        health.parts, differing.values, differing.ages, differing.override_score, {tells} AS tells,
        differing.announced_score AS previous_score, differing.announced_band AS previous_band,
        differing.announced_parts AS previous_parts,
        differing.announced_scorecard_id AS previous_scorecard_id
), recorded AS (
    INSERT INTO success_healthrecord (
        id, account_id, day, scored_at, scorecard_id, score, computed_score, override_score,
        coverage, band, parts, values, ages
    )
    SELECT
        (%(ids)s || lpad(to_hex(row_number() OVER ()), 8, '0'))::uuid, account_id, %(day)s, %(now)s,
        %(scorecard)s, score, computed_score, override_score, coverage, band, parts, values, ages
    FROM changed
    ON CONFLICT (account_id, day) DO UPDATE SET
        scored_at = excluded.scored_at, scorecard_id = excluded.scorecard_id, score = excluded.score,
        computed_score = excluded.computed_score, override_score = excluded.override_score,
        coverage = excluded.coverage, band = excluded.band, parts = excluded.parts,
        values = excluded.values, ages = excluded.ages
)
SELECT total.changed, told.* FROM (SELECT count(*) AS changed FROM changed) total LEFT JOIN (
    SELECT changed.account_id, account.company_id, score, previous_score, band, previous_band, coverage,
        override_score IS NOT NULL, parts, previous_parts, previous_scorecard_id
    FROM changed JOIN success_account account ON account.id = changed.account_id WHERE tells
    ORDER BY changed.account_id
) told ON true
"""


class Held(NamedTuple):
    """Accounts whose health is held until the transaction ends: their number, and an array of their ids."""

    number: int
    ids: str | None


class Change(NamedTuple):
    """A change to tell: the standing now, and as it was when one was last told."""

    account_id: UUID
    company_id: UUID
    score: Decimal | None
    previous_score: Decimal | None
    band: str
    previous_band: str
    coverage: Decimal
    is_overridden: bool
    parts: list[int | None]
    previous_parts: list[int | None] | None
    previous_scorecard_id: UUID | None


@dataclass(frozen=True, slots=True)
class Written:
    """What a pass wrote: how many standings, and which changes are to be told."""

    changed: int
    told: list[Change]


def hold_differing(scorecard: Scorecard, day: date, after: UUID, until: UUID) -> Held:
    """Hold the health of those accounts of a range of ids for whom it is not what is kept."""
    rows = f"(SELECT * FROM success_feature WHERE {_BETWEEN} ORDER BY account_id)"  # noqa: S608 - our own words
    statement = _HOLD.format(
        scored=formulas.scored(scorecard.card, rows, fence=formulas.ORDERED),
        between=_BETWEEN.replace("AND ", "AND kept."),
        differs=_DIFFERS,
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, {"scorecard": scorecard.pk, "day": day, "after": after, "until": until})
        return Held(*cursor.fetchone())


def hold(accounts: Sequence[UUID]) -> Held:
    """Hold these accounts' health until the transaction ends, in the order of their ids."""
    held = Held(len(accounts), f"{{{','.join(map(str, accounts))}}}")
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, {"accounts": held.ids})
    return held


def write(scorecard: Scorecard, day: date, held: Held) -> Written:
    """Write these accounts' standing where it differs, and the day's record."""
    named: dict[str, Any] = {
        "scorecard": scorecard.pk, "day": day, "accounts": held.ids, "now": timezone.now(),
        "ids": str(uuid7())[:-8],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_written(scorecard), named)
        rows = cursor.fetchall()
    return Written(rows[0][0], [Change(*told) for _, *told in rows if told[0] is not None])


def _written(scorecard: Scorecard) -> str:
    rows = "(SELECT * FROM success_feature WHERE account_id = ANY(%(accounts)s))"
    return _WRITE.format(
        scored=formulas.scored(scorecard.card, rows, {"values": formulas.values(), "ages": formulas.ages()}),
        differs=_DIFFERS,
        shown=formulas.points("whole"),
        computed=formulas.points("differing.computed"),
        coverage="(differing.coverage / 10000.0)::numeric(5, 4)",
        band=formulas.band("whole"),
        tells=_TELLS,
    )
