"""Roads through the schema: documents that go from a field of the root to every type within a few steps."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from graphql import GraphQLField, get_named_type, is_composite_type, is_required_argument

from accounts.graphql.cost import is_connection
from tests.engines.asking import Operation
from tests.engines.world import SCHEMA, Place

DAY = "2026-03-01"

SEVERAL = 6
"""Accounts that are tried where a figure of one is asked for."""


def target(field: GraphQLField) -> Any:
    """The type of the objects that a field leads to, on a page or not."""
    named: Any = get_named_type(field.type)
    return get_named_type(named.fields["nodes"].type) if is_connection(named) else named


@cache
def leads(kind: Any, to: str, steps: int) -> bool:
    """Whether objects of a type are found within so many steps."""
    if steps == 0 or not hasattr(kind, "fields"):
        return False
    ends = [target(each) for each in kind.fields.values()]
    return any(end.name == to or leads(end, to, steps - 1) for end in ends)


@dataclass(frozen=True, slots=True)
class Walk:
    """A way of walking: where to, or everywhere; how many objects of each page; with all leaves or none."""

    to: str = ""
    size: int = 2
    has_leaves: bool = False

    def inside(self, kind: Any, steps: int) -> str:
        """All that is selected of an object."""
        parts = ["__typename"]
        for name, field in kind.fields.items():
            named = get_named_type(field.type)
            if not is_composite_type(named):
                if self.has_leaves or name == "id":
                    parts.append(name)
            elif steps > 0 and self._is_on_the_way(field, steps):
                parts.append(self.field(name, field, "", steps))
        return " ".join(parts)

    def field(self, name: str, field: GraphQLField, arguments: str, steps: int) -> str:
        """A field with all that is selected of it."""
        named, end = get_named_type(field.type), target(field)
        given = arguments or self._arguments(field)
        if not is_connection(named):
            return f"{name}{given} {{ {self.inside(end, steps - 1)} }}"
        page = (
            "pageInfo { startCursor endCursor } edges { cursor node { __typename } }"
            if self.has_leaves
            else ""
        )
        return f"{name}{given} {{ __typename totalCount {page} nodes {{ {self.inside(end, steps - 1)} }} }}"

    def _arguments(self, field: GraphQLField) -> str:
        given = {"first": str(self.size)} if "first" in field.args else {}
        given |= {name: f'"{DAY}"' for name, each in field.args.items() if is_required_argument(each)}
        return f"({', '.join(f'{name}: {value}' for name, value in given.items())})" if given else ""

    def _is_on_the_way(self, field: GraphQLField, steps: int) -> bool:
        end = target(field)
        return not self.to or end.name == self.to or leads(end, self.to, steps - 1)


def from_the_root(walk: Walk, place: Place, steps: int) -> Iterator[Operation]:
    """An operation for each field of the root that is on the way; what needs an id gets one of them."""
    assert SCHEMA.query_type
    for name, field in SCHEMA.query_type.fields.items():
        end = target(field)
        if not is_composite_type(end) or not (
            not walk.to or end.name in {walk.to, "Node"} or leads(end, walk.to, steps - 1)
        ):
            continue
        if end.name == "Node":
            yield from _by_id(walk, name, place, steps)
        else:
            ids = place.ids[end.name][:1] if end.name in place.ids else place.ids["Account"][:SEVERAL]
            given = dict.fromkeys(_given(field, each) for each in ids)
            yield from (Operation(f"{{ {walk.field(name, field, each, steps)} }}") for each in given)


def _by_id(walk: Walk, name: str, place: Place, steps: int) -> Iterator[Operation]:
    for kind, ids in place.ids.items():
        if walk.to and kind != walk.to and not leads(SCHEMA.type_map[kind], walk.to, steps - 1):
            continue
        inner = f"... on {kind} {{ {walk.inside(SCHEMA.type_map[kind], steps - 1)} }}"
        some = ids[:3]
        given = (
            f'(id: "{some[0]}")' if name == "node" else f"(ids: [{', '.join(f'"{each}"' for each in some)}])"
        )
        yield Operation(f"{{ {name}{given} {{ __typename id {inner} }} }}")


def _given(field: GraphQLField, id: str) -> str:
    required = [name for name, each in field.args.items() if is_required_argument(each)]
    if not required:
        return ""
    return f"({', '.join(f'{name}: "{id if name.lower().endswith("id") else DAY}"' for name in required)})"
