-- Companies, their people, one identity each; the first tells when everything began.
INSERT INTO journeys_company (
    id, created_at, updated_at, name, domain, key, traits, tier, currency, is_customer
)
SELECT
    pg_temp.id('company', n, %(began)s), %(began)s, %(began)s,
    initcap(words[1 + pg_temp.pick('first', n, 16)]) || ' ' || initcap(words[1 + pg_temp.pick('second', n, 16)]) || ' ' || n,
    'company' || n || '.example', 'company-' || n,
    jsonb_build_object('seats', 5 + pg_temp.pick('seats', n, 500), 'country', (ARRAY['DE', 'FR', 'NL', 'US'])[1 + pg_temp.pick('country', n, 4)]),
    '', '', false
FROM generate_series(0, %(accounts)s - 1) AS n, (
    SELECT ARRAY['north', 'river', 'stone', 'amber', 'cedar', 'delta', 'ember', 'falcon', 'garden', 'harbour',
                 'indigo', 'juniper', 'kestrel', 'lumen', 'meadow', 'nova'] AS words
) AS vocabulary;

INSERT INTO journeys_person (
    id, created_at, updated_at, name, email, phone, traits, first_seen_at, last_seen_at
)
SELECT
    pg_temp.id('person', n, %(began)s), %(began)s, %(began)s,
    given[1 + pg_temp.pick('given', n, 12)] || ' ' || family[1 + pg_temp.pick('family', n, 12)] || ' ' || n,
    'person' || n || '@company' || mod(n, %(accounts)s) || '.example', '',
    jsonb_build_object('title', (ARRAY['Engineer', 'Manager', 'Director', 'Buyer'])[1 + pg_temp.pick('title', n, 4)]),
    NULL, NULL
FROM generate_series(0, %(people)s - 1) AS n, (
    SELECT ARRAY['Ada', 'Ben', 'Carla', 'Deniz', 'Eva', 'Farid', 'Greta', 'Hugo', 'Iris', 'Jonas', 'Kim', 'Lea'] AS given,
           ARRAY['Albers', 'Brandt', 'Costa', 'Dogan', 'Ek', 'Fuchs', 'Garcia', 'Haas', 'Ito', 'Jansen', 'Kaya', 'Lind'] AS family
) AS vocabulary;

INSERT INTO journeys_identity (id, created_at, person_id, kind, value)
SELECT pg_temp.id('identity', n, %(began)s), %(began)s, pg_temp.id('person', n, %(began)s), 'user', 'user-' || n
FROM generate_series(0, %(people)s - 1) AS n;

INSERT INTO journeys_affiliation (id, created_at, person_id, company_id, role, is_primary, since, until)
SELECT
    pg_temp.id('affiliation', n, %(began)s), %(began)s, pg_temp.id('person', n, %(began)s),
    pg_temp.id('company', mod(n, %(accounts)s), %(began)s),
    (ARRAY['champion', 'decision_maker', 'user', 'user', 'user', 'billing'])[1 + pg_temp.pick('role', n, 6)],
    true, %(began)s, NULL
FROM generate_series(0, %(people)s - 1) AS n;
