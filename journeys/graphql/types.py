"""People, companies, their timelines and stages in the graph."""

from django.db.models import QuerySet
from strawberry import auto

from accounts.graphql.money import money
from accounts.graphql.nodes import Node, node
from accounts.graphql.relations import one
from accounts.graphql.scalars import JSON, Money
from accounts.graphql.types import UserNode
from journeys import models
from journeys.graphql import filters
from journeys.graphql.vocabulary import AffiliationRole, IdentityKind, StageKind
from journeys.models.companies import CompanyQuerySet
from journeys.models.people import PersonQuerySet


@node(
    models.Person,
    filters=filters.PersonFilter,
    ordering=filters.PersonOrder,
    search=PersonQuerySet.matching,
)
class PersonNode(Node):
    name: auto
    email: auto
    phone: auto
    traits: JSON
    first_seen_at: auto
    last_seen_at: auto
    archived_at: auto
    created_at: auto
    updated_at: auto


@node(
    models.Company,
    filters=filters.CompanyFilter,
    ordering=filters.CompanyOrder,
    search=CompanyQuerySet.matching,
)
class CompanyNode(Node):
    name: auto
    domain: auto
    key: auto
    traits: JSON
    archived_at: auto
    created_at: auto
    updated_at: auto
    tier: auto
    recurring_revenue: Money | None = money("recurring_revenue", "currency")
    renewal_on: auto
    is_customer: auto
    owner: UserNode | None = one(UserNode, "owner_id", description="Who looks after its account.")


@node(models.Affiliation, filters=filters.AffiliationFilter, ordering=filters.AffiliationOrder)
class AffiliationNode(Node):
    role: AffiliationRole
    is_primary: auto
    since: auto
    until: auto
    created_at: auto
    person: PersonNode | None = one(PersonNode, "person_id", description="Who belongs to the company.")
    company: CompanyNode | None = one(CompanyNode, "company_id", description="Where they belong.")


def _identities_by_value(rows: QuerySet, text: str) -> QuerySet:
    return rows.filter(value__icontains=text)


@node(
    models.Identity,
    filters=filters.IdentityFilter,
    ordering=filters.IdentityOrder,
    search=_identities_by_value,
)
class IdentityNode(Node):
    kind: IdentityKind
    value: auto
    created_at: auto
    person: PersonNode | None = one(PersonNode, "person_id", description="Whose identifier it is.")


def _events_by_name(rows: QuerySet, text: str) -> QuerySet:
    return rows.filter(name__icontains=text)


@node(
    models.Event,
    filters=filters.EventFilter,
    ordering=filters.EventOrder,
    search=_events_by_name,
    in_order=("-occurred_at", "-id"),
)
class EventNode(Node):
    name: auto
    occurred_at: auto
    recorded_at: auto
    channel: auto
    source: auto
    key: auto
    value: auto
    properties: JSON
    is_backfilled: auto
    identity: IdentityNode | None = one(
        IdentityNode, "identity_id", description="The identifier of the person it came with."
    )
    company: CompanyNode | None = one(
        CompanyNode, "company_id", description="The company it was stamped with when it arrived."
    )


def _stages_by_title(rows: QuerySet, text: str) -> QuerySet:
    return rows.filter(title__icontains=text)


@node(
    models.Stage,
    filters=filters.StageFilter,
    ordering=filters.StageOrder,
    search=_stages_by_title,
    in_order=("position", "id"),
)
class StageNode(Node):
    key: auto
    title: auto
    position: auto
    kind: StageKind


@node(
    models.StageVisit,
    filters=filters.StageVisitFilter,
    ordering=filters.StageVisitOrder,
    in_order=("-entered_at", "-id"),
)
class StageVisitNode(Node):
    entered_at: auto
    left_at: auto
    stage: StageNode | None = one(StageNode, "stage_id", description="The stage.")
    person: PersonNode | None = one(PersonNode, "person_id", description="The person in it.")
    company: CompanyNode | None = one(CompanyNode, "company_id", description="The company in it.")
