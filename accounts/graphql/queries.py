"""What can be read of the ground floor, and any object by its id."""

import strawberry

from accounts.graphql.connections import connection
from accounts.graphql.facts import fact
from accounts.graphql.relations import any_node, any_nodes
from accounts.graphql.types import ApiKeyNode, MemberNode, Viewer


@strawberry.type
class AccountsQuery:
    members = connection(MemberNode, description="Who belongs to the tenant, or did.")
    api_keys = connection(ApiKeyNode, description="The tenant's keys for programs.")
    node = any_node(description="Any object by its id; null where there is none that the actor may see.")
    nodes = any_nodes(description="Any objects by their ids, in their order; at most 100.")
    viewer = fact(Viewer, Viewer.of, description="Who is asking.")
