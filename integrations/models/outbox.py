"""The outbox: every domain event with the change it reports, and whom it was told to."""

from datetime import datetime
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models.base import TenantModel, TenantQuerySet
from accounts.permissions import Permission


class OutboxQuerySet(TenantQuerySet):
    """Events of the outbox, asked for by what became of them."""

    see = Permission.SEE_AUDIT

    def unplanned(self) -> Self:
        """Keep those whose listeners and deliveries are not written down yet, in the order they were said."""
        return self.filter(planned_at=None).order_by("id")

    def matching(self, text: str) -> Self:
        """Keep those whose name, or who caused them, contains the text, whatever its case."""
        return self.filter(Q(name__icontains=text) | Q(actor_label__icontains=text))

    def between(self, since: datetime, until: datetime) -> Self:
        """Keep those written down from a moment up to, not including, another."""
        return self.filter(created_at__gte=since, created_at__lt=until)


class OutboxEvent(TenantModel):
    """One domain event: who did what, when, from where. Kept for good, it is the tenant's audit trail."""

    name = models.CharField(max_length=120, help_text="What happened: `app.noun_past_tense`.")
    version = models.PositiveSmallIntegerField(default=1, help_text="Version of the payload.")
    occurred_at = models.DateTimeField(help_text="When it happened.")
    actor_kind = models.CharField(max_length=20, help_text="user, key, respondent or system.")
    actor_id = models.UUIDField(null=True, blank=True, help_text="Which user or key.")
    actor_label = models.CharField(max_length=200, blank=True, help_text="Who, in words.")
    origin = models.CharField(max_length=100, blank=True, help_text="The address the request came from.")
    company_id = models.UUIDField(null=True, blank=True, help_text="The company it concerns.")
    person_id = models.UUIDField(null=True, blank=True, help_text="The person it concerns.")
    data = models.JSONField(default=dict, help_text="The payload: ids and figures, no personal values.")
    caused_by = models.UUIDField(null=True, blank=True, help_text="The event whose telling led to this one.")
    sequence = models.BigIntegerField(
        null=True,
        blank=True,
        help_text="Its number among the events of the same company, or person without one.",
    )
    is_backfilled = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Whether it is history that was brought in: no news, so no endpoint is told.",
    )
    planned_at = models.DateTimeField(
        null=True, blank=True, help_text="When listeners and deliveries were planned."
    )

    objects = OutboxQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["id"], condition=Q(planned_at=None), name="outbox_unplanned"),
            models.Index(fields=["-created_at", "-id"], name="outbox_by_time"),
            models.Index(fields=["name", "-id"], name="outbox_by_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def customer_id(self) -> UUID | None:
        """The company it concerns, or the person where there is none."""
        return self.company_id or self.person_id


class TellingQuerySet(TenantQuerySet):
    """Tellings, asked for by whether it is their turn."""

    see = Permission.SEE_AUDIT

    def waiting(self) -> Self:
        """Keep those that were not told yet."""
        return self.filter(told_at=None)

    def due(self, now: datetime) -> Self:
        """Keep those whose turn it is."""
        return self.waiting().filter(due_at__lte=now)


class Telling(TenantModel):
    """One event to be told to one listener; ticked in the transaction that has the listener's effects."""

    event = models.ForeignKey(
        OutboxEvent,
        on_delete=models.CASCADE,
        related_name="tellings",
        db_index=False,
        help_text="What is told.",
    )
    listener = models.CharField(max_length=200, help_text="The listener's own name.")
    due_at = models.DateTimeField(default=timezone.now, help_text="When it is to be told, or tried again.")
    attempts = models.PositiveIntegerField(default=0, help_text="How often it failed.")
    told_at = models.DateTimeField(null=True, blank=True, help_text="When it was told.")
    error = models.CharField(max_length=200, blank=True, help_text="What kind of error it met last.")

    objects = TellingQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["event", "listener"], name="telling_once_per_listener")
        ]
        indexes = [models.Index(fields=["due_at", "id"], condition=Q(told_at=None), name="telling_waiting")]

    def __str__(self) -> str:
        return f"{self.event_id} to {self.listener}"


class CustomerSequenceQuerySet(TenantQuerySet):
    """The numbers given so far."""

    see = Permission.SEE_AUDIT


class CustomerSequence(models.Model):
    """The last number given to an event of one customer: a company, or a person without one."""

    customer_id = models.UUIDField(primary_key=True)
    last = models.BigIntegerField()

    objects = CustomerSequenceQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.last}"
