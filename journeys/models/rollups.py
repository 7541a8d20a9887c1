"""Daily rollups: counts, sums and last values of events, by whom they concern and by two kinds of day."""

from collections.abc import Iterable
from datetime import date
from functools import reduce
from operator import or_
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Q

from accounts.models.base import TenantModel, TenantQuerySet
from accounts.permissions import Permission
from journeys.models.companies import Company
from journeys.models.people import Identity


class DailyRollupQuerySet(TenantQuerySet):
    """Rollups, asked for by what happened when, and by what was known when."""

    see = Permission.SEE_TIMELINE

    def as_of(self, day: date) -> Self:
        """Keep what was known at the end of the day."""
        return self.filter(recorded_day__lte=day)

    def of_companies(self, companies: Iterable[UUID]) -> Self:
        """Keep what happened in these companies."""
        return self.filter(company__in=list(companies))

    def named(self, *names: str) -> Self:
        """Keep events of these names."""
        return self.filter(name__in=names)

    def not_named_by(self, apps: Iterable[str]) -> Self:
        """Leave out events whose names begin with one of these apps."""
        ours = [Q(name__startswith=f"{app}.") for app in sorted(apps)]
        return self.exclude(reduce(or_, ours))

    def between(self, first: date, last: date) -> Self:
        """Keep what happened from the first day to the last, both included."""
        return self.filter(day__gte=first, day__lte=last)


class DailyRollup(TenantModel):
    """The events of one name, identity and company that happened on one day and became known on one day.

    Days are cut in the tenant's time zone. A row bears the id of an event that it was opened with. The last
    value is that of the event that happened last (of two at the same moment, the one with the later id).
    Kept by `journeys.rollups` alone.
    """

    created_at = None  # type: ignore[assignment]  # `recorded_day` says it
    identity = models.ForeignKey(
        Identity,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="rollups",
        help_text="The identifier that the events came with.",
    )
    company = models.ForeignKey(
        Company,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="rollups",
        help_text="The company that the events were stamped with.",
    )
    name = models.CharField(max_length=120, help_text="The name of the events.")
    day = models.DateField(help_text="The day on which they happened.")
    recorded_day = models.DateField(help_text="The day on which we learned of them.")
    count = models.IntegerField(help_text="How many events there were.")
    value_sum = models.DecimalField(
        max_digits=40,  # no number of values can fill it: one that overflowed would stop all folding
        decimal_places=4,
        null=True,
        help_text="The sum of their values; empty where none had one.",
    )
    last_value = models.DecimalField(
        max_digits=18, decimal_places=4, null=True, help_text="The value of the last of them."
    )
    last_at = models.DateTimeField(help_text="When the last of them happened.")
    last_event_id = models.UUIDField(help_text="The last of them.")

    objects = DailyRollupQuerySet.as_manager()

    class Meta:
        ordering = ["day", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["identity", "name", "day", "company", "recorded_day"],
                nulls_distinct=False,
                name="rollup_unique",
            ),
            models.CheckConstraint(condition=Q(count__gt=0), name="rollup_counts_something"),
        ]
        indexes = [
            models.Index(
                fields=["company", "name", "day"],
                condition=Q(company__isnull=False),
                name="rollup_by_company",
            )
        ]

    def __str__(self) -> str:
        return f"{self.count} x {self.name} on {self.day}"
