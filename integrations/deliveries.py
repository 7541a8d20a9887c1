"""Deliveries: leased by endpoint, sent many at once, recorded in one statement a batch.

A drain leases endpoints, commits, sends what is due to them, and records what came back. Nothing holds a
transaction open over the network. When a worker is killed its leases run out and another sends again: at
least once.
"""

import json
import logging
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from accounts.identifiers import uuid7_texts
from integrations import schedule, standing
from integrations.courier import IN_FLIGHT, Flight, Outcome, courier
from integrations.messages import Message, body_of, keys_at
from integrations.models import DeliveryStatus, WebhookEndpoint
from integrations.secrets import Unreadable
from journeys.storable import encoded

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
RENEW_SECONDS = 20
MOST_ENDPOINTS = 100
FEW = 10
"""Messages that a failing endpoint is tried with at a time, so that its timeouts do not take every place."""
ENOUGH = 500
PATIENCE_SECONDS = 0.2
BUDGET_SECONDS = 30

LEASING = """
    UPDATE integrations_webhookendpoint AS endpoint SET leased_until = %(until)s
    FROM (
        SELECT id FROM integrations_webhookendpoint AS candidate
        WHERE is_enabled AND (paused_until IS NULL OR paused_until <= %(now)s)
          AND (leased_until IS NULL OR leased_until <= %(now)s)
          AND EXISTS (SELECT 1 FROM integrations_delivery AS delivery
                      WHERE delivery.endpoint_id = candidate.id AND status = 'pending' AND due_at <= %(now)s)
        ORDER BY leased_until NULLS FIRST LIMIT %(most)s FOR UPDATE SKIP LOCKED
    ) AS free
    WHERE endpoint.id = free.id
    RETURNING endpoint.id::text, url, sealed_secret, sealed_previous_secret, previous_secret_until,
              failing_since
"""
TAKING = """
    SELECT due.id::text, due.endpoint_id::text, due.attempts,
           event.id::text, event.name, event.occurred_at, event.data, event.sequence
    FROM unnest(%(endpoints)s::uuid[], %(limits)s::int[]) AS held (id, most)
    JOIN integrations_webhookendpoint AS endpoint ON endpoint.id = held.id AND endpoint.is_enabled
        AND (endpoint.paused_until IS NULL OR endpoint.paused_until <= %(now)s)
    CROSS JOIN LATERAL (
        SELECT id, endpoint_id, event_id, attempts FROM integrations_delivery AS delivery
        WHERE delivery.endpoint_id = held.id AND status = 'pending' AND due_at <= %(now)s
          AND delivery.id <> ALL (%(carried)s::uuid[])
        ORDER BY due_at LIMIT held.most
    ) AS due
    JOIN integrations_outboxevent AS event ON event.id = due.event_id
    LIMIT %(room)s
"""
RECORDING = """
    WITH given AS (
        SELECT * FROM json_to_recordset(%(outcomes)s::json) AS outcome (
            delivery_id uuid, status text, due_at timestamptz, log_id uuid, attempted_at timestamptz,
            code int, duration int, error text, excerpt text
        )
    ), recorded AS (
        UPDATE integrations_delivery AS delivery
        SET status = given.status, attempts = delivery.attempts + 1,
            due_at = coalesce(given.due_at, delivery.due_at),
            delivered_at = CASE given.status WHEN 'delivered' THEN given.attempted_at END
        FROM given WHERE delivery.id = given.delivery_id AND delivery.status = 'pending'
        RETURNING delivery.id
    )
    INSERT INTO integrations_deliveryattempt
        (id, created_at, delivery_id, attempted_at, status_code, duration_ms, error, response_excerpt)
    SELECT log_id, %(now)s, delivery_id, attempted_at, code, duration,
           coalesce(error, ''), coalesce(excerpt, '')
    FROM given WHERE delivery_id IN (SELECT id FROM integrations_delivery) -- its endpoint may be deleted
"""


class Drained(NamedTuple):
    """What a drain came to."""

    attempted: int
    delivered: int
    is_unfinished: bool


@dataclass(frozen=True, slots=True)
class Held:
    """An endpoint that this drain alone is sending to."""

    url: str
    keys: tuple[bytes, ...]
    most: int


def drain(*, clock: Callable[[], datetime] = timezone.now) -> Drained:
    """Send what is due to the current tenant's endpoints, until nothing is or a task lasted long enough."""
    with courier().flight() as flight:
        run = Drain(flight, clock)
        is_unfinished = run.until(time.monotonic() + BUDGET_SECONDS)
    return Drained(run.attempted, run.delivered, is_unfinished)


@dataclass(slots=True)
class Drain:
    """One run over what is due to the current tenant's endpoints."""

    flight: Flight
    clock: Callable[[], datetime]
    held: dict[str, Held] = field(default_factory=dict)
    attempted: int = 0
    delivered: int = 0
    renewed: float = field(default_factory=time.monotonic)

    def until(self, end: float) -> bool:
        """Go on until nothing is under way; says whether the time was up before everything was sent."""
        while True:
            is_late = time.monotonic() > end
            if is_late:
                self.flight.halt(self.held)
            self._tend(has_room=not is_late and self.flight.size <= IN_FLIGHT - ENOUGH)
            if not self.flight.size:
                return is_late
            self._record(self.flight.collect(enough=min(ENOUGH, self.flight.size), seconds=PATIENCE_SECONDS))

    def _tend(self, *, has_room: bool) -> None:
        """Keep the leases, take on what is due, and let go of endpoints that need nothing more."""
        with transaction.atomic(), connection.cursor() as cursor:
            now = self.clock()
            if time.monotonic() - self.renewed > RENEW_SECONDS:
                self._lease_until(now + LEASE, self.held)
                self.renewed = time.monotonic()
            messages = list(self._taken(cursor, now)) if has_room else []
            busy = {message.endpoint_id for message in messages} | self.flight.busy
            self._lease_until(None, self.held.keys() - busy)
        self.held = {endpoint: held for endpoint, held in self.held.items() if endpoint in busy}
        self.flight.send(messages)

    def _taken(self, cursor: Any, now: datetime) -> Iterator[Message]:
        cursor.execute(LEASING, {"now": now, "until": now + LEASE, "most": MOST_ENDPOINTS})
        for endpoint, url, sealed, sealed_previous, previous_until, failing_since in cursor.fetchall():
            try:
                keys = keys_at(now, sealed, sealed_previous, previous_until)
            except Unreadable:  # once its lease has run out, it is tried again
                logger.exception("An endpoint waits for its key.", extra={"endpoint": str(endpoint)})
            else:
                self.held[endpoint] = Held(url, keys, FEW if failing_since else IN_FLIGHT)
        if not self.held:
            return
        given = {
            "endpoints": list(self.held),
            "limits": [held.most for held in self.held.values()],
            "carried": self.flight.carried,
            "room": IN_FLIGHT - self.flight.size,
            "now": now,
        }
        cursor.execute(TAKING, given)
        for delivery, endpoint, attempts, event, name, occurred_at, data, sequence in cursor.fetchall():
            held = self.held[endpoint]
            body = body_of(name, occurred_at, json.loads(data), sequence)
            yield Message(delivery, endpoint, event, held.url, held.keys, body, attempts)

    def _lease_until(self, moment: datetime | None, endpoints: Collection[str]) -> None:
        if endpoints:
            WebhookEndpoint.objects.filter(pk__in=endpoints).update(leased_until=moment)

    @transaction.atomic
    def _record(self, outcomes: Sequence[Outcome]) -> None:
        """Write down what came back, and what that says of the endpoints."""
        if not outcomes:
            return
        now = self.clock()
        logged = zip(outcomes, uuid7_texts(len(outcomes)), strict=True)
        given = encoded([_row(outcome, log_id, now) for outcome, log_id in logged])
        held = standing.hold(outcomes)
        with connection.cursor() as cursor:
            cursor.execute(RECORDING, {"outcomes": given, "now": now})
        self.attempted += len(outcomes)
        self.delivered += sum(outcome.answer.is_accepted for outcome in outcomes)
        self.flight.halt(standing.judge(outcomes, held, now=now))


def _row(outcome: Outcome, log_id: str, now: datetime) -> dict[str, Any]:
    """An outcome as the statement reads it; what is not said is nothing."""
    status, due_at = _verdict(outcome, now)
    answer = outcome.answer
    row = {
        "delivery_id": outcome.message.delivery_id,
        "status": status,
        "log_id": log_id,
        "attempted_at": outcome.attempted_at.isoformat(),
        "code": answer.status,
        "duration": answer.duration_ms,
    }
    if due_at:
        row["due_at"] = due_at.isoformat()
    if answer.error:
        row["error"] = answer.error
    if answer.excerpt:
        row["excerpt"] = answer.excerpt
    return row


def _verdict(outcome: Outcome, now: datetime) -> tuple[DeliveryStatus, datetime | None]:
    """What becomes of a delivery: delivered, given up, or due again."""
    answer = outcome.answer
    if answer.is_accepted:
        return DeliveryStatus.DELIVERED, None
    delay = schedule.next_delay(outcome.message.attempts + 1)
    if delay is None or answer.status == schedule.GONE:
        return DeliveryStatus.FAILED, None
    pause = schedule.pause_asked(answer.status, answer.retry_after, now)
    return DeliveryStatus.PENDING, max(now + delay, pause or now)
