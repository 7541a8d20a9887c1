"""What can be changed of surveys and responses."""

import strawberry

from accounts.errors import LimitExceeded, NotFound
from accounts.graphql.context import Info
from accounts.graphql.ids import key_of
from accounts.graphql.mutating import mutation
from accounts.graphql.nodes import rows_of
from accounts.graphql.relations import seen
from experience import responses, surveys
from experience.drafts import AnswerDraft, ResponseDraft
from experience.graphql.inputs import (
    AnswerInput,
    ResponseRecordInput,
    SurveyArchiveInput,
    SurveyCreateInput,
)
from experience.graphql.types import QuestionNode, ResponseNode, SurveyNode
from experience.models import Response, Survey
from journeys.graphql.types import CompanyNode, PersonNode


@strawberry.type
class ExperienceMutation:
    @mutation(survey=SurveyNode, description="Make a survey with its questions.")
    def survey_create(self, info: Info, input: SurveyCreateInput) -> Survey:
        return surveys.create(input.draft(), by=info.context.actor)

    @mutation(
        survey=SurveyNode, description="Put a survey away: it takes no more answers and keeps those it has."
    )
    def survey_archive(self, info: Info, input: SurveyArchiveInput) -> Survey:
        return surveys.archive(seen(SurveyNode, input.id, info), by=info.context.actor)

    @mutation(
        response=ResponseNode,
        description="Record a response; repeated with the same source and key, it is the one stored before.",
    )
    def response_record(self, info: Info, input: ResponseRecordInput) -> Response:
        if len(input.answers) > surveys.MOST_QUESTIONS:
            raise LimitExceeded(f"At most {surveys.MOST_QUESTIONS} answers.", field="answers")
        company = input.company_id
        draft = ResponseDraft(
            survey=seen(SurveyNode, input.survey_id, info, field="survey_id"),
            person_id=seen(PersonNode, input.person_id, info, field="person_id").pk,
            company_id=None if company is None else seen(CompanyNode, company, info, field="company_id").pk,
            answers=_answers(input.answers, info),
            responded_at=input.responded_at,
            recorded_at=input.recorded_at,
            channel=input.channel,
            key=input.key,
        )
        return responses.record(draft, source=input.source, by=info.context.actor)


def _answers(given: list[AnswerInput], info: Info) -> list[AnswerDraft]:
    keys = [key_of(each.question_id, "Question", field=_field(i)) for i, each in enumerate(given)]
    questions = rows_of(QuestionNode, info.context).in_bulk(keys)
    for index, key in enumerate(keys):
        if key not in questions:
            raise NotFound("There is no such question.", field=_field(index))
    return [
        AnswerDraft(question=questions[key], score=each.score, text=each.text)
        for key, each in zip(keys, given, strict=True)
    ]


def _field(index: int) -> str:
    return f"answers.{index}.question_id"
