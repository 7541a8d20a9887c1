"""Standings: the health of many accounts compared with what is kept, and written where it differs.

Who scores some accounts holds their health rows, beside others who hold other rows. A pass over a whole range
holds everybody, so that nobody else writes health meanwhile, and needs no row. Both hold first, in statements
of their own; so the one statement that looks and writes sees what all who held before have written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.utils import timezone

from accounts.database import backend
from accounts.identifiers import uuid7
from success import formulas
from success.models import Scorecard
from success.scoring import Card

FIRST, LAST = UUID(int=0), UUID(int=2**128 - 1)
"""Before and after the ids of all accounts."""

STATEMENTS = 100
"""Statements that a process keeps in words: one for each scorecard and day, most of them the same ones."""

_HEALTH = "hashtextextended(current_schema() || ' health', 0)"

_BESIDE_OTHERS = f"SELECT pg_advisory_xact_lock_shared({_HEALTH})"

# Features and health come in the order of their accounts; the planner takes a hash for cheaper than a merge.
# That leaves one plan worth having, whatever the range, so it is not made anew for each.
_ALONE = f"""
SELECT pg_advisory_xact_lock({_HEALTH}), set_config('enable_hashjoin', 'off', true),
    set_config('plan_cache_mode', 'force_generic_plan', true)
"""

_LOCK = "SELECT FROM success_health WHERE account_id = ANY(%(accounts)s) ORDER BY account_id FOR UPDATE"

_SOME = "account_id = ANY(%(accounts)s)"

_BETWEEN = "account_id > %(after)s AND account_id <= %(until)s"

_KEPT = "SELECT ctid, * FROM success_health WHERE {which}"

# The shown score differs as well where an override has begun or ended, which is said while the row is held.
_DIFFERS = "kept.scorecard_id IS DISTINCT FROM %(scorecard)s OR kept.parts IS DISTINCT FROM scored.parts"
_OVERRIDDEN = "kept.score IS DISTINCT FROM coalesce(kept.override_score, kept.computed_score)"

# A change is told when the band is another, or the score has moved by 5 points, since one was last told.
_TELLS = """(
    band <> announced_band OR (shown IS NULL) <> (announced_score IS NULL)
    OR abs(shown - announced_score) >= 5
)"""

# Joined in full, and so never row by row: where the planner takes thousands in a range for one, that would be
# each with each. Who is on one side alone is then left out; those are accounts that were closed.
# What stands in `differing` is held, so it stays where it is: rows are found by their place. Whether the day
# has a record is only asked of those who were scored lately, in whatever time zone; to try it costs more.
_WRITE = """
WITH differing AS MATERIALIZED (
    SELECT judged.*, read.*, {tells} AS tells FROM (
        SELECT *, coalesce(override_score, computed_score) AS shown, coalesce({band}, '') AS band FROM (
            SELECT
                scored.account_id, {computed} AS computed_score, {coverage} AS coverage, scored.parts,
                coalesce((kept.override_score * 100)::int, scored.score) AS whole, kept.override_score,
                kept.announced_score, kept.announced_band, kept.announced_parts, kept.announced_scorecard_id,
                kept.ctid AS place, CASE WHEN kept.scored_at > %(day)s::date - 2 THEN (
                    SELECT ctid FROM success_healthrecord record
                    WHERE record.account_id = kept.account_id AND record.day = %(day)s
                ) END AS record
            FROM ({scored}) scored
            FULL JOIN ({kept}) kept ON kept.account_id = scored.account_id
            WHERE {differs}
            OFFSET 0
        ) compared
        WHERE account_id IS NOT NULL AND place IS NOT NULL
        OFFSET 0
    ) judged CROSS JOIN LATERAL (
        SELECT {values} AS values, {ages} AS ages
        FROM success_feature f WHERE f.account_id = judged.account_id OFFSET 0
    ) read
), changed AS (
    UPDATE success_health health SET
        score = shown, computed_score = differing.computed_score, coverage = differing.coverage,
        band = differing.band, parts = differing.parts, scorecard_id = %(scorecard)s, scored_at = %(now)s,
        announced_score = CASE WHEN tells THEN shown ELSE differing.announced_score END,
        announced_band = CASE WHEN tells THEN differing.band ELSE differing.announced_band END,
        announced_parts = CASE WHEN tells THEN differing.parts ELSE differing.announced_parts END,
        announced_scorecard_id = CASE WHEN tells THEN %(scorecard)s ELSE differing.announced_scorecard_id END
    FROM differing WHERE health.ctid = place
), rewritten AS (
    UPDATE success_healthrecord kept SET
        scored_at = %(now)s, scorecard_id = %(scorecard)s, score = shown,
        computed_score = differing.computed_score, override_score = differing.override_score,
        coverage = differing.coverage, band = differing.band, parts = differing.parts,
        values = differing.values, ages = differing.ages
    FROM differing WHERE record IS NOT NULL AND kept.ctid = record
), recorded AS (
    INSERT INTO success_healthrecord (
        id, account_id, day, scored_at, scorecard_id, score, computed_score, override_score,
        coverage, band, parts, values, ages
    )
    SELECT
        (%(ids)s || lpad(to_hex(row_number() OVER ()), 8, '0'))::uuid, account_id, %(day)s, %(now)s,
        %(scorecard)s, shown, computed_score, override_score, coverage, band, parts, values, ages
    FROM differing WHERE record IS NULL
)
SELECT total.changed, told.* FROM (SELECT count(*) AS changed FROM differing) total LEFT JOIN (
    SELECT
        account_id, (SELECT company_id FROM success_account account WHERE account.id = account_id),
        shown, announced_score, band, announced_band, coverage,
        override_score IS NOT NULL, parts, announced_parts, announced_scorecard_id
    FROM differing WHERE tells
    ORDER BY account_id
) told ON true
"""


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


class Range(NamedTuple):
    """The accounts whose ids come after the one, up to the other."""

    after: UUID
    until: UUID

    @property
    def is_last(self) -> bool:
        """Whether nobody comes after them."""
        return self.until == LAST


@dataclass(frozen=True, slots=True)
class Written:
    """What a pass wrote: how many standings, and which changes are to be told."""

    changed: int
    told: list[Change]


def hold(accounts: Sequence[UUID]) -> None:
    """Hold these accounts' health until the transaction ends, in the order of their ids."""
    with connection.cursor() as cursor:
        cursor.execute(_BESIDE_OTHERS)
        cursor.execute(_LOCK, {"accounts": _array(accounts)})


def hold_all() -> None:
    """Hold the health of all accounts until the transaction ends; to be the first thing it does."""
    with connection.cursor() as cursor:
        cursor.execute(_ALONE)


def write(scorecard: Scorecard, day: date, accounts: Sequence[UUID]) -> Written:
    """Write the standing of these accounts, who are held, where it differs, and the day's record."""
    return _written(_some(scorecard.card, day), scorecard, accounts=_array(accounts))


def write_range(scorecard: Scorecard, day: date, accounts: Range) -> Written:
    """Write the standing of a range of accounts where it differs, and the day's record; all are held."""
    return _written(_range(scorecard.card, day), scorecard, **accounts._asdict())


@lru_cache(maxsize=STATEMENTS)
def _some(card: Card, day: date) -> str:
    return _statement(
        day,
        scored=formulas.scored(card, f"success_feature f WHERE {_SOME}"),
        kept=_KEPT.format(which=_SOME),
        differs=f"{_DIFFERS} OR {_OVERRIDDEN}",
    )


@lru_cache(maxsize=STATEMENTS)
def _range(card: Card, day: date) -> str:
    return _statement(
        day,
        scored=formulas.scored(card, f"success_feature f WHERE {_BETWEEN}", fence=formulas.ORDERED),
        kept=_KEPT.format(which=_BETWEEN),
        differs=_DIFFERS,
    )


def _statement(day: date, **parts: str) -> str:
    """The statement, with the day in its text: what hangs on it alone is worked out once, not by row."""
    statement = _WRITE.format(
        computed=formulas.points("scored.score"),
        coverage=formulas.share("scored.coverage"),
        band=formulas.band("whole"),
        tells=_TELLS,
        values=formulas.values(),
        ages=formulas.ages(),
        **parts,
    )
    return statement.replace("%(day)s", f"'{day}'::date")


def _written(statement: str, scorecard: Scorecard, **which: Any) -> Written:
    named = {"scorecard": scorecard.pk, "now": timezone.now(), "ids": str(uuid7())[:-8], **which}
    with backend().prepared() as cursor:
        cursor.execute(statement, named)
        rows = cursor.fetchall()
    return Written(rows[0][0], [Change(*told) for _, *told in rows if told[0] is not None])


def _array(accounts: Sequence[UUID]) -> str:
    """As Postgres writes an array; to have thousands of ids adapted one by one would cost more."""
    return f"{{{','.join(map(str, accounts))}}}"
