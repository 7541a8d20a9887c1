"""The timeline: events, which are never changed, and arrivals, which say what is not yet in the rollups."""

from datetime import datetime
from typing import Any, Never, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.identifiers import uuid7
from accounts.models.base import TenantModel, TenantQuerySet
from accounts.permissions import Permission
from journeys.models.companies import Company
from journeys.models.people import Identity, Person


class AppendOnly(TypeError):
    """Somebody tried to write to the timeline other than through `journeys.intake`."""


def _refuse(*args: Any, **kwargs: Any) -> Never:
    raise AppendOnly("Events are written by journeys.intake and never changed.")


_refuse.queryset_only = True  # type: ignore[attr-defined]  # not offered by the manager either


class EventQuerySet(TenantQuerySet):
    """Lines of the timeline, asked for by whom they concern and what was known when. Reading only."""

    see = Permission.SEE_TIMELINE

    def of_person(self, person: Person) -> Self:
        """Keep what the person did, under whichever identity."""
        return self.filter(identity__in=Identity.objects.filter(person=person).values("pk"))

    def of_company(self, company: Company) -> Self:
        """Keep what happened in the company."""
        return self.filter(company=company)

    def named(self, *names: str) -> Self:
        """Keep events of these names."""
        return self.filter(name__in=names)

    def as_of(self, moment: datetime) -> Self:
        """Keep what was known at the moment."""
        return self.filter(recorded_at__lte=moment)

    def latest_first(self) -> Self:
        """The order of a timeline: what happened last comes first."""
        return self.order_by("-occurred_at", "-id")

    update = delete = bulk_update = _refuse
    create = bulk_create = get_or_create = update_or_create = _refuse


class Event(TenantModel):
    """One line of the timeline: what happened, when it happened and when we learned it. Never changed.

    It carries no constraint to identity and company, which are never deleted: the check would lock the
    identity's row for each event, and cost a third of the whole insert.
    """

    created_at = None  # type: ignore[assignment]  # `recorded_at` says it
    name = models.CharField(max_length=120, help_text="What happened, as noun_past_tense.")
    occurred_at = models.DateTimeField(help_text="When it happened.")
    recorded_at = models.DateTimeField(help_text="When we learned it.")
    identity = models.ForeignKey(
        Identity,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="events",
        help_text="The identifier of the person it came with.",
    )
    company = models.ForeignKey(
        Company,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="events",
        help_text="The company it was stamped with when it arrived.",
    )
    channel = models.CharField(max_length=40, blank=True, help_text="The channel it took place on.")
    source = models.CharField(max_length=60, help_text="Who sent it.")
    key = models.CharField(
        max_length=200, blank=True, help_text="The sender's own id of it: what is sent twice is stored once."
    )
    value = models.DecimalField(
        max_digits=18,
        decimal_places=4,
        null=True,
        help_text="Its number, where it has one: a score, an amount.",
    )
    properties = models.JSONField(default=dict, help_text="Whatever else the sender tells about it.")
    caused_by = models.UUIDField(null=True, help_text="The id of the event that caused it.")
    is_backfilled = models.BooleanField(
        default=False, help_text="Whether an import of history stated when it was learned."
    )

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["-occurred_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], condition=~Q(key=""), name="event_stored_once"),
            models.CheckConstraint(
                condition=Q(identity__isnull=False) | Q(company__isnull=False), name="event_concerns_somebody"
            ),
        ]
        indexes = [
            models.Index(fields=["identity", "-occurred_at", "-id"], name="event_by_identity"),
            models.Index(
                fields=["company", "-occurred_at", "-id"],
                condition=Q(company__isnull=False),
                name="event_by_company",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> Never:
        """Refused: events come in through `journeys.intake`, which also tells the rollups."""
        _refuse()

    def delete(self, *args: Any, **kwargs: Any) -> Never:
        """Refused: the timeline is never changed."""
        _refuse()


class ArrivalQuerySet(TenantQuerySet):
    """Arrivals."""

    see = Permission.SEE_TIMELINE


class Arrival(models.Model):
    """Events that came in together and are not yet in the rollups.

    Gone in the transaction that folds them in, so that each is counted once.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    event_ids = ArrayField(models.UUIDField(), help_text="The events that were stored.")

    objects = ArrivalQuerySet.as_manager()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{len(self.event_ids)} events"
