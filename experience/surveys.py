"""What is asked: surveys are made, found and put away."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actor import Actor
from accounts.errors import Conflict, Invalid, NotFound
from accounts.events import emit
from accounts.permissions import Permission
from experience.drafts import is_storable
from experience.events import SurveyArchived, SurveyCreated
from experience.models import Question, QuestionKind, Survey

MOST_QUESTIONS = 50
MOST_CHARACTERS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionDraft:
    """One question as it is proposed."""

    kind: QuestionKind
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyDraft:
    """A survey as it is proposed; its questions get positions from 1 in the order given."""

    key: str
    title: str
    questions: Sequence[QuestionDraft]


@transaction.atomic
def create(draft: SurveyDraft, *, by: Actor) -> Survey:
    """Make a survey with its questions, which stay as they are from then on."""
    by.require(Permission.MANAGE_SURVEYS)
    if not 1 <= len(draft.questions) <= MOST_QUESTIONS:
        raise Invalid(f"A survey asks 1 to {MOST_QUESTIONS} questions.", field="questions")
    survey = Survey(key=draft.key, title=draft.title.strip())
    questions = [
        Question(survey=survey, position=position, kind=asked.kind, text=asked.text.strip())
        for position, asked in enumerate(draft.questions, start=1)
    ]
    _refuse_unfit(survey)
    for index, question in enumerate(questions):
        _refuse_unfit(question, f"questions.{index}.")
    try:
        with transaction.atomic():
            survey.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict("A survey with this key is already here.", field="key") from error
    Question.objects.bulk_create(questions)
    emit(SurveyCreated(survey_id=survey.pk, survey_key=survey.key), by=by)
    return survey


@transaction.atomic
def archive(survey: Survey, *, by: Actor) -> Survey:
    """Put a survey away: it takes no more answers and keeps those it has."""
    by.require(Permission.MANAGE_SURVEYS)
    locked = Survey.objects.select_for_update().get(pk=survey.pk)
    if locked.archived_at is not None:
        raise Conflict("The survey is already archived.")
    locked.archived_at = timezone.now()
    locked.save(update_fields=["archived_at"])
    emit(SurveyArchived(survey_id=locked.pk, survey_key=locked.key), by=by)
    return locked


def find(key: str, *, by: Actor) -> Survey:
    """The survey of this key."""
    survey = Survey.objects.visible_to(by).filter(key=key).first()
    if survey is None:
        raise NotFound("There is no such survey.", field="survey_key")
    return survey


def _refuse_unfit(row: Survey | Question, at: str = "") -> None:
    """Let the model's own rules speak, and say which field they spoke of."""
    for field in ("key", "title", "kind", "text"):
        if not is_storable(getattr(row, field, ""), MOST_CHARACTERS):
            raise Invalid(f"This is no text of at most {MOST_CHARACTERS} characters.", field=f"{at}{field}")
    try:
        row.clean_fields(exclude=["survey"])
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise Invalid(messages[0], field=f"{at}{field}") from error
