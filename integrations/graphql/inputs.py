"""What the mutations of webhooks take."""

from datetime import datetime

import strawberry
from strawberry import UNSET

from accounts.graphql.arguments import said
from integrations.models import WebhookEndpoint
from integrations.webhooks import EndpointDraft


@strawberry.input(description="A new endpoint.")
class WebhookEndpointCreateInput:
    url: str = strawberry.field(description="Where messages are posted; https.")
    event_names: list[str] = strawberry.field(description="The events it is told of; see `eventKinds`.")
    description: str = strawberry.field(default="", description="What it is for; at most 200 characters.")

    def draft(self) -> EndpointDraft:
        """What it asks for, in the verb's words."""
        return EndpointDraft(url=self.url, event_names=self.event_names, description=self.description)


@strawberry.input(description="Changes to an endpoint. What is left out stays.")
class WebhookEndpointUpdateInput:
    id: strawberry.ID = strawberry.field(description="Its id.")
    url: str | None = strawberry.field(default=UNSET, description="Where messages are posted.")
    event_names: list[str] | None = strawberry.field(default=UNSET, description="The events it is told of.")
    description: str | None = strawberry.field(default=UNSET, description="What it is for.")

    def draft(self, now: WebhookEndpoint) -> EndpointDraft:
        """The endpoint as it is to be, from how it is now."""
        said_of = said(self, "url", "description") | said(self, "event_names", empty=[])
        return EndpointDraft(
            url=said_of.get("url", now.url),
            event_names=said_of.get("event_names", now.event_names),
            description=said_of.get("description", now.description),
        )


@strawberry.input(description="An endpoint.")
class WebhookEndpointInput:
    id: strawberry.ID = strawberry.field(description="Its id.")


@strawberry.input(description="A new secret for an endpoint.")
class WebhookEndpointRotateSecretInput:
    id: strawberry.ID = strawberry.field(description="Its id.")
    overlap_hours: int = strawberry.field(
        default=24,
        description="For how many hours messages are signed with the old secret, too; at most 168.",
    )


@strawberry.input(description="What an endpoint is to hear once more.")
class WebhookEndpointReplayInput:
    id: strawberry.ID = strawberry.field(description="Its id.")
    since: datetime = strawberry.field(description="Events that were written down then or later.")
    until: datetime = strawberry.field(description="Events that were written down before then.")


@strawberry.input(description="The delivery to send once more.")
class DeliveryReplayInput:
    id: strawberry.ID = strawberry.field(description="Its id.")
