"""From a mutation's input to what a verb takes."""

from typing import Any, Protocol
from uuid import UUID

from strawberry import UNSET

from accounts.actor import Actor
from accounts.errors import NotFound
from accounts.graphql.ids import key_of


class Finder[T](Protocol):
    """A verb that finds one row, or refuses with NotFound."""

    def __call__(self, key: UUID, /, *, by: Actor) -> T: ...


def found[T](find: Finder[T], id: str, name: str, *, field: str = "id", by: Actor) -> T:
    """The row that an id in the input means; a refusal says which field it was in."""
    key = key_of(id, name, field=field)
    try:
        return find(key, by=by)
    except NotFound as refusal:
        raise NotFound(refusal.message, field=field) from refusal


def said(given: Any, *names: str, empty: Any = "") -> dict[str, Any]:
    """What an input says of these fields; null clears one, and what it leaves out stays as it is."""
    values = {name: getattr(given, name) for name in names}
    return {name: empty if value is None else value for name, value in values.items() if value is not UNSET}
