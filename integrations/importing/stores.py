"""Where what rows mean is kept: on the timeline, or with customer success, which is asked by name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from accounts.actor import Actor
from accounts.events import ask
from accounts.tenancy import tenant
from accounts.waking import wake
from journeys import intake
from journeys.tasks import fold_rollups


@dataclass(slots=True)
class Stored:
    """What came of a chunk: how much was there already, and what was refused (place, field, message)."""

    repeated: int = 0
    refused: list[tuple[int, str, str]] = field(default_factory=list)


type Store = Callable[[Sequence[Any], str, Actor], Stored]


def on_the_timeline(messages: Sequence[Any], source: str, by: Actor) -> Stored:
    """Take in messages, and have the rollups follow."""
    taken = intake.take(messages, source=source, by=by)
    wake(fold_rollups, schema=tenant().schema_name)
    return Stored(taken.repeated, [(one.index, one.field, one.message) for one in taken.refused])


def with_success(rows: Sequence[Mapping[str, Any]], source: str, by: Actor) -> Stored:
    """Agree on contracts."""
    imported = ask("success.contracts_import", rows=rows, by=by)
    return Stored(imported.repeated, imported.refused)
