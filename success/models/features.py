"""Features: one row per open account with all that health is worked out from."""

from django.db import models

from accounts.models.base import TenantModel, TenantQuerySet
from accounts.permissions import Permission
from success.models.accounts import Account


class FeatureQuerySet(TenantQuerySet):
    """Feature rows."""

    see = Permission.SEE_HEALTH


class Feature(TenantModel):
    """What is known of an open account, from rollups and contracts; kept by `success.features` alone.

    Plain columns without an index, so that Postgres rewrites rows in place. What only grows older is kept
    as a day, so that a row does not change because a day has passed.
    """

    id = None  # type: ignore[assignment]  # an account has one
    created_at = None  # type: ignore[assignment]
    account = models.OneToOneField(
        Account, primary_key=True, on_delete=models.CASCADE, related_name="feature", help_text="Whose it is."
    )
    usage_trend = models.FloatField(
        null=True, help_text="Use in the last 28 days against the 28 before, -1 (ceased) to 1 (all new)."
    )
    usage_on = models.DateField(null=True, help_text="The last day of use within these 56 days.")
    last_seen_on = models.DateField(null=True, help_text="The last day on which anybody used anything.")
    breadth = models.FloatField(null=True, help_text="People who used something in the last 30 days.")
    support_load = models.FloatField(null=True, help_text="Calls for help in the last 28 days.")
    nps = models.FloatField(null=True, help_text="NPS of each person's last answer within a year.")
    nps_on = models.DateField(null=True, help_text="The day of the last such answer.")
    csat = models.FloatField(null=True, help_text="Share of 4 and 5 in each person's last answer, percent.")
    csat_on = models.DateField(null=True, help_text="The day of the last such answer.")
    ces = models.FloatField(null=True, help_text="Mean of each person's last answer, 1-7, within a year.")
    ces_on = models.DateField(null=True, help_text="The day of the last such answer.")
    rating = models.FloatField(null=True, help_text="Mean of each person's last answer, 1-10, within a year.")
    rating_on = models.DateField(null=True, help_text="The day of the last such answer.")
    renewal_on = models.DateField(
        null=True, help_text="The next day on which a contract comes up for renewal."
    )

    objects = FeatureQuerySet.as_manager()

    class Meta:
        ordering = ["account_id"]

    def __str__(self) -> str:
        return str(self.account)
