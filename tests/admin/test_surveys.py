"""Surveys are made with a table of questions; answers are recorded by hand and read."""

from django.utils.html import escape

from experience.models import Answer, Response, Survey
from experience.scores import Ces, Csat, Mean, Nps
from tests.admin.pages import Browser, add_to, errors_of, is_too_late, list_of, page_of, told
from tests.admin.test_account_page import text_of
from tests.experience.factories import a_person, a_response, a_survey


def test_a_survey_is_made_with_its_questions(acme, globex):
    browser = Browser(acme)
    data = {
        "title": "After onboarding", "key": "onboarding",
        "questions-0-kind": "nps", "questions-0-text": "Would you recommend us?",
        "questions-2-kind": "text", "questions-2-text": "Why?",
    }  # fmt: skip

    assert browser.post(add_to(Survey), **data).status_code == 302

    survey = Survey.objects.get()
    assert list(survey.questions.values_list("position", "kind", "text")) == [
        (1, "nps", "Would you recommend us?"),
        (2, "text", "Why?"),
    ]
    assert "Would you recommend us?" in browser.page(page_of(survey))


def test_a_survey_without_a_question_or_with_half_of_one_is_refused(acme, globex):
    browser = Browser(acme)

    none = browser.post(add_to(Survey), title="T", key="t")
    half = browser.post(
        add_to(Survey), title="T", key="t", **{"questions-0-kind": "nps", "questions-0-text": ""}
    )
    wrong = browser.post(
        add_to(Survey), title="T", key="t", **{"questions-0-kind": "x", "questions-0-text": "?"}
    )

    assert errors_of(none) == {"questions": ["Fill in at least one row."]}
    assert errors_of(half) == {"questions": ["Row 1, Question: This field is required."]}
    assert errors_of(wrong)["questions"][0].startswith("Row 1, Kind: Select a valid choice.")
    assert not Survey.objects.exists()


def test_answers_are_recorded_by_hand(acme, globex):
    survey, person, browser = a_survey("nps", "csat", "text"), a_person(), Browser(acme)

    said = told(
        browser.post(page_of(survey, "record"), person=person.pk, answer_1="9", answer_2="", answer_3="Good.")
    )

    assert said == f"The answers of {person} are recorded."
    response = Response.objects.get()
    assert (response.person, response.channel) == (person, "admin")
    assert sorted(Answer.objects.values_list("score", "text"), key=str) == [(9, ""), (None, "Good.")]
    page = text_of(browser.page(page_of(survey)))
    assert "NPS +100" in page
    assert "CSAT – nobody answered" in page
    assert "NPS 9 of 10" in text_of(browser.page(page_of(person)))
    assert "Good." in browser.page(page_of(response))


def test_a_score_off_its_scale_or_no_answer_at_all_is_refused(acme, globex):
    survey, person, browser = a_survey("csat"), a_person(), Browser(acme)

    off = browser.post(page_of(survey, "record"), person=person.pk, answer_1="6")
    nothing = browser.post(page_of(survey, "record"), person=person.pk, answer_1="")
    nobody = browser.post(page_of(survey, "record"), person="", answer_1="5")

    assert list(errors_of(off)) == ["answer_1"]
    assert errors_of(nothing) == {"__all__": ["Answer at least one question."]}
    assert list(errors_of(nobody)) == ["person"]
    assert not Response.objects.exists()


def test_an_archived_survey_takes_no_answers(acme, globex):
    survey, browser = a_survey(), Browser(acme)

    told(browser.post(page_of(survey, "archive")))

    assert is_too_late(browser.get(page_of(survey, "record")))
    assert "Archived" in browser.page(list_of(Survey))


def test_comments_are_shown_as_text_not_as_markup(acme, globex):
    person, browser = a_person(), Browser(acme)
    response = a_response(a_survey("text"), person, "<script>alert(1)</script>")

    for path in (page_of(person), page_of(response), list_of(Response)):
        assert "<script>alert" not in browser.page(path)


def test_every_figure_says_what_it_is(acme, globex):
    browser = Browser(acme)
    pages = [browser.page("/admin/"), browser.page(page_of(a_survey("nps")))]

    for page in pages:
        for figure in (Nps, Csat, Ces, Mean):
            assert escape(figure.definition) in page
