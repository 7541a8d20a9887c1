"""Webhook endpoints: where a partner hears of events."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models.base import TenantModel, TenantQuerySet
from accounts.permissions import Permission


class DisabledReason(models.TextChoices):
    """Why an endpoint gets nothing."""

    NONE = "", "Not disabled"
    BY_HAND = "by_hand", "Switched off by a member"
    GONE = "gone", "It answered 410 Gone"
    FAILING = "failing", "It only failed for five days"


class WebhookEndpointQuerySet(TenantQuerySet):
    """Endpoints, asked for by what they are to hear."""

    see = Permission.SEE_WEBHOOKS

    def enabled(self) -> Self:
        """Leave out the disabled."""
        return self.filter(is_enabled=True)

    def matching(self, text: str) -> Self:
        """Keep those whose address or description contains the text, whatever its case."""
        return self.filter(Q(url__icontains=text) | Q(description__icontains=text))

    def awake_at(self, now: datetime) -> Self:
        """Leave out those that asked us to wait."""
        return self.filter(Q(paused_until=None) | Q(paused_until__lte=now))


class WebhookEndpoint(TenantModel):
    """An address of a partner that is told of the events it chose, signed with its own secret."""

    url = models.CharField(max_length=500, help_text="Where messages are posted.")
    description = models.CharField(max_length=200, blank=True, help_text="What it is for, in your own words.")
    event_names = ArrayField(models.CharField(max_length=120), help_text="The public events it is told of.")
    sealed_secret = models.CharField(
        max_length=400, editable=False, help_text="The signing secret, encrypted."
    )
    sealed_previous_secret = models.CharField(
        max_length=400, blank=True, editable=False, help_text="The one before, encrypted."
    )
    previous_secret_until = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="Until then messages are signed with the previous secret, too.",
    )
    is_enabled = models.BooleanField(default=True, help_text="Whether it gets anything.")
    disabled_reason = models.CharField(
        max_length=20, choices=DisabledReason.choices, blank=True, help_text="Why it gets nothing."
    )
    disabled_at = models.DateTimeField(null=True, blank=True, help_text="When it was disabled.")
    failing_since = models.DateTimeField(
        null=True, blank=True, help_text="The first failure since the last success."
    )
    paused_until = models.DateTimeField(null=True, blank=True, help_text="It asked us to wait until then.")
    leased_until = models.DateTimeField(
        null=True, blank=True, help_text="A worker is sending to it until then; afterwards any worker may."
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="+",
        help_text="The member who made it.",
    )
    updated_at = models.DateTimeField(
        default=timezone.now, editable=False, help_text="When somebody last changed it."
    )

    objects = WebhookEndpointQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(url=""), name="endpoint_has_a_url"),
            models.CheckConstraint(condition=~Q(sealed_secret=""), name="endpoint_has_a_secret"),
            models.CheckConstraint(
                condition=Q(is_enabled=True, disabled_reason="")
                | (Q(is_enabled=False) & ~Q(disabled_reason="")),
                name="endpoint_disabled_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.url
