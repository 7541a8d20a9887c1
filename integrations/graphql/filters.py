"""By what endpoints, deliveries and the audit trail are found and sorted."""

from typing import Annotated

from django.db.models import Q, QuerySet

from accounts.graphql.filtering import filters, on, where
from accounts.graphql.lookups import IdLookup, IntLookup, OneOf, TextLookup, TimeLookup
from accounts.graphql.ordering import Direction, orders
from integrations.graphql.vocabulary import DeliveryStatus, DisabledReason
from integrations.models import Delivery, OutboxEvent, WebhookEndpoint


@filters(WebhookEndpoint)
class WebhookEndpointFilter:
    url: TextLookup
    is_enabled: bool
    disabled_reason: OneOf[DisabledReason]
    created_at: TimeLookup
    event_name: Annotated[
        str, where(lambda name, _: Q(event_names__contains=[name]), "The name of an event it is told of.")
    ]


@orders(WebhookEndpoint)
class WebhookEndpointOrder:
    url: Direction
    created_at: Direction


@filters(Delivery)
class DeliveryFilter:
    status: Annotated[OneOf[DeliveryStatus], on("status", "What became of it.")]
    attempt_count: Annotated[IntLookup, on("attempts")]
    due_at: TimeLookup
    delivered_at: Annotated[TimeLookup, on("delivered_at", "When the endpoint accepted it.")]
    created_at: TimeLookup
    event_name: Annotated[TextLookup, on("event__name")]
    endpoint_id: Annotated[
        IdLookup, where(lambda given, _: given.of("WebhookEndpoint", "endpoint_id"), "Where it goes.")
    ]


@orders(Delivery)
class DeliveryOrder:
    created_at: Direction
    due_at: Direction
    delivered_at: Annotated[Direction, on("delivered_at", "When the endpoint accepted it.")]


@filters(OutboxEvent)
class AuditEventFilter:
    name: TextLookup
    occurred_at: TimeLookup
    created_at: TimeLookup
    actor_kind: TextLookup
    actor_label: TextLookup
    company_id: Annotated[
        IdLookup, where(lambda given, _: given.of("Company", "company_id"), "The company it concerns.")
    ]
    person_id: Annotated[
        IdLookup, where(lambda given, _: given.of("Person", "person_id"), "Whom it concerns.")
    ]


@orders(OutboxEvent)
class AuditEventOrder:
    created_at: Direction


def search_endpoints(rows: QuerySet, text: str) -> QuerySet:
    """Endpoints by address or description."""
    return rows.filter(Q(url__icontains=text) | Q(description__icontains=text))


def search_deliveries(rows: QuerySet, text: str) -> QuerySet:
    """Deliveries by the name of what is told."""
    return rows.filter(event__name__icontains=text)


def search_audit(rows: QuerySet, text: str) -> QuerySet:
    """The audit trail by what happened, or who did it."""
    return rows.filter(Q(name__icontains=text) | Q(actor_label__icontains=text))
