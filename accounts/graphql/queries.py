"""What can be read of the ground floor, and any object by its id."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import strawberry
from django.db.models import Model

from accounts import tenancy
from accounts.errors import Invalid, LimitExceeded
from accounts.graphql import limits, selection
from accounts.graphql.connections import connection
from accounts.graphql.context import Info
from accounts.graphql.ids import read_id
from accounts.graphql.nodes import NODES, Node, rows_of
from accounts.graphql.relations import any_node
from accounts.graphql.types import ApiKeyNode, MemberNode, Tenant, Viewer, ViewerKind

Ids = Annotated[list[strawberry.ID], strawberry.argument(description="The objects' ids.")]


def _found(ids: Sequence[str], info: Info) -> list[Model | None]:
    """The objects with these ids, in their order; one statement for each type."""
    asked = [read_id(each) for each in ids]
    keys: dict[str, set[UUID]] = defaultdict(set)
    for name, key in asked:
        if name not in NODES:
            raise Invalid("This is no id.")
        keys[name].add(key)
    rows = {
        (name, row.pk): row
        for name, wanted in keys.items()
        for row in rows_of(NODES[name], info.context, selection.of_row(info)).filter(pk__in=wanted)
    }
    return [rows.get(each) for each in asked]


@strawberry.type
class AccountsQuery:
    members = connection(MemberNode, description="Who belongs to the tenant, or did.")
    api_keys = connection(ApiKeyNode, description="The tenant's keys for programs.")
    node = any_node(description="Any object by its id; null where there is none that the actor may see.")

    @strawberry.field(description="Who is asking.")
    def viewer(self, info: Info) -> Viewer:
        """The actor."""
        actor, here = info.context.actor, tenancy.tenant()
        return Viewer(
            kind=ViewerKind(actor.kind),
            label=actor.label,
            role=actor.role,
            permissions=sorted(actor.permissions),
            tenant=Tenant(name=here.name, time_zone=here.time_zone, currency=here.currency),
        )

    @strawberry.field(description="Any objects by their ids, in their order; at most 100.")
    def nodes(self, info: Info, ids: Ids) -> list[Node | None]:
        """Several objects."""
        if len(ids) > limits.LIST_MOST:
            raise LimitExceeded(f"At most {limits.LIST_MOST} ids.")
        return _found(ids, info)  # type: ignore[return-value]
