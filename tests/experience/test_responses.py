"""Responses are stored once, where they belong, and told to everybody."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.errors import Forbidden, Invalid, LimitExceeded, NotFound
from accounts.permissions import Permission
from accounts.tenancy import inside
from experience import responses
from experience.drafts import AnswerDraft, ResponseDraft
from experience.models import Answer, Response
from journeys.models import Affiliation, Event, Person
from tests.client import queries
from tests.experience.factories import a_company, a_draft, a_person, a_response, a_survey
from tests.factories import an_actor
from tests.journeys.factories import fold_all

MAY = datetime(2026, 5, 4, 12, tzinfo=UTC)


def test_an_answer_is_kept_and_stands_on_the_timeline(acme, globex):
    company = a_company()
    survey, person = a_survey("nps", "text"), a_person(company)
    response = responses.record(
        a_draft(survey, person, 9, "Lovely.", responded_at=MAY, channel="email"), by=an_actor()
    )
    assert (response.company, response.responded_at) == (company, MAY)
    assert list(response.answers.order_by("question__position").values_list("score", "text")) == [
        (9, ""),
        (None, "Lovely."),
    ]
    line = Event.objects.of_person(person).get()
    assert (line.name, line.value, line.channel) == ("experience.nps_answered", Decimal(9), "email")
    assert (line.occurred_at, line.company_id, line.is_backfilled) == (MAY, company.pk, False)
    assert "Lovely" not in str(line.properties)


def test_who_answers_was_seen(acme, globex):
    survey, person, other = a_survey("nps"), a_person(), a_person()
    for who, channel in ((person, "email"), (other, "")):  # by whatever road, or as somebody wrote it down
        responses.record(a_draft(survey, who, 9, responded_at=MAY, channel=channel), by=an_actor())
    fold_all()

    seen = dict(Person.objects.values_list("pk", "last_seen_at"))
    assert seen == {person.pk: MAY, other.pk: None}


def test_each_kind_has_its_own_name_on_the_timeline(acme, globex):
    survey, person = a_survey("nps", "csat", "ces", "rating", "text"), a_person()
    a_response(survey, person, 8, 4, 6, 10, "Fine")
    lines = dict(Event.objects.of_person(person).values_list("name", "value"))
    assert lines == {
        "experience.nps_answered": 8,
        "experience.csat_answered": 4,
        "experience.ces_answered": 6,
        "experience.rating_answered": 10,
    }


def test_words_alone_are_told_once(acme, globex):
    survey, person = a_survey("text", "text"), a_person()
    a_response(survey, person, "One", "Two")
    line = Event.objects.of_person(person).get()
    assert (line.name, line.value) == ("experience.text_answered", None)


def test_a_repeated_response_is_stored_once(acme, globex):
    survey, person = a_survey(), a_person()
    first = responses.record(a_draft(survey, person, 9, key="42"), source="import", by=an_actor())
    again = responses.record(a_draft(survey, person, 3, key="42"), source="import", by=an_actor())
    other = responses.record(a_draft(survey, person, 9, key="42"), source="elsewhere", by=an_actor())
    assert again == first != other
    assert Response.objects.count() == Answer.objects.count() == 2
    assert Event.objects.of_person(person).count() == 2
    with inside(globex):
        theirs, somebody = a_survey(), a_person()
        responses.record(a_draft(theirs, somebody, 1, key="42"), source="import", by=an_actor())
        assert Response.objects.count() == 1


def test_without_a_key_nothing_is_taken_for_a_repetition(acme, globex):
    survey, person = a_survey(), a_person()
    assert a_response(survey, person, 9) != a_response(survey, person, 9)


def test_many_are_taken_and_bad_ones_refused_by_index(acme, globex):
    survey, person = a_survey(), a_person()
    drafts = [
        a_draft(survey, person, 9, key="a"),
        a_draft(survey, person, 11, key="b"),
        a_draft(survey, person, 7, key="a"),
        a_draft(survey, person, 0, key="c"),
    ]
    taken = responses.record_many(drafts, source="import", by=an_actor())
    assert [response.key for response in taken.stored] == ["a", "c"]
    assert taken.repeated == 1
    assert [(refusal.index, refusal.error.field) for refusal in taken.refused] == [(1, "answers.0.score")]
    assert Event.objects.of_person(person).count() == 2


@pytest.mark.parametrize("count", [1, 20])
def test_many_take_as_many_statements_as_one(acme, globex, count):
    survey = a_survey("nps", "text")
    people = [a_person(a_company()) for _ in range(count)]
    drafts = [a_draft(survey, person, 9, "Good", key=str(n)) for n, person in enumerate(people)]
    responses.record_many([a_draft(survey, a_person(), 1)], source="warm", by=an_actor())
    with queries(STATEMENTS):
        responses.record_many(drafts, source="import", by=an_actor())


def test_the_company_is_where_the_person_belonged_then(acme, globex):
    before, after, named = a_company(), a_company(), a_company()
    survey, person = a_survey(), a_person()
    Affiliation.objects.create(person=person, company=before, is_primary=True, until=MAY)
    Affiliation.objects.create(person=person, company=after, is_primary=True, since=MAY + timedelta(days=9))
    Affiliation.objects.create(person=person, company=named, since=MAY)

    def company_at(moment: datetime) -> object:
        return a_response(survey, person, 9, at=moment).company_id

    assert company_at(MAY - timedelta(days=1)) == before.pk
    assert company_at(MAY) is None
    assert company_at(MAY + timedelta(days=9)) == after.pk
    stated = responses.record(
        a_draft(survey, person, 9, responded_at=MAY - timedelta(days=1), company_id=named.pk), by=an_actor()
    )
    assert stated.company_id == named.pk


def test_history_is_imported_with_its_own_permission(acme, globex):
    survey, person = a_survey(), a_person()
    learned = MAY + timedelta(hours=2)
    draft = a_draft(survey, person, 9, responded_at=MAY, recorded_at=learned)
    with pytest.raises(Forbidden):
        responses.record(draft, by=an_actor(Permission.RECORD_RESPONSES))
    response = responses.record(draft, by=an_actor())
    assert response.recorded_at == learned
    line = Event.objects.of_person(person).get()
    assert (line.occurred_at, line.recorded_at, line.is_backfilled) == (MAY, learned, True)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"answers": []}, "answers"),
        ({"channel": "x" * 41}, "channel"),
        ({"channel": "a\0b"}, "channel"),
        ({"key": "k" * 201}, "key"),
        ({"key": "half \udfff"}, "key"),
        ({"responded_at": datetime(2026, 5, 4, 12)}, "responded_at"),  # noqa: DTZ001
        ({"responded_at": datetime(2999, 1, 1, tzinfo=UTC)}, "responded_at"),
        ({"responded_at": datetime(1969, 12, 31, tzinfo=UTC)}, "responded_at"),
        ({"recorded_at": MAY, "responded_at": MAY + timedelta(seconds=1)}, "recorded_at"),
        ({"recorded_at": MAY}, "recorded_at"),
    ],
)
def test_what_does_not_fit_is_refused_by_field(acme, globex, changes, field):
    survey, person = a_survey(), a_person()
    given = {
        "survey": survey,
        "person_id": person.pk,
        "answers": a_draft(survey, person, 9).answers,
        **changes,
    }
    with pytest.raises(Invalid) as refusal:
        responses.record(ResponseDraft(**given), by=an_actor())
    assert refusal.value.field == field
    assert not Response.objects.exists()


@pytest.mark.parametrize(
    ("kind", "answer", "field"),
    [
        ("nps", {"score": 11}, "score"),
        ("nps", {"score": -1}, "score"),
        ("nps", {"text": "no score"}, "score"),
        ("csat", {"score": 0}, "score"),
        ("csat", {"score": 6}, "score"),
        ("ces", {"score": 8}, "score"),
        ("rating", {"score": 0}, "score"),
        ("text", {"score": 3, "text": "x"}, "score"),
        ("text", {"text": " "}, "text"),
        ("text", {"text": "x" * 5_001}, "text"),
        ("text", {"text": "a\0b"}, "text"),
        ("text", {"text": "\ud800"}, "text"),
    ],
)
def test_an_answer_fits_its_question(acme, globex, kind, answer, field):
    survey, person = a_survey(kind), a_person()
    question = survey.questions.get()
    draft = ResponseDraft(
        survey=survey, person_id=person.pk, answers=[AnswerDraft(question=question, **answer)]
    )
    with pytest.raises(Invalid) as refusal:
        responses.record(draft, by=an_actor())
    assert refusal.value.field == f"answers.0.{field}"


def test_a_question_of_another_survey_is_refused(acme, globex):
    person, foreign = a_person(), a_draft(a_survey(), a_person(), 9).answers
    draft = ResponseDraft(survey=a_survey(), person_id=person.pk, answers=foreign)
    with pytest.raises(Invalid) as refusal:
        responses.record(draft, by=an_actor())
    assert refusal.value.field == "answers.0.question_id"


def test_responses_are_searched_by_what_was_written_and_cut_by_survey_and_time(acme, globex):
    survey, person = a_survey("text", "text"), a_person()
    loud = a_response(survey, person, "Very LOUD rooms", "loud again", at=MAY)
    quiet = a_response(survey, person, "Lovely", at=MAY + timedelta(days=1))
    other = a_response(a_survey("text"), person, "fine", at=MAY)
    assert list(Response.objects.matching("loud")) == [loud]
    assert set(Response.objects.of_survey(survey)) == {loud, quiet}
    assert set(Response.objects.between(MAY, MAY + timedelta(days=1))) == {loud, other}


def test_a_question_is_answered_once(acme, globex):
    survey, person = a_survey(), a_person()
    answer = AnswerDraft(question=survey.questions.get(), score=9)
    with pytest.raises(Invalid):
        responses.record(
            ResponseDraft(survey=survey, person_id=person.pk, answers=[answer, answer]), by=an_actor()
        )


def test_people_and_companies_of_another_tenant_are_unknown(acme, globex):
    survey = a_survey()
    with inside(globex):
        stranger, elsewhere = a_person(), a_company()
    with pytest.raises(NotFound) as refusal:
        responses.record(a_draft(survey, stranger, 9), by=an_actor())
    assert refusal.value.field == "person_id"
    with pytest.raises(NotFound) as refusal:
        responses.record(a_draft(survey, a_person(), 9, company_id=elsewhere.pk), by=an_actor())
    assert refusal.value.field == "company_id"


def test_bounds_and_permissions(acme, globex):
    survey, person = a_survey(), a_person()
    draft = a_draft(survey, person, 9)
    with pytest.raises(Forbidden):
        responses.record(draft, by=an_actor(Permission.SEE_RESPONSES))
    with pytest.raises(LimitExceeded):
        responses.record_many([draft] * 10_001, source="import", by=an_actor())
    for source in ("", "s" * 61, "a\0"):
        with pytest.raises(Invalid):
            responses.record_many([draft], source=source, by=an_actor())
    assert responses.record_many([], source="import", by=an_actor()).stored == []


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    calls=st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(-1, 11), st.integers(0, 30)), min_size=1, max_size=8
    )
)
def test_however_often_and_in_whatever_order_each_is_stored_once(acme, globex, calls):
    survey, person, before = a_survey(), a_person(), timezone.now() - timedelta(days=40)
    expected: dict[str, int] = {}
    for key, score, day in calls:
        draft = a_draft(
            survey, person, score, key=f"{survey.pk}{key}", responded_at=before + timedelta(days=day)
        )
        taken = responses.record_many([draft], source="import", by=an_actor())
        assert bool(taken.refused) == (not 0 <= score <= 10)
        if not taken.refused:
            expected.setdefault(draft.key, score)
    kept = Answer.objects.of_survey(survey).values_list("response__key", "score")
    assert dict(kept) == expected
    assert Event.objects.of_person(person).count() == len(expected)


STATEMENTS = 7
"""People, affiliations, responses, which of them are new, answers, the timeline, the outbox."""
