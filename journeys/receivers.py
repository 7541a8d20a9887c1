"""What journeys does on news: a line on the timeline, and the rollups woken."""

from collections.abc import Sequence

from accounts import events
from accounts.actor import Actor
from accounts.events import Recorded
from accounts.tenancy import tenant
from accounts.waking import wake
from journeys import tasks, timeline


def listen() -> None:
    """Register the timeline as a recorder of domain events."""
    events.recorder(keep)


def keep(recorded: Sequence[Recorded], by: Actor) -> None:
    """Write what concerns a customer on the timeline, and ask for the rollups on commit."""
    if timeline.record(recorded):
        wake(tasks.fold_rollups, schema=tenant().schema_name)
