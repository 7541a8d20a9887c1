"""By what surveys, responses and answers are found and sorted; which answers a figure is of."""

from datetime import datetime
from typing import Annotated

import strawberry
from django.db.models import Q, QuerySet

from accounts.graphql.context import Context
from accounts.graphql.filtering import filters, on, where
from accounts.graphql.ids import key_of
from accounts.graphql.lookups import IdLookup, IntLookup, OneOf, TextLookup, TimeLookup
from accounts.graphql.ordering import Direction, orders
from accounts.permissions import Permission
from experience.graphql.vocabulary import QuestionKind
from experience.models import Answer, Response, Survey
from experience.models.responses import AnswerQuerySet


@filters(Survey)
class SurveyFilter:
    key: TextLookup
    title: TextLookup
    created_at: TimeLookup
    is_archived: Annotated[
        bool, where(lambda value, _: Q(archived_at__isnull=not value), "Whether it was put away.")
    ]


@orders(Survey)
class SurveyOrder:
    key: Direction
    title: Direction
    created_at: Direction


@filters(Response)
class ResponseFilter:
    responded_at: TimeLookup
    recorded_at: TimeLookup
    channel: TextLookup
    source: TextLookup
    key: TextLookup
    survey_key: Annotated[TextLookup, on("survey__key", needs=Permission.SEE_SURVEYS)]
    survey_id: Annotated[IdLookup, where(lambda given, _: given.of("Survey", "survey_id"), "The survey.")]
    person_id: Annotated[IdLookup, where(lambda given, _: given.of("Person", "person_id"), "Who answered.")]
    company_id: Annotated[
        IdLookup, where(lambda given, _: given.of("Company", "company_id"), "The company they answered for.")
    ]
    score: Annotated[IntLookup, where(lambda given, context: _scored(given, context), "A score in it.")]
    kind: Annotated[
        OneOf[QuestionKind], where(lambda given, context: _of_kind(given, context), "What it answers.")
    ]


def _scored(given: IntLookup, context: Context) -> Q:
    answers = Answer.objects.visible_to(context.actor).filter(given.on("score"))
    return Q(pk__in=answers.values("response_id"))


def _of_kind(given: OneOf[QuestionKind], context: Context) -> Q:
    answers = Answer.objects.visible_to(context.actor).filter(given.on("question__kind"))
    return Q(pk__in=answers.values("response_id"))


@orders(Response)
class ResponseOrder:
    responded_at: Direction
    recorded_at: Direction


@filters(Answer)
class AnswerFilter:
    score: IntLookup
    text: TextLookup
    kind: Annotated[OneOf[QuestionKind], on("question__kind")]
    responded_at: Annotated[TimeLookup, on("response__responded_at")]
    survey_key: Annotated[TextLookup, on("response__survey__key", needs=Permission.SEE_SURVEYS)]


@orders(Answer)
class AnswerOrder:
    score: Direction
    responded_at: Annotated[Direction, on("response__responded_at")]


def search_answers(rows: QuerySet, text: str) -> QuerySet:
    """Answers by what people wrote."""
    return rows.filter(text__icontains=text)


def search_surveys(rows: QuerySet, text: str) -> QuerySet:
    """Surveys by title or key."""
    return rows.filter(Q(title__icontains=text) | Q(key__icontains=text))


def search_responses(rows: QuerySet, text: str) -> QuerySet:
    """Responses by what people wrote."""
    return rows.filter(pk__in=Answer.objects.filter(text__icontains=text).values("response_id"))


@strawberry.input(description="Which answers a figure is of; all that is given holds together.")
class AnswerScope:
    survey_id: strawberry.ID | None = strawberry.field(default=None, description="Answers to this survey.")
    company_id: strawberry.ID | None = strawberry.field(
        default=None, description="Answers of people who belonged to this company then."
    )
    person_id: strawberry.ID | None = strawberry.field(default=None, description="Answers of this person.")
    since: datetime | None = strawberry.field(default=None, description="Given then or later.")
    until: datetime | None = strawberry.field(default=None, description="Given before then.")
    as_of: datetime | None = strawberry.field(
        default=None, description="Known then: the figure as it would have been shown at that moment."
    )

    def answers(self, context: Context) -> AnswerQuerySet:
        """The answers that are meant, of those the actor may see."""
        rows = Answer.objects.visible_to(context.actor)
        keys = {
            "response__survey": key_of(self.survey_id, "Survey") if self.survey_id is not None else None,
            "response__company": key_of(self.company_id, "Company") if self.company_id is not None else None,
            "response__person": key_of(self.person_id, "Person") if self.person_id is not None else None,
            "response__responded_at__gte": self.since,
            "response__responded_at__lt": self.until,
        }
        rows = rows.filter(**{name: value for name, value in keys.items() if value is not None})
        return rows.as_of(self.as_of) if self.as_of else rows
