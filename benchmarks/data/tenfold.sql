-- Ten times the visits, straight into the rollups that their events would be folded into.
INSERT INTO journeys_dailyrollup (
    id, identity_id, company_id, name, day, recorded_day, count, value_sum, last_value, last_at, last_event_id
)
SELECT
    last_id, pg_temp.id('identity', who, %(began)s), pg_temp.id('company', mod(who, %(accounts)s), %(began)s), name,
    last_at::date, last_at::date, count, value_sum, value_sum, last_at, last_id
FROM (
    SELECT who, name, count(*) AS count, max(at) AS last_at, sum(value) AS value_sum,
           pg_temp.key('event', max(n), max(at)) AS last_id
    FROM (
        SELECT
            n, pg_temp.pick('visitor', n / 5, %(people)s) AS who,
            (ARRAY['report_opened', 'report_opened', 'report_opened', 'file_uploaded', 'file_uploaded', 'order_placed',
                   'colleague_invited', 'search_made', 'search_made', 'ticket_opened'])[1 + pg_temp.pick('name', n, 10)] AS name,
            %(today)s::timestamptz - make_interval(
                secs => 86400.0 * %(days)s * power(pg_temp.chance('visited', n / 5), 1.5) + 60 * mod(n, 5)
            ) AS at,
            NULL::numeric AS value
        FROM generate_series(%(events)s, 10 * %(events)s - 1) AS n
    ) AS event
    GROUP BY who, name, at::date
) AS visit
ON CONFLICT (identity_id, name, day, company_id, recorded_day) DO UPDATE SET count = journeys_dailyrollup.count + excluded.count;
