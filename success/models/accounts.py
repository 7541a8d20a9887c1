"""Accounts: what we have with a company, from the beginning of the working relationship to its end."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from accounts.models.base import TenantModel, TenantQuerySet
from accounts.permissions import Permission
from journeys.models import Company, DailyRollup


class AccountQuerySet(TenantQuerySet):
    """Accounts, asked for in the words the business uses."""

    see = Permission.SEE_ACCOUNTS

    def open(self) -> Self:
        """Keep those that have not been closed."""
        return self.filter(closed_on=None)

    def active_on(self, day: date) -> Self:
        """Keep those that were open on the day."""
        return self.filter(Q(closed_on=None) | Q(closed_on__gt=day), opened_on__lte=day)

    def shown_on(self, day: date) -> Self:
        """Keep those that were open on the day as far as we knew by its end, whatever we learned since."""
        closings = DailyRollup.objects.filter(company=OuterRef("company")).named("success.account_closed")
        learned_later = Exists(closings.filter(recorded_day__gt=day))
        still_open = Q(closed_on=None) | Q(closed_on__gt=day) | Q(learned_later)
        return self.filter(still_open, opened_on__lte=day)

    def matching(self, text: str) -> Self:
        """Keep those whose company's name, domain or key contains the text, whatever its case."""
        found = Q(company__name__icontains=text) | Q(company__domain__icontains=text)
        return self.filter(found | Q(company__key__icontains=text))


class Account(TenantModel):
    """The commercial relationship with a company: not who they are, but what we have with them."""

    company = models.OneToOneField(
        Company, on_delete=models.PROTECT, related_name="account", help_text="With whom."
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who looks after it.",
    )
    tier = models.CharField(
        max_length=40, blank=True, help_text="How much attention it gets, in the tenant's words."
    )
    opened_on = models.DateField(help_text="The first day of the working relationship.")
    closed_on = models.DateField(
        null=True, blank=True, editable=False, help_text="The first day after it; empty while it is open."
    )
    close_reason = models.TextField(max_length=1000, blank=True, editable=False, help_text="Why it ended.")
    updated_at = models.DateTimeField(auto_now=True, help_text="When it last changed.")

    objects = AccountQuerySet.as_manager()

    class Meta:
        ordering = ["opened_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(closed_on__gte=F("opened_on")),
                name="account_closes_after_it_opens",
                violation_error_message="An account cannot close before it opened.",
            )
        ]
        indexes = [models.Index(fields=["owner"], name="account_by_owner")]

    def __str__(self) -> str:
        return str(self.company)
