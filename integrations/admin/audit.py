"""The audit trail: who did what, when, from where."""

import json
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from unfold.contrib.filters.admin import DropdownFilter

from accounts.admin.base import TenantModelAdmin
from accounts.admin.export import stream
from accounts.admin.filters import MomentFilter
from accounts.admin.navigation import Place, Practice
from accounts.admin.site import site
from accounts.events import catalogue
from accounts.middleware import TenantRequest
from integrations.models import OutboxEvent

COLUMNS = ("id", "occurred_at", "recorded_at", "name", "actor_kind", "actor_id", "actor", "origin",
           "company_id", "person_id", "caused_by", "data")  # fmt: skip


class NameFilter(DropdownFilter):
    """Events of one name."""

    title = "what"
    parameter_name = "name"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Every kind of event there is."""
        return [(name, name) for name in catalogue()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Narrow the list."""
        return queryset.filter(name=self.value()) if self.value() else queryset


class ActorFilter(DropdownFilter):
    """What of actor it was."""

    title = "who"
    parameter_name = "actor"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The kinds of actors."""
        return [("user", "A member"), ("key", "A program with a key"), ("respondent", "A respondent"),
                ("system", "Unison itself")]  # fmt: skip

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Narrow the list."""
        return queryset.filter(actor_kind=self.value()) if self.value() else queryset


@admin.register(OutboxEvent, site=site)
class AuditAdmin(TenantModelAdmin):
    """Every change there ever was, for reading and for taking along."""

    place = Place(Practice.SETTINGS, 20, "policy", "Audit trail")
    list_display = ["occurred_at", "name", "who", "actor_kind", "origin", "concerns"]
    list_filter = [NameFilter, ActorFilter, ("occurred_at", MomentFilter)]
    search_fields = ["name"]
    search_help_text = "An id, or the beginning of a name"
    ordering = ["-id"]
    sortable_by = ()
    fields = ("name", "version", "occurred_at", "created_at", "who", "actor_kind", "actor_id", "origin",
              "company_id", "person_id", "caused_by", "data")  # fmt: skip
    readonly_fields = fields

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """By the id of the event, of who did it or of whom it concerns, or by how its name begins."""
        term = search_term.strip()
        if not term:
            return queryset, False
        try:
            key = UUID(term)
        except ValueError:
            return queryset.filter(name__startswith=term), False
        found = Q(pk=key) | Q(actor_id=key) | Q(company_id=key) | Q(person_id=key) | Q(caused_by=key)
        return queryset.filter(found | Q(data__contains={"account_id": str(key)})), False

    def get_urls(self) -> list[URLPattern]:
        export = path(
            "export/", self.admin_site.admin_view(self.export), name="integrations_outboxevent_export"
        )
        return [export, *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, with a button that takes what is listed along."""
        response = super().changelist_view(request, extra_context)
        if isinstance(response, TemplateResponse) and response.context_data is not None:
            address = reverse("admin:integrations_outboxevent_export")
            asked = urlencode(request.GET, doseq=True)
            button = {"title": "Export as CSV", "icon": "download", "path": f"{address}?{asked}", "attrs": {}}
            response.context_data["actions_list"] = [button]
        return response

    def export(self, request: TenantRequest) -> HttpResponseBase:
        """What the list would show, as CSV."""
        assert request.tenant is not None  # noqa: S101 - the door has seen to it
        if not self.has_view_permission(request):
            return HttpResponse(status=403)
        rows = self.get_changelist_instance(request).queryset
        return stream(request.tenant, rows, COLUMNS, _cells, "audit-trail")

    @admin.display(description="who")
    def who(self, row: OutboxEvent) -> str:
        return row.actor_label

    @admin.display(description="concerns")
    def concerns(self, row: OutboxEvent) -> str:
        return " ".join(filter(None, ["a company" * bool(row.company_id), "a person" * bool(row.person_id)]))


def _cells(row: OutboxEvent) -> list[Any]:
    return [row.pk, row.occurred_at.isoformat(), row.created_at.isoformat(), row.name, row.actor_kind,
            row.actor_id, row.actor_label, row.origin, row.company_id, row.person_id, row.caused_by,
            json.dumps(row.data, ensure_ascii=False)]  # fmt: skip
