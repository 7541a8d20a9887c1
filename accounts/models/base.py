"""What every row of a tenant has: a time-ordered key, its birth, and a queryset that asks who is looking."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.utils import timezone

from accounts.identifiers import uuid7
from accounts.permissions import Permission

if TYPE_CHECKING:
    from accounts.actor import Actor


class TenantQuerySet(models.QuerySet):
    """A queryset that must be told who is looking."""

    see: ClassVar[Permission]  # no default: a queryset that names none cannot be shown

    def visible_to(self, actor: "Actor") -> Self:
        """Narrow to the rows this actor may see."""
        return self if actor.may(self.see) else self.none()


class TenantModel(models.Model):
    """A row of one tenant."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False, help_text="When this was made.")

    class Meta:
        abstract = True
