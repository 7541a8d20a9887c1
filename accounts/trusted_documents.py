"""Trusted documents: added when a program is built, asked by their SHA-256, withdrawn when it is gone."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from accounts.actor import Actor
from accounts.errors import Conflict, Invalid, LimitExceeded, NotFound
from accounts.events import ask, emit, emit_many
from accounts.happenings import DocumentTrusted, DocumentWithdrawn
from accounts.models import Tenant, TrustedDocument
from accounts.permissions import Permission
from accounts.tenancy import public, tenant

MOST = 5_000
"""Documents that a tenant trusts at a time."""

LONGEST_NAME = 200

_TEXT_OF = "SELECT text FROM accounts_trusteddocument WHERE sha256 = %s AND withdrawn_at IS NULL"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentDraft:
    """A document to be trusted; without a name it has those of its operations."""

    text: str
    name: str = ""


def sha256_of(text: str) -> str:
    """The hash by which a document is asked for."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def text_of(sha256: str) -> str | None:
    """The text of a document that the current tenant trusts now.

    One statement at every question and nothing remembered, so that a document that is withdrawn is refused
    from the next question on; written by hand, because composing it would cost more than asking it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TEXT_OF, [sha256])
        row = cursor.fetchone()
    return row[0] if row else None


@transaction.atomic
def trust(drafts: Sequence[DocumentDraft], *, by: Actor) -> list[TrustedDocument]:
    """Trust documents, all or none; those that are trusted already stay as they are."""
    by.require(Permission.MANAGE_KEYS)
    wanted: dict[str, TrustedDocument] = {}
    for number, draft in enumerate(drafts):
        row = _checked(draft, f"documents.{number}", by)
        wanted.setdefault(row.sha256, row)
    with public():
        # of two who add at once, the second sees what the first added
        Tenant.objects.select_for_update(no_key=True).get(pk=tenant().pk)
        trusted = TrustedDocument.objects.filter(tenant=tenant(), withdrawn_at=None)
        there = {row.sha256: row for row in trusted.filter(sha256__in=wanted)}
        new = [row for sha256, row in wanted.items() if sha256 not in there]
        if new and trusted.count() + len(new) > MOST:
            raise LimitExceeded(f"A tenant trusts at most {MOST} documents.", field="documents")
        TrustedDocument.objects.bulk_create(new)
    emit_many([DocumentTrusted(document_id=row.pk, sha256=row.sha256) for row in new], by=by)
    return [there.get(sha256, row) for sha256, row in wanted.items()]


def _checked(draft: DocumentDraft, field: str, by: Actor) -> TrustedDocument:
    """The row of a document that could be asked: one that parses, is not too large, and fits the schema."""
    try:
        operations = ask("graphql.operations_of", source=draft.text)
    except Invalid as refusal:
        raise Invalid(refusal.message, field=f"{field}.text") from refusal
    name = draft.name.strip()
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise Invalid(f"A name is one line of at most {LONGEST_NAME} characters.", field=f"{field}.name")
    return TrustedDocument(
        tenant=tenant(),
        name=name or ", ".join(operations)[:LONGEST_NAME],
        sha256=sha256_of(draft.text),
        text=draft.text,
        added_by_id=by.id if by.kind == "user" else None,
    )


def find(document_id: UUID, *, by: Actor) -> TrustedDocument:
    """A document of the current tenant, trusted or withdrawn."""
    with public():
        rows = TrustedDocument.objects.visible_to(by)
        document = rows.filter(pk=document_id, tenant=tenant()).first()
    if document is None:
        raise NotFound("There is no such document.", field="id")
    return document


@transaction.atomic
def withdraw(document: TrustedDocument, *, by: Actor) -> TrustedDocument:
    """Trust a document no longer: keys that are limited cannot ask it from their next question on."""
    by.require(Permission.MANAGE_KEYS)
    with public():
        rows = TrustedDocument.objects.select_for_update(of=("self",))
        locked = rows.get(pk=document.pk, tenant=tenant())
        if locked.withdrawn_at:
            raise Conflict("This document is withdrawn already.", field="id")
        locked.withdrawn_at = timezone.now()
        locked.save(update_fields=["withdrawn_at"])
    emit(DocumentWithdrawn(document_id=locked.pk, sha256=locked.sha256), by=by)
    return locked
