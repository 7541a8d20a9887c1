"""Health as it was, day by day, and scores that were set by hand."""

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from accounts.admin import words
from accounts.admin.base import TenantModelAdmin
from accounts.admin.filters import DayFilter, StandingFilter
from accounts.admin.navigation import Place, Practice
from accounts.admin.site import site
from success.models import HealthOverride, HealthRecord


@admin.register(HealthRecord, site=site)
class HealthRecordAdmin(TenantModelAdmin):
    """A record for each day on which a score or its parts changed, the last written first."""

    place = Place(Practice.SUCCESS, 30, "monitor_heart", "Health history")
    list_display = ["account", "day", "band_in_words", "shown", "covered", "is_set_by_hand"]
    list_filter = [("band", ChoicesDropdownFilter), ("day", DayFilter)]
    list_select_related = ["account__company"]
    search_fields = ["account__company__name"]
    search_help_text = "Company"
    ordering = ["-id"]
    sortable_by = ()
    fields = ("account", "day", "band_in_words", "shown", "computed_score", "override_score", "covered",
              "scorecard", "scored_at")  # fmt: skip
    readonly_fields = fields

    @admin.display(description="health")
    def band_in_words(self, row: HealthRecord) -> SafeString:
        return format_html(
            '<span class="u-band {}">{}</span>', row.band, row.get_band_display() or "Not known"
        )

    @admin.display(description="score")
    def shown(self, row: HealthRecord) -> str:
        return words.number(row.score, 2)

    @admin.display(description="coverage")
    def covered(self, row: HealthRecord) -> str:
        return f"{words.number(row.coverage * 100)} %"

    @admin.display(description="set by hand", boolean=True)
    def is_set_by_hand(self, row: HealthRecord) -> bool:
        return row.override_score is not None


class InForceFilter(StandingFilter):
    """In force, or over."""

    title = "state"
    field = "ended_at"
    words = ("In force", "Over")


@admin.register(HealthOverride, site=site)
class HealthOverrideAdmin(TenantModelAdmin):
    """Scores set by hand; they are set on the account's page."""

    place = Place(Practice.SUCCESS, 35, "front_hand", "Overrides")
    list_display = ["account", "score", "reason", "author_label", "created_at", "expires_at", "state"]
    list_filter = [InForceFilter]
    list_select_related = ["account__company"]
    search_fields = ["account__company__name"]
    search_help_text = "Company"
    ordering = ["-created_at", "-id"]
    fields = ("account", "score", "reason", "author_label", "created_at", "expires_at", "ended_at")
    readonly_fields = fields

    @display(description="state", label={"In force": "warning"})
    def state(self, row: HealthOverride) -> str:
        return "Over" if row.ended_at else "In force"
