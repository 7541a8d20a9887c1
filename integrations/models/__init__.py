"""The outbox, webhook endpoints and their deliveries."""

from integrations.models.deliveries import Delivery, DeliveryAttempt, DeliveryStatus
from integrations.models.endpoints import DisabledReason, WebhookEndpoint
from integrations.models.outbox import CustomerSequence, OutboxEvent, Telling

__all__ = [
    "CustomerSequence",
    "Delivery",
    "DeliveryAttempt",
    "DeliveryStatus",
    "DisabledReason",
    "OutboxEvent",
    "Telling",
    "WebhookEndpoint",
]
