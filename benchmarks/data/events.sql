-- What people did: visits of five events each, more of them lately; then what is to be folded into the rollups.
INSERT INTO journeys_event (
    id, name, occurred_at, recorded_at, identity_id, company_id, channel, source, key, value, properties,
    is_backfilled
)
SELECT
    pg_temp.key('event', n, at), name, at, at, pg_temp.id('identity', who, %(began)s),
    pg_temp.id('company', mod(who, %(accounts)s), %(began)s), 'web', 'product', 'event-' || n,
    CASE WHEN name = 'order_placed' THEN round(5 + 500 * pg_temp.chance('amount', n)::numeric, 2) END,
    jsonb_build_object('page', '/reports/' || pg_temp.pick('page', n, 100), 'seconds', pg_temp.pick('seconds', n, 300)), false
FROM (
    SELECT
        n, pg_temp.pick('visitor', n / 5, %(people)s) AS who,
        (ARRAY['report_opened', 'report_opened', 'report_opened', 'file_uploaded', 'file_uploaded', 'order_placed',
               'colleague_invited', 'search_made', 'search_made', 'ticket_opened'])[1 + pg_temp.pick('name', n, 10)] AS name,
        %(today)s::timestamptz - make_interval(
            secs => 86400.0 * %(days)s * power(pg_temp.chance('visited', n / 5), 1.5) + 60 * mod(n, 5)
        ) AS at
    FROM generate_series(0, %(events)s - 1) AS n
) AS event
ORDER BY at;

INSERT INTO journeys_arrival (id, event_ids)
SELECT pg_temp.key('arrival', batch, now()), array_agg(id)
FROM (SELECT id, (row_number() OVER (ORDER BY id) - 1) / 2500 AS batch FROM journeys_event) AS event
GROUP BY batch;
