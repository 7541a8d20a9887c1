"""Scorecards: which measures make up health and how they weigh, in versions that never change."""

from functools import cached_property
from typing import Any, Never, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models.base import TenantModel, TenantQuerySet
from accounts.permissions import Permission
from accounts.shelves import Shelf
from success import scoring

_cards = Shelf[scoring.Card](room=1_000)


class Published(TypeError):
    """Somebody tried to change what has been published; publish a new version instead."""


def _refuse(*args: Any, **kwargs: Any) -> Never:
    raise Published("A published scorecard never changes: publish a new version.")


class FeatureName(models.TextChoices):
    """What a measure can read; `features` says how each is worked out."""

    USAGE_TREND = "usage_trend", "Usage trend"
    DAYS_SINCE_SEEN = "days_since_seen", "Days since last seen"
    BREADTH = "breadth", "People active"
    SUPPORT_LOAD = "support_load", "Support load"
    NPS = "nps", "NPS"
    CSAT = "csat", "CSAT"
    CES = "ces", "CES"
    RATING = "rating", "Rating"
    RENEWAL_NEARNESS = "renewal_nearness", "Days to renewal"


class ScorecardQuerySet(TenantQuerySet):
    """Versions of the scorecard."""

    see = Permission.SEE_HEALTH

    def current(self) -> Self:
        """Keep the version in force now."""
        return self.filter(is_current=True)

    def waiting(self) -> Self:
        """Keep the version in force while not all accounts are scored with it."""
        return self.current().filter(applied_at=None)


class MeasureQuerySet(TenantQuerySet):
    """Measures of scorecards."""

    see = Permission.SEE_HEALTH


class Scorecard(TenantModel):
    """One version of the set of measures that health is made of; published once, then never changed."""

    version = models.PositiveIntegerField(unique=True, help_text="1, 2, 3 and so on.")
    title = models.CharField(max_length=200, help_text="What this version is called.")
    published_at = models.DateTimeField(help_text="Since when it counts.")
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="+",
        help_text="Who published it; empty for Unison itself.",
    )
    is_current = models.BooleanField(default=True, help_text="Whether health is made of it now.")
    reached = models.UUIDField(null=True, help_text="The last account that was scored anew with it.")
    applied_at = models.DateTimeField(
        null=True, help_text="When all accounts had been scored anew with it; empty while that goes on."
    )

    objects = ScorecardQuerySet.as_manager()

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_current"], condition=Q(is_current=True), name="scorecard_one_is_current"
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} (version {self.version})"

    @cached_property
    def card(self) -> scoring.Card:
        """The same as plain values, for the arithmetic; a process remembers it, since it never changes."""
        card = _cards.get(self.pk)
        if card is None:
            card = scoring.Card(tuple(measure.plain for measure in self.measures.all()))
            _cards.put(self.pk, card, 1)
        return card


class Measure(TenantModel):
    """One ingredient of health: a feature, how it is normalised to 0-100, its weight and its maximum age."""

    scorecard = models.ForeignKey(
        Scorecard, on_delete=models.CASCADE, related_name="measures", help_text="The version it belongs to."
    )
    key = models.SlugField(
        max_length=40, help_text="A short name that stays the same from version to version."
    )
    title = models.CharField(max_length=120, help_text="What people read.")
    feature = models.CharField(max_length=20, choices=FeatureName, help_text="What it reads.")
    curve = models.JSONField(
        help_text="Points [value, 0-100], by rising value; straight lines between them, level outside."
    )
    weight = models.FloatField(help_text="How much it counts beside the others.")
    max_age_days = models.PositiveIntegerField(
        null=True, blank=True, help_text="When older it is unknown; empty when it does not grow old."
    )
    position = models.PositiveSmallIntegerField(help_text="Its place among the measures, from 0.")

    objects = MeasureQuerySet.as_manager()

    class Meta:
        ordering = ["scorecard_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["scorecard", "key"], name="measure_key_unique"),
            models.UniqueConstraint(fields=["scorecard", "feature"], name="measure_feature_once"),
            models.UniqueConstraint(fields=["scorecard", "position"], name="measure_position_unique"),
            models.CheckConstraint(condition=Q(weight__gt=0), name="measure_weighs_something"),
            models.CheckConstraint(
                condition=Q(feature__in=FeatureName.values), name="measure_feature_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @cached_property
    def plain(self) -> scoring.Measure:
        """The same as plain values, for the arithmetic."""
        curve = scoring.Curve(tuple((float(x), float(y)) for x, y in self.curve))
        return scoring.Measure(self.key, self.feature, curve, self.weight, self.max_age_days)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save a new one; a published one never changes."""
        if not self._state.adding:
            _refuse()
        super().save(*args, **kwargs)

    delete = _refuse
