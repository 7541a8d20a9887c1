WITH distribution AS (
    SELECT count(*) AS n, count(*) FILTER (WHERE health.band = 'at_risk') AS at_risk,
           count(*) FILTER (WHERE health.band = 'watch') AS watch,
           count(*) FILTER (WHERE health.band = 'healthy') AS healthy,
           count(*) FILTER (WHERE health.band = '') AS unknown
    FROM success_account AS account JOIN success_health AS health ON health.account_id = account.id
    WHERE account.closed_on IS NULL
), answers AS (
    SELECT count(*) AS n, count(*) FILTER (WHERE answer.score >= 9) AS promoters,
           count(*) FILTER (WHERE answer.score BETWEEN 7 AND 8) AS passives,
           count(*) FILTER (WHERE answer.score <= 6) AS detractors
    FROM experience_answer AS answer JOIN experience_question AS question ON question.id = answer.question_id
    WHERE question.kind = 'nps' AND answer.score IS NOT NULL
), agreed AS MATERIALIZED (
    SELECT contract.*, starts_on <= current_date AND ends_on > current_date AS is_running,
           ends_on BETWEEN current_date AND current_date + 90 AND NOT is_final AND NOT EXISTS (
               SELECT FROM success_contract AS renewal
               WHERE renewal.renews = contract.agreement AND renewal.superseded_at IS NULL
           ) AS is_ahead
    FROM success_contract AS contract JOIN success_account AS account ON account.id = contract.account_id
    WHERE contract.superseded_at IS NULL AND account.closed_on IS NULL
), running AS (
    SELECT currency, sum(recurring_revenue) AS amount, count(DISTINCT account_id) AS accounts
    FROM agreed WHERE is_running GROUP BY currency
), ahead AS (
    SELECT currency, sum(recurring_revenue) AS amount, count(DISTINCT account_id) AS accounts
    FROM agreed WHERE is_ahead GROUP BY currency
)
SELECT json_build_object(
    'healthDistribution', (SELECT json_build_object(
        'n', n, 'atRisk', at_risk, 'watch', watch, 'healthy', healthy, 'unknown', unknown
    ) FROM distribution),
    'nps', (SELECT json_build_object(
        'n', n, 'promoters', promoters, 'passives', passives, 'detractors', detractors
    ) FROM answers WHERE n > 0),
    'recurringRevenue', json_build_object('totals', (SELECT coalesce(json_agg(json_build_object(
        'amount', json_build_object('amount', amount::text, 'currency', currency), 'accountCount', accounts
    ) ORDER BY currency), '[]') FROM running)),
    'renewalsAheadTotals', json_build_object('totals', (SELECT coalesce(json_agg(json_build_object(
        'amount', json_build_object('amount', amount::text, 'currency', currency), 'accountCount', accounts
    ) ORDER BY currency), '[]') FROM ahead))
)::text
