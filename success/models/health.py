"""Health: how each account does now and did each day, who overrode it, and what is to be worked out again."""

from datetime import date, datetime
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from accounts.models.base import TenantModel, TenantQuerySet
from accounts.permissions import Permission
from success import scoring
from success.models.accounts import Account
from success.models.scorecards import Scorecard

BANDS = [
    (scoring.Band.AT_RISK.value, "At risk"),
    (scoring.Band.WATCH.value, "Watch"),
    (scoring.Band.HEALTHY.value, "Healthy"),
]


def _score(help_text: str) -> models.DecimalField:
    return models.DecimalField(max_digits=5, decimal_places=2, null=True, help_text=help_text)


class HealthQuerySet(TenantQuerySet):
    """How accounts do."""

    see = Permission.SEE_HEALTH


class HealthRecordQuerySet(TenantQuerySet):
    """How accounts did."""

    see = Permission.SEE_HEALTH

    def on(self, day: date) -> Self:
        """Keep each account's last record at or before the day: the score of that day."""
        return self.filter(day__lte=day).order_by("account_id", "-day").distinct("account_id")


class OverrideQuerySet(TenantQuerySet):
    """Scores set by hand."""

    see = Permission.SEE_HEALTH

    def open(self) -> Self:
        """Keep those in force."""
        return self.filter(ended_at=None)

    def expired(self, moment: datetime) -> Self:
        """Keep those in force whose time is over."""
        return self.open().filter(expires_at__lte=moment)


class DueQuerySet(TenantQuerySet):
    """What is waiting to be worked out."""

    see = Permission.SEE_HEALTH


class HealthOverride(TenantModel):
    """A score that somebody set by hand, with a reason and an end; the computed one goes on beneath it."""

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="overrides", help_text="Whose score was set."
    )
    score = models.DecimalField(max_digits=5, decimal_places=2, help_text="The score shown instead, 0-100.")
    reason = models.TextField(max_length=1000, help_text="Why.")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="+",
        help_text="Who set it; empty when a program did.",
    )
    author_label = models.CharField(max_length=200, help_text="Who set it, as they were called then.")
    expires_at = models.DateTimeField(help_text="Until when it holds at most.")
    ended_at = models.DateTimeField(null=True, help_text="When it ceased to hold; empty while it does.")

    objects = OverrideQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(ended_at=None), name="override_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(score__gte=0, score__lte=100),
                name="override_is_a_score",
                violation_error_message="A score is from 0 to 100.",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")),
                name="override_expires_later",
                violation_error_message="An override expires in the future.",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="override_has_a_reason"),
        ]
        indexes = [models.Index(fields=["expires_at"], condition=Q(ended_at=None), name="override_by_expiry")]

    def __str__(self) -> str:
        return f"{self.score} for {self.account}"


class Standing(TenantModel):
    """A score with all that it was made of; parts are in the order of the scorecard's measures."""

    created_at = None  # type: ignore[assignment]  # `scored_at` says it
    score = _score("The score that is shown, 0-100: the override where there is one, else the computed.")
    computed_score = _score("The score by the scorecard; empty when nothing fresh is known.")
    override_score = _score("The score set by hand, while it holds.")
    coverage = models.DecimalField(
        max_digits=5, decimal_places=4, default=0, help_text="Share of the weight that is freshly known, 0-1."
    )
    band = models.CharField(max_length=7, blank=True, choices=BANDS, help_text="The band of the shown score.")
    parts = ArrayField(
        models.IntegerField(null=True),
        null=True,
        help_text="What each measure brings to the computed score, in hundredths; null where it is unknown.",
    )

    class Meta:
        abstract = True


class Health(Standing):
    """How an account does now. Kept by `success.health` alone; no index on what changes."""

    id = None  # type: ignore[assignment]  # an account has one
    account = models.OneToOneField(
        Account, primary_key=True, on_delete=models.CASCADE, related_name="health", help_text="Whose it is."
    )
    scorecard = models.ForeignKey(
        Scorecard,
        on_delete=models.PROTECT,
        null=True,
        db_index=False,
        related_name="+",
        help_text="The version it was worked out with.",
    )
    scored_at = models.DateTimeField(null=True, help_text="When the score or its parts last changed.")
    override = models.ForeignKey(
        HealthOverride,
        on_delete=models.PROTECT,
        null=True,
        db_index=False,
        related_name="+",
        help_text="The override in force.",
    )
    announced_score = _score("The score when a change was last announced.")
    announced_parts = ArrayField(
        models.IntegerField(null=True), null=True, help_text="The parts when a change was last announced."
    )
    announced_scorecard = models.ForeignKey(
        Scorecard,
        on_delete=models.PROTECT,
        null=True,
        db_index=False,
        related_name="+",
        help_text="The scorecard when a change was last announced.",
    )
    announced_band = models.CharField(
        max_length=7, blank=True, choices=BANDS, help_text="The band when a change was last announced."
    )

    objects = HealthQuerySet.as_manager()

    class Meta:
        ordering = ["account_id"]
        verbose_name_plural = "health"

    def __str__(self) -> str:
        return f"{self.account}: {self.score}"


class HealthRecord(Standing):
    """How an account did on a day: the day's last word. A day without a record shows the one before it.

    Readings are kept beside the parts, in the order of `features.NAMES`, to explain and to compare days.
    No constraint to account and scorecard, which are never deleted: the checks cost a quarter of the write.
    """

    account = models.ForeignKey(
        Account,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="health_records",
        help_text="Whose it is.",
    )
    day = models.DateField(help_text="The day, in the tenant's time zone.")
    scored_at = models.DateTimeField(help_text="When the score or its parts last changed on that day.")
    scorecard = models.ForeignKey(
        Scorecard,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
        help_text="The version it was worked out with.",
    )
    values = ArrayField(models.FloatField(null=True), help_text="The raw value of each feature.")
    ages = ArrayField(models.IntegerField(null=True), help_text="The age of each feature in days.")

    objects = HealthRecordQuerySet.as_manager()

    class Meta:
        ordering = ["account_id", "-day"]
        constraints = [models.UniqueConstraint(fields=["account", "day"], name="health_once_a_day")]

    def __str__(self) -> str:
        return f"{self.account} on {self.day}: {self.score}"


class Due(TenantModel):
    """An account whose health is to be worked out again. Only ever added and taken away, so nobody waits."""

    account = models.ForeignKey(
        Account,
        on_delete=models.CASCADE,
        db_constraint=False,
        db_index=False,
        related_name="+",
        help_text="Whose health.",
    )

    objects = DueQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "due"

    def __str__(self) -> str:
        return str(self.account_id)


class NightlyPass(TenantModel):
    """The pass over all accounts that begins each day; it remembers how far it came."""

    day = models.DateField(unique=True, help_text="The day, in the tenant's time zone.")
    reached = models.UUIDField(null=True, help_text="The last account that is done.")
    finished_at = models.DateTimeField(null=True, help_text="When all were done; empty while it goes on.")

    objects = DueQuerySet.as_manager()

    class Meta:
        ordering = ["-day"]
        verbose_name_plural = "nightly passes"

    def __str__(self) -> str:
        return str(self.day)
