"""The standing of endpoints: failing, asked to wait, disabled."""

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from accounts.actor import Actor
from accounts.events import emit
from integrations import schedule
from integrations.courier import Outcome
from integrations.egress import Answer
from integrations.events import EndpointDisabled
from integrations.models import Delivery, DeliveryStatus, DisabledReason, WebhookEndpoint

PATIENCE = timedelta(days=5)
"""An endpoint that only failed for so long is disabled."""

HOLDING = """
    SELECT id::text, failing_since FROM integrations_webhookendpoint
    WHERE id = ANY (%(endpoints)s::uuid[]) ORDER BY id FOR NO KEY UPDATE
"""

type Held = Mapping[str, datetime | None]
"""Endpoints whose rows are locked, and since when they have been failing."""


def hold(outcomes: Sequence[Outcome]) -> Held:
    """Lock the endpoints of a batch, in their order: whoever locks both locks endpoints before deliveries."""
    endpoints = list({outcome.message.endpoint_id for outcome in outcomes})
    with connection.cursor() as cursor:
        cursor.execute(HOLDING, {"endpoints": endpoints})
        return dict(cursor.fetchall())


def judge(outcomes: Sequence[Outcome], held: Held, *, now: datetime) -> set[str]:
    """Note what a batch of outcomes says of its endpoints, which are held; gives those that are to rest."""
    well = {outcome.message.endpoint_id for outcome in outcomes}
    unwell = {outcome.message.endpoint_id for outcome in outcomes if not outcome.answer.is_accepted}
    if got_over := [endpoint for endpoint in well - unwell if held.get(endpoint)]:
        WebhookEndpoint.objects.filter(pk__in=got_over).update(failing_since=None)
    return _resting(outcomes, unwell, now) if unwell else set()


def _resting(outcomes: Sequence[Outcome], unwell: Set[str], now: datetime) -> set[str]:
    """Write down how endpoints are that refused something; gives those that are to get nothing for now."""
    answers: dict[str, list[Answer]] = defaultdict(list)
    for outcome in outcomes:
        answers[outcome.message.endpoint_id].append(outcome.answer)
    endpoints = WebhookEndpoint.objects.filter(pk__in=unwell).order_by("pk")
    return {
        str(endpoint.pk) for endpoint in endpoints if _must_rest(endpoint, answers[str(endpoint.pk)], now)
    }


def _must_rest(endpoint: WebhookEndpoint, answers: Sequence[Answer], now: datetime) -> bool:
    """Write down how an endpoint is that refused something; says whether it is to get nothing for now."""
    if any(answer.is_accepted for answer in answers):
        endpoint.failing_since = None
    else:
        endpoint.failing_since = endpoint.failing_since or now
    pauses = [schedule.pause_asked(answer.status, answer.retry_after, now) for answer in answers]
    asked = max((pause for pause in pauses if pause), default=None)
    endpoint.paused_until = asked or endpoint.paused_until
    endpoint.save(update_fields=["failing_since", "paused_until"])
    if endpoint.is_enabled and any(answer.status == schedule.GONE for answer in answers):
        switch_off(endpoint, DisabledReason.GONE, by=Actor.system("webhooks"))
    elif endpoint.is_enabled and endpoint.failing_since and now - endpoint.failing_since >= PATIENCE:
        switch_off(endpoint, DisabledReason.FAILING, by=Actor.system("webhooks"))
    return not endpoint.is_enabled or asked is not None


def switch_off(endpoint: WebhookEndpoint, reason: DisabledReason, *, by: Actor) -> None:
    """Disable a locked endpoint, give up what is pending to it, and say so."""
    endpoint.is_enabled = False
    endpoint.disabled_reason = reason
    endpoint.disabled_at = endpoint.updated_at = timezone.now()
    endpoint.save(update_fields=["is_enabled", "disabled_reason", "disabled_at", "updated_at"])
    Delivery.objects.filter(endpoint=endpoint).pending().update(status=DeliveryStatus.FAILED)
    emit(EndpointDisabled(endpoint_id=endpoint.pk, reason=reason.value), by=by)
