"""What came back: responses and their answers."""

from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.models.base import TenantModel, TenantQuerySet
from accounts.permissions import Permission
from experience.models.surveys import Question, QuestionKind, Survey
from journeys.models import Company, Person

TEXT_LIMIT = 5_000


class ResponseQuerySet(TenantQuerySet):
    """Responses, in the words the business uses."""

    see: ClassVar[Permission] = Permission.SEE_RESPONSES

    def of_survey(self, survey: Survey) -> Self:
        """Keep the responses to one survey."""
        return self.filter(survey=survey)

    def between(self, start: datetime, end: datetime) -> Self:
        """Keep those given from `start` up to, but not at, `end`."""
        return self.filter(responded_at__gte=start, responded_at__lt=end)

    def matching(self, text: str) -> Self:
        """Keep those in which the text was written, whatever its case."""
        said = Answer.objects.filter(response=OuterRef("pk"), text__icontains=text)
        return self.filter(Exists(said))


class AnswerQuerySet(TenantQuerySet):
    """Answers, asked for the way figures are cut."""

    see: ClassVar[Permission] = Permission.SEE_RESPONSES

    def of_kind(self, kind: QuestionKind) -> Self:
        """Keep the answers of one kind of question: the only ones that may be pooled."""
        return self.filter(question__kind=kind, score__isnull=False)

    def of_survey(self, survey: Survey) -> Self:
        """Keep the answers to one survey."""
        return self.filter(response__survey=survey)

    def of_company(self, company: Company) -> Self:
        """Keep what people of the company said when they belonged to it."""
        return self.filter(response__company=company)

    def of_person(self, person: Person) -> Self:
        """Keep what one person said."""
        return self.filter(response__person=person)

    def between(self, start: datetime, end: datetime) -> Self:
        """Keep the answers given from `start` up to, but not at, `end`."""
        return self.filter(response__responded_at__gte=start, response__responded_at__lt=end)

    def as_of(self, moment: datetime) -> Self:
        """Keep what was known at the moment: a figure as it would have been shown then."""
        return self.filter(response__recorded_at__lte=moment)


class Response(TenantModel):
    """One person's answers to one survey, given at one time."""

    survey = models.ForeignKey(
        Survey,
        on_delete=models.PROTECT,
        db_index=False,
        related_name="responses",
        help_text="The survey that was answered.",
    )
    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, db_index=False, related_name="responses", help_text="Who answered."
    )
    company = models.ForeignKey(
        Company,
        on_delete=models.CASCADE,
        db_index=False,
        null=True,
        blank=True,
        related_name="responses",
        help_text="The company the person answered for, as it was at that time.",
    )
    responded_at = models.DateTimeField(help_text="When the person answered.")
    recorded_at = models.DateTimeField(help_text="When we learned of it.")
    channel = models.CharField(
        max_length=40, blank=True, help_text="Where it was answered: email, web, desk ..."
    )
    source = models.CharField(max_length=60, help_text="The system that brought it.")
    key = models.CharField(
        max_length=200, help_text="The source's own id of the response; repeated, it is stored once."
    )

    objects = ResponseQuerySet.as_manager()

    class Meta:
        ordering = ["-responded_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="response_stored_once_per_source_and_key"),
        ]
        indexes = [
            models.Index(fields=["company", "-responded_at", "-id"], name="response_of_company"),
            models.Index(fields=["person", "-responded_at", "-id"], name="response_of_person"),
            models.Index(fields=["survey", "-responded_at", "-id"], name="response_of_survey"),
            models.Index(fields=["-responded_at", "-id"], name="response_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.survey}, {self.responded_at:%Y-%m-%d}"


class Answer(TenantModel):
    """What was answered to one question: a score on the question's scale, words, or both."""

    response = models.ForeignKey(
        Response,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="answers",
        help_text="The response it belongs to.",
    )
    question = models.ForeignKey(
        Question,
        on_delete=models.PROTECT,
        db_index=False,
        related_name="answers",
        help_text="The question it answers.",
    )
    score = models.SmallIntegerField(
        null=True, blank=True, help_text="The point chosen on the question's scale."
    )
    text = models.CharField(blank=True, max_length=TEXT_LIMIT, help_text="What the person wrote.")

    objects = AnswerQuerySet.as_manager()

    class Meta:
        ordering = ["response", "id"]
        constraints = [
            models.UniqueConstraint(fields=["response", "question"], name="answer_once_per_question"),
            models.CheckConstraint(
                condition=Q(score=None) | Q(score__range=(0, 10)), name="answer_score_is_on_a_scale"
            ),
            models.CheckConstraint(condition=~Q(score=None, text=""), name="answer_says_something"),
        ]
        indexes = [models.Index(fields=["question", "score"], name="answer_of_question")]

    def __str__(self) -> str:
        return str(self.score) if self.score is not None else self.text[:40]
