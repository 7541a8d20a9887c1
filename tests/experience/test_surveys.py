"""Surveys are made, found and put away."""

from typing import cast

import pytest

from accounts.errors import Conflict, Forbidden, Invalid, NotFound
from accounts.permissions import Permission
from accounts.tenancy import inside
from experience import responses, surveys
from experience.models import Question, QuestionKind, Survey
from experience.surveys import QuestionDraft, SurveyDraft
from tests.experience.factories import a_draft, a_person, a_survey
from tests.factories import an_actor

NPS = QuestionDraft(kind=QuestionKind.NPS, text="Would you recommend us?")


def a_plan(**changes) -> SurveyDraft:
    return SurveyDraft(**{"key": "relationship", "title": "How are we doing?", "questions": [NPS], **changes})


def test_a_survey_has_its_questions_in_order(acme):
    words = QuestionDraft(kind=QuestionKind.TEXT, text="Why?")
    survey = surveys.create(a_plan(questions=[NPS, words]), by=an_actor())
    asked = survey.questions.order_by("position").values_list("position", "kind", "text")
    assert list(asked) == [(1, "nps", NPS.text), (2, "text", "Why?")]
    assert surveys.find("relationship", by=an_actor()) == survey


def test_keys_repeat_only_between_tenants(acme, globex):
    with inside(globex):
        surveys.create(a_plan(), by=an_actor())
    surveys.create(a_plan(), by=an_actor())
    with pytest.raises(Conflict) as refusal:
        surveys.create(a_plan(), by=an_actor())
    assert refusal.value.field == "key"
    assert Survey.objects.count() == Question.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"key": "not a slug"}, "key"),
        ({"key": ""}, "key"),
        ({"key": "a\0b"}, "key"),
        ({"title": ""}, "title"),
        ({"title": "  "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": "nul\0"}, "title"),
        ({"title": "half \ud800"}, "title"),
        ({"questions": []}, "questions"),
        ({"questions": [NPS] * 51}, "questions"),
        ({"questions": [QuestionDraft(kind=QuestionKind.NPS, text="")]}, "questions.0.text"),
        (
            {"questions": [NPS, QuestionDraft(kind=cast(QuestionKind, "mood"), text="How?")]},
            "questions.1.kind",
        ),
    ],
)
def test_what_does_not_fit_is_refused_by_field(acme, globex, changes, field):
    with pytest.raises(Invalid) as refusal:
        surveys.create(a_plan(**changes), by=an_actor())
    assert refusal.value.field == field
    assert not Survey.objects.exists()


def test_surveys_are_searched_by_title_and_key(acme, globex):
    surveys.create(a_plan(key="stay", title="Your visit"), by=an_actor())
    a_survey()
    assert [survey.key for survey in Survey.objects.matching("VISIT")] == ["stay"]
    assert [survey.key for survey in Survey.objects.matching("sta")] == ["stay"]


def test_an_archived_survey_takes_no_answers_and_keeps_its_own(acme, globex):
    survey, person = a_survey(), a_person()
    responses.record(a_draft(survey, person, 9), by=an_actor())
    archived = surveys.archive(survey, by=an_actor())
    assert archived not in Survey.objects.active()
    with pytest.raises(Conflict):
        responses.record(a_draft(archived, person, 8), by=an_actor())
    with pytest.raises(Conflict):
        surveys.archive(survey, by=an_actor())
    assert survey.responses.count() == 1


def test_permissions_are_asked(acme, globex):
    nobody = an_actor(Permission.SEE_PEOPLE)
    survey = a_survey()
    with pytest.raises(Forbidden):
        surveys.create(a_plan(), by=nobody)
    with pytest.raises(Forbidden):
        surveys.archive(survey, by=nobody)
    with pytest.raises(NotFound):
        surveys.find(survey.key, by=nobody)
