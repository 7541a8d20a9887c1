"""What can be read of people, companies and stages."""

import strawberry

from accounts.graphql.connections import connection
from accounts.graphql.relations import single
from journeys.graphql.types import CompanyNode, PersonNode, StageNode


@strawberry.type
class JourneysQuery:
    person = single(PersonNode, description="A person.")
    people = connection(PersonNode, description="The tenant's customers as people.")
    company = single(CompanyNode, description="A company.")
    companies = connection(CompanyNode, description="Prospects and customers as organisations.")
    stages = connection(StageNode, description="The steps of the journey, in their order.")
