"""Webhook endpoints: made, changed, tested, and told once more of what they missed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.actor import Actor
from accounts.errors import Conflict, Invalid, LimitExceeded, NotFound
from accounts.events import catalogue, emit
from accounts.permissions import Permission
from integrations import egress, secrets, signing, standing
from integrations.events import (
    DeliveriesReplayed,
    EndpointCreated,
    EndpointDeleted,
    EndpointEnabled,
    EndpointSecretRotated,
    EndpointTested,
    EndpointUpdated,
)
from integrations.models import Delivery, DisabledReason, OutboxEvent, WebhookEndpoint

MOST_ENDPOINTS = 50
OVERLAP_HOURS = 24
MOST_OVERLAP_HOURS = 7 * 24
MOST_REPLAYED = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointDraft:
    """What an endpoint is to be."""

    url: str
    event_names: Sequence[str]
    description: str = ""


class Keyed(NamedTuple):
    """An endpoint, and the only sight of its new secret."""

    endpoint: WebhookEndpoint
    secret: str


def find(endpoint_id: UUID, *, by: Actor) -> WebhookEndpoint:
    """The endpoint with this id, if the actor may see it."""
    endpoint = WebhookEndpoint.objects.visible_to(by).filter(pk=endpoint_id).first()
    if endpoint is None:
        raise NotFound("There is no such endpoint.", field="id")
    return endpoint


def find_delivery(delivery_id: UUID, *, by: Actor) -> Delivery:
    """The delivery with this id, if the actor may see it."""
    delivery = Delivery.objects.visible_to(by).select_related("endpoint").filter(pk=delivery_id).first()
    if delivery is None:
        raise NotFound("There is no such delivery.", field="id")
    return delivery


@transaction.atomic
def create(draft: EndpointDraft, *, by: Actor) -> Keyed:
    """Make an endpoint; its signing secret is shown this once."""
    by.require(Permission.MANAGE_WEBHOOKS)
    _check(draft)
    if WebhookEndpoint.objects.count() >= MOST_ENDPOINTS:
        raise LimitExceeded(f"There can be {MOST_ENDPOINTS} endpoints at most.")
    secret = signing.new_secret()
    endpoint = WebhookEndpoint.objects.create(
        url=draft.url,
        description=draft.description,
        event_names=sorted(set(draft.event_names)),
        sealed_secret=secrets.seal(secret),
        created_by_id=by.id if by.kind == "user" else None,
    )
    emit(EndpointCreated(endpoint_id=endpoint.pk, event_names=endpoint.event_names), by=by)
    return Keyed(endpoint, secret)


@transaction.atomic
def update(endpoint: WebhookEndpoint, draft: EndpointDraft, *, by: Actor) -> WebhookEndpoint:
    """Change an endpoint's address, choice of events or description."""
    by.require(Permission.MANAGE_WEBHOOKS)
    _check(draft)
    locked = _lock(endpoint)
    wanted = {
        "url": draft.url,
        "event_names": sorted(set(draft.event_names)),
        "description": draft.description,
    }
    changed = [field for field, value in wanted.items() if getattr(locked, field) != value]
    if not changed:
        return locked
    for field in changed:
        setattr(locked, field, wanted[field])
    locked.updated_at = timezone.now()
    locked.save(update_fields=[*changed, "updated_at"])
    emit(EndpointUpdated(endpoint_id=locked.pk, changed=changed), by=by)
    return locked


@transaction.atomic
def rotate_secret(endpoint: WebhookEndpoint, *, overlap_hours: int = OVERLAP_HOURS, by: Actor) -> Keyed:
    """Give an endpoint a new secret; messages are signed with both until the overlap is over.

    A second rotation within the overlap would drop the secret that receivers still know: only one without any
    overlap does so, for a secret that has leaked.
    """
    by.require(Permission.MANAGE_WEBHOOKS)
    if not 0 <= overlap_hours <= MOST_OVERLAP_HOURS:
        raise Invalid(f"Secrets overlap for 0 to {MOST_OVERLAP_HOURS} hours.", field="overlap_hours")
    locked, secret = _lock(endpoint), signing.new_secret()
    if overlap_hours and locked.previous_secret_until and locked.previous_secret_until > timezone.now():
        raise Conflict(
            "Two secrets sign already: wait, or rotate without any overlap.", field="overlap_hours"
        )
    locked.sealed_previous_secret = locked.sealed_secret
    locked.sealed_secret = secrets.seal(secret)
    locked.previous_secret_until = locked.updated_at = timezone.now()
    locked.previous_secret_until += timedelta(hours=overlap_hours)
    locked.save(
        update_fields=["sealed_previous_secret", "sealed_secret", "previous_secret_until", "updated_at"],
    )
    emit(EndpointSecretRotated(endpoint_id=locked.pk, previous_until=locked.previous_secret_until), by=by)
    return Keyed(locked, secret)


@transaction.atomic
def disable(endpoint: WebhookEndpoint, *, by: Actor) -> WebhookEndpoint:
    """Switch an endpoint off; what is pending to it is given up, and can be replayed."""
    by.require(Permission.MANAGE_WEBHOOKS)
    locked = _lock(endpoint)
    if not locked.is_enabled:
        raise Conflict("This endpoint is disabled already.", field="id")
    standing.switch_off(locked, DisabledReason.BY_HAND, by=by)
    return locked


@transaction.atomic
def enable(endpoint: WebhookEndpoint, *, by: Actor) -> WebhookEndpoint:
    """Switch an endpoint on again, with a clean slate; what it missed can be replayed."""
    by.require(Permission.MANAGE_WEBHOOKS)
    locked = _lock(endpoint)
    if locked.is_enabled:
        raise Conflict("This endpoint is enabled already.", field="id")
    locked.is_enabled, locked.disabled_reason = True, DisabledReason.NONE
    locked.disabled_at = locked.failing_since = locked.paused_until = None
    locked.updated_at = timezone.now()
    locked.save()
    emit(EndpointEnabled(endpoint_id=locked.pk), by=by)
    return locked


@transaction.atomic
def delete(endpoint: WebhookEndpoint, *, by: Actor) -> None:
    """Remove an endpoint and the log of its deliveries; the audit trail stays."""
    by.require(Permission.MANAGE_WEBHOOKS)
    locked = _lock(endpoint, to_delete=True)
    emit(EndpointDeleted(endpoint_id=locked.pk), by=by)
    locked.delete()


@transaction.atomic
def test(endpoint: WebhookEndpoint, *, by: Actor) -> None:
    """Send a test message to an endpoint, by the road that every message takes."""
    by.require(Permission.MANAGE_WEBHOOKS)
    if not _lock(endpoint).is_enabled:
        raise Conflict("This endpoint is disabled.", field="id")
    emit(EndpointTested(endpoint_id=endpoint.pk), by=by)


@transaction.atomic
def replay(delivery: Delivery, *, by: Actor) -> Delivery:
    """Send one event to its endpoint once more, under the same message id."""
    by.require(Permission.MANAGE_WEBHOOKS)
    if not _lock(delivery.endpoint).is_enabled:
        raise Conflict("This endpoint is disabled.", field="id")
    _queue(delivery.endpoint, [delivery.event_id])
    emit(DeliveriesReplayed(endpoint_id=delivery.endpoint_id, count=1), by=by)
    delivery.refresh_from_db()
    return delivery


@transaction.atomic
def replay_range(endpoint: WebhookEndpoint, since: datetime, until: datetime, *, by: Actor) -> int:
    """Send an endpoint every event it chose that was written down in a range, also those it never got."""
    by.require(Permission.MANAGE_WEBHOOKS)
    locked = _lock(endpoint)
    if not locked.is_enabled:
        raise Conflict("This endpoint is disabled.", field="id")
    if since >= until:
        raise Invalid("The range ends before it begins.", field="until")
    chosen = (
        OutboxEvent.objects.between(since, until).filter(name__in=locked.event_names).exclude(planned_at=None)
    )
    events = list(chosen.order_by("id").values_list("id", flat=True)[: MOST_REPLAYED + 1])
    if len(events) > MOST_REPLAYED:
        raise LimitExceeded(
            f"More than {MOST_REPLAYED:,} events at once: choose a shorter range.", field="since"
        )
    _queue(locked, events)
    emit(DeliveriesReplayed(endpoint_id=locked.pk, count=len(events)), by=by)
    return len(events)


def _queue(endpoint: WebhookEndpoint, events: Sequence[UUID]) -> None:
    """Make deliveries due now, as if they had never been tried; the log of attempts stays."""
    Delivery.objects.bulk_create(
        [Delivery(endpoint=endpoint, event_id=event) for event in events],
        update_conflicts=True,
        unique_fields=["endpoint", "event"],
        update_fields=["status", "attempts", "due_at", "delivered_at"],
        batch_size=5_000,
    )


def _lock(endpoint: WebhookEndpoint, *, to_delete: bool = False) -> WebhookEndpoint:
    """Hold an endpoint; deliveries to it may be planned meanwhile, unless it is to be deleted."""
    locked = WebhookEndpoint.objects.select_for_update(no_key=not to_delete).filter(pk=endpoint.pk).first()
    if locked is None:
        raise NotFound("There is no such endpoint.", field="id")
    return locked


def _check(draft: EndpointDraft) -> None:
    egress.check(draft.url, egress.policy())
    if len(draft.description) > 200 or "\0" in draft.description:
        raise Invalid("A description is at most 200 characters.", field="description")
    if not draft.event_names:
        raise Invalid("Choose at least one event.", field="event_names")
    known = {name for name, kind in catalogue().items() if kind.public}
    if unknown := set(draft.event_names) - known:
        raise Invalid(f"There is no public event “{min(unknown)[:120]}”.", field="event_names")
