"""By what people, companies, their timelines and stages are found and sorted."""

from typing import Annotated

import strawberry
from django.db.models import Q

from accounts.graphql.context import Context
from accounts.graphql.filtering import filters, on, where
from accounts.graphql.lookups import DateLookup, DecimalLookup, IdLookup, OneOf, TextLookup, TimeLookup
from accounts.graphql.ordering import Direction, orders
from accounts.graphql.scalars import JSON
from journeys.graphql.vocabulary import AffiliationRole, IdentityKind, StageKind
from journeys.models import Affiliation, Company, Event, Identity, Person, Stage, StageVisit


@strawberry.input(description="A trait and its value.")
class TraitMatch:
    name: str = strawberry.field(description="The trait's name.")
    equals: JSON = strawberry.field(description="The value it has.")

    def to_q(self, _: Context) -> Q:
        """Rows with just this."""
        return Q(traits__contains={self.name: self.equals})


@strawberry.input(description="An identifier by which we know somebody.")
class IdentityMatch:
    kind: IdentityKind = strawberry.field(description="What sort of identifier it is.")
    value: str = strawberry.field(description="The identifier itself.")


def _archived(value: bool, _: Context) -> Q:
    return Q(archived_at__isnull=not value)


def _works_at(lookup: IdLookup, context: Context) -> Q:
    open_ones = Affiliation.objects.visible_to(context.actor).open()
    return Q(pk__in=open_ones.filter(lookup.of("Company", "company_id")).values("person_id"))


def _known_as(given: IdentityMatch, context: Context) -> Q:
    return Q(pk__in=Person.objects.visible_to(context.actor).known_as(given.kind, given.value).values("pk"))


def _person_in_stage(key: str, context: Context) -> Q:
    return Q(pk__in=Person.objects.visible_to(context.actor).in_stage(key).values("pk"))


def _company_in_stage(key: str, context: Context) -> Q:
    return Q(pk__in=Company.objects.visible_to(context.actor).in_stage(key).values("pk"))


@filters(Person)
class PersonFilter:
    name: TextLookup
    email: TextLookup
    created_at: TimeLookup
    updated_at: TimeLookup
    first_seen_at: TimeLookup
    last_seen_at: TimeLookup
    is_archived: Annotated[bool, where(_archived, "Whether they were put away.")]
    company_id: Annotated[IdLookup, where(_works_at, "Where they belong now.")]
    identity: Annotated[IdentityMatch, where(_known_as, "The one who is known by this.")]
    stage_key: Annotated[str, where(_person_in_stage, "The key of the stage they are in now.")]
    trait: Annotated[TraitMatch, where(TraitMatch.to_q, "A trait they have.")]


@orders(Person)
class PersonOrder:
    name: Direction
    email: Direction
    created_at: Direction
    updated_at: Direction
    first_seen_at: Direction
    last_seen_at: Direction


@filters(Company)
class CompanyFilter:
    name: TextLookup
    domain: TextLookup
    key: TextLookup
    tier: TextLookup
    recurring_revenue: DecimalLookup
    renewal_on: DateLookup
    is_customer: bool
    created_at: TimeLookup
    updated_at: TimeLookup
    owner_id: Annotated[
        IdLookup, where(lambda lookup, _: lookup.of("User", "owner_id"), "Who looks after its account.")
    ]
    is_archived: Annotated[bool, where(_archived, "Whether it was put away.")]
    stage_key: Annotated[str, where(_company_in_stage, "The key of the stage it is in now.")]
    trait: Annotated[TraitMatch, where(TraitMatch.to_q, "A trait it has.")]


@orders(Company)
class CompanyOrder:
    name: Direction
    domain: Direction
    key: Direction
    tier: Direction
    recurring_revenue: Direction
    renewal_on: Direction
    created_at: Direction
    updated_at: Direction


@filters(Affiliation)
class AffiliationFilter:
    role: OneOf[AffiliationRole]
    is_primary: bool
    since: TimeLookup
    until: TimeLookup
    is_open: Annotated[bool, where(lambda value, _: Q(until__isnull=value), "Whether it holds now.")]


@orders(Affiliation)
class AffiliationOrder:
    since: Direction
    until: Direction
    created_at: Direction


@filters(Identity)
class IdentityFilter:
    kind: OneOf[IdentityKind]
    value: TextLookup


@orders(Identity)
class IdentityOrder:
    kind: Direction
    value: Direction
    created_at: Direction


@filters(Event)
class EventFilter:
    name: TextLookup
    occurred_at: TimeLookup
    recorded_at: TimeLookup
    channel: TextLookup
    source: TextLookup
    key: TextLookup
    value: DecimalLookup
    is_backfilled: bool


@orders(Event)
class EventOrder:
    occurred_at: Direction
    recorded_at: Direction


@filters(Stage)
class StageFilter:
    key: TextLookup
    title: TextLookup
    kind: OneOf[StageKind]


@orders(Stage)
class StageOrder:
    position: Direction
    title: Direction


@filters(StageVisit)
class StageVisitFilter:
    entered_at: TimeLookup
    left_at: TimeLookup
    stage_key: Annotated[TextLookup, on("stage__key")]
    is_open: Annotated[bool, where(lambda value, _: Q(left_at__isnull=value), "Whether they are in it now.")]


@orders(StageVisit)
class StageVisitOrder:
    entered_at: Direction
    left_at: Direction
