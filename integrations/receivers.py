"""What the integrations do on news: keep it, and wake the relay."""

from collections.abc import Sequence

from accounts import events
from accounts.actor import Actor
from accounts.events import Recorded
from accounts.tenancy import tenant
from accounts.waking import wake
from integrations import outbox, tasks


def listen() -> None:
    """Register the outbox as a recorder of domain events."""
    events.recorder(keep)


def keep(recorded: Sequence[Recorded], by: Actor) -> None:
    """Write events into the outbox, and ask for the relay on commit."""
    outbox.record(recorded, by)
    wake(tasks.relay_events, schema=tenant().schema_name)
