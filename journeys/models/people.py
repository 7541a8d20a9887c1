"""People, and the identities by which we recognise them."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models.base import TenantModel, TenantQuerySet
from accounts.permissions import Permission
from journeys.models.traits import TraitsField

if TYPE_CHECKING:
    from journeys.models.companies import Company


class PersonQuerySet(TenantQuerySet):
    """People, asked for in the words the business uses."""

    see = Permission.SEE_PEOPLE

    def active(self) -> Self:
        """Leave out the archived."""
        return self.filter(archived_at=None)

    def known_as(self, kind: str, value: str) -> Self:
        """Keep the one who holds this identity."""
        return self.filter(identities__kind=kind, identities__value=value)

    def of_company(self, company: "Company") -> Self:
        """Keep those who belong to the company now."""
        return self.filter(affiliations__company=company, affiliations__until=None)

    def in_stage(self, key: str) -> Self:
        """Keep those who are in the stage now."""
        return self.filter(visits__stage__key=key, visits__left_at=None)

    def quiet_for(self, period: timedelta) -> Self:
        """Keep those we have not heard from within the period, or ever."""
        return self.filter(Q(last_seen_at=None) | Q(last_seen_at__lt=timezone.now() - period))

    def seen_since(self, moment: datetime) -> Self:
        """Keep those we have heard from since then."""
        return self.filter(last_seen_at__gte=moment)

    def matching(self, text: str) -> Self:
        """Keep those whose name or e-mail address contains the text, whatever its case."""
        return self.filter(Q(name__icontains=text) | Q(email__icontains=text))


class Person(TenantModel):
    """A human being who meets the brand: anonymous at first, known later; may belong to no company."""

    name = models.CharField(
        max_length=200, blank=True, help_text="What they are called; empty while they are anonymous."
    )
    email = models.EmailField(
        max_length=200,
        blank=True,
        help_text="Their e-mail address, in lower case; unique among people who are not archived.",
    )
    phone = models.CharField(max_length=40, blank=True, help_text="Their telephone number, as it was given.")
    traits = TraitsField(
        default=dict, blank=True, help_text="Whatever else the tenant tells us about them, by name."
    )
    first_seen_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When we first heard from them."
    )
    last_seen_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When we last heard from them."
    )
    archived_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="When they were put away; empty while they are active.",
    )
    updated_at = models.DateTimeField(auto_now=True, help_text="When their own data last changed.")

    objects = PersonQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        verbose_name_plural = "people"
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                condition=Q(archived_at=None) & ~Q(email=""),
                name="person_email_unique_while_active",
                violation_error_message="Someone with this e-mail address is already here.",
            ),
        ]
        indexes = [
            models.Index(fields=["name", "id"], name="person_by_name"),
            models.Index(fields=["last_seen_at", "id"], name="person_by_last_seen"),
        ]

    def __str__(self) -> str:
        return self.name or self.email or "Somebody"


class IdentityKind(models.TextChoices):
    """What sort of identifier an identity is."""

    ANONYMOUS = "anonymous", "Anonymous id"
    USER = "user", "User id"
    EMAIL = "email", "E-mail address"
    INTERNAL = "internal", "Our own id"


class IdentityQuerySet(TenantQuerySet):
    """Identities of people."""

    see = Permission.SEE_PEOPLE


class Identity(TenantModel):
    """An identifier of a person: an anonymous id, a user id, an e-mail address.

    Events hang on identities and identities on people, so that merging two people moves identities, touches
    no event, and can be undone. Every person has at least one: who came with none is known by our own id.
    """

    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="identities", help_text="Whose identifier it is."
    )
    kind = models.CharField(max_length=9, choices=IdentityKind, help_text="What sort of identifier it is.")
    value = models.CharField(
        max_length=200, help_text="The identifier itself; e-mail addresses in lower case."
    )

    objects = IdentityQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "value"]
        verbose_name_plural = "identities"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "value"],
                name="identity_unique",
                violation_error_message="This identifier belongs to somebody already.",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=IdentityKind.values) & ~Q(value=""), name="identity_says_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.value}"
