"""What is asked: surveys and their questions."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from accounts.models.base import TenantModel, TenantQuerySet
from accounts.permissions import Permission


class QuestionKind(models.TextChoices):
    """How a question is answered. The scale is the kind's, so that scores of one kind can be pooled."""

    NPS = "nps", "Net Promoter Score, 0-10"
    CSAT = "csat", "Satisfaction, 1-5"
    CES = "ces", "Ease, 1-7 (7 = easy)"
    RATING = "rating", "Rating, 1-10"
    TEXT = "text", "Open text"

    @property
    def scale(self) -> tuple[int, int] | None:
        """The lowest and the highest score, or None where words are the answer."""
        return SCALES.get(self)


SCALES: dict[QuestionKind, tuple[int, int]] = {
    QuestionKind.NPS: (0, 10),
    QuestionKind.CSAT: (1, 5),
    QuestionKind.CES: (1, 7),
    QuestionKind.RATING: (1, 10),
}


class SurveyQuerySet(TenantQuerySet):
    """Surveys, in the words the business uses."""

    see: ClassVar[Permission] = Permission.SEE_SURVEYS

    def active(self) -> Self:
        """Leave out the archived."""
        return self.filter(archived_at=None)

    def matching(self, text: str) -> Self:
        """Keep those whose title or key contains the text, whatever its case."""
        return self.filter(Q(title__icontains=text) | Q(key__icontains=text))


class QuestionQuerySet(TenantQuerySet):
    """The questions of surveys."""

    see: ClassVar[Permission] = Permission.SEE_SURVEYS


class Survey(TenantModel):
    """A set of questions that people are asked."""

    key = models.SlugField(
        max_length=60,
        unique=True,
        help_text="A short name of your own, used by imports and the API; it never changes.",
        error_messages={"unique": "A survey with this key is already here."},
    )
    title = models.CharField(max_length=200, help_text="What the survey is called.")
    archived_at = models.DateTimeField(
        null=True, blank=True, help_text="When the survey was put away; its answers stay."
    )

    objects = SurveyQuerySet.as_manager()

    class Meta:
        ordering = ["title", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(key=""), name="survey_has_a_key"),
            models.CheckConstraint(condition=~Q(title=""), name="survey_has_a_title"),
        ]

    def __str__(self) -> str:
        return self.title


class Question(TenantModel):
    """One question of a survey. It never changes, so that its answers stay comparable."""

    survey = models.ForeignKey(
        Survey,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="questions",
        help_text="The survey that asks it.",
    )
    position = models.PositiveSmallIntegerField(help_text="Its place in the survey, from 1.")
    kind = models.CharField(
        max_length=10, choices=QuestionKind, help_text="How it is answered, and on which scale."
    )
    text = models.CharField(max_length=500, help_text="The question as people read it.")

    objects = QuestionQuerySet.as_manager()

    class Meta:
        ordering = ["survey", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["survey", "position"], name="question_position_unique_in_survey"),
            models.CheckConstraint(condition=Q(kind__in=QuestionKind.values), name="question_kind_is_known"),
            models.CheckConstraint(condition=~Q(text=""), name="question_has_a_text"),
        ]

    def __str__(self) -> str:
        return self.text
