"""Responses, for reading."""

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import RelatedDropdownFilter

from accounts.admin.base import TenantModelAdmin
from accounts.admin.filters import ExactFilter, MomentFilter
from accounts.admin.navigation import Place, Practice
from accounts.admin.site import site
from experience.admin.words import score_of
from experience.models import Answer, Response


class ChannelFilter(ExactFilter):
    """Responses of one channel."""

    title = "channel"
    parameter_name = field = "channel"


@admin.register(Response, site=site)
class ResponseAdmin(TenantModelAdmin):
    """What people answered is never changed."""

    place = Place(Practice.EXPERIENCE, 20, "reviews")
    list_display = ["responded_at", "survey", "person", "company", "scores", "channel"]
    list_filter = [("survey", RelatedDropdownFilter), ChannelFilter, ("responded_at", MomentFilter)]
    list_select_related = ["survey", "person", "company"]
    search_fields = ["person__name", "person__email", "company__name"]
    search_help_text = "Person or company"
    ordering = ["-responded_at", "id"]
    sortable_by = ()
    fields = ("survey", "person", "company", "responded_at", "recorded_at", "channel", "source", "key")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """With their answers: one query for all."""
        answers = Answer.objects.select_related("question").order_by("question__position")
        return super().get_queryset(request).prefetch_related(Prefetch("answers", answers, to_attr="given"))

    @admin.display(description="answers")
    def scores(self, row: Response) -> str:
        return ", ".join(score_of(answer) for answer in row.given)  # type: ignore[attr-defined]
