"""Trusted documents: the questions that a tenant's own programs ask, known beforehand."""

from django.db import models
from django.utils import timezone

from accounts.identifiers import uuid7
from accounts.models.base import TenantQuerySet
from accounts.permissions import Permission


class TrustedDocumentQuerySet(TenantQuerySet):
    """Trusted documents of a tenant."""

    see = Permission.SEE_KEYS


class TrustedDocument(models.Model):
    """A GraphQL document that the tenant trusts; a key may be limited to asking such documents."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(
        "accounts.Tenant", on_delete=models.CASCADE, related_name="trusted_documents", db_index=False
    )
    name = models.CharField(
        max_length=200,
        blank=True,
        help_text="What it is called; the name of its operation, if none is given.",
    )
    sha256 = models.CharField(
        "SHA-256", max_length=64, editable=False, help_text="SHA-256 of its text, by which it is asked for."
    )
    text = models.TextField(max_length=20_000, help_text="The document, to the letter.")
    added_by = models.ForeignKey("accounts.User", on_delete=models.SET_NULL, null=True, related_name="+")
    added_at = models.DateTimeField(
        default=timezone.now, editable=False, help_text="Since when it has been trusted."
    )
    withdrawn_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When it was withdrawn; null while it is trusted."
    )

    objects = TrustedDocumentQuerySet.as_manager()

    class Meta:
        ordering = ["-added_at", "id"]
        indexes = [models.Index(fields=["tenant", "-added_at"], name="documents_of_tenant")]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "sha256"],
                condition=models.Q(withdrawn_at=None),
                name="document_trusted_once",
            )
        ]

    def __str__(self) -> str:
        return self.name or f"{self.sha256[:12]}…"
