"""What can be changed of webhooks."""

from typing import Any

import strawberry

from accounts.graphql.context import Info
from accounts.graphql.mutating import mutation
from accounts.graphql.relations import seen
from accounts.tenancy import tenant
from accounts.waking import wake
from integrations import tasks, webhooks
from integrations.graphql import inputs
from integrations.graphql.types import DeliveryNode, WebhookEndpointNode
from integrations.models import Delivery, WebhookEndpoint

SHOWN_ONCE = "`secret` signs its messages, and is shown this once."


@strawberry.type
class IntegrationsMutation:
    @mutation(webhook_endpoint=WebhookEndpointNode, secret=str, description=f"Make an endpoint. {SHOWN_ONCE}")
    def webhook_endpoint_create(self, info: Info, input: inputs.WebhookEndpointCreateInput) -> dict[str, Any]:
        keyed = webhooks.create(input.draft(), by=info.context.actor)
        return {"webhook_endpoint": keyed.endpoint, "secret": keyed.secret}

    @mutation(webhook_endpoint=WebhookEndpointNode, description="Change an endpoint.")
    def webhook_endpoint_update(
        self, info: Info, input: inputs.WebhookEndpointUpdateInput
    ) -> WebhookEndpoint:
        endpoint = seen(WebhookEndpointNode, input.id, info)
        return webhooks.update(endpoint, input.draft(endpoint), by=info.context.actor)

    @mutation(
        webhook_endpoint=WebhookEndpointNode,
        secret=str,
        description=f"Give an endpoint a new secret. {SHOWN_ONCE}",
    )
    def webhook_endpoint_rotate_secret(
        self, info: Info, input: inputs.WebhookEndpointRotateSecretInput
    ) -> dict[str, Any]:
        endpoint = seen(WebhookEndpointNode, input.id, info)
        keyed = webhooks.rotate_secret(endpoint, overlap_hours=input.overlap_hours, by=info.context.actor)
        return {"webhook_endpoint": keyed.endpoint, "secret": keyed.secret}

    @mutation(
        webhook_endpoint=WebhookEndpointNode,
        description="Switch an endpoint off; what is pending is given up.",
    )
    def webhook_endpoint_disable(self, info: Info, input: inputs.WebhookEndpointInput) -> WebhookEndpoint:
        return webhooks.disable(seen(WebhookEndpointNode, input.id, info), by=info.context.actor)

    @mutation(webhook_endpoint=WebhookEndpointNode, description="Switch an endpoint on again.")
    def webhook_endpoint_enable(self, info: Info, input: inputs.WebhookEndpointInput) -> WebhookEndpoint:
        return webhooks.enable(seen(WebhookEndpointNode, input.id, info), by=info.context.actor)

    @mutation(deleted_id=strawberry.ID, description="Remove an endpoint and the log of its deliveries.")
    def webhook_endpoint_delete(self, info: Info, input: inputs.WebhookEndpointInput) -> str:
        webhooks.delete(seen(WebhookEndpointNode, input.id, info), by=info.context.actor)
        return input.id

    @mutation(webhook_endpoint=WebhookEndpointNode, description="Send an endpoint a test message.")
    def webhook_endpoint_test(self, info: Info, input: inputs.WebhookEndpointInput) -> WebhookEndpoint:
        endpoint: WebhookEndpoint = seen(WebhookEndpointNode, input.id, info)
        webhooks.test(endpoint, by=info.context.actor)
        return endpoint

    @mutation(
        webhook_endpoint=WebhookEndpointNode,
        queued_count=int,
        description="Send an endpoint every event it chose of a range, also those it never got.",
    )
    def webhook_endpoint_replay(self, info: Info, input: inputs.WebhookEndpointReplayInput) -> dict[str, Any]:
        endpoint = seen(WebhookEndpointNode, input.id, info)
        queued = webhooks.replay_range(endpoint, input.since, input.until, by=info.context.actor)
        wake(tasks.deliver_webhooks, schema=tenant().schema_name)
        return {"webhook_endpoint": endpoint, "queued_count": queued}

    @mutation(
        delivery=DeliveryNode, description="Send one event to its endpoint once more, under the same id."
    )
    def delivery_replay(self, info: Info, input: inputs.DeliveryReplayInput) -> Delivery:
        delivery = webhooks.replay(seen(DeliveryNode, input.id, info), by=info.context.actor)
        wake(tasks.deliver_webhooks, schema=tenant().schema_name)
        return delivery
