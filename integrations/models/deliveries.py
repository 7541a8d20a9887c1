"""Deliveries: one event to one endpoint, and every attempt at it."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models.base import TenantModel, TenantQuerySet
from accounts.permissions import Permission
from integrations.models.endpoints import WebhookEndpoint
from integrations.models.outbox import OutboxEvent


class DeliveryStatus(models.TextChoices):
    """What became of a delivery."""

    PENDING = "pending", "To be sent, or tried again"
    DELIVERED = "delivered", "The endpoint accepted it"
    FAILED = "failed", "Given up"


class DeliveryQuerySet(TenantQuerySet):
    """Deliveries, asked for by what became of them."""

    see = Permission.SEE_WEBHOOKS

    def pending(self) -> Self:
        """Keep those that are still to be delivered."""
        return self.filter(status=DeliveryStatus.PENDING)

    def due(self, now: datetime) -> Self:
        """Keep those whose turn it is."""
        return self.pending().filter(due_at__lte=now)

    def matching(self, text: str) -> Self:
        """Keep those of events whose name contains the text, whatever its case."""
        return self.filter(event__name__icontains=text)

    def failed(self) -> Self:
        """Keep those that were given up."""
        return self.filter(status=DeliveryStatus.FAILED)


class Delivery(TenantModel):
    """One event on its way to one endpoint. The row says when it is due; no queue does."""

    endpoint = models.ForeignKey(
        WebhookEndpoint,
        on_delete=models.CASCADE,
        related_name="deliveries",
        db_index=False,
        help_text="Where to.",
    )
    event = models.ForeignKey(
        OutboxEvent, on_delete=models.CASCADE, related_name="deliveries", help_text="What is delivered."
    )
    status = models.CharField(
        max_length=10,
        choices=DeliveryStatus.choices,
        default=DeliveryStatus.PENDING,
        help_text="What became of it.",
    )
    attempts = models.PositiveSmallIntegerField(default=0, help_text="How often it was tried.")
    due_at = models.DateTimeField(default=timezone.now, help_text="When it is to be sent, or tried again.")
    delivered_at = models.DateTimeField(null=True, blank=True, help_text="When it was accepted.")

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "event"], name="delivery_once_per_endpoint")
        ]
        indexes = [
            models.Index(
                fields=["endpoint", "due_at"], condition=Q(status="pending"), name="delivery_pending"
            ),
            models.Index(fields=["endpoint", "-id"], name="delivery_log"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} to {self.endpoint_id}"


class DeliveryAttemptQuerySet(TenantQuerySet):
    """Attempts at deliveries."""

    see = Permission.SEE_WEBHOOKS


class DeliveryAttempt(TenantModel):
    """One attempt at a delivery: what was answered, or why nothing was."""

    delivery = models.ForeignKey(
        Delivery, on_delete=models.CASCADE, related_name="log", help_text="What was to be delivered."
    )
    attempted_at = models.DateTimeField(help_text="When it was sent.")
    status_code = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="The HTTP status answered."
    )
    duration_ms = models.PositiveIntegerField(help_text="How long the answer took.")
    error = models.CharField(max_length=200, blank=True, help_text="Why there was no answer.")
    response_excerpt = models.CharField(
        max_length=500, blank=True, help_text="The beginning of the answer's body."
    )

    objects = DeliveryAttemptQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return str(self.status_code or self.error)
