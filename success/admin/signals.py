"""Signals: how the tenant's own events count for health."""

from django.contrib import admin
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from accounts.actor import Actor
from accounts.admin.base import TenantModelAdmin
from accounts.admin.forms import Data, VerbForm
from accounts.admin.navigation import Place, Practice
from accounts.admin.site import site
from accounts.permissions import Permission
from success import signals
from success.models import Signal


class SignalForm(VerbForm):
    """How events of a name count from now on."""

    class Meta:
        model = Signal
        fields = ("event_name", "role")


@admin.register(Signal, site=site)
class SignalAdmin(TenantModelAdmin):
    """What counts as use, what as a call for help. The latest word on a name holds; without one it is use."""

    place = Place(Practice.SUCCESS, 50, "sensors")
    add = Permission.MANAGE_SCORECARDS
    form = SignalForm
    list_display = ["event_name", "role", "recorded_at"]
    list_filter = [("role", ChoicesDropdownFilter)]
    search_fields = ["event_name"]
    ordering = ["event_name", "-recorded_at"]
    fields = ("event_name", "role")

    def write(self, actor: Actor, row: Signal | None, data: Data) -> Signal:
        """Say how a name counts."""
        return signals.count_as(data["event_name"], data["role"], by=actor)
