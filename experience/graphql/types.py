"""Surveys, responses and answers in the graph."""

from strawberry import auto

from accounts.graphql.connections import listing
from accounts.graphql.extend import extend
from accounts.graphql.nodes import Node, node
from accounts.graphql.relations import one
from experience import models
from experience.graphql import filters
from experience.graphql.vocabulary import QuestionKind
from journeys.graphql.types import CompanyNode, PersonNode


@node(models.Question, in_order=("position", "id"))
class QuestionNode(Node):
    position: auto
    kind: QuestionKind
    text: auto


@node(
    models.Survey,
    filters=filters.SurveyFilter,
    ordering=filters.SurveyOrder,
    search=filters.search_surveys,
)
class SurveyNode(Node):
    key: auto
    title: auto
    created_at: auto
    archived_at: auto
    questions: list[QuestionNode] = listing(QuestionNode, by="survey", description="What it asks, in order.")


@node(
    models.Answer,
    filters=filters.AnswerFilter,
    ordering=filters.AnswerOrder,
    search=filters.search_answers,
    in_order=("-response__responded_at", "-id"),
)
class AnswerNode(Node):
    score: auto
    text: auto
    question: QuestionNode | None = one(QuestionNode, "question_id", description="The question it answers.")


@node(
    models.Response,
    filters=filters.ResponseFilter,
    ordering=filters.ResponseOrder,
    search=filters.search_responses,
    in_order=("-responded_at", "-id"),
)
class ResponseNode(Node):
    responded_at: auto
    recorded_at: auto
    channel: auto
    source: auto
    key: auto
    survey: SurveyNode | None = one(SurveyNode, "survey_id", description="The survey that was answered.")
    person: PersonNode | None = one(PersonNode, "person_id", description="Who answered.")
    company: CompanyNode | None = one(
        CompanyNode, "company_id", description="The company the person answered for, as it was at that time."
    )
    answers: list[AnswerNode] = listing(
        AnswerNode,
        by="response",
        in_order=("question__position", "id"),
        expected=3,
        description="What was answered.",
    )


extend(QuestionNode, survey=one(SurveyNode, "survey_id", description="The survey that asks it."))
extend(AnswerNode, response=one(ResponseNode, "response_id", description="The response it belongs to."))
