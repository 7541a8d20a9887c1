"""Companies, and the people who belong to them."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models.base import TenantModel, TenantQuerySet
from accounts.permissions import Permission
from journeys.models.people import Person
from journeys.models.traits import TraitsField


class CompanyQuerySet(TenantQuerySet):
    """Companies, asked for in the words the business uses."""

    see = Permission.SEE_COMPANIES

    def active(self) -> Self:
        """Leave out the archived."""
        return self.filter(archived_at=None)

    def customers(self) -> Self:
        """Keep those we have an account with."""
        return self.filter(is_customer=True)

    def in_stage(self, key: str) -> Self:
        """Keep those that are in the stage now."""
        return self.filter(visits__stage__key=key, visits__left_at=None)

    def matching(self, text: str) -> Self:
        """Keep those whose name, domain or key contains the text, whatever its case."""
        return self.filter(Q(name__icontains=text) | Q(domain__icontains=text) | Q(key__icontains=text))


class Company(TenantModel):
    """An organisation as such, prospect or customer. What we have *with* it is its account.

    Tier, revenue, renewal, owner and whether it is a customer are told by customer success, for everyone
    to read.
    """

    name = models.CharField(max_length=200, help_text="What it is called.")
    domain = models.CharField(max_length=253, blank=True, help_text="Its internet domain.")
    key = models.CharField(
        max_length=200,
        blank=True,
        help_text="The tenant's own id of it, by which events and imports name it.",
    )
    traits = TraitsField(
        default=dict, blank=True, help_text="Whatever else the tenant tells us about it, by name."
    )
    archived_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When it was put away; empty while it is active."
    )
    updated_at = models.DateTimeField(auto_now=True, help_text="When its own data last changed.")

    tier = models.CharField(max_length=40, blank=True, editable=False, help_text="The tier of its account.")
    recurring_revenue = models.DecimalField(
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        editable=False,
        help_text="Recurring revenue per year.",
    )
    currency = models.CharField(
        max_length=3, blank=True, editable=False, help_text="The currency of its revenue (ISO 4217)."
    )
    renewal_on = models.DateField(
        null=True, blank=True, editable=False, help_text="When its contract comes up for renewal."
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        help_text="Who looks after its account.",
    )
    is_customer = models.BooleanField(
        default=False, editable=False, help_text="Whether there is an open account with it."
    )

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        verbose_name_plural = "companies"
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="company_has_a_name"),
            models.UniqueConstraint(
                fields=["key"],
                condition=~Q(key=""),
                name="company_key_unique",
                violation_error_message="A company with this key is already here.",
            ),
        ]
        indexes = [
            models.Index(fields=["name", "id"], name="company_by_name"),
            models.Index(fields=["renewal_on", "id"], name="company_by_renewal"),
            models.Index(
                F("recurring_revenue").desc(nulls_last=True), F("id").desc(), name="company_by_revenue"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AffiliationRole(models.TextChoices):
    """What a person is in a company."""

    CHAMPION = "champion", "Champion"
    DECISION_MAKER = "decision_maker", "Decision maker"
    USER = "user", "User"
    BILLING = "billing", "Billing contact"
    OTHER = "other", "Other"


class AffiliationQuerySet(TenantQuerySet):
    """Affiliations, asked for by when they held."""

    see = Permission.SEE_PEOPLE

    def open(self) -> Self:
        """Keep those that hold now."""
        return self.filter(until=None)

    def primary(self) -> Self:
        """Keep those that say where a person mainly belongs."""
        return self.filter(is_primary=True)

    def at(self, moment: datetime) -> Self:
        """Keep those that held at the moment."""
        begun = Q(since=None) | Q(since__lte=moment)
        return self.filter(begun, Q(until=None) | Q(until__gt=moment))


class Affiliation(TenantModel):
    """A person's part in a company, from when until when.

    Never rewritten: a change ends one and begins another.
    """

    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="affiliations", help_text="Who belongs to the company."
    )
    company = models.ForeignKey(
        Company, on_delete=models.CASCADE, related_name="affiliations", help_text="Where they belong."
    )
    role = models.CharField(
        max_length=14, choices=AffiliationRole, default=AffiliationRole.USER, help_text="What they are there."
    )
    is_primary = models.BooleanField(
        default=False, help_text="Whether what they do counts for this company when they name no other."
    )
    since = models.DateTimeField(
        null=True, blank=True, help_text="Since when; empty when it has been so for as long as we know."
    )
    until = models.DateTimeField(null=True, blank=True, help_text="Until when; empty while it holds.")

    objects = AffiliationQuerySet.as_manager()

    class Meta:
        ordering = ["-is_primary", "since", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "company"],
                condition=Q(until=None),
                name="affiliation_open_once",
                violation_error_message="This person belongs to this company already.",
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(until=None, is_primary=True),
                name="affiliation_one_open_primary",
                violation_error_message="This person has another primary company.",
            ),
            models.CheckConstraint(
                condition=Q(since=None) | Q(until=None) | Q(until__gte=F("since")),
                name="affiliation_ends_after_it_begins",
                violation_error_message="An affiliation cannot end before it begins.",
            ),
            models.CheckConstraint(
                condition=Q(role__in=AffiliationRole.values), name="affiliation_role_is_known"
            ),
        ]
        indexes = [
            models.Index(
                "person",
                F("since").desc(nulls_last=True),
                condition=Q(is_primary=True),
                name="affiliation_primary_at",
            ),
            # the people of a page of companies: half the pages read where many have left
            models.Index(
                fields=["company", "person"], condition=Q(until=None), name="affiliation_open_by_company"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} – {self.company}"
