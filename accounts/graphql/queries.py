"""What can be read of the ground floor, and any object by its id."""

import strawberry

from accounts import tenancy
from accounts.graphql.connections import connection
from accounts.graphql.context import Info
from accounts.graphql.relations import any_node, any_nodes
from accounts.graphql.types import ApiKeyNode, MemberNode, Tenant, Viewer, ViewerKind


@strawberry.type
class AccountsQuery:
    members = connection(MemberNode, description="Who belongs to the tenant, or did.")
    api_keys = connection(ApiKeyNode, description="The tenant's keys for programs.")
    node = any_node(description="Any object by its id; null where there is none that the actor may see.")
    nodes = any_nodes(description="Any objects by their ids, in their order; at most 100.")

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
