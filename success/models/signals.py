"""Signals: what the names of a tenant's own events mean for health."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models.base import TenantModel, TenantQuerySet
from accounts.permissions import Permission


class SignalRole(models.TextChoices):
    """How an event counts for health."""

    USAGE = "usage", "Use of what we offer"
    SUPPORT = "support", "A call for help"
    IGNORED = "ignored", "Counts for nothing"


class SignalQuerySet(TenantQuerySet):
    """What event names mean, and meant."""

    see: ClassVar[Permission] = Permission.SEE_HEALTH

    def current(self) -> "SignalQuerySet":
        """Keep the last word on each name."""
        return self.order_by("event_name", "-recorded_at").distinct("event_name")


class Signal(TenantModel):
    """How events of one name count, since when. A change is a new row; a name without one counts as use.

    The first word on a name also counts for the days before it: it tells what the name always meant.
    """

    event_name = models.CharField(max_length=120, help_text="The name of the events.")
    role = models.CharField(max_length=8, choices=SignalRole, help_text="How they count for health.")
    recorded_at = models.DateTimeField(help_text="Since when this is so.")

    objects = SignalQuerySet.as_manager()

    class Meta:
        ordering = ["event_name", "-recorded_at"]
        constraints = [
            models.UniqueConstraint(fields=["event_name", "recorded_at"], name="signal_one_at_a_time"),
            models.CheckConstraint(condition=~Q(event_name=""), name="signal_has_a_name"),
            models.CheckConstraint(condition=Q(role__in=SignalRole.values), name="signal_role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.event_name}: {self.get_role_display()}"
