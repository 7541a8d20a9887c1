-- Two surveys of two questions; every response has two answers, and each answer its line on the timeline.
INSERT INTO experience_survey (id, created_at, key, title)
SELECT pg_temp.id('survey', n, %(began)s), %(began)s, 'survey-' || n, (ARRAY['Relationship', 'Support'])[n + 1]
FROM generate_series(0, 1) AS n;

INSERT INTO experience_question (id, created_at, survey_id, position, kind, text)
SELECT
    pg_temp.id('question', n, %(began)s), %(began)s, pg_temp.id('survey', n / 2, %(began)s), 1 + mod(n, 2),
    (ARRAY['nps', 'rating', 'csat', 'ces'])[n + 1],
    (ARRAY['How likely are you to recommend us?', 'How good is the product?', 'How satisfied are you?',
           'How easy was it?'])[n + 1]
FROM generate_series(0, 3) AS n;

INSERT INTO experience_response (
    id, created_at, survey_id, person_id, company_id, responded_at, recorded_at, channel, source, key
)
SELECT
    pg_temp.key('response', n, at), at, pg_temp.id('survey', mod(n, 2), %(began)s),
    pg_temp.id('person', who, %(began)s), pg_temp.id('company', mod(who, %(accounts)s), %(began)s),
    at, at, (ARRAY['email', 'web'])[1 + pg_temp.pick('channel', n, 2)], 'surveys', 'response-' || n
FROM (
    SELECT n, pg_temp.pick('respondent', n, %(people)s) AS who,
           %(today)s::timestamptz - make_interval(secs => 86400.0 * %(days)s * pg_temp.chance('responded', n)) AS at
    FROM generate_series(0, %(answers)s / 2 - 1) AS n
) AS response
ORDER BY at;

INSERT INTO experience_answer (id, created_at, response_id, question_id, score, text)
SELECT
    pg_temp.key('answer', n, at), at, pg_temp.key('response', n / 2, at),
    pg_temp.id('question', 2 * mod(n / 2, 2) + mod(n, 2), %(began)s),
    least + pg_temp.pick('score', n, most - least + 1),
    CASE WHEN pg_temp.chance('comment', n) < 0.3 THEN 'The new reports save us an hour a week, but exports are slow.' ELSE '' END
FROM (
    SELECT n, %(today)s::timestamptz - make_interval(secs => 86400.0 * %(days)s * pg_temp.chance('responded', n / 2)) AS at,
           (ARRAY[0, 1, 1, 1])[1 + 2 * mod(n / 2, 2) + mod(n, 2)] AS least,
           (ARRAY[10, 10, 5, 7])[1 + 2 * mod(n / 2, 2) + mod(n, 2)] AS most
    FROM generate_series(0, %(answers)s - 1) AS n
) AS answer
ORDER BY at;

INSERT INTO journeys_event (
    id, name, occurred_at, recorded_at, identity_id, company_id, channel, source, key, value, properties,
    is_backfilled
)
SELECT
    answer.id, 'experience.' || question.kind || '_answered', response.responded_at, response.recorded_at,
    identity.id, response.company_id, response.channel, 'unison', answer.id::text, answer.score,
    jsonb_build_object('survey_id', response.survey_id, 'response_id', response.id, 'kind', question.kind, 'score', answer.score),
    false
FROM experience_answer AS answer
JOIN experience_response AS response ON response.id = answer.response_id
JOIN experience_question AS question ON question.id = answer.question_id
JOIN journeys_identity AS identity ON identity.person_id = response.person_id
ORDER BY response.responded_at;
