"""What Python adds to an answer that Postgres wrote: figures with arithmetic of their own.

Where such a field stands, the statement writes the row's key. Then the very field that the ordinary way uses
is asked for the figures of all rows at once, and they are put in the keys' places.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import UUID
from weakref import ref

from graphql import GraphQLObjectType
from graphql.execution.collect_fields import FieldDetailsList
from graphql.pyutils import Path

from accounts.graphql.reads.shaping import Shaper

EVERY = "*"
"""A step into each object of a list."""

KIND = ""
"""A step into an object by its type, where it may be of several; under this key the statement writes which.

No client can ask for a key without a name, and it is taken out again.
"""

type Trail = tuple[str, ...]


class Hole(NamedTuple):
    """A field to be filled in: of which type, as it is selected, and which attribute of the row it needs."""

    kind: GraphQLObjectType
    details: FieldDetailsList
    key: str


type Tree = dict[str, Hole | Tree]
"""Where holes are in an answer."""


def dig(tree: Tree, trail: Trail, hole: Hole) -> None:
    """Note a hole at the end of a trail."""
    for step in trail[:-1]:
        tree = tree.setdefault(step, {})  # type: ignore[assignment]  # a hole has nothing below it
    tree[trail[-1]] = hole


class _Group:
    """The rows that stand under one field; fields ask a row's state for its peers."""

    def __init__(self) -> None:
        self.peers: list[ref[_Row]] = []


class _Row:
    """A row of which only a key is known."""

    def __init__(self, hole: Hole, key: str, group: _Group) -> None:
        setattr(self, hole.key, UUID(key))
        self._state = group
        group.peers.append(ref(self))


class _Place(NamedTuple):
    """A hole where it is in an answer."""

    around: dict[str, Any]
    name: str
    hole: Hole
    path: Path


def fill(data: Any, tree: Tree, start: Path, shaper: Shaper) -> None:
    """Put the figures into an answer; what goes wrong with one is kept by the executor."""
    groups: dict[int, _Group] = {}
    places = list(_places(data, tree, start))
    for around, name, hole, _ in places:
        around[name] = _Row(hole, around[name], groups.setdefault(id(hole.details), _Group()))
    for around, name, hole, path in places:
        around[name] = shaper.field(hole.kind, around[name], hole.details, path)


def _places(value: Any, tree: Tree, path: Path) -> Iterator[_Place]:
    if value is None:
        return
    if isinstance(below := tree.get(EVERY), dict):
        for index, item in enumerate(value):
            yield from _places(item, below, path.add_key(index))
        return
    if isinstance(kinds := tree.get(KIND), dict):
        below = kinds.get(value.pop(KIND), {})
        tree = below if isinstance(below, dict) else {}
    for key in [key for key in value if key in tree]:
        inside, found = path.add_key(key), tree[key]
        if isinstance(found, Hole):
            yield _Place(value, key, found, inside)
        else:
            yield from _places(value[key], found, inside)
