"""Webhook endpoints: made, tested, given new secrets, switched off and on."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from unfold.contrib.filters.admin import BooleanRadioFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from accounts.actor import Actor
from accounts.admin import words
from accounts.admin.acts import Act, Done
from accounts.admin.base import TenantModelAdmin
from accounts.admin.forms import ActForm, Data, VerbForm
from accounts.admin.navigation import Place, Practice
from accounts.admin.panels import Panel, shown_on
from accounts.admin.site import site
from accounts.admin.tables import Cell, Table, figure, table_panel
from accounts.middleware import TenantRequest
from accounts.permissions import Permission
from integrations import webhooks
from integrations.admin.deliveries import STATES
from integrations.catalogue import public_events
from integrations.models import Delivery, WebhookEndpoint
from integrations.webhooks import EndpointDraft

HINT = "Give it to whoever receives the messages: with it they verify that a message is ours."
MANAGE = Permission.MANAGE_WEBHOOKS
LATEST = 15


class EndpointForm(VerbForm):
    """Where to send what."""

    event_names = forms.MultipleChoiceField(
        label="Events", widget=UnfoldAdminCheckboxSelectMultipleWidget, help_text="What it is told of."
    )

    class Meta:
        model = WebhookEndpoint
        fields = ("url", "description", "event_names")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "event_names" in self.fields:
            choices = [
                (event.name, f"{event.name}: {event.description.split('. ')[0]}") for event in public_events()
            ]
            self.fields["event_names"].choices = choices  # type: ignore[attr-defined]


class RotationForm(ActForm):
    """For how long both secrets are used."""

    hours = forms.IntegerField(
        min_value=0, max_value=168, initial=24, label="Hours in which both are used",
        help_text="So that the receiver can change over without losing a message; at most a week.",
    )  # fmt: skip
    fields_of = {"overlap_hours": "hours"}


class RangeForm(ActForm):
    """From when to when."""

    since = forms.SplitDateTimeField(label="From", initial=lambda: timezone.now() - timedelta(days=1))
    until = forms.SplitDateTimeField(label="Until", initial=timezone.now)


def _rotate(row: WebhookEndpoint, data: Data, by: Actor) -> Done:
    keyed = webhooks.rotate_secret(row, overlap_hours=data["hours"], by=by)
    return Done("The new signing secret", keyed.secret, HINT)


def _test(row: WebhookEndpoint, data: Data, by: Actor) -> Done:
    webhooks.test(row, by=by)
    return Done("A test message is on its way; its delivery is listed below within seconds.")


def _enable(row: WebhookEndpoint, data: Data, by: Actor) -> Done:
    webhooks.enable(row, by=by)
    return Done("It is switched on. What it missed can be sent again.")


def _disable(row: WebhookEndpoint, data: Data, by: Actor) -> Done:
    webhooks.disable(row, by=by)
    return Done("It is switched off.")


def _replay(row: WebhookEndpoint, data: Data, by: Actor) -> Done:
    count = webhooks.replay_range(row, data["since"], data["until"], by=by)
    return Done(f"{count:,} events are sent to it again.")


def _is_on(row: WebhookEndpoint) -> bool:
    return row.is_enabled


def _is_off(row: WebhookEndpoint) -> bool:
    return not row.is_enabled


@admin.register(WebhookEndpoint, site=site)
class EndpointAdmin(TenantModelAdmin):
    """Endpoints of partners; their secrets are shown once and kept encrypted."""

    place = Place(Practice.INTEGRATIONS, 10, "webhook", "Webhooks")
    add = change = MANAGE
    form = EndpointForm
    list_display = ["url", "description", "events", "state", "failing_since", "created_at"]
    list_filter = [("is_enabled", BooleanRadioFilter)]
    search_fields = ["url", "description"]
    fields = ("url", "description", "event_names")
    acts = (
        Act(
            name="test",
            title="Send a test",
            explanation="A message of the kind integrations.endpoint_tested goes the way that every message"
            " goes: signed, and tried again where it fails.",
            icon="send",
            permission=MANAGE,
            perform=_test,
            fits=_is_on,
        ),
        Act(
            name="rotate",
            title="New secret",
            explanation="It gets another signing secret, which is shown once. For a while messages are signed"
            " with both.",
            icon="key",
            permission=MANAGE,
            form=RotationForm,
            perform=_rotate,
        ),
        Act(
            name="replay",
            title="Send again",
            explanation="Every event it chose that was written down in this time is sent to it, also those"
            " that it has had before: under the same message ids.",
            icon="replay",
            permission=MANAGE,
            form=RangeForm,
            perform=_replay,
            fits=_is_on,
        ),
        Act(
            name="enable",
            title="Switch on",
            explanation="It is told of what happens from now on.",
            icon="toggle_on",
            permission=MANAGE,
            perform=_enable,
            fits=_is_off,
        ),
        Act(
            name="disable",
            title="Switch off",
            explanation="It is told of nothing more, and what was on its way is given up. It can be switched"
            " on again, and what it missed be sent again.",
            icon="toggle_off",
            permission=MANAGE,
            perform=_disable,
            fits=_is_on,
            is_dangerous=True,
        ),
    )

    def write(self, actor: Actor, row: WebhookEndpoint | None, data: Data) -> WebhookEndpoint:
        """Make an endpoint, and show its secret once; or change what it is."""
        draft = EndpointDraft(**data)
        if row is not None:
            return webhooks.update(row, draft, by=actor)
        made, secret = webhooks.create(draft, by=actor)
        made.shown_once = Done("The signing secret", secret, HINT)  # type: ignore[attr-defined]
        return made

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Nothing of it; for those who may not change it Django shows the choices as they are."""
        return () if self.has_change_permission(request, obj) else self.fields

    @admin.display(description="events")
    def events(self, row: WebhookEndpoint) -> int:
        return len(row.event_names)

    @display(description="state", label={"On": "success"})
    def state(self, row: WebhookEndpoint) -> str:
        return "On" if row.is_enabled else row.get_disabled_reason_display()


@shown_on("integrations.webhookendpoint", order=10)
def standing(request: TenantRequest, endpoint: WebhookEndpoint) -> Panel:
    """How it is doing, and its latest deliveries."""
    rows = Delivery.objects.visible_to(request.actor).filter(endpoint=endpoint).select_related("event")
    table = Table(
        ["Event", "State", "Attempts", "Due", "Delivered"],
        [
            [
                Cell(row.event.name, reverse("admin:integrations_delivery_change", args=[row.pk])),
                Cell(STATES[row.status]),
                figure(str(row.attempts)),
                Cell(words.moment(row.due_at)),
                Cell(words.moment(row.delivered_at)),
            ]
            for row in rows[:LATEST]
        ],
        empty="Nothing was sent to it yet.",
        more=(
            "All deliveries",
            f"{reverse('admin:integrations_delivery_changelist')}?endpoint__id__exact={endpoint.pk}",
        ),
        figures=(2,),
    )
    return table_panel(f"Latest deliveries – {_how(endpoint)}", table, layout="wide", icon="local_shipping")


def _how(endpoint: WebhookEndpoint) -> str:
    if not endpoint.is_enabled:
        return str(endpoint.get_disabled_reason_display()).lower()
    if endpoint.failing_since:
        return f"failing since {words.moment(endpoint.failing_since)}"
    return "all well"
