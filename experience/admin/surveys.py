"""Surveys and their questions."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from accounts.actor import Actor
from accounts.admin.acts import Act, Done
from accounts.admin.base import TenantModelAdmin
from accounts.admin.choosing import Chooser
from accounts.admin.filters import StandingFilter
from accounts.admin.forms import ActForm, Data, VerbForm
from accounts.admin.navigation import Place, Practice
from accounts.admin.site import site
from accounts.admin.table_field import TableField
from accounts.permissions import Permission
from experience import responses, surveys
from experience.drafts import AnswerDraft, ResponseDraft
from experience.models import Question, QuestionKind, Response, Survey
from experience.models.responses import TEXT_LIMIT
from experience.surveys import QuestionDraft, SurveyDraft
from journeys.models import Person

QUESTIONS = 10
"""Rows for questions in the form; programs may ask more."""


class SurveyForm(VerbForm):
    """A survey with its questions, which stay as they are from then on."""

    questions = TableField(
        {
            "kind": forms.ChoiceField(
                label="Kind", choices=[("", ""), *QuestionKind.choices], widget=UnfoldAdminSelectWidget()
            ),
            "text": forms.CharField(label="Question", max_length=500, widget=UnfoldAdminTextInputWidget()),
        },
        rows=QUESTIONS,
        help_text="In the order in which they are asked. They cannot be changed later: answers to them must"
        " stay comparable.",
    )

    class Meta:
        model = Survey
        fields = ("title", "key")


class ArchivedFilter(StandingFilter):
    """Active or archived."""

    title = "state"
    field = "archived_at"
    words = ("Active", "Archived")


class AnswersForm(ActForm):
    """Somebody's answers, as they told them."""

    person = forms.ModelChoiceField(
        Person.objects.none(), widget=Chooser(Response._meta.get_field("person"), site)
    )
    fields_of = {"person_id": "person"}
    row: Survey

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = Person.objects.active()  # type: ignore[attr-defined]
        self.questions = list(self.row.questions.all())
        for question in self.questions:
            self.fields[f"answer_{question.position}"] = _field_of(question)

    @property
    def answers(self) -> list[AnswerDraft]:
        """What was filled in."""
        given = ((question, self.cleaned_data[f"answer_{question.position}"]) for question in self.questions)
        return [
            AnswerDraft(question=question, text=answer)
            if question.kind == QuestionKind.TEXT
            else AnswerDraft(question=question, score=int(answer))
            for question, answer in given
            if answer
        ]

    def clean(self) -> dict[str, Any]:
        """At least one answer."""
        cleaned = super().clean() or {}
        if not self.errors and not self.answers:
            raise forms.ValidationError("Answer at least one question.")
        return {**cleaned, "answers": self.answers if not self.errors else []}


def _field_of(question: Question) -> forms.Field:
    scale = QuestionKind(question.kind).scale
    label = f"{question.position}. {question.text}"
    if scale is None:
        return forms.CharField(
            label=label, required=False, max_length=TEXT_LIMIT, widget=UnfoldAdminTextareaWidget()
        )
    points = [(str(point), str(point)) for point in range(scale[0], scale[1] + 1)]
    choices = [("", "not answered"), *points]
    return forms.ChoiceField(
        label=label, required=False, choices=choices, widget=UnfoldAdminSelectWidget(choices=choices),
        help_text=question.get_kind_display(),
    )  # fmt: skip


def _record(row: Survey, data: Data, by: Actor) -> Done:
    draft = ResponseDraft(survey=row, person_id=data["person"].pk, answers=data["answers"], channel="admin")
    responses.record(draft, by=by)
    return Done(f"The answers of {data['person']} are recorded.")


def _archive(row: Survey, data: Data, by: Actor) -> Done:
    surveys.archive(row, by=by)
    return Done(f"“{row}” is archived.")


def _is_active(row: Survey) -> bool:
    return row.archived_at is None


@admin.register(Survey, site=site)
class SurveyAdmin(TenantModelAdmin):
    """Surveys are made once; their figures are on their page."""

    place = Place(Practice.EXPERIENCE, 10, "ballot")
    add = Permission.MANAGE_SURVEYS
    form = SurveyForm
    list_display = ["title", "key", "asks", "state", "created_at"]
    list_filter = [ArchivedFilter]
    search_fields = ["title", "key"]
    add_fieldsets = ((None, {"fields": ("title", "key", "questions")}),)
    fields = ("title", "key", "archived_at")
    acts = (
        Act(
            name="record",
            title="Record answers",
            explanation="What a person told you on the telephone or at the desk. It counts like every other"
            " answer, and stands on their timeline.",
            icon="rate_review",
            permission=Permission.RECORD_RESPONSES,
            form=AnswersForm,
            perform=_record,
            fits=_is_active,
        ),
        Act(
            name="archive",
            title="Archive",
            explanation="It takes no more answers, and keeps those it has.",
            icon="archive",
            permission=Permission.MANAGE_SURVEYS,
            perform=_archive,
            fits=_is_active,
            is_dangerous=True,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(asked=Count("questions"))

    def write(self, actor: Actor, row: Survey | None, data: Data) -> Survey:
        """Make a survey."""
        questions = [
            QuestionDraft(kind=QuestionKind(one["kind"]), text=one["text"]) for one in data["questions"]
        ]
        draft = SurveyDraft(key=data["key"], title=data["title"], questions=questions)
        return surveys.create(draft, by=actor)

    @admin.display(description="questions", ordering="asked")
    def asks(self, row: Survey) -> int:
        return row.asked  # type: ignore[attr-defined]

    @display(description="state", label={"Active": "success"})
    def state(self, row: Survey) -> str:
        return "Archived" if row.archived_at else "Active"
