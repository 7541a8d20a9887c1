"""Contracts: what was agreed, in versions, so that a past day still shows what was known then."""

from datetime import date, datetime
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from accounts.identifiers import uuid7
from accounts.models.base import TenantModel, TenantQuerySet
from accounts.permissions import Permission
from success.models.accounts import Account


class ContractQuerySet(TenantQuerySet):
    """Versions of contracts, asked for by when they held and by what was known when."""

    see = Permission.SEE_ACCOUNTS

    def current(self) -> Self:
        """Keep what is agreed now: the last version of each contract."""
        return self.filter(superseded_at=None)

    def as_of(self, moment: datetime) -> Self:
        """Keep what was agreed just before the moment: the last version of each contract by then."""
        return self.filter(Q(superseded_at=None) | Q(superseded_at__gte=moment), recorded_at__lt=moment)

    def in_force(self, day: date) -> Self:
        """Keep those that run on the day."""
        return self.filter(starts_on__lte=day, ends_on__gt=day)

    def to_renew(self, moment: datetime) -> Self:
        """Keep what was agreed just before the moment, was not renewed by then and is not ending for good."""
        renewal = Contract.objects.as_of(moment).filter(renews=OuterRef("agreement"))
        return self.as_of(moment).filter(~Exists(renewal), is_final=False)


class Contract(TenantModel):
    """One version of a contract. A change makes a new version; the earlier one keeps what was agreed before.

    `agreement` is the same for all versions of one contract.
    """

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="contracts", help_text="With whom it was made."
    )
    agreement = models.UUIDField(
        default=uuid7, editable=False, help_text="The contract that this is a version of."
    )
    renews = models.UUIDField(
        null=True, blank=True, editable=False, help_text="The agreement that this contract renews."
    )
    recurring_revenue = models.DecimalField(
        max_digits=14, decimal_places=2, help_text="Recurring revenue per year."
    )
    currency = models.CharField(max_length=3, help_text="ISO 4217 code of its currency.")
    starts_on = models.DateField(help_text="The first day on which it runs.")
    ends_on = models.DateField(help_text="The first day on which it no longer runs, unless it is renewed.")
    is_final = models.BooleanField(
        default=False, editable=False, help_text="Whether it ends for good: no renewal is expected."
    )
    recorded_at = models.DateTimeField(editable=False, help_text="When this version was agreed.")
    superseded_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="When the next version was agreed; empty for the last.",
    )
    supersedes = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="superseded_by",
        help_text="The version before this one.",
    )

    objects = ContractQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-recorded_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement"], condition=Q(superseded_at=None), name="contract_has_one_last_version"
            ),
            models.UniqueConstraint(
                fields=["renews"],
                condition=Q(superseded_at=None, renews__isnull=False),
                name="contract_renewed_once",
                violation_error_message="This contract has been renewed already.",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="contract_ends_after_it_starts",
                violation_error_message="A contract cannot end before it starts.",
            ),
            models.CheckConstraint(
                condition=Q(recurring_revenue__gte=0),
                name="contract_revenue_is_not_negative",
                violation_error_message="Recurring revenue cannot be negative.",
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"),
                name="contract_currency_is_a_code",
                violation_error_message="A currency is three capital letters, such as EUR.",
            ),
            models.CheckConstraint(
                condition=Q(superseded_at=None) | Q(superseded_at__gte=F("recorded_at")),
                name="contract_versions_follow_each_other",
            ),
        ]
        indexes = [models.Index(fields=["ends_on"], condition=Q(superseded_at=None), name="contract_by_end")]

    def __str__(self) -> str:
        return f"{self.account}, {self.starts_on} to {self.ends_on}"
