"""The schema: every app's queries and mutations as one graph."""

import strawberry
from strawberry.schema.config import StrawberryConfig

from accounts.graphql.changes import AccountsMutation
from accounts.graphql.engine import Engine
from accounts.graphql.mutations import merged
from accounts.graphql.nodes import NODES
from accounts.graphql.queries import AccountsQuery
from accounts.graphql.scalars import SCALARS

schema = strawberry.Schema(
    query=merged("Query", AccountsQuery),
    mutation=merged("Mutation", AccountsMutation),
    types=NODES.values(),
    config=StrawberryConfig(scalar_map=SCALARS),
)
engine = Engine(schema)
