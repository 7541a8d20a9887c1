"""Users: a tenant's staff, who sign in by e-mail address. The customers are `journeys.Person`."""

from collections.abc import Collection
from typing import Any, Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.identifiers import uuid7
from accounts.tenancy import current, public


class UserManager(BaseUserManager["User"]):
    """Users, found by e-mail address whatever its case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """The user with this e-mail address."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """One of a tenant's staff. What they may do is their membership's, not theirs.

    A user belongs to one tenant, and so do name and password: somebody who works for two tenants is two
    users. Otherwise whoever made a user in one tenant could sign in as them in another.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey("accounts.Tenant", on_delete=models.CASCADE, related_name="users")
    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True, help_text="Whether they may sign in at all.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    is_partial = False
    """Whether this was read inside a tenant, through a view that shows no password."""

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                "tenant",
                Lower("email"),
                name="user_email_unique_in_tenant",
                violation_error_message="Someone with this e-mail address is already here.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def from_db(
        cls, db: str | None, field_names: Collection[str], values: Collection[Any], **kwargs: Any
    ) -> Self:
        """Remember whether this row came through a tenant's view."""
        user = super().from_db(db, field_names, values, **kwargs)
        scope = current()
        user.is_partial = bool(scope and scope.is_walled)
        return user

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save in `public`, where users live; refused for one that was read without its password."""
        if self.is_partial:
            raise RuntimeError("This user was read inside a tenant: read it in public() to change it.")
        with public():
            super().save(*args, **kwargs)

    def get_short_name(self) -> str:
        """The name, for the admin's greeting."""
        return self.name

    @property
    def is_staff(self) -> bool:
        """Every user is one of a tenant's staff; the admin site asks the actor, not this."""
        return self.is_active

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Never: permissions are asked of the actor."""
        return False

    def has_module_perms(self, app_label: str) -> bool:
        """Never: permissions are asked of the actor."""
        return False
