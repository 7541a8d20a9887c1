"""Stages, and the visits that people and companies pay to them."""

from typing import Self

from django.db import models
from django.db.models import F, Q

from accounts.models.base import TenantModel, TenantQuerySet
from accounts.permissions import Permission
from journeys.models.companies import Company
from journeys.models.people import Person


class StageKind(models.TextChoices):
    """Whether those in a stage have bought yet, still do, or did."""

    PROSPECT = "prospect", "Prospect"
    CUSTOMER = "customer", "Customer"
    FORMER = "former", "Former customer"


class StageQuerySet(TenantQuerySet):
    """Stages, in their order."""

    see = Permission.SEE_PEOPLE


class Stage(TenantModel):
    """A step of the journey from first exposure to churn and win-back."""

    key = models.SlugField(max_length=60, db_index=False, help_text="By which programs name it.")
    title = models.CharField(max_length=120, help_text="What it is called.")
    position = models.PositiveSmallIntegerField(help_text="Its place in the order of stages.")
    kind = models.CharField(
        max_length=8,
        choices=StageKind,
        help_text="Whether those in it have yet to buy, are customers, or were.",
    )

    objects = StageQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["key"],
                name="stage_key_unique",
                violation_error_message="A stage with this key is already here.",
            ),
            models.CheckConstraint(condition=Q(kind__in=StageKind.values), name="stage_kind_is_known"),
            models.CheckConstraint(condition=~Q(key="") & ~Q(title=""), name="stage_is_called_something"),
        ]

    def __str__(self) -> str:
        return self.title


class StageVisitQuerySet(TenantQuerySet):
    """Visits to stages."""

    see = Permission.SEE_PEOPLE

    def open(self) -> Self:
        """Keep the stages that somebody is in now."""
        return self.filter(left_at=None)


class StageVisit(TenantModel):
    """The time that a person, or a company, spent in a stage."""

    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="visits", help_text="The stage.")
    person = models.ForeignKey(
        Person,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="visits",
        help_text="The person in it; empty for a company's visit.",
    )
    company = models.ForeignKey(
        Company,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="visits",
        help_text="The company in it; empty for a person's visit.",
    )
    entered_at = models.DateTimeField(help_text="When they entered it.")
    left_at = models.DateTimeField(
        null=True, blank=True, help_text="When they left it; empty while they are in it."
    )

    objects = StageVisitQuerySet.as_manager()

    class Meta:
        ordering = ["entered_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, company__isnull=True)
                | Q(person__isnull=True, company__isnull=False),
                name="visit_is_of_one_customer",
            ),
            models.UniqueConstraint(
                fields=["person"], condition=Q(left_at=None), name="visit_of_a_person_open_once"
            ),
            models.UniqueConstraint(
                fields=["company"], condition=Q(left_at=None), name="visit_of_a_company_open_once"
            ),
            models.CheckConstraint(
                condition=Q(left_at=None) | Q(left_at__gte=F("entered_at")), name="visit_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person or self.company} in {self.stage}"
