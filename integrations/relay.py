"""The relay: from the outbox to listeners and endpoints, at least once.

Planning writes one row per event and listener and one per event and endpoint. Telling claims such rows in
batches; a listener's effects and its tick are one transaction, and a listener that fails steps aside without
stopping the others.
"""

import logging
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from accounts.events import Envelope, causing, handlers_of
from integrations import schedule
from integrations.events import EndpointTested
from integrations.models import Delivery, OutboxEvent, Telling, WebhookEndpoint

logger = logging.getLogger(__name__)

PLAN_BATCH = 1_000
PLANNED_BY = ("id", "name", "company_id", "person_id", "data", "is_backfilled")
TELL_BATCH = 50
BUDGET_SECONDS = 60

ONE_PLANNER = "SELECT pg_advisory_xact_lock(hashtextextended('integrations.relay ' || current_schema(), 0))"
"""Of each tenant, for the length of a transaction: a customer's events are numbered in one order."""

NUMBER = """
    INSERT INTO integrations_customersequence AS known (customer_id, last)
    SELECT customer, count(*) FROM unnest(%s::uuid[]) AS customer GROUP BY customer ORDER BY customer
    ON CONFLICT (customer_id) DO UPDATE SET last = known.last + excluded.last
    RETURNING customer_id, last
"""
TICK = """
    UPDATE integrations_outboxevent AS event SET planned_at = %s, sequence = numbered.sequence
    FROM unnest(%s::uuid[], %s::bigint[]) AS numbered (id, sequence) WHERE event.id = numbered.id
"""


class Planned(NamedTuple):
    """How much was written down to be done."""

    events: int
    tellings: int
    deliveries: int


class Told(NamedTuple):
    """What became of a run of tellings."""

    told: int
    failed: int
    is_unfinished: bool


def plan() -> Planned:
    """Write down who is to hear of every new event."""
    events = tellings = deliveries = 0
    while True:
        batch = _plan_batch()
        events, tellings, deliveries = (
            events + batch.events,
            tellings + batch.tellings,
            deliveries + batch.deliveries,
        )
        if batch.events < PLAN_BATCH:
            return Planned(events, tellings, deliveries)


@transaction.atomic
def _plan_batch() -> Planned:
    with connection.cursor() as cursor:
        cursor.execute(ONE_PLANNER)
    events = list(OutboxEvent.objects.unplanned().only(*PLANNED_BY)[:PLAN_BATCH])
    if not events:
        return Planned(0, 0, 0)
    tellings = [Telling(event=event, listener=key) for event in events for key in handlers_of(event.name)]
    endpoints = list(WebhookEndpoint.objects.enabled().only("id", "event_names"))
    deliveries = [
        Delivery(event=event, endpoint=endpoint)
        for event in events
        for endpoint in _hearing(event, endpoints)
    ]
    Telling.objects.bulk_create(tellings, ignore_conflicts=True)
    Delivery.objects.bulk_create(deliveries, ignore_conflicts=True)
    _number(events)
    return Planned(len(events), len(tellings), len(deliveries))


def _hearing(event: OutboxEvent, endpoints: Sequence[WebhookEndpoint]) -> list[WebhookEndpoint]:
    """The endpoints that are to hear of an event: those that chose it; of a test, the one that is tested.

    What is brought in as history is no news: who wants it asks for it to be replayed.
    """
    if event.is_backfilled:
        return []
    if event.name == EndpointTested.name:
        return [endpoint for endpoint in endpoints if str(endpoint.pk) == event.data["endpoint_id"]]
    return [endpoint for endpoint in endpoints if event.name in endpoint.event_names]


def _number(events: Sequence[OutboxEvent]) -> None:
    """Give each customer's events the next numbers, in the order they were said, and tick them."""
    customers = [event.customer_id for event in events if event.customer_id]
    counts = Counter(customers)
    with connection.cursor() as cursor:
        following: dict[UUID, int] = {}
        if customers:
            cursor.execute(NUMBER, [customers])
            following = {customer: last - counts[customer] for customer, last in cursor.fetchall()}
        numbers: list[int | None] = []
        for event in events:
            customer = event.customer_id
            if customer:
                following[customer] += 1
            numbers.append(following[customer] if customer else None)
        cursor.execute(TICK, [timezone.now(), [event.pk for event in events], numbers])


def tell(*, now: datetime | None = None) -> Told:
    """Tell listeners what is due, batch after batch, for as long as a task may reasonably last."""
    told = failed = 0
    until = time.monotonic() + BUDGET_SECONDS
    while time.monotonic() < until:
        batch = _tell_batch(now or timezone.now())
        told, failed = told + batch.told, failed + batch.failed
        if not batch.is_unfinished:
            return Told(told, failed, is_unfinished=False)
    return Told(told, failed, is_unfinished=True)


@transaction.atomic
def _tell_batch(now: datetime) -> Told:
    """Claim some tellings that nobody else has, and tell them in the order of their customers.

    That order is the same in every relay, so two of them seldom wait for each other's rows.
    """
    claimed = list(
        Telling.objects.due(now)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("event")
        .order_by("due_at", "id")[:TELL_BATCH]
    )
    claimed.sort(key=lambda telling: (str(telling.event.customer_id), telling.event_id, telling.listener))
    failed = [telling for telling in claimed if not _is_told(telling, now)]
    told = {telling.pk for telling in claimed} - {telling.pk for telling in failed}
    Telling.objects.filter(pk__in=told).update(told_at=timezone.now(), error="")
    Telling.objects.bulk_update(failed, ["attempts", "due_at", "error"])
    return Told(len(told), len(failed), is_unfinished=len(claimed) == TELL_BATCH)


def _is_told(telling: Telling, now: datetime) -> bool:
    """Let a listener hear of an event; what it did is undone if it fails."""
    handle = handlers_of(telling.event.name).get(telling.listener)
    if handle is None:  # it left with a release
        return True
    try:
        with transaction.atomic(), causing(telling.event_id):
            handle(_envelope(telling.event))
    except Exception as failure:  # one bad listener must not stop the post
        telling.attempts += 1
        telling.due_at = now + schedule.telling_delay(telling.attempts)
        telling.error = type(failure).__name__  # its text may quote what customers wrote
        logger.exception(
            "A listener failed.",
            extra={
                "event": str(telling.event_id),
                "listener": telling.listener,
                "attempts": telling.attempts,
            },
        )
        return False
    return True


def _envelope(event: OutboxEvent) -> Envelope:
    return Envelope(
        id=event.pk,
        name=event.name,
        version=event.version,
        occurred_at=event.occurred_at,
        actor_kind=event.actor_kind,
        actor_id=event.actor_id,
        actor_label=event.actor_label,
        data=event.data,
        caused_by=event.caused_by,
    )
