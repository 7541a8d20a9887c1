SELECT json_build_object('account', json_build_object(
    'id', replace(encode(convert_to('Account:' || account.id, 'UTF8'), 'base64'), E'\n', ''),
    'tier', account.tier,
    'openedOn', account.opened_on,
    'company', json_build_object(
        'id', replace(encode(convert_to('Company:' || company.id, 'UTF8'), 'base64'), E'\n', ''),
        'name', company.name,
        'domain', company.domain,
        'renewalOn', company.renewal_on,
        'recurringRevenue', json_build_object(
            'amount', company.recurring_revenue::text, 'currency', company.currency
        )
    ),
    'owner', json_build_object('name', owner.name, 'email', owner.email),
    'health', json_build_object(
        'score', health.score::text,
        'coverage', health.coverage::text,
        'band', upper(nullif(health.band, '')),
        'scoredAt', to_char(health.scored_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    )
))::text
FROM success_account AS account
JOIN journeys_company AS company ON company.id = account.company_id
JOIN success_health AS health ON health.account_id = account.id
LEFT JOIN accounts_user AS owner ON owner.id = account.owner_id
WHERE account.id = %(id)s
