SELECT json_build_object('accounts', json_build_object('nodes', json_agg(json_build_object(
    'id', replace(encode(convert_to('Account:' || account.id, 'UTF8'), 'base64'), E'\n', ''),
    'tier', account.tier,
    'company', json_build_object(
        'name', company.name,
        'renewalOn', company.renewal_on,
        'recurringRevenue', json_build_object(
            'amount', company.recurring_revenue::text, 'currency', company.currency
        ),
        'people', json_build_object('nodes', people.nodes),
        'responses', json_build_object('nodes', responses.nodes)
    ),
    'owner', json_build_object('name', owner.name),
    'health', json_build_object('score', health.score::text, 'band', upper(nullif(health.band, '')))
) ORDER BY company.renewal_on, account.id)))::text
FROM (
    SELECT account.* FROM success_account AS account
    JOIN journeys_company AS company ON company.id = account.company_id
    ORDER BY company.renewal_on, account.id LIMIT 50
) AS account
JOIN journeys_company AS company ON company.id = account.company_id
JOIN success_health AS health ON health.account_id = account.id
LEFT JOIN accounts_user AS owner ON owner.id = account.owner_id
CROSS JOIN LATERAL (
    SELECT coalesce(json_agg(json_build_object(
        'id', replace(encode(convert_to('Person:' || person.id, 'UTF8'), 'base64'), E'\n', ''),
        'name', person.name,
        'email', person.email
    ) ORDER BY person.id), '[]') AS nodes
    FROM (
        SELECT person.* FROM journeys_affiliation AS affiliation
        JOIN journeys_person AS person ON person.id = affiliation.person_id
        WHERE affiliation.company_id = company.id AND affiliation.until IS NULL
        ORDER BY person.id LIMIT 5
    ) AS person
) AS people
CROSS JOIN LATERAL (
    SELECT coalesce(json_agg(json_build_object(
        'respondedAt', to_char(response.responded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'channel', response.channel,
        'answers', (
            SELECT coalesce(json_agg(
                json_build_object('score', answer.score, 'text', answer.text) ORDER BY question.position, answer.id
            ), '[]')
            FROM experience_answer AS answer
            JOIN experience_question AS question ON question.id = answer.question_id
            WHERE answer.response_id = response.id
        )
    ) ORDER BY response.responded_at DESC, response.id DESC), '[]') AS nodes
    FROM (
        SELECT * FROM experience_response
        WHERE company_id = company.id ORDER BY responded_at DESC, id DESC LIMIT 3
    ) AS response
) AS responses
