"""The standing of endpoints: failing, asked to wait, disabled."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
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


def hold(outcomes: Sequence[Outcome]) -> None:
    """Lock the endpoints of a batch, in their order: whoever locks both locks endpoints before deliveries."""
    endpoints = {outcome.message.endpoint_id for outcome in outcomes}
    rows = WebhookEndpoint.objects.select_for_update(no_key=True).filter(pk__in=endpoints).order_by("pk")
    list(rows.values_list("pk"))


@transaction.atomic
def judge(outcomes: Sequence[Outcome], *, now: datetime) -> set[UUID]:
    """Note what a batch of outcomes says of its endpoints, which are held; gives those that are to rest."""
    answers: dict[UUID, list[Answer]] = defaultdict(list)
    for outcome in outcomes:
        answers[outcome.message.endpoint_id].append(outcome.answer)
    well = {endpoint for endpoint, given in answers.items() if all(answer.is_accepted for answer in given)}
    WebhookEndpoint.objects.filter(pk__in=well).exclude(failing_since=None).update(failing_since=None)
    unwell = WebhookEndpoint.objects.filter(pk__in=answers.keys() - well).order_by("pk")
    return {endpoint.pk for endpoint in unwell if _must_rest(endpoint, answers[endpoint.pk], now)}


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
