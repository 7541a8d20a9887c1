"""Trusted documents in the graph: listed, added and withdrawn."""

from typing import Annotated

import strawberry
from django.db.models import Q, QuerySet
from strawberry import auto

from accounts import trusted_documents
from accounts.graphql.connections import connection
from accounts.graphql.context import Info
from accounts.graphql.filtering import filters, on, where
from accounts.graphql.lookups import TextLookup, TimeLookup, checked
from accounts.graphql.mutating import mutation
from accounts.graphql.nodes import Node, node
from accounts.graphql.ordering import Direction, orders
from accounts.graphql.relations import one, seen
from accounts.graphql.types import UserNode
from accounts.models import TrustedDocument
from accounts.trusted_documents import DocumentDraft


@filters(TrustedDocument)
class TrustedDocumentFilter:
    sha256: TextLookup
    added_at: TimeLookup
    is_withdrawn: Annotated[
        bool, where(lambda value, _: Q(withdrawn_at__isnull=not value), "Whether it was withdrawn.")
    ]


@orders(TrustedDocument)
class TrustedDocumentOrder:
    name: Direction
    added_at: Annotated[Direction, on("added_at", "Since when they have been trusted.")]


def search_documents(rows: QuerySet, text: str) -> QuerySet:
    """Documents by name, or by how their hash begins."""
    return rows.filter(Q(name__icontains=text) | Q(sha256__startswith=text))


@node(
    TrustedDocument,
    filters=TrustedDocumentFilter,
    ordering=TrustedDocumentOrder,
    search=search_documents,
)
class TrustedDocumentNode(Node):
    name: auto
    sha256: auto
    text: auto
    added_at: auto
    withdrawn_at: auto
    added_by: UserNode | None = one(
        UserNode, "added_by_id", description="The member who added it; null for a program or the operator."
    )


@strawberry.input(description="A document to be trusted.")
class TrustedDocumentInput:
    text: str = strawberry.field(description="The document, to the letter; it must fit the schema.")
    name: str = strawberry.field(
        default="", description="What it is called; the name of its operation where none is given."
    )


@strawberry.input(description="Documents to be trusted, all or none.")
class TrustedDocumentsAddInput:
    documents: list[TrustedDocumentInput] = strawberry.field(
        description="The documents, at most 100; those that are trusted already stay as they are."
    )


@strawberry.input(description="The document to withdraw.")
class TrustedDocumentWithdrawInput:
    id: strawberry.ID = strawberry.field(description="Its id.")


@strawberry.type
class TrustedDocumentsQuery:
    trusted_documents = connection(
        TrustedDocumentNode, description="Documents that keys limited to trusted ones may ask, or might."
    )


@strawberry.type
class TrustedDocumentsMutation:
    @mutation(
        trusted_documents=list[TrustedDocumentNode],
        description="Trust documents: those that a program was built with.",
    )
    def trusted_documents_add(self, info: Info, input: TrustedDocumentsAddInput) -> list[TrustedDocument]:
        drafts = [DocumentDraft(text=each.text, name=each.name) for each in checked(input.documents)]
        return trusted_documents.trust(drafts, by=info.context.actor)

    @mutation(
        trusted_document=TrustedDocumentNode,
        description="Trust a document no longer; keys that are limited cannot ask it from now on.",
    )
    def trusted_document_withdraw(self, info: Info, input: TrustedDocumentWithdrawInput) -> TrustedDocument:
        row = seen(TrustedDocumentNode, input.id, info)
        return trusted_documents.withdraw(row, by=info.context.actor)
