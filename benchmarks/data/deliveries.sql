-- Events that were planned already, each with a delivery that is due now to every endpoint.
WITH event AS (
    INSERT INTO integrations_outboxevent (
        id, created_at, name, version, occurred_at, actor_kind, actor_label, origin, company_id, data, sequence,
        planned_at
    )
    SELECT
        pg_temp.id(%(round)s, n, %(now)s), %(now)s, 'success.health_changed', 1, %(now)s, 'system', 'queued',
        '', pg_temp.key('company', n, %(now)s),
        jsonb_build_object(
            'account_id', pg_temp.key('account', n, %(now)s), 'company_id', pg_temp.key('company', n, %(now)s),
            'score', '61.25', 'previous_score', '74.50', 'band', 'watch', 'previous_band', 'watch',
            'coverage', '0.8750', 'is_overridden', false,
            'changed', json_build_array(
                json_build_object('measure', 'usage_trend', 'part', '10.00', 'previous_part', '19.25'),
                json_build_object('measure', 'nps', 'part', '6.00', 'previous_part', '10.00')
            )
        ), n, %(now)s
    FROM generate_series(1, %(deliveries)s) AS n
    RETURNING id
)
INSERT INTO integrations_delivery (id, created_at, endpoint_id, event_id, status, attempts, due_at)
SELECT event.id, %(now)s, endpoint.id, event.id, 'pending', 0, %(now)s
FROM event, integrations_webhookendpoint AS endpoint;
