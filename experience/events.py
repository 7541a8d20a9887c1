"""What experience announces."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from accounts.events import DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyCreated(DomainEvent):
    """A survey was made."""

    name: ClassVar = "experience.survey_created"
    survey_id: UUID
    survey_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyArchived(DomainEvent):
    """A survey was put away; its answers stay."""

    name: ClassVar = "experience.survey_archived"
    survey_id: UUID
    survey_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyAnswered(DomainEvent):
    """Somebody answered a question. Every scored answer is told by itself; a response of words alone, once.

    On the timeline each kind of question has its own name and its score as the value, so that scales are
    never pooled. What was written is not told; the answer's id finds it.
    """

    name: ClassVar = "experience.survey_answered"
    survey_id: UUID
    response_id: UUID
    answer_id: UUID
    question_id: UUID
    person_id: UUID
    company_id: UUID | None
    kind: str
    score: int | None
    channel: str
    responded_at: datetime
    recorded_at: datetime | None = None

    @property
    def timeline_name(self) -> str:
        return f"experience.{self.kind}_answered"

    @property
    def timeline_value(self) -> Decimal | None:
        return None if self.score is None else Decimal(self.score)

    @property
    def timeline_channel(self) -> str:
        return self.channel

    @property
    def stated_occurred_at(self) -> datetime:
        return self.responded_at

    @property
    def stated_recorded_at(self) -> datetime | None:
        return self.recorded_at
