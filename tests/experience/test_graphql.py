"""Surveys, responses and their figures by GraphQL."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.graphql.ids import global_id
from experience.models import Response
from tests.client import Api
from tests.experience.factories import a_company, a_person, a_response, a_survey
from tests.factories import a_key

LONG_AGO = datetime(2026, 1, 15, 12, tzinfo=UTC)


@pytest.fixture
def api(acme) -> Api:
    """A program that may do everything."""
    return Api(acme, a_key(acme))


def payload(answer: dict) -> dict:
    (found,) = answer["data"].values()
    return found


CREATE = """mutation($key: String!, $questions: [QuestionInput!]!) {
    surveyCreate(input: {key: $key, title: "Relationship", questions: $questions}) {
        survey { id key questions { id position kind text survey { key } } } errors { path code } } }"""
NPS = {"kind": "NPS", "text": "How likely?"}


def test_a_survey_is_made_and_put_away(api):
    made = payload(api(CREATE, key="rel", questions=[NPS, {"kind": "TEXT", "text": "Why?"}]))["survey"]
    assert [(each["position"], each["kind"], each["text"]) for each in made["questions"]] == [
        (1, "NPS", "How likely?"),
        (2, "TEXT", "Why?"),
    ]
    assert made["questions"][0]["survey"] == {"key": "rel"}
    assert payload(api(CREATE, key="rel", questions=[NPS]))["errors"] == [
        {"path": ["key"], "code": "CONFLICT"}
    ]
    assert payload(api(CREATE, key="x", questions=[]))["errors"] == [
        {"path": ["questions"], "code": "INVALID"}
    ]
    wrong = payload(api(CREATE, key="x", questions=[NPS, NPS | {"text": ""}]))
    assert wrong["errors"] == [{"path": ["questions", "1", "text"], "code": "INVALID"}]

    archive = (
        "mutation($id: ID!) { surveyArchive(input: {id: $id}) { survey { archivedAt } errors { code } } }"
    )
    assert payload(api(archive, id=made["id"]))["survey"]["archivedAt"]
    assert payload(api(archive, id=made["id"]))["errors"] == [{"code": "CONFLICT"}]
    assert api("{ surveys(filters: {isArchived: false}) { totalCount } }")["data"]["surveys"] == {
        "totalCount": 0
    }


RECORD = """mutation($input: ResponseRecordInput!) { responseRecord(input: $input) {
    response { id respondedAt source key channel person { name } company { name } survey { key }
      answers { score text question { kind } } } errors { path code } } }"""


def test_a_response_is_recorded_once_and_stamped_with_its_company(api):
    company = a_company()
    person, survey = a_person(company), a_survey("nps", "text")
    questions = [global_id("Question", each.pk) for each in survey.questions.order_by("position")]
    given = {
        "surveyId": global_id("Survey", survey.pk),
        "personId": global_id("Person", person.pk),
        "answers": [{"questionId": questions[0], "score": 9}, {"questionId": questions[1], "text": "Quick."}],
        "respondedAt": "2026-01-15T12:00:00Z",
        "channel": "email",
        "key": "r-1",
    }

    made = payload(api(RECORD, input=given))["response"]
    again = payload(api(RECORD, input=given))["response"]

    assert made == again
    assert made["company"] == {"name": company.name}
    assert (made["respondedAt"], made["source"], made["key"]) == ("2026-01-15T12:00:00.000000Z", "api", "r-1")
    assert made["answers"] == [
        {"score": 9, "text": "", "question": {"kind": "NPS"}},
        {"score": None, "text": "Quick.", "question": {"kind": "TEXT"}},
    ]
    assert Response.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        ({"personId": "x"}, ["personId"], "INVALID"),
        ({"answers": []}, ["answers"], "INVALID"),
        ({"answers": [{"questionId": "x", "score": 1}]}, ["answers", "0", "questionId"], "INVALID"),
        ({"respondedAt": "2999-01-01T00:00:00Z"}, ["respondedAt"], "INVALID"),
        ({"channel": "x" * 41}, ["channel"], "INVALID"),
        ({"source": ""}, ["source"], "INVALID"),
        ({"companyId": "x"}, ["companyId"], "INVALID"),
    ],
)
def test_what_does_not_fit_is_a_fields_error(api, change, path, code):
    survey = a_survey("nps")
    given = {
        "surveyId": global_id("Survey", survey.pk),
        "personId": global_id("Person", a_person().pk),
        "answers": [{"questionId": global_id("Question", survey.questions.get().pk), "score": 9}],
    }

    assert payload(api(RECORD, input=given | change)) == {
        "response": None,
        "errors": [{"path": path, "code": code}],
    }
    assert not Response.objects.exists()


@pytest.mark.parametrize("score", [-1, 11, None])
def test_a_score_is_on_its_questions_scale(api, score):
    survey = a_survey("nps")
    answer = {"questionId": global_id("Question", survey.questions.get().pk), "score": score}
    given = {
        "surveyId": global_id("Survey", survey.pk),
        "personId": global_id("Person", a_person().pk),
        "answers": [answer],
    }

    assert payload(api(RECORD, input=given))["errors"][0]["path"] == ["answers", "0", "score"]


def test_figures_say_of_how_many_and_how_sure(api):
    survey = a_survey("nps", "csat", "ces", "rating")
    for _ in range(5):
        a_response(survey, a_person(), 10, 5, 7, 9)
    for _ in range(5):
        a_response(survey, a_person(), 3, 1, 1, 2)

    found = api(
        """{ nps { score n promoters passives detractors centre margin low high definition }
            csat { score n positive margin definition }
            ces { score n margin index indexMargin agreeing { score n } }
            rating { score n margin definition } }"""
    )["data"]

    nps = found["nps"]
    assert (nps["score"], nps["n"], nps["promoters"], nps["passives"], nps["detractors"]) == (0, 10, 5, 0, 5)
    assert nps["low"] == pytest.approx(nps["centre"] - nps["margin"])
    assert (found["csat"]["score"], found["csat"]["n"], found["csat"]["positive"]) == (50, 10, 5)
    assert (found["ces"]["score"], found["ces"]["index"], found["ces"]["agreeing"]) == (
        4,
        0,
        {"score": 50, "n": 10},
    )
    assert (found["rating"]["score"], found["rating"]["n"]) == (5.5, 10)


def test_nobody_asked_is_no_score(api):
    assert api("{ nps { n } csat { n } ces { n } rating { n } npsByMonth { month } }")["data"] == {
        "nps": None,
        "csat": None,
        "ces": None,
        "rating": None,
        "npsByMonth": [],
    }


def test_a_figure_is_of_the_answers_that_are_meant(api):
    company = a_company()
    survey, person, other = a_survey(), a_person(company), a_person()
    a_response(survey, person, 10, at=LONG_AGO)
    a_response(survey, other, 0)
    a_response(a_survey(), other, 0)
    document = """query($of: AnswerScope) { nps(of: $of) { score n } }"""

    def n(**scope) -> tuple[Any, int]:
        found = api(document, of=scope)["data"]["nps"]
        return (found["score"], found["n"]) if found else (0, 0)

    assert n() == (pytest.approx(-100 / 3), 3)
    assert n(surveyId=global_id("Survey", survey.pk)) == (0, 2)
    assert n(companyId=global_id("Company", company.pk)) == (100, 1)
    assert n(personId=global_id("Person", other.pk)) == (-100, 2)
    assert n(until="2026-02-01T00:00:00Z") == (100, 1)
    assert n(since="2026-02-01T00:00:00Z") == (-100, 2)
    assert n(asOf="2020-01-01T00:00:00Z") == (0, 0)
    assert n(asOf=(timezone.now() + timedelta(days=1)).isoformat())[1] == 3
    assert api(document, of={"surveyId": "x"})["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


def test_months_are_cut_where_the_tenant_is(globex, api):
    survey = a_survey()
    a_response(survey, a_person(), 10, at=datetime(2026, 1, 31, 23, 30, tzinfo=UTC))

    found = api("{ npsByMonth { month nps { n } } }")["data"]["npsByMonth"]

    assert found == [{"month": "2026-01-01", "nps": {"n": 1}}]


def test_answers_hang_on_people_companies_and_surveys(api):
    company = a_company()
    person, survey = a_person(company), a_survey("nps", "text")
    a_response(survey, person, 10, "Quick and friendly.", at=LONG_AGO)
    a_response(survey, person, 2, "Slow.")

    found = api(
        """{ companies { nodes { nps { n score }
              responses(first: 1) { totalCount nodes { answers { score } } }
              answers(first: 1, filters: {kind: {exact: TEXT}}) {
                nodes { text response { person { name } } } } } }
            people { nodes { nps { n } answers(first: 3, filters: {score: {gte: 9}}) { nodes { score } } } }
            surveys { nodes { nps { n } responses(first: 1) { totalCount } } }
            responses(search: "FRIENDLY") { totalCount }
            low: responses(filters: {score: {lte: 6}}) { totalCount }
            none: responses(filters: {kind: {exact: CSAT}}) { totalCount } }"""
    )["data"]

    (of_company,), (of_person,), (of_survey,) = (
        found[each]["nodes"] for each in ("companies", "people", "surveys")
    )
    assert of_company["nps"] == {"n": 2, "score": 0}
    assert of_company["responses"]["totalCount"] == 2
    assert of_company["answers"]["nodes"] == [
        {"text": "Slow.", "response": {"person": {"name": person.name}}}
    ]
    assert of_person == {"nps": {"n": 2}, "answers": {"nodes": [{"score": 10}]}}
    assert of_survey == {"nps": {"n": 2}, "responses": {"totalCount": 2}}
    assert (found["responses"], found["low"], found["none"]) == (
        {"totalCount": 1},
        {"totalCount": 1},
        {"totalCount": 0},
    )
