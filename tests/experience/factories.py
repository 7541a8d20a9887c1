"""People, companies and answers for tests of experience."""

from datetime import datetime
from itertools import count

from django.utils import timezone

from experience import responses, surveys
from experience.drafts import AnswerDraft, ResponseDraft
from experience.models import QuestionKind, Response, Survey
from journeys.models import Affiliation, Company, Identity, IdentityKind, Person
from tests.factories import an_actor

_numbers = count(1)


def a_person(company: Company | None = None) -> Person:
    """Somebody new, of a company or of none."""
    person = Person.objects.create(name=f"Somebody {next(_numbers)}")
    Identity.objects.create(person=person, kind=IdentityKind.INTERNAL, value=str(person.pk))
    if company:
        Affiliation.objects.create(person=person, company=company, is_primary=True)
    return person


def a_company() -> Company:
    """A new company."""
    return Company.objects.create(name=f"Company {next(_numbers)}")


def a_survey(*kinds: str) -> Survey:
    """A new survey that asks one question of each kind; NPS unless told."""
    number = next(_numbers)
    draft = surveys.SurveyDraft(
        key=f"survey-{number}",
        title=f"Survey {number}",
        questions=[
            surveys.QuestionDraft(kind=QuestionKind(kind), text=f"About {kind}?")
            for kind in kinds or ("nps",)
        ],
    )
    return surveys.create(draft, by=an_actor())


def a_draft(survey: Survey, person: Person, *given: int | str, **more) -> ResponseDraft:
    """A response that gives these scores or words to the survey's questions, in their order."""
    answers = [
        AnswerDraft(question=question, text=answer)
        if isinstance(answer, str)
        else AnswerDraft(question=question, score=answer)
        for question, answer in zip(survey.questions.order_by("position"), given, strict=False)
    ]
    return ResponseDraft(survey=survey, person_id=person.pk, answers=answers, **more)


def a_response(survey: Survey, person: Person, *given: int | str, at: datetime | None = None) -> Response:
    """A recorded response."""
    draft = a_draft(survey, person, *given, responded_at=at or timezone.now())
    return responses.record(draft, by=an_actor())
