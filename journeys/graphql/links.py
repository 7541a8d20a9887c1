"""What hangs on people, companies and stages: the graph within the ground that both wings share."""

from django.db.models import Q, QuerySet

from accounts.graphql.connections import connection
from accounts.graphql.extend import extend
from accounts.graphql.lateral import PARENT
from journeys.graphql.types import (
    AffiliationNode,
    CompanyNode,
    EventNode,
    IdentityNode,
    PersonNode,
    StageNode,
    StageVisitNode,
)
from journeys.models import Identity


# Joined, not looked up: of the open affiliations of a person and a company there is one at most, so no row
# comes twice, and a page is read in the order of the index, no further than its end.
def _colleagues() -> Q:
    return Q(affiliations__company=PARENT, affiliations__until=None)


def _employers() -> Q:
    return Q(affiliations__person=PARENT, affiliations__until=None)


def _their_identities() -> QuerySet:
    return Identity.objects.filter(person=PARENT).order_by().values("pk")


extend(
    PersonNode,
    identities=connection(IdentityNode, by="person", description="By what we know them."),
    affiliations=connection(AffiliationNode, by="person", description="Where they belong, and did."),
    companies=connection(CompanyNode, where=_employers, description="The companies they belong to now."),
    events=connection(
        EventNode, by="identity", through=_their_identities, description="Their timeline, the latest first."
    ),
    visits=connection(StageVisitNode, by="person", description="The stages they went through."),
)
extend(
    CompanyNode,
    affiliations=connection(AffiliationNode, by="company", description="Who belongs to it, and did."),
    people=connection(PersonNode, where=_colleagues, description="Who belongs to it now."),
    events=connection(EventNode, by="company", description="Its timeline, the latest first."),
    visits=connection(StageVisitNode, by="company", description="The stages it went through."),
)
extend(
    IdentityNode,
    events=connection(EventNode, by="identity", description="What came with it, the latest first."),
)
extend(StageNode, visits=connection(StageVisitNode, by="stage", description="Who is in it, and was."))
