"""What people feel and think, hung on the people and companies of the ground floor."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from accounts.graphql.connections import connection
from accounts.graphql.context import Context
from accounts.graphql.extend import extend
from accounts.graphql.relations import of_each
from experience import metrics, scores
from experience.graphql.figures import Nps
from experience.graphql.types import AnswerNode, ResponseNode, SurveyNode
from experience.models import Answer
from journeys.graphql.types import CompanyNode, PersonNode

type Scores = Mapping[Any, scores.Nps]


def _nps_of_companies(keys: Sequence[UUID], context: Context) -> Scores:
    answers = Answer.objects.visible_to(context.actor).filter(response__company__in=keys)
    return metrics.nps_by(answers, "response__company")


def _nps_of_people(keys: Sequence[UUID], context: Context) -> Scores:
    answers = Answer.objects.visible_to(context.actor).filter(response__person__in=keys)
    return metrics.nps_by(answers, "response__person")


def _nps_of_surveys(keys: Sequence[UUID], context: Context) -> Scores:
    answers = Answer.objects.visible_to(context.actor).filter(response__survey__in=keys)
    return metrics.nps_by(answers, "response__survey")


extend(
    PersonNode,
    responses=connection(ResponseNode, by="person", description="What they answered, the latest first."),
    answers=connection(
        AnswerNode, by="response__person", description="Each answer by itself, the latest first."
    ),
    nps=of_each(Nps | None, _nps_of_people, description="NPS of all they answered; null without an answer."),
)
extend(
    CompanyNode,
    responses=connection(
        ResponseNode, by="company", description="What its people answered, the latest first."
    ),
    answers=connection(
        AnswerNode,
        by="response__company",
        description="Each answer of its people by itself, the latest first.",
    ),
    nps=of_each(
        Nps | None, _nps_of_companies, description="NPS of all its people answered; null without any."
    ),
)
extend(
    SurveyNode,
    responses=connection(ResponseNode, by="survey", description="What came back, the latest first."),
    nps=of_each(Nps | None, _nps_of_surveys, description="NPS of all its answers; null without any."),
)
