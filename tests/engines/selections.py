"""What is selected: fields, aliases, fragments and directives, such that the document is valid.

On each level it is known what is selected there already, fragments included, so that two selections under one
key are always the same field with the same arguments (`Level`); how much may still be asked for is divided
among what is selected, so that no operation costs too much.
"""

from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    Undefined,
    get_named_type,
    is_composite_type,
    is_list_type,
    is_required_argument,
)
from graphql.type import get_nullable_type
from hypothesis import strategies as st

from accounts.graphql.cost import is_connection
from accounts.graphql.limits import PAGE
from tests.engines.arguments import Hint, Values, below, printed
from tests.engines.cursors import List
from tests.engines.world import SCHEMA

FIELDS, ALIASES, DIRECTIVES, FRAGMENTS = 45, 24, 12, 5
"""How many of them a document has at most; the API allows more."""

WIDE = ["... on", "...Fragment"]
"""Selections of several fields at once."""

SIZES = [2, 3, 1, 2, 5, 3, 2, 4, 0, 10, 100]


BOOLEANS = st.booleans()


@cache
def _several(options: int, most: int) -> st.SearchStrategy[list[int]]:
    return st.lists(below(options), min_size=1, max_size=most)


@cache
def composites(parent: Any) -> list[str]:
    """The fields of a type that need selections themselves."""
    return [name for name, each in parent.fields.items() if is_composite_type(get_named_type(each.type))]


def _weight(root: Any, name: str) -> int:
    """How often a field of the root is selected beside the others: those most that lead everywhere."""
    named = get_named_type(root.fields[name].type)
    return 8 if isinstance(named, GraphQLInterfaceType) else 3 if is_connection(named) else 1


@dataclass(slots=True)
class Selected:
    """A field as it is selected under a key, and the level below it."""

    parent: Any
    name: str
    arguments: str
    kind: str
    below: "Level"
    times: float = 1
    """How many objects it is at most."""

    def goes_with(self, other: "Selected") -> bool:
        """Whether both may stand under one key."""
        is_same = (self.name, self.arguments) == (other.name, other.arguments)
        is_apart = self.parent is not other.parent and not (
            isinstance(self.parent, GraphQLInterfaceType) or isinstance(other.parent, GraphQLInterfaceType)
        )
        return self.kind == other.kind and (is_same or is_apart)


@dataclass(slots=True)
class Level:
    """What is selected on one level of the answer, by response key."""

    keys: dict[str, list[Selected]] = field(default_factory=dict)

    def takes(self, key: str, wanted: Selected) -> bool:
        """Whether a selection goes with what is there."""
        return all(
            each.goes_with(wanted) and each.below.takes_all(wanted.below) for each in self.keys.get(key, ())
        )

    def takes_all(self, other: "Level") -> bool:
        """Whether all of another level goes with this one."""
        return all(self.takes(key, each) for key, several in other.keys.items() for each in several)

    def add(self, key: str, wanted: Selected) -> None:
        """Select something; all that is selected under one key has one level below it."""
        several = self.keys.setdefault(key, [])
        if several and several[0].below is not wanted.below:
            several[0].below.add_all(wanted.below)
            wanted = replace(wanted, below=several[0].below)
        several.append(wanted)

    def add_all(self, other: "Level") -> None:
        """Select what a fragment selects."""
        for key, several in list(other.keys.items()):
            for each in list(several):
                self.add(key, each)


@dataclass(slots=True)
class Fragment:
    """A named fragment that has been written."""

    name: str
    on: Any
    text: str
    level: Level
    room: float
    depth: int
    aliases: int
    directives: int
    fields: int


@dataclass(slots=True)
class Left:
    """What may still be written."""

    fields: int = FIELDS
    aliases: int = ALIASES
    directives: int = DIRECTIVES


class Selections:
    """Writes selections for one document."""

    def __init__(self, values: Values) -> None:
        self.values = values
        self.draw = values.draw
        self.left = Left()
        self.fragments: list[Fragment] = []
        self.kinds: tuple[str, ...] = ()
        """The types that the last field of any type was asked for."""
        self.numbers = 0

    def some(self, parent: Any, room: float, depth: int, level: Level) -> str:
        """A few selections of a type, in braces."""
        return f"{{ {' '.join(self._parts(parent, room, depth, level))} }}"

    def _parts(self, parent: Any, room: float, depth: int, level: Level) -> list[str]:
        may_go_on = depth > 0 and room >= 2 and self.left.fields > 0
        composite = composites(parent) if may_go_on else []
        options = self._options(parent, composite) if self.left.fields > 0 else ["__typename"]
        chosen = [options[each] for each in self.draw(_several(len(options), 4 if depth > 3 else 5))]
        costly = sum(name in composite or name in WIDE for name in chosen)
        share = room / max(1, costly)
        parts = []
        for name in chosen:
            self.left.fields -= 1
            if name == "... on":
                parts.append(self._inline(parent, share, depth, level))
            elif name == "...Fragment":
                parts.append(self._spread(parent, share, depth, level))
            else:
                parts.append(self._field(parent, name, share, depth, level))
        return parts

    def _options(self, parent: Any, composite: list[str]) -> list[str]:
        """What may be selected, the simplest first; about as often something composite as not."""
        leaves = ["__typename", *(name for name in parent.fields if name not in composites(parent))]
        wide = WIDE if self.values.chance(30) else []
        if parent is SCHEMA.query_type:
            return [
                *leaves,
                *[each for each in composite for _ in range(_weight(parent, each))],
                *wide,
            ]
        if is_connection(parent):
            return [*leaves, *[each for each in composite for _ in range(3)], *wide]
        if self._is_any(parent):
            return [*leaves, *(WIDE * 6 if composite or self.left.fields > 0 else ())]
        composite = composite * (1 + len(leaves) // max(1, len(composite)))
        options = [*leaves, *composite]
        return [*options, *wide]

    @staticmethod
    def _is_any(parent: Any) -> bool:
        return isinstance(parent, GraphQLInterfaceType)

    def _directives(self) -> str:
        given = ""
        for name in ("include", "skip"):
            if self.left.directives > 0 and self.values.chance(5):
                self.left.directives -= 1
                kind = SCHEMA.get_directive(name).args["if"].type  # type: ignore[union-attr]
                given += f" @{name}(if: {printed(kind, self.values.argument(kind, Hint('if')))})"
        return given

    def _inline(self, parent: Any, room: float, depth: int, level: Level) -> str:
        inner = self._condition(parent)
        named = "" if inner is parent and self.values.chance(50) else f" on {inner.name}"
        return f"...{named}{self._directives()} {self.some(inner, room, depth, level)}"

    def _condition(self, parent: Any) -> Any:
        """A type that objects of the parent's type may have."""
        if isinstance(parent, GraphQLInterfaceType):
            types = {each.name: each for each in SCHEMA.get_possible_types(parent)}
            likely = [types[name] for name in self.kinds if name in types]
            if likely and not self.values.chance(25):
                return self.values.pick(likely)
            return self.values.pick([*types.values(), parent])
        interfaces = getattr(parent, "interfaces", ())
        return self.values.pick([parent, *interfaces])

    def _spread(self, parent: Any, room: float, depth: int, level: Level) -> str:
        fitting = [each for each in self.fragments if self._fits(each, parent, room, depth, level)]
        if fitting and self.draw(BOOLEANS):
            found = self.values.pick(fitting)
        elif len(self.fragments) < FRAGMENTS:
            found = self._fragment(self._condition(parent), room, depth)
        else:
            return self._field(parent, "__typename", room, depth, level)
        if not level.takes_all(found.level):
            return self._inline(parent, room, depth, level)
        level.add_all(found.level)
        self.left.aliases -= found.aliases
        self.left.directives -= found.directives
        self.left.fields -= found.fields
        return f"...{found.name}{self._directives()}"

    def _fits(self, fragment: Fragment, parent: Any, room: float, depth: int, level: Level) -> bool:
        is_of_type = (
            fragment.on is parent or SCHEMA.is_sub_type(parent, fragment.on)
            if self._is_any(parent)
            else fragment.on is parent
        )
        left = self.left
        return (
            is_of_type
            and fragment.room <= room
            and fragment.depth <= depth
            and fragment.aliases <= left.aliases
            and fragment.directives <= left.directives
            and fragment.fields <= left.fields
            and level.takes_all(fragment.level)
        )

    def _fragment(self, on: Any, room: float, depth: int) -> Fragment:
        before = Left(self.left.fields, self.left.aliases, self.left.directives)
        level = Level()
        self.numbers += 1
        name = f"F{self.numbers}"
        text = f"fragment {name} on {on.name} {self.some(on, room, depth, level)}"
        used = (
            before.aliases - self.left.aliases,
            before.directives - self.left.directives,
            before.fields - self.left.fields,
        )
        self.left = before  # what is in it counts where it is spread
        found = Fragment(name, on, text, level, room, depth, *used)
        self.fragments.append(found)
        return found

    def _field(self, parent: Any, name: str, room: float, depth: int, level: Level) -> str:
        if name == "__typename":
            return self._keyed(Selected(parent, name, "", "String!", Level()), level, "")
        declared: GraphQLField = parent.fields[name]
        again = [
            (key, each)
            for key, several in level.keys.items()
            for each in several
            if each.parent is parent and each.name == name
        ]
        named = get_named_type(declared.type)
        if again and self.draw(BOOLEANS):
            key, selected = self.values.pick(again)
            head = f"{key}: {name}" if key != name else name
            self.left.aliases -= key != name
            inside = self._inside(named, (room - 1) / max(1, selected.times), depth, selected.below)
            return f"{head}{selected.arguments}{self._directives()}{inside}"
        before, (arguments, times) = self.kinds, self._arguments(parent, name, declared, room)
        directives = self._directives()
        below = Level()
        inside = self._inside(named, (room - 1) / max(1, times), depth, below)
        self.kinds = before
        selected = Selected(parent, name, arguments, str(declared.type), below, times)
        return self._keyed(selected, level, directives + inside)

    def _inside(self, named: Any, room: float, depth: int, below: Level) -> str:
        return f" {self.some(named, room, depth - 1, below)}" if is_composite_type(named) else ""

    def _keyed(self, selected: Selected, level: Level, rest: str) -> str:
        """A field under a key that is free, or that has just this."""
        key = selected.name
        if self.left.aliases > 0 and self.values.chance(12):
            siblings = list(getattr(selected.parent, "fields", {"id": 0}))
            key = self.values.pick(["x", *siblings])
        if not level.takes(key, selected):
            self.numbers += 1
            key = f"x{self.numbers}"
        level.add(key, selected)
        if key == selected.name:
            return f"{selected.name}{selected.arguments}{rest}"
        self.left.aliases -= 1
        return f"{key}: {selected.name}{selected.arguments}{rest}"

    def _arguments(self, parent: Any, name: str, declared: GraphQLField, room: float) -> tuple[str, float]:
        """The arguments as text, and how many objects they ask for at most."""
        wanted = self._wanted(declared)
        named = get_named_type(declared.type)
        if is_connection(named) and room < PAGE * 3 and not {"first", "last"} & set(wanted):
            wanted.insert(0, "first")
        if "ordering" in wanted:  # a cursor is of an order
            wanted.sort(key="ordering".__ne__)
        wants_cursor = bool({"after", "before"} & set(wanted))
        hint = self._hint(parent, name, declared)
        given: dict[str, Any] = {}
        for each in wanted:
            kind = declared.args[each].type
            has_default = declared.args[each].default_value is not Undefined
            at = hint.at(each)
            at = Hint(each, at.kinds or hint.kinds, hint.of_list, given.get("ordering"))
            if each in {"first", "last"} and self.values.chance(85):
                given[each] = self._size(room)
            else:
                more = {"has_default": has_default, "is_fixed": each == "ordering" and wants_cursor}
                given[each] = self.values.argument(kind, at, **more)
        text = ", ".join(
            f"{each}: {printed(declared.args[each].type, value)}" for each, value in given.items()
        )
        return f"({text})" if text else "", self._times(named, declared, given)

    def _size(self, room: float) -> int:
        return int(self.values.pick([size for size in SIZES if size <= room]))

    def _wanted(self, declared: GraphQLField) -> list[str]:
        needed = [name for name, each in declared.args.items() if is_required_argument(each)]
        optional = [name for name in declared.args if name not in needed]
        return needed + self.values.some(optional, 0, self.values.pick([2, 1, 0, 2, 3, 5]))

    def _hint(self, parent: Any, name: str, declared: GraphQLField) -> Hint:
        named: Any = get_named_type(declared.type)
        if is_connection(named):
            ordering = declared.args.get("ordering")
            return Hint(
                of_list=List(parent.name, name, get_named_type(ordering.type).name if ordering else "")
            )
        if self._is_any(named):
            types = [each.name for each in SCHEMA.get_possible_types(named)]
            self.kinds = tuple(self.values.some(types, 1, 3))
            return Hint(kinds=self.kinds)
        return Hint(kinds=(named.name,))

    @staticmethod
    def _times(named: Any, declared: GraphQLField, given: dict[str, Any]) -> float:
        if is_connection(named):
            sizes = [given[each] for each in ("first", "last") if each in given]
            known = [each for each in sizes if isinstance(each, int)]
            return max(known, default=0) if sizes and len(known) == len(sizes) else 100
        if is_list_type(get_nullable_type(declared.type)):
            ids = given.get("ids")
            return len(ids) if isinstance(ids, list) else 10
        return 1
