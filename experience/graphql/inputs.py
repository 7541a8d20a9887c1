"""What the mutations of surveys and responses take."""

from datetime import datetime

import strawberry

from experience.graphql.vocabulary import QuestionKind
from experience.surveys import QuestionDraft, SurveyDraft


@strawberry.input(description="A question of a new survey.")
class QuestionInput:
    kind: QuestionKind = strawberry.field(description="How it is answered, and on which scale.")
    text: str = strawberry.field(description="The question as people read it; at most 500 characters.")


@strawberry.input(description="A new survey. Its questions stay as they are from then on.")
class SurveyCreateInput:
    key: str = strawberry.field(description="A short name of your own, by which imports name it.")
    title: str = strawberry.field(description="What it is called.")
    questions: list[QuestionInput] = strawberry.field(description="1 to 50, in the order they are asked.")

    def draft(self) -> SurveyDraft:
        """What it asks for, in the verb's words."""
        questions = [QuestionDraft(kind=each.kind, text=each.text) for each in self.questions]
        return SurveyDraft(key=self.key, title=self.title, questions=questions)


@strawberry.input(description="The survey to put away.")
class SurveyArchiveInput:
    id: strawberry.ID = strawberry.field(description="Its id.")


@strawberry.input(description="The answer to one question.")
class AnswerInput:
    question_id: strawberry.ID = strawberry.field(description="The question.")
    score: int | None = strawberry.field(default=None, description="A point on the question's scale.")
    text: str = strawberry.field(default="", description="What the person wrote; at most 5,000 characters.")


@strawberry.input(description="A response that came in.")
class ResponseRecordInput:
    survey_id: strawberry.ID = strawberry.field(description="The survey that was answered.")
    person_id: strawberry.ID = strawberry.field(description="Who answered.")
    answers: list[AnswerInput] = strawberry.field(description="One to each question that was answered.")
    company_id: strawberry.ID | None = strawberry.field(
        default=None, description="The company they answered for; their primary one then, if nothing is said."
    )
    responded_at: datetime | None = strawberry.field(
        default=None, description="When; now, if nothing is said."
    )
    recorded_at: datetime | None = strawberry.field(
        default=None,
        description="For history that is brought in: when it became known. Needs its own permission.",
    )
    channel: str = strawberry.field(default="", description="Where it was answered: email, web, desk ...")
    source: str = strawberry.field(
        default="api", description="Who sends it: `key` is unique within a source."
    )
    key: str = strawberry.field(
        default="", description="Your own id of it: what is sent twice is stored once."
    )
