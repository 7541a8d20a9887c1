-- Very many accounts that have features and health and nothing else; what they would hang on is let go first.
DO $$
DECLARE found record;
BEGIN
    FOR found IN
        SELECT conrelid::regclass AS owner, conname FROM pg_constraint
        WHERE contype = 'f' AND connamespace = current_schema()::regnamespace
            AND conrelid::regclass::text IN ('success_account', 'success_feature', 'success_health')
    LOOP
        EXECUTE format('ALTER TABLE %%s DROP CONSTRAINT %%I', found.owner, found.conname);
    END LOOP;
END $$;

INSERT INTO success_account (id, created_at, updated_at, company_id, tier, opened_on, close_reason)
SELECT pg_temp.id('account', n, %(began)s), %(began)s, %(began)s, pg_temp.id('company', n, %(began)s), '', %(began)s::date, ''
FROM generate_series(0, %(features)s - 1) AS n;

INSERT INTO success_feature (
    account_id, usage_trend, usage_on, last_seen_on, breadth, support_load, nps, nps_on, csat, csat_on, ces, ces_on,
    rating, rating_on, renewal_on
)
SELECT
    pg_temp.id('account', n, %(began)s), round((2 * pg_temp.chance('trend', n) - 1)::numeric, 6)::float8,
    seen, seen, pg_temp.pick('breadth', n, 12), pg_temp.pick('load', n, 15),
    CASE WHEN said > 0.3 THEN pg_temp.pick('nps', n, 201) - 100 END, CASE WHEN said > 0.3 THEN seen END,
    pg_temp.pick('csat', n, 101), seen, 1 + pg_temp.pick('ces', n, 7), seen,
    1 + 9 * pg_temp.chance('rating', n), seen, %(today)s::date + pg_temp.pick('renewal', n, 365)
FROM (
    SELECT n, %(today)s::date - pg_temp.pick('seen', n, 28) AS seen, pg_temp.chance('said', n) AS said
    FROM generate_series(0, %(features)s - 1) AS n
) AS account;

INSERT INTO success_health (account_id, coverage, band, announced_band) SELECT id, 0, '', '' FROM success_account;
