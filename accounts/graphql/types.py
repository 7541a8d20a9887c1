"""The ground floor in the graph: who asks, members, users and API keys."""

import enum
from typing import Self
from uuid import UUID

import strawberry
from django.db.models import QuerySet
from django.db.models.base import ModelState
from strawberry import auto

from accounts import tenancy
from accounts.graphql.context import Context
from accounts.graphql.extend import extend
from accounts.graphql.filters import (
    ApiKeyFilter,
    ApiKeyOrder,
    MemberFilter,
    MemberOrder,
    search_keys,
    search_members,
)
from accounts.graphql.nodes import Node, column, node
from accounts.graphql.relations import one
from accounts.graphql.vocabulary import KeyKind, Permission, Role
from accounts.models import ApiKey, Membership, User


def _known_users(rows: QuerySet, context: Context) -> QuerySet:
    """Colleagues, for those who may see them; everybody sees themselves."""
    actor = context.actor
    return rows if actor.may(Permission.SEE_MEMBERS) else rows.filter(pk=actor.id)


@node(User, rows=_known_users)
class UserNode(Node):
    name: str = column("What they are called.")
    email: str = column("Their e-mail address.")
    is_active: auto


@node(
    Membership,
    filters=MemberFilter,
    ordering=MemberOrder,
    search=search_members,
)
class MemberNode(Node):
    role: Role = column("What they may do.")
    created_at: auto = column("When they became one.")
    ended_at: auto = column("When they left; null while they belong to the tenant.")
    user: UserNode | None = one(UserNode, "user_id", description="The user.")


@node(
    ApiKey,
    filters=ApiKeyFilter,
    ordering=ApiKeyOrder,
    search=search_keys,
)
class ApiKeyNode(Node):
    name: auto
    kind: KeyKind = column("An API key, or the write key of a source.")
    prefix: auto
    source: auto
    scopes: list[Permission]
    is_trusted_documents_only: bool = column(
        "Whether it may ask trusted documents, and no others.", "trusted_documents_only"
    )
    created_at: auto = column("When it was issued.")
    expires_at: auto = column("When it stops working, if ever.")
    revoked_at: auto = column("When it was revoked.")
    last_used_at: auto = column("When it was last used, to five minutes.")
    created_by: UserNode | None = one(UserNode, "created_by_id", description="Who issued it.")


@strawberry.type(description="The business whose data this is.")
class Tenant:
    name: str = strawberry.field(description="Its name.")
    time_zone: str = strawberry.field(description="Days and months are cut in this IANA time zone.")
    currency: str = strawberry.field(description="ISO 4217 code of its home currency.")


@strawberry.enum(description="What sort of caller this is.")
class ViewerKind(enum.Enum):
    USER = strawberry.enum_value("user", description="A member, signed in.")
    KEY = strawberry.enum_value("key", description="A program, with an API key.")


@strawberry.type(description="Who is asking, and what they may do.")
class Viewer:
    kind: ViewerKind = strawberry.field(description="A member, or a program.")
    label: str = strawberry.field(description="The member's or the key's name.")
    role: Role | None = strawberry.field(description="A member's role.")
    permissions: list[Permission] = strawberry.field(description="What they may do.")
    tenant: Tenant = strawberry.field(description="Where they are.")

    user_id: strawberry.Private[UUID | None]

    _state = ModelState()  # as a row's that was not read with others

    @classmethod
    def of(cls, context: Context) -> Self:
        """The actor, where they are."""
        actor, here = context.actor, tenancy.tenant()
        return cls(
            kind=ViewerKind(actor.kind),
            label=actor.label,
            role=actor.role,
            permissions=sorted(actor.permissions),
            tenant=Tenant(name=here.name, time_zone=here.time_zone, currency=here.currency),
            user_id=actor.id if actor.kind == "user" else None,
        )


extend(Viewer, user=one(UserNode, "user_id", description="A member's user."))
