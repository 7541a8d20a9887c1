"""By what members and keys are found and sorted."""

from typing import Annotated

from django.db.models import Q, QuerySet

from accounts.graphql.enums import described
from accounts.graphql.filtering import filters, where
from accounts.graphql.lookups import OneOf, TimeLookup
from accounts.graphql.ordering import Direction, orders
from accounts.models import ApiKey, KeyKind, Membership
from accounts.permissions import Permission, Role

described(Role)
described(Permission)
described(KeyKind, name="ApiKeyKind")


@filters(Membership)
class MemberFilter:
    role: OneOf[Role]
    is_active: Annotated[
        bool, where(lambda value, _: Q(ended_at__isnull=value), "Whether they belong to the tenant now.")
    ]


@orders(Membership)
class MemberOrder:
    created_at: Direction


@filters(ApiKey)
class ApiKeyFilter:
    kind: OneOf[KeyKind]
    expires_at: TimeLookup
    is_revoked: Annotated[
        bool, where(lambda value, _: Q(revoked_at__isnull=not value), "Whether it was revoked.")
    ]


@orders(ApiKey)
class ApiKeyOrder:
    name: Direction
    created_at: Direction
    last_used_at: Direction


def search_members(rows: QuerySet, text: str) -> QuerySet:
    """Members by name or e-mail address."""
    return rows.filter(Q(user__name__icontains=text) | Q(user__email__icontains=text))


def search_keys(rows: QuerySet, text: str) -> QuerySet:
    """Keys by name, or by how they begin."""
    return rows.filter(Q(name__icontains=text) | Q(prefix__startswith=text))
