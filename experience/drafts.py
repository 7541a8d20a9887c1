"""Responses as they come in, and whether they fit the survey they answer."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from accounts.errors import Conflict, Invalid
from experience.models import Question, QuestionKind, Survey
from experience.models.responses import TEXT_LIMIT
from journeys.incoming import EARLIEST

CLOCK_SKEW = timedelta(minutes=5)
"""How far in the future a sender's clock may be."""

UNSTORABLE = re.compile("[\0\ud800-\udfff]")
"""What no text in the database holds: NUL, and halves of characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerDraft:
    """The answer to one question: a score on its scale, or words where words are asked for."""

    question: Question
    score: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseDraft:
    """A response as it came in.

    Without a company it is stamped with the person's primary one at that time; without a key it is never
    taken for a repetition. `recorded_at` says when imported history became known, and needs its own
    permission.
    """

    survey: Survey
    person_id: UUID
    answers: Sequence[AnswerDraft]
    company_id: UUID | None = None
    responded_at: datetime | None = None
    recorded_at: datetime | None = None
    channel: str = ""
    key: str = ""


def check(draft: ResponseDraft, now: datetime) -> None:
    """Refuse a response that does not fit its survey, its scales or its bounds."""
    _check_when(draft, now)
    if draft.survey.archived_at is not None:
        raise Conflict("The survey is archived and takes no more answers.", field="survey_id")
    if not is_storable(draft.channel, 40):
        raise Invalid("A channel is named with at most 40 characters.", field="channel")
    if not is_storable(draft.key, 200):
        raise Invalid("A key has at most 200 characters.", field="key")
    if not draft.answers:
        raise Invalid("A response answers at least one question.", field="answers")
    if len({answer.question.pk for answer in draft.answers}) < len(draft.answers):
        raise Invalid("A question is answered once.", field="answers")
    for index, answer in enumerate(draft.answers):
        _check_answer(answer, draft.survey, f"answers.{index}")


def is_storable(text: str, limit: int) -> bool:
    """Whether the database can hold the text."""
    return len(text) <= limit and not UNSTORABLE.search(text)


def _check_when(draft: ResponseDraft, now: datetime) -> None:
    for field, moment in (("responded_at", draft.responded_at), ("recorded_at", draft.recorded_at)):
        if moment is None:
            continue
        if timezone.is_naive(moment):
            raise Invalid("A time needs its offset from UTC.", field=field)
        if moment > now + CLOCK_SKEW:
            raise Invalid("This lies in the future.", field=field)
        if moment < EARLIEST:
            raise Invalid("This lies before 1970.", field=field)
    if draft.recorded_at and draft.recorded_at < (draft.responded_at or now):
        raise Invalid("It cannot be known before it happened.", field="recorded_at")


def _check_answer(answer: AnswerDraft, survey: Survey, at: str) -> None:
    if answer.question.survey_id != survey.pk:
        raise Invalid("The survey does not ask this question.", field=f"{at}.question_id")
    if not is_storable(answer.text, TEXT_LIMIT):
        raise Invalid(f"An answer has at most {TEXT_LIMIT} characters.", field=f"{at}.text")
    scale = QuestionKind(answer.question.kind).scale
    if scale is None:
        if answer.score is not None:
            raise Invalid("This question is answered in words.", field=f"{at}.score")
        if not answer.text.strip():
            raise Invalid("The answer says nothing.", field=f"{at}.text")
    elif answer.score is None or not scale[0] <= answer.score <= scale[1]:
        raise Invalid(f"The score is a whole number from {scale[0]} to {scale[1]}.", field=f"{at}.score")
