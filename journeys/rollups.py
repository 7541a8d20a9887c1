"""Daily rollups, brought up to date in large passes by one consumer per tenant.

Arrivals say which events are not yet in the rollups. A pass deletes arrivals and folds their events in, in
one transaction: so each event is counted once, however late it came and however often it was sent. Whoever
keeps figures of their own from the rollups follows: told in the same transaction whom the pass touched.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction

from accounts.tenancy import tenant
from journeys.incoming import IdentityKey
from journeys.models import Arrival

type Follower = Callable[[list[UUID]], None]

_followers: list[Follower] = []

_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended(current_schema() || ' rollups', 0))"

_HOLD_IDENTITIES = (
    "SELECT pg_advisory_xact_lock_shared(hashtextextended(current_schema() || ' identities', 0))"
)

# A person was seen when they did something: an event from elsewhere, or one of ours that took place on a
# channel. Those who change are locked in the order of their ids.
_FOLD = """
WITH waiting AS (
    SELECT id, sum(cardinality(event_ids)) OVER (ORDER BY id) - cardinality(event_ids) AS before
    FROM journeys_arrival ORDER BY id LIMIT %(limit)s
), claimed AS (
    DELETE FROM journeys_arrival arrival USING waiting
    WHERE arrival.id = waiting.id AND waiting.before < %(limit)s
    RETURNING arrival.event_ids
), fresh AS MATERIALIZED (
    SELECT
        event.id, event.identity_id, event.company_id, event.name, event.occurred_at, event.value,
        (event.occurred_at AT TIME ZONE %(zone)s)::date AS day,
        (event.recorded_at AT TIME ZONE %(zone)s)::date AS recorded_day,
        event.source <> 'unison' OR event.channel <> '' AS is_met
    FROM claimed, unnest(claimed.event_ids) AS arrived (id) JOIN journeys_event event ON event.id = arrived.id
), subject AS (
    SELECT
        identity_id, company_id, name, day, recorded_day,
        count(*) AS count, sum(value) AS value_sum,
        (array_agg(value ORDER BY occurred_at DESC, id DESC))[1] AS last_value,
        (array_agg(occurred_at ORDER BY occurred_at DESC, id DESC))[1] AS last_at,
        (array_agg(id ORDER BY occurred_at DESC, id DESC))[1] AS last_event_id
    FROM fresh GROUP BY identity_id, name, day, company_id, recorded_day
), rolled AS (
    INSERT INTO journeys_dailyrollup AS kept (
        id, identity_id, company_id, name, day, recorded_day,
        count, value_sum, last_value, last_at, last_event_id
    )
    SELECT
        last_event_id, identity_id, company_id, name, day, recorded_day,
        count, value_sum, last_value, last_at, last_event_id
    FROM subject
    ON CONFLICT (identity_id, name, day, company_id, recorded_day) DO UPDATE SET
        count = kept.count + excluded.count,
        value_sum = coalesce(kept.value_sum + excluded.value_sum, kept.value_sum, excluded.value_sum),
        last_value = CASE
            WHEN (excluded.last_at, excluded.last_event_id) > (kept.last_at, kept.last_event_id)
            THEN excluded.last_value ELSE kept.last_value
        END,
        last_at = greatest(kept.last_at, excluded.last_at),
        last_event_id = CASE
            WHEN (excluded.last_at, excluded.last_event_id) > (kept.last_at, kept.last_event_id)
            THEN excluded.last_event_id ELSE kept.last_event_id
        END
), seen AS (
    SELECT identity.person_id AS id, min(fresh.occurred_at) AS first, max(fresh.occurred_at) AS last
    FROM fresh JOIN journeys_identity identity ON identity.id = fresh.identity_id
    WHERE fresh.is_met GROUP BY identity.person_id
), locked AS MATERIALIZED (
    SELECT person.id FROM journeys_person person JOIN seen ON seen.id = person.id
    WHERE person.first_seen_at IS NULL
        OR seen.first < person.first_seen_at OR seen.last > person.last_seen_at
    ORDER BY person.id FOR NO KEY UPDATE OF person
), stamped AS (
    UPDATE journeys_person person SET
        first_seen_at = least(person.first_seen_at, seen.first),
        last_seen_at = greatest(person.last_seen_at, seen.last)
    FROM seen JOIN locked ON locked.id = seen.id WHERE person.id = seen.id
)
SELECT
    coalesce(sum(count), 0)::int, count(DISTINCT identity_id),
    array_agg(DISTINCT company_id) FILTER (WHERE company_id IS NOT NULL)
FROM subject
"""

_COMPANIES = """
SELECT array_agg(DISTINCT rollup.company_id) FROM unnest(%s::text[], %s::text[]) AS given (kind, value)
JOIN journeys_identity identity ON identity.kind = given.kind AND identity.value = given.value
JOIN journeys_dailyrollup rollup ON rollup.identity_id = identity.id
WHERE rollup.company_id IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Folded:
    """What a pass did: events folded in, companies and identities touched, and whether to look again."""

    events: int = 0
    companies: int = 0
    identities: int = 0
    more: bool = False


def follower(follow: Follower) -> Follower:
    """Register who is told the ids of the companies that a pass touched; apps do so once, when they load."""
    if follow not in _followers:
        _followers.append(follow)
    return follow


@transaction.atomic
def fold(limit: int = 20_000) -> Folded:
    """Fold in what has arrived, about `limit` events of it, unless somebody is at it.

    Who has folded looks again after the commit, until there is nothing; who finds another at it may go.
    """
    if not Arrival.objects.exists() or not _alone():
        return Folded()
    with connection.cursor() as cursor:
        cursor.execute(_FOLD, {"limit": limit, "zone": tenant().time_zone})
        events, identities, companies = cursor.fetchone()
    _follow(companies)
    return Folded(events, len(companies or []), identities, more=True)


def moved(identities: Collection[IdentityKey]) -> None:
    """Tell whoever follows in which companies these identities did something: it is somebody else's now."""
    with connection.cursor() as cursor:
        cursor.execute(_COMPANIES, [[kind for kind, _ in identities], [value for _, value in identities]])
        (companies,) = cursor.fetchone()
    _follow(companies)


def _follow(companies: list[UUID] | None) -> None:
    if companies:
        for follow in _followers:
            follow(companies)


def _alone() -> bool:
    """Whether we are the one to fold, until the transaction ends; nobody moves identities meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)
        (alone,) = cursor.fetchone()
        if alone:
            cursor.execute(_HOLD_IDENTITIES)
    return alone
