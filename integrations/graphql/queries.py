"""What can be read of webhooks and the audit trail."""

import strawberry

from accounts.graphql.connections import connection
from accounts.graphql.facts import fact
from accounts.graphql.relations import single
from integrations import catalogue
from integrations.graphql.types import AuditEventNode, DeliveryNode, EventKind, WebhookEndpointNode


@strawberry.type
class IntegrationsQuery:
    webhook_endpoint = single(WebhookEndpointNode, description="An endpoint.")
    webhook_endpoints = connection(WebhookEndpointNode, description="Where partners hear of events.")
    delivery = single(DeliveryNode, description="A delivery.")
    deliveries = connection(DeliveryNode, description="What went to endpoints, the latest first.")
    audit_events = connection(
        AuditEventNode, description="Who did what, when and from where, the latest first."
    )
    event_kinds = fact(
        list[EventKind],
        lambda _: [EventKind(**entry._asdict()) for entry in catalogue.public_events()],
        description="Every kind of event that an endpoint may choose.",
    )
