"""Webhook endpoints, deliveries and the audit trail in the graph."""

import strawberry
from django.db.models import F, TextField
from django.db.models.functions import Cast
from strawberry import auto

from accounts.graphql.connections import connection, listing
from accounts.graphql.extend import extend
from accounts.graphql.nodes import Node, blank_is_null, column, computed, node
from accounts.graphql.relations import one
from accounts.graphql.scalars import JSON
from accounts.graphql.types import UserNode
from integrations import models
from integrations.graphql import filters
from integrations.graphql.vocabulary import DeliveryStatus, DisabledReason
from journeys.graphql.types import CompanyNode, PersonNode


@node(
    models.WebhookEndpoint,
    filters=filters.WebhookEndpointFilter,
    ordering=filters.WebhookEndpointOrder,
    search=filters.search_endpoints,
)
class WebhookEndpointNode(Node):
    url: auto
    description: auto
    event_names: list[str]
    is_enabled: auto
    disabled_reason: DisabledReason | None = blank_is_null()
    disabled_at: auto = column("When it was switched off.")
    failing_since: auto
    paused_until: auto
    previous_secret_until: auto
    created_at: auto
    updated_at: auto = column("When it last changed.")
    created_by: UserNode | None = one(UserNode, "created_by_id", description="The member who made it.")


@node(models.DeliveryAttempt, in_order=("-id",))
class DeliveryAttemptNode(Node):
    attempted_at: auto = column("When it was tried.")
    status_code: auto
    duration_ms: auto
    error: auto
    response_excerpt: auto


@node(
    models.OutboxEvent,
    filters=filters.AuditEventFilter,
    ordering=filters.AuditEventOrder,
    search=filters.search_audit,
    in_order=("-created_at", "-id"),
)
class AuditEventNode(Node):
    name: auto
    version: auto
    occurred_at: auto
    created_at: auto
    actor_kind: auto
    actor_label: auto
    origin: auto
    data: JSON
    company: CompanyNode | None = one(CompanyNode, "company_id", description="The company it concerns.")
    person: PersonNode | None = one(PersonNode, "person_id", description="The person it concerns.")


@node(
    models.Delivery,
    filters=filters.DeliveryFilter,
    ordering=filters.DeliveryOrder,
    search=filters.search_deliveries,
    in_order=("-id",),
)
class DeliveryNode(Node):
    status: DeliveryStatus = column("What became of it.")
    attempt_count: int = column("How often it was tried.", "attempts")
    due_at: auto
    delivered_at: auto = column("When the endpoint accepted it.")
    created_at: auto
    message_id: str = computed(
        Cast("event_id", TextField()), "The `webhook-id` it is sent under; the same over all attempts."
    )
    event_name: str = computed(F("event__name"), "What it tells of.")
    endpoint: WebhookEndpointNode | None = one(
        WebhookEndpointNode, "endpoint_id", description="Where it goes."
    )
    event: AuditEventNode | None = one(
        AuditEventNode,
        "event_id",
        description="What it tells of; null for those who may not see the audit trail.",
    )
    attempts: list[DeliveryAttemptNode] = listing(
        DeliveryAttemptNode, by="delivery", description="Every attempt, the latest first."
    )


extend(
    WebhookEndpointNode,
    deliveries=connection(DeliveryNode, by="endpoint", description="What went to it, the latest first."),
)


@strawberry.type(description="A kind of event that an endpoint may choose.")
class EventKind:
    name: str = strawberry.field(description="Its name: `app.noun_past_tense`.")
    version: int = strawberry.field(description="The version of its payload.")
    description: str = strawberry.field(description="What it means.")
    schema: JSON = strawberry.field(description="The JSON Schema of its message.")
    example: JSON = strawberry.field(description="A message.")
