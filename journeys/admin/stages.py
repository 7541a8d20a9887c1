"""Stages, in their order, with how many are in each."""

from django import forms
from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from accounts.actor import Actor
from accounts.admin.base import TenantModelAdmin
from accounts.admin.forms import Data, VerbForm
from accounts.admin.navigation import Place, Practice
from accounts.admin.site import site
from accounts.permissions import Permission
from journeys import stages
from journeys.models import Stage
from journeys.stages import StageDraft


class StageForm(VerbForm):
    """A new stage."""

    position = forms.IntegerField(
        required=False,
        min_value=0,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="Empty: after the last one.",
    )

    class Meta:
        model = Stage
        fields = ("title", "key", "kind", "position")


@admin.register(Stage, site=site)
class StageAdmin(TenantModelAdmin):
    """A stage that somebody has been in stays as it is; new ones can be added."""

    place = Place(Practice.CUSTOMERS, 30, "route")
    add = Permission.MANAGE_STAGES
    form = StageForm
    list_display = ["title", "key", "kind", "position", "people", "companies"]
    ordering = ["position", "id"]
    fields = ("title", "key", "kind", "position")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """With the number of those who are in each now."""
        people, companies = (
            Count(f"visits__{who}", filter=Q(visits__left_at=None)) for who in ("person", "company")
        )
        return super().get_queryset(request).annotate(people_now=people, companies_now=companies)

    def write(self, actor: Actor, row: Stage | None, data: Data) -> Stage:
        """Make a stage."""
        return stages.create(StageDraft(**data), by=actor)

    @admin.display(description="people in it", ordering="people_now")
    def people(self, row: Stage) -> int:
        return row.people_now  # type: ignore[attr-defined]

    @admin.display(description="companies in it", ordering="companies_now")
    def companies(self, row: Stage) -> int:
        return row.companies_now  # type: ignore[attr-defined]
