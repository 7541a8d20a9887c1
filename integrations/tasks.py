"""Doors for workers: the relay and the deliveries."""

from celery import shared_task

from accounts.fanout import everywhere
from accounts.tenancy import inside
from accounts.tenants import live
from integrations import deliveries, relay


@shared_task
def relay_events(schema: str) -> None:
    """Plan who is to hear of the tenant's new events, and call those who now have something to do."""
    with inside(live(schema)):
        planned = relay.plan()
    if planned.tellings:
        tell_listeners.delay(schema=schema)
    if planned.deliveries:
        deliver_webhooks.delay(schema=schema)


@shared_task
def tell_listeners(schema: str) -> None:
    """Tell the tenant's listeners what they are to hear now."""
    with inside(live(schema)):
        told = relay.tell()
    if told.is_unfinished:
        tell_listeners.delay(schema=schema)


@shared_task
def deliver_webhooks(schema: str) -> None:
    """Send what is due to the tenant's endpoints."""
    with inside(live(schema)):
        sent = deliveries.drain()
    if sent.is_unfinished:
        deliver_webhooks.delay(schema=schema)


@shared_task
def relay_events_everywhere() -> None:
    """The net under the relay: whatever was not woken, or stepped aside, is found here."""
    everywhere(relay_events)
    everywhere(tell_listeners)


@shared_task
def deliver_webhooks_everywhere() -> None:
    """The net under the deliveries: retries that are due, and what a killed worker left behind."""
    everywhere(deliver_webhooks)
