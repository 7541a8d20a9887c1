"""API keys: credentials of a tenant for programs."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from accounts.identifiers import uuid7
from accounts.models.base import TenantQuerySet
from accounts.permissions import Permission


class KeyKind(models.TextChoices):
    """What a key is for."""

    SECRET = "secret", "API key"
    WRITE = "write", "Write key"


class ApiKeyQuerySet(TenantQuerySet):
    """Keys of a tenant."""

    see = Permission.SEE_KEYS


class ApiKey(models.Model):
    """A credential of the tenant for programs: a secret key with scopes, or one source's write key.

    The key itself is shown once; kept are its beginning, to recognise it, and its SHA-256.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey("accounts.Tenant", on_delete=models.CASCADE, related_name="api_keys")
    kind = models.CharField(max_length=10, choices=KeyKind.choices, default=KeyKind.SECRET)
    name = models.CharField(max_length=100, help_text="What the key is for.")
    source = models.CharField(
        max_length=50,
        blank=True,
        help_text="For write keys: the name of the source its events are stored under.",
    )
    prefix = models.CharField(
        max_length=16, editable=False, help_text="The beginning of the key, to recognise it."
    )
    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    scopes = ArrayField(
        models.CharField(max_length=40),
        default=list,
        blank=True,
        help_text="What the key may do.",
    )
    trusted_documents_only = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Whether it may ask the tenant's trusted documents, and no others.",
    )
    created_by = models.ForeignKey("accounts.User", on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = "API key"
        ordering = ["-created_at", "id"]
        indexes = [models.Index(fields=["tenant", "-created_at"], name="api_key_of_tenant")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(kind=KeyKind.WRITE) | ~models.Q(source=""), name="write_key_has_a_source"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
