"""The schema: every app's queries and mutations as one graph."""

import strawberry
from django.conf import settings
from strawberry.schema.config import StrawberryConfig

from accounts.graphql.engine import Engine
from accounts.graphql.graphiql import tabs
from accounts.graphql.mutating import merged
from accounts.graphql.mutations import AccountsMutation
from accounts.graphql.nodes import NODES
from accounts.graphql.queries import AccountsQuery
from accounts.graphql.scalars import SCALARS
from accounts.graphql.trusted import TrustedDocumentsMutation, TrustedDocumentsQuery
from experience.graphql import links as experience_links
from experience.graphql.mutations import ExperienceMutation
from experience.graphql.queries import ExperienceQuery
from integrations.graphql.mutations import IntegrationsMutation
from integrations.graphql.queries import IntegrationsQuery
from journeys.graphql import links as journeys_links
from journeys.graphql.mutations import JourneysMutation
from journeys.graphql.queries import JourneysQuery
from success.graphql import links as success_links
from success.graphql.mutations import SuccessMutation
from success.graphql.queries import SuccessQuery

LINKS = [journeys_links, experience_links, success_links]
"""Rooms that add fields to types; named here because they must be there before the schema is."""

schema = strawberry.Schema(
    query=merged(
        "Query",
        AccountsQuery,
        TrustedDocumentsQuery,
        JourneysQuery,
        SuccessQuery,
        ExperienceQuery,
        IntegrationsQuery,
    ),
    mutation=merged(
        "Mutation",
        AccountsMutation,
        TrustedDocumentsMutation,
        JourneysMutation,
        SuccessMutation,
        ExperienceMutation,
        IntegrationsMutation,
    ),
    types=NODES.values(),
    config=StrawberryConfig(scalar_map=SCALARS),
)
engine = Engine(schema)
examples = tabs(settings.BASE_DIR / "config" / "examples")
