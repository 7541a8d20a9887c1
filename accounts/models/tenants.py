"""Tenants, the hosts they are reached at, and the people who work there."""

import re
from typing import Any, Self
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django_tenants.models import DomainMixin, TenantMixin

from accounts.identifiers import uuid7
from accounts.models.base import TenantQuerySet
from accounts.permissions import Permission, Role


def validate_schema_name(value: str) -> None:
    """Refuse names that Postgres or our own schemas would trip over."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,47}", value) or value in RESERVED or value.startswith("pg_"):
        raise ValidationError("Use small letters, digits and _, beginning with a letter, at most 48.")


def validate_time_zone(value: str) -> None:
    """Refuse names that are no IANA time zone."""
    if value not in available_timezones():
        raise ValidationError("This is not a time zone such as Europe/Berlin.")


RESERVED = frozenset({"public", "shared", "information_schema", "api", "www"})


class TenantRows(models.QuerySet):
    """Tenants, asked for by what they may do."""

    def live(self) -> Self:
        """Leave out the suspended."""
        return self.filter(suspended_at=None)


class Tenant(TenantMixin):
    """A business that subscribes to Unison; one Postgres schema."""

    auto_create_schema = False  # `accounts.tenants.create` does, with its role and in one transaction
    auto_drop_schema = False

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    schema_name = models.CharField(max_length=48, unique=True, validators=[validate_schema_name])
    name = models.CharField(max_length=200, help_text="The business's own name.")
    time_zone = models.CharField(
        max_length=64,
        default="UTC",
        validators=[validate_time_zone],
        help_text="Days and months are cut in this time zone.",
    )
    currency = models.CharField(max_length=3, default="EUR", help_text="ISO 4217 code of the home currency.")
    suspended_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = TenantRows.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.CheckConstraint(condition=~models.Q(name=""), name="tenant_has_a_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def role_name(self) -> str:
        """The database role that is the wall around this tenant; the same in every copy of the database."""
        return f"t_{self.id.hex}"

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which this tenant's days are cut."""
        return ZoneInfo(self.time_zone)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the row alone: the schema is made by `accounts.tenants`."""
        models.Model.save(self, *args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete the row alone: the schema is dropped by `accounts.tenants`."""
        return models.Model.delete(self, *args, **kwargs)


class Domain(DomainMixin):
    """A host name at which a tenant is reached."""

    class Meta:
        ordering = ["domain"]


class MembershipQuerySet(TenantQuerySet):
    """Members of a tenant."""

    see = Permission.SEE_MEMBERS

    def active(self) -> Self:
        """Leave out those who left, and users who may not sign in."""
        return self.filter(ended_at=None, user__is_active=True)


class Membership(models.Model):
    """One user's belonging to one tenant; it ends, and is never deleted."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="memberships")
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "member"
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "tenant"],
                condition=models.Q(ended_at=None),
                name="one_open_membership_per_tenant",
                violation_error_message="This user is already a member.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"
