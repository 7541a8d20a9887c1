"""API keys and write keys: shown once when they are issued, revoked for good."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from accounts import keys
from accounts.actor import Actor
from accounts.admin.acts import Act, Done
from accounts.admin.base import TenantModelAdmin
from accounts.admin.forms import Data, VerbForm
from accounts.admin.navigation import Place, Practice
from accounts.admin.site import site
from accounts.models import ApiKey
from accounts.permissions import Permission

HINT = "Copy it now: it is kept as a fingerprint only, and cannot be shown again."


class KeyForm(VerbForm):
    """A new key."""

    scopes = forms.MultipleChoiceField(
        choices=Permission.choices,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="What an API key may do: no more than you may do yourself. A write key takes none.",
    )

    class Meta:
        model = ApiKey
        fields = ("name", "kind", "source", "scopes", "trusted_documents_only", "expires_at")


def _revoke(row: ApiKey, data: Data, by: Actor) -> Done:
    keys.revoke(row, by=by)
    return Done(f"The key “{row.name}” opens nothing any more.")


@admin.register(ApiKey, site=site)
class ApiKeyAdmin(TenantModelAdmin):
    """Keys are never changed: a key with other scopes is another key."""

    place = Place(Practice.INTEGRATIONS, 30, "key", "API keys")
    add = Permission.MANAGE_KEYS
    form = KeyForm
    list_display = ["name", "kind", "begins_with", "state", "created_by", "created_at", "last_used_at"]
    list_filter = ["kind", "trusted_documents_only", ("revoked_at", admin.EmptyFieldListFilter)]
    list_select_related = ["created_by"]
    search_fields = ["name", "prefix", "source"]
    add_fieldsets = (
        (None, {"fields": ("name", "kind", "source", "scopes", "trusted_documents_only", "expires_at")}),
    )
    fields = ("name", "kind", "begins_with", "source", "may", "trusted_documents_only", "created_by",
              "created_at", "expires_at", "last_used_at", "revoked_at")  # fmt: skip
    readonly_fields = fields[2:3] + fields[4:]
    acts = (
        Act(
            name="revoke",
            title="Revoke",
            explanation="Programs that use this key are refused from their next call on. A revoked key cannot"
            " be brought back; issue a new one first if something still uses it.",
            icon="key_off",
            permission=Permission.MANAGE_KEYS,
            perform=_revoke,
            fits=lambda row: row.revoked_at is None,
            is_dangerous=True,
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Everything, once it is issued."""
        return self.fields if obj else ()

    def write(self, actor: Actor, row: ApiKey | None, data: Data) -> models.Model:
        """Issue a key, and show it once."""
        issued = keys.issue(keys.KeyDraft(**data), by=actor)
        issued.key.shown_once = Done(f"The key “{issued.key.name}”", issued.plain, HINT)  # type: ignore[attr-defined]
        return issued.key

    @admin.display(description="begins with")
    def begins_with(self, row: ApiKey) -> str:
        return f"{row.prefix}…"

    @admin.display(description="may")
    def may(self, row: ApiKey) -> str:
        return ", ".join(Permission(scope).label for scope in row.scopes) or "Send events"

    @display(description="state", label={"In use": "success", "Expired": "danger", "Revoked": "danger"})
    def state(self, row: ApiKey) -> str:
        if row.revoked_at:
            return "Revoked"
        is_over = row.expires_at is not None and row.expires_at <= timezone.now()
        return "Expired" if is_over else "In use"
