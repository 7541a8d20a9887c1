-- An account with every company, one contract each, and what every part must know of it.
INSERT INTO success_account (id, created_at, updated_at, company_id, owner_id, tier, opened_on, closed_on, close_reason)
SELECT
    pg_temp.id('account', n, %(began)s), %(began)s, %(began)s, pg_temp.id('company', n, %(began)s),
    (%(owners)s::uuid[])[1 + pg_temp.pick('owner', n, cardinality(%(owners)s::uuid[]))],
    (ARRAY['enterprise', 'growth', 'growth', 'starter', 'starter', 'starter'])[1 + pg_temp.pick('tier', n, 6)],
    (%(today)s::timestamptz - make_interval(days => 30 + pg_temp.pick('opened', n, %(days)s - 30)))::date, NULL, ''
FROM generate_series(0, %(accounts)s - 1) AS n;

INSERT INTO success_contract (
    id, created_at, account_id, agreement, renews, recurring_revenue, currency, starts_on, ends_on, is_final,
    recorded_at, superseded_at, supersedes_id
)
SELECT
    pg_temp.id('contract', n, %(began)s), %(began)s, pg_temp.id('account', n, %(began)s),
    pg_temp.id('agreement', n, %(began)s), NULL, 500 * (1 + pg_temp.pick('revenue', n, 200)), 'EUR',
    ends_on - 365, ends_on, false, %(began)s, NULL, NULL
FROM (
    SELECT n, (%(today)s::timestamptz + make_interval(days => 1 + pg_temp.pick('ends', n, 364)))::date AS ends_on
    FROM generate_series(0, %(accounts)s - 1) AS n
) AS contract;

UPDATE journeys_company AS company SET
    tier = account.tier, recurring_revenue = contract.recurring_revenue, currency = contract.currency,
    renewal_on = contract.ends_on, owner_id = account.owner_id, is_customer = true
FROM success_account AS account JOIN success_contract AS contract ON contract.account_id = account.id
WHERE account.company_id = company.id;

INSERT INTO success_feature (account_id) SELECT id FROM success_account;

INSERT INTO success_health (account_id, coverage, band, announced_band) SELECT id, 0, '', '' FROM success_account;
