"""By what members and keys are found and sorted."""

from typing import Annotated

from django.db.models import Q, QuerySet

from accounts.graphql.filtering import filters, on, where
from accounts.graphql.lookups import OneOf, TimeLookup
from accounts.graphql.ordering import Direction, orders
from accounts.graphql.vocabulary import KeyKind, Role
from accounts.models import ApiKey, Membership


@filters(Membership)
class MemberFilter:
    role: Annotated[OneOf[Role], on("role", "What they may do.")]
    is_active: Annotated[
        bool, where(lambda value, _: Q(ended_at__isnull=value), "Whether they belong to the tenant now.")
    ]


@orders(Membership)
class MemberOrder:
    created_at: Annotated[Direction, on("created_at", "When they became one.")]


@filters(ApiKey)
class ApiKeyFilter:
    kind: Annotated[OneOf[KeyKind], on("kind", "What they are for.")]
    expires_at: Annotated[TimeLookup, on("expires_at", "When they stop working.")]
    is_trusted_documents_only: Annotated[
        bool, on("trusted_documents_only", "Whether they may ask trusted documents, and no others.")
    ]
    is_revoked: Annotated[
        bool, where(lambda value, _: Q(revoked_at__isnull=not value), "Whether it was revoked.")
    ]


@orders(ApiKey)
class ApiKeyOrder:
    name: Direction
    created_at: Annotated[Direction, on("created_at", "When they were issued.")]
    last_used_at: Annotated[Direction, on("last_used_at", "When they were last used.")]


def search_members(rows: QuerySet, text: str) -> QuerySet:
    """Members by name or e-mail address."""
    return rows.filter(Q(user__name__icontains=text) | Q(user__email__icontains=text))


def search_keys(rows: QuerySet, text: str) -> QuerySet:
    """Keys by name, or by how they begin."""
    return rows.filter(Q(name__icontains=text) | Q(prefix__startswith=text))
