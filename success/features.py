"""Features: what health is worked out from, one row per account, from rollups and contracts, set at a time.

The same statement gives the features as of any day: only what was recorded by the end of that day counts.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from journeys.incoming import OUR_APPS
from success import formulas
from success.days import end_of
from success.formulas import VALUES
from success.scoring import Reading

NAMES = tuple(VALUES)
"""The order of values and ages in health records; new names go to the end."""

COLUMNS = (
    "usage_trend", "usage_on", "last_seen_on", "breadth", "support_load", "nps", "nps_on",
    "csat", "csat_on", "ces", "ces_on", "rating", "rating_on", "renewal_on",
)  # fmt: skip

SOME = "account.id = ANY(%(accounts)s)"

# The same as `AccountQuerySet.shown_on`: a closing that we learned of later does not count yet.
ACTIVE = """account.opened_on <= %(day)s AND (
    account.closed_on IS NULL OR account.closed_on > %(day)s OR EXISTS (
        SELECT FROM journeys_dailyrollup closing WHERE closing.company_id = account.company_id
            AND closing.name = 'success.account_closed' AND closing.recorded_day > %(day)s
    )
)"""

_ANSWERS = ["experience.nps_answered", "experience.csat_answered"]
_ANSWERS += ["experience.ces_answered", "experience.rating_answered"]
_OURS = [f"{app}.%" for app in sorted(OUR_APPS)]

# `target` says which accounts. Usage looks back 56 days and then, for those who were silent, to the last day
# ever; answers look back a year, and each person's last one counts.
_FEATURES = """
WITH target AS MATERIALIZED (
    SELECT account.id AS account_id, account.company_id, account.opened_on
    FROM success_account account WHERE {which}
), signal AS MATERIALIZED (
    SELECT DISTINCT ON (event_name) event_name, role FROM success_signal
    ORDER BY event_name, recorded_at < %(until)s DESC,
        CASE WHEN recorded_at < %(until)s THEN recorded_at END DESC, recorded_at
), known AS NOT MATERIALIZED (  -- three readers, each by its own index
    SELECT * FROM journeys_dailyrollup WHERE day <= %(day)s AND recorded_day <= %(day)s
), happened AS (
    SELECT target.account_id, known.identity_id,
        sum(known.count) FILTER (WHERE {role} = 'usage' AND known.day > %(day)s::date - 28) AS recent,
        sum(known.count) FILTER (WHERE {role} = 'usage' AND known.day <= %(day)s::date - 28) AS before,
        sum(known.count) FILTER (WHERE {role} = 'support' AND known.day > %(day)s::date - 28) AS calls,
        max(known.day) FILTER (WHERE {role} = 'usage') AS used_on
    FROM target JOIN known ON known.company_id = target.company_id AND known.day > %(day)s::date - 56
    LEFT JOIN signal ON signal.event_name = known.name
    GROUP BY target.account_id, known.identity_id
), used AS (
    SELECT happened.account_id, coalesce(sum(recent), 0) AS recent, coalesce(sum(before), 0) AS before,
        sum(calls) AS calls, max(used_on) AS used_on,
        count(DISTINCT identity.person_id) FILTER (WHERE used_on > %(day)s::date - 30) AS people
    FROM happened LEFT JOIN journeys_identity identity ON identity.id = happened.identity_id
    GROUP BY happened.account_id
), seen AS (
    SELECT target.account_id, coalesce(used.used_on, earlier.day) AS on_day
    FROM target LEFT JOIN used USING (account_id) LEFT JOIN LATERAL (
        SELECT known.day FROM known LEFT JOIN signal ON signal.event_name = known.name
        WHERE used.used_on IS NULL AND known.company_id = target.company_id AND {role} = 'usage'
        ORDER BY known.day DESC LIMIT 1
    ) earlier ON true
), answer AS (
    SELECT DISTINCT ON (target.account_id, known.name, coalesce(identity.person_id, known.id))
        target.account_id, known.day, known.last_value AS score,
        substring(known.name FROM '^experience\\.(.*)_answered$') AS kind
    FROM target JOIN known ON known.company_id = target.company_id
        AND known.name = ANY(%(answers)s) AND known.day > %(day)s::date - 365
    LEFT JOIN journeys_identity identity ON identity.id = known.identity_id
    WHERE known.last_value IS NOT NULL
    ORDER BY target.account_id, known.name, coalesce(identity.person_id, known.id),
        known.last_at DESC, known.last_event_id DESC
), answered AS (
    SELECT account_id,
        round(
            100.0 * (count(*) FILTER (WHERE kind = 'nps' AND score >= 9)
                     - count(*) FILTER (WHERE kind = 'nps' AND score <= 6))
            / nullif(count(*) FILTER (WHERE kind = 'nps'), 0), 6
        )::float8 AS nps,
        round(
            100.0 * count(*) FILTER (WHERE kind = 'csat' AND score >= 4)
            / nullif(count(*) FILTER (WHERE kind = 'csat'), 0), 6
        )::float8 AS csat,
        round(avg(score) FILTER (WHERE kind = 'ces'), 6)::float8 AS ces,
        round(avg(score) FILTER (WHERE kind = 'rating'), 6)::float8 AS rating,
        max(day) FILTER (WHERE kind = 'nps') AS nps_on, max(day) FILTER (WHERE kind = 'csat') AS csat_on,
        max(day) FILTER (WHERE kind = 'ces') AS ces_on, max(day) FILTER (WHERE kind = 'rating') AS rating_on
    FROM answer GROUP BY account_id
), agreed AS (
    SELECT contract.* FROM target JOIN success_contract contract USING (account_id)
    WHERE contract.recorded_at < %(until)s
        AND (contract.superseded_at IS NULL OR contract.superseded_at >= %(until)s)
), renewal AS (
    SELECT account_id, min(ends_on) AS on_day FROM agreed
    WHERE NOT is_final AND NOT EXISTS (SELECT FROM agreed renewed WHERE renewed.renews = agreed.agreement)
    GROUP BY account_id
)
SELECT
    target.account_id,
    CASE WHEN target.opened_on <= %(day)s::date - 56
        THEN round((used.recent - used.before) / nullif(used.recent + used.before, 0), 6)::float8
    END AS usage_trend,
    used.used_on AS usage_on, seen.on_day AS last_seen_on,
    CASE WHEN seen.on_day IS NOT NULL THEN coalesce(used.people, 0)::float8 END AS breadth,
    CASE WHEN used.calls > 0
            OR seen.on_day IS NOT NULL AND EXISTS (SELECT FROM signal WHERE role = 'support')
        THEN coalesce(used.calls, 0)::float8
    END AS support_load,
    answered.nps, answered.nps_on, answered.csat, answered.csat_on,
    answered.ces, answered.ces_on, answered.rating, answered.rating_on, renewal.on_day AS renewal_on
FROM target
LEFT JOIN used USING (account_id)
LEFT JOIN seen USING (account_id)
LEFT JOIN answered USING (account_id)
LEFT JOIN renewal USING (account_id)
"""

_ROLE = "coalesce(signal.role, CASE WHEN known.name LIKE ANY(%(ours)s) THEN 'ignored' ELSE 'usage' END)"


def worked_out(which: str) -> str:
    """A query of feature rows as the rollups and contracts make them, of SOME accounts or all ACTIVE ones."""
    return _FEATURES.format(which=which, role=_ROLE)


def named(day: date, accounts: Sequence[UUID] = ()) -> Mapping[str, Any]:
    """What the statements here want to know, by name."""
    return {
        "day": day,
        "until": end_of(day),
        "accounts": list(accounts),
        "answers": _ANSWERS,
        "ours": _OURS,
    }


def refresh(accounts: Sequence[UUID], day: date) -> int:
    """Work out these accounts' rows again; writes only what changed, and says how many that were.

    For callers who hold the accounts' health rows.
    """
    columns, worked = ", ".join(COLUMNS), ", ".join(f"worked.{column}" for column in COLUMNS)
    kept = ", ".join(f"feature.{column}" for column in COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE success_feature feature SET ({columns}) = ROW({worked})"  # noqa: S608 - our own names
            f" FROM ({worked_out(SOME)}) worked WHERE feature.account_id = worked.account_id"
            f" AND ({kept}) IS DISTINCT FROM ({worked})",
            named(day, accounts),
        )
        return cursor.rowcount


def readings(values: Sequence[float | None], ages: Sequence[int | None]) -> dict[str, Reading]:
    """What was kept in the order of NAMES, by name; what is unknown is left out."""
    kept = zip(NAMES, values, ages, strict=False)  # names that came later are not in older records
    return {name: Reading(value, age or 0) for name, value, age in kept if value is not None}


def current(accounts: Sequence[UUID], day: date) -> dict[UUID, dict[str, Reading]]:
    """The readings of these accounts' rows, as they are on the day."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT account_id, {formulas.values()}, {formulas.ages()}"  # noqa: S608 - our own names
            " FROM success_feature f WHERE account_id = ANY(%(accounts)s)",
            {"day": day, "accounts": list(accounts)},
        )
        return {account: readings(values, ages) for account, values, ages in cursor.fetchall()}
