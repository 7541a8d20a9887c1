"""Deliveries: what was sent to whom, and what was answered."""

import json

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from accounts.actor import Actor
from accounts.admin import words
from accounts.admin.acts import Act, Done
from accounts.admin.base import TenantModelAdmin
from accounts.admin.filters import ExactFilter, MomentFilter
from accounts.admin.forms import Data
from accounts.admin.navigation import Place, Practice
from accounts.admin.panels import Panel, shown_on
from accounts.admin.site import site
from accounts.admin.tables import Cell, Table, figure, table_panel
from accounts.middleware import TenantRequest
from accounts.permissions import Permission
from integrations import webhooks
from integrations.models import Delivery, DeliveryAttempt

STATES = {"pending": "Pending", "delivered": "Delivered", "failed": "Given up"}


class EventFilter(ExactFilter):
    """Deliveries of events of one name."""

    title = "event"
    parameter_name = "event"
    field = "event__name"


def _replay(row: Delivery, data: Data, by: Actor) -> Done:
    webhooks.replay(row, by=by)
    return Done("It is sent once more.")


@admin.register(Delivery, site=site)
class DeliveryAdmin(TenantModelAdmin):
    """The log of deliveries; the row says when it is due, and every attempt is kept."""

    place = Place(Practice.INTEGRATIONS, 20, "local_shipping")
    list_display = ["event", "endpoint", "state", "attempts", "due_at", "delivered_at"]
    list_filter = [
        ("status", ChoicesDropdownFilter),
        ("endpoint", RelatedDropdownFilter),
        EventFilter,
        ("delivered_at", MomentFilter),
    ]
    list_select_related = ["event", "endpoint"]
    ordering = ["-id"]
    sortable_by = ()
    fields = ("event_name", "event_id", "endpoint", "state", "attempts", "due_at", "delivered_at", "payload")
    readonly_fields = fields
    acts = (
        Act(
            name="replay",
            title="Send once more",
            explanation="The event is sent under the same message id, so that the receiver can tell that it"
            " has had it before.",
            icon="replay",
            permission=Permission.MANAGE_WEBHOOKS,
            perform=_replay,
            fits=lambda row: row.endpoint.is_enabled,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("event", "endpoint")

    @display(description="state", label={"Delivered": "success", "Given up": "danger", "Pending": "warning"})
    def state(self, row: Delivery) -> str:
        return STATES[row.status]

    @admin.display(description="event")
    def event_name(self, row: Delivery) -> str:
        return row.event.name

    @admin.display(description="data")
    def payload(self, row: Delivery) -> str:
        return json.dumps(row.event.data, ensure_ascii=False)


@shown_on("integrations.delivery", order=10)
def attempts(request: TenantRequest, delivery: Delivery) -> Panel:
    """Every attempt at a delivery, the latest first."""
    rows = DeliveryAttempt.objects.visible_to(request.actor).filter(delivery=delivery)
    table = Table(
        ["When", "Answer", "Took", "What was said"],
        [
            [
                Cell(words.moment(attempt.attempted_at, seconds=True)),
                Cell(str(attempt.status_code or "none")),
                figure(f"{attempt.duration_ms} ms"),
                Cell(attempt.error or attempt.response_excerpt),
            ]
            for attempt in rows
        ],
        empty="It was not tried yet.",
        figures=(2,),
    )
    return table_panel("Attempts", table, layout="wide", icon="history")
