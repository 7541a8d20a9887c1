"""Trusted documents: what keys that are limited to them may ask."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts import trusted_documents
from accounts.actor import Actor
from accounts.admin.acts import Act, Done
from accounts.admin.base import TenantModelAdmin
from accounts.admin.forms import Data, VerbForm
from accounts.admin.navigation import Place, Practice
from accounts.admin.site import site
from accounts.models import TrustedDocument
from accounts.permissions import Permission
from accounts.trusted_documents import DocumentDraft


class DocumentForm(VerbForm):
    """A document to be trusted, to the letter."""

    fields_of: ClassVar = {"documents.0.text": "text", "documents.0.name": "name"}

    text = forms.CharField(
        strip=False,
        widget=UnfoldAdminTextareaWidget,
        help_text="To the letter: another space is another document. Its SHA-256 is shown once it is added.",
    )

    class Meta:
        model = TrustedDocument
        fields = ("name", "text")

    def clean_text(self) -> str:
        """With the line ends that programs have; browsers send those of a typewriter."""
        return str(self.cleaned_data["text"]).replace("\r\n", "\n")


def _withdraw(row: TrustedDocument, data: Data, by: Actor) -> Done:
    trusted_documents.withdraw(row, by=by)
    return Done(f"The document “{row}” is trusted no longer.")


@admin.register(TrustedDocument, site=site)
class TrustedDocumentAdmin(TenantModelAdmin):
    """Documents are never changed: another text is another document."""

    place = Place(Practice.INTEGRATIONS, 35, "verified", "Trusted documents")
    add = Permission.MANAGE_KEYS
    form = DocumentForm
    list_display = ["name", "begins_with", "state", "added_by", "added_at"]
    list_filter = [("withdrawn_at", admin.EmptyFieldListFilter)]
    list_select_related = ["added_by"]
    search_fields = ["name", "sha256__startswith"]
    add_fieldsets = ((None, {"fields": ("name", "text")}),)
    fields = ("name", "sha256", "document", "added_by", "added_at", "withdrawn_at")
    acts = (
        Act(
            name="withdraw",
            title="Withdraw",
            explanation="Keys that are limited to trusted documents are refused this one from their next"
            " question on. It can be added again.",
            icon="unpublished",
            permission=Permission.MANAGE_KEYS,
            perform=_withdraw,
            fits=lambda row: row.withdrawn_at is None,
            is_dangerous=True,
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Everything, once it is added."""
        return self.fields if obj else ()

    def write(self, actor: Actor, row: TrustedDocument | None, data: Data) -> models.Model:
        """Trust it."""
        return trusted_documents.trust([DocumentDraft(**data)], by=actor)[0]

    @admin.display(description="SHA-256")
    def begins_with(self, row: TrustedDocument) -> str:
        return f"{row.sha256[:12]}…"

    @admin.display(description="text")
    def document(self, row: TrustedDocument) -> str:
        return format_html('<pre class="whitespace-pre-wrap">{}</pre>', row.text)

    @display(description="state", label={"Trusted": "success", "Withdrawn": "danger"})
    def state(self, row: TrustedDocument) -> str:
        return "Withdrawn" if row.withdrawn_at else "Trusted"
