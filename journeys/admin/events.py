"""The timeline of everybody: every event, the latest arrival first, for reading."""

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin.base import TenantModelAdmin
from accounts.admin.filters import ExactFilter, MomentFilter
from accounts.admin.navigation import Place, Practice
from accounts.admin.site import site
from journeys.admin.timeline import words_of
from journeys.models import Event


class NameFilter(ExactFilter):
    """Events of one name."""

    title = "name"
    parameter_name = field = "name"


class ChannelFilter(ExactFilter):
    """Events of one channel."""

    title = "channel"
    parameter_name = field = "channel"


class SourceFilter(ExactFilter):
    """Events of one source."""

    title = "source"
    parameter_name = field = "source"


@admin.register(Event, site=site)
class EventAdmin(TenantModelAdmin):
    """Events are never changed, by anybody. They are listed as they came in: an index has that order."""

    place = Place(Practice.CUSTOMERS, 40, "timeline")
    list_display = ["what", "occurred_at", "who", "company", "channel", "value", "source"]
    list_filter = [NameFilter, ChannelFilter, SourceFilter, ("occurred_at", MomentFilter)]
    list_select_related = ["identity__person", "company"]
    ordering = ["-id"]
    sortable_by = ()
    fields = ("name", "occurred_at", "recorded_at", "who", "identity", "company", "channel", "source", "key",
              "value", "properties", "caused_by", "is_backfilled")  # fmt: skip
    readonly_fields = fields

    @admin.display(description="name")
    def what(self, row: Event) -> str:
        return words_of(row.name)

    @admin.display(description="person")
    def who(self, row: Event) -> str:
        return str(row.identity.person) if row.identity else ""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)
