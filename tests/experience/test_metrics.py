"""Figures over answers: one statement each, cut by survey, period, company and what was known when."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.permissions import Permission
from accounts.tenancy import inside
from experience import metrics, responses, scores
from experience.models import Answer
from tests.client import queries
from tests.experience.factories import a_company, a_draft, a_person, a_response, a_survey
from tests.factories import an_actor

JUNE = datetime(2026, 6, 1, tzinfo=UTC)


def test_nobody_answered_is_no_score(acme, globex):
    everything = Answer.objects.all()
    figures = (metrics.nps, metrics.csat, metrics.ces, metrics.rating)
    assert [figure(everything) for figure in figures] == [None] * 4
    assert metrics.nps_by(everything, "response__company") == {}


def test_nps_of_fifty_thirty_twenty_in_one_statement(acme, globex):
    survey, person = a_survey(), a_person()
    drafts = [a_draft(survey, person, score) for score in [9, 10] * 25 + [7, 8] * 15 + [0, 6] * 10]
    responses.record_many(drafts, source="import", by=an_actor())
    with inside(globex):
        a_response(a_survey(), a_person(), 0)
    with queries(1):
        found = metrics.nps(Answer.objects.all())
    assert found == scores.nps(50, 30, 20)


def test_scales_are_never_pooled(acme, globex):
    a_response(a_survey("nps", "csat", "ces", "rating", "text"), a_person(), 3, 5, 7, 9, "Good")
    everything = Answer.objects.all()
    assert metrics.nps(everything) == scores.nps(0, 0, 1)
    assert metrics.csat(everything) == scores.csat(1, 1)
    assert metrics.ces(everything) == scores.ces({7: 1})
    assert metrics.rating(everything) == scores.Mean(9.0, 1, None)


def test_cut_by_survey_company_person_and_period(acme, globex):
    ours, theirs = a_company(), a_company()
    one, other = a_survey(), a_survey()
    happy, cross = a_person(ours), a_person(theirs)
    a_response(one, happy, 10, at=JUNE)
    a_response(one, cross, 2, at=JUNE + timedelta(days=1))
    a_response(other, cross, 7, at=JUNE + timedelta(days=2))

    def score(answers) -> float | None:
        found = metrics.nps(answers)
        return found.score if found else None

    assert score(Answer.objects.of_survey(one)) == 0
    assert score(Answer.objects.of_company(theirs)) == -50
    assert score(Answer.objects.of_person(happy)) == 100
    assert score(Answer.objects.between(JUNE, JUNE + timedelta(days=1))) == 100
    assert score(Answer.objects.between(JUNE + timedelta(days=2), JUNE + timedelta(days=3))) == 0
    with queries(1):
        by_company = metrics.nps_by(Answer.objects.all(), "response__company")
    assert by_company == {ours.pk: scores.nps(1, 0, 0), theirs.pk: scores.nps(0, 1, 1)}


def test_as_of_counts_only_what_was_known(acme, globex):
    survey, person = a_survey(), a_person()
    for score, day in ((10, 1), (0, 30)):
        draft = a_draft(
            survey, person, score, responded_at=JUNE, recorded_at=JUNE + timedelta(days=day), key=str(day)
        )
        responses.record(draft, by=an_actor())
    assert metrics.nps(Answer.objects.as_of(JUNE)) is None
    assert metrics.nps(Answer.objects.as_of(JUNE + timedelta(days=1))) == scores.nps(1, 0, 0)
    assert metrics.nps(Answer.objects.as_of(JUNE + timedelta(days=30))) == scores.nps(1, 0, 1)


@pytest.mark.parametrize(("schema", "score"), [("acme", {5: 100.0, 6: -100.0}), ("globex", {6: 0.0})])
def test_months_are_cut_in_the_tenants_time_zone(acme, globex, schema, score):
    late_in_may = JUNE - timedelta(hours=1)  # already June in Berlin
    with inside({"acme": acme, "globex": globex}[schema]):
        survey, person = a_survey(), a_person()
        a_response(survey, person, 10, at=late_in_may)
        a_response(survey, person, 0, at=JUNE + timedelta(hours=12))
        found = metrics.nps_by_month(Answer.objects.all())
    assert {month.month: nps.score for month, nps in found.items()} == score


def test_who_may_not_see_answers_gets_no_score(acme, globex):
    a_response(a_survey(), a_person(), 10)
    assert metrics.nps(Answer.objects.visible_to(an_actor(Permission.SEE_PEOPLE))) is None
    assert metrics.nps(Answer.objects.visible_to(an_actor(Permission.SEE_RESPONSES))) is not None


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given_scores=st.lists(st.integers(1, 5), max_size=30))
def test_sql_counts_as_python_does(acme, globex, given_scores):
    survey, person = a_survey("nps", "csat", "ces", "rating"), a_person()
    drafts = [a_draft(survey, person, score + 5, score, score, score) for score in given_scores]
    responses.record_many(drafts, source="import", by=an_actor())
    answers, n = Answer.objects.of_survey(survey), len(given_scores)
    assert metrics.csat(answers) == scores.csat(sum(score >= 4 for score in given_scores), n)
    assert metrics.ces(answers) == scores.ces({point: given_scores.count(point) for point in range(1, 8)})
    assert metrics.rating(answers) == scores.rating(n, sum(given_scores), sum(s * s for s in given_scores))
    assert metrics.nps(answers) == scores.nps(
        sum(score >= 4 for score in given_scores),
        sum(2 <= score <= 3 for score in given_scores),
        given_scores.count(1),
    )
