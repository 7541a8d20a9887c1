"""Values for the arguments of a question: mostly such that something is found, some of no use at all.

A value is what JSON could hold, with `Reference` where a variable stands; `printed` makes a literal of it.
"""

import json
import re
from base64 import b64decode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    get_named_type,
)
from hypothesis import strategies as st

from accounts.graphql.ids import global_id
from accounts.graphql.nodes import NODES
from accounts.graphql.scalars import write_time
from tests.engines import values
from tests.engines.cursors import BROKEN, List
from tests.engines.world import Place, World

NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]*")
LITERAL_MOST = 300
"""Characters of a text that stands in the document itself."""

LENGTHS = [1, 2, 3, 0, 1, 2, 3, 0, 5, 6]
"""Of lists; an order of six is one too many."""

SIZES = [2, 1, 3, 5, 0, 10, 50, 100]
BAD_SIZES = [-1, 101, 2**31 - 1]

SCALARS: dict[str, list[Any]] = {
    "Boolean": [True, False],
    "Int": values.INTEGERS,
    "Float": values.FLOATS,
    "Decimal": [*(f"{each:f}" for each in values.DECIMALS), 0, 41.5, -1],
    "DateTime": [
        *(write_time(each) for each in values.MOMENTS),
        "2026-03-01T10:30:00+01:00",
        "2026-03-01T09:30",
        "2026-03-01T09:30:00.1Z",
    ],
    "Date": [each.isoformat() for each in values.DAYS],
    "JSON": [*values.JSONS, 1, "gold", None, [1], True],
}
"""Values that are of a scalar's type, each also met in some row."""

MILD: dict[str, list[Any]] = SCALARS | {
    "String": ["ada", "trial", "EUR", "Ada Lovelace", "ada@unison.example", "web", "https://unison.example/"],
    "Int": [1, 2, 7],
    "Float": [1.0, 10.0, 2.5],
    "Decimal": ["41.5", "1250.50", "0", "100.00", 7],
    "DateTime": ["2026-03-01T09:30:00Z", "2026-10-25T00:30:00.999999Z", "2027-12-01T00:00:00+02:00"],
    "Date": ["2026-03-01", "2026-03-02", "2027-02-01"],
    "JSON": [{"plan": "gold", "seats": 3}, {}, {"a": {"b": [1.50, None]}}],
}
"""Values that a verb may well take."""

MISTAKES: dict[str, list[Any]] = {
    "Boolean": ["true", 0],
    "Int": ["1", 1.5, 2.0, 2**31, True, 10**20],
    "Float": ["1", True],
    "Decimal": ["NaN", "1e3", "", "1" * 21, True, {}],
    "DateTime": ["0001-01-01T00:00:00Z", "yesterday", 5, "2026-02-30T00:00:00Z"],
    "Date": ["1899-12-31", "2026-02-30", "2026-3-1", 5],
    "String": [7, True, ["x"], {}],
    "ID": [1.5, True, {}, 7],
}
"""Values that are not of the type, or just so; sent as variables: in a document they would not be valid."""

IDS = [
    "",
    "x",
    "UGVyc29uOg==",
    "WDp4",
    "a" * 300,
    "UGVyc29uOnh4\n",
    global_id("Nothing", "019a0000-0000-7000-8000-000000000000"),
    global_id("Person", "019a0000-0000-7000-8000-000000000000"),
    global_id("person", "019a0000-0000-7000-8000-000000000000"),
    global_id("Company", "urn:uuid:019a0000-0000-7000-8000-000000000000"),
    global_id("Company", 7),
]
"""Ids of nothing."""


SHORT = {"endpointId": "WebhookEndpoint"}
"""Names of ids that are shorter than those of the types they are of."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A variable in a value."""

    name: str


@dataclass(slots=True)
class Variable:
    """A variable as it is declared, and how a value for it is found."""

    name: str
    kind: str
    default: str | None
    find: Callable[[Any], Any]

    @property
    def declared(self) -> str:
        """As it stands in the operation's head."""
        return f"${self.name}: {self.kind}" + (f" = {self.default}" if self.default is not None else "")


PERCENT = st.integers(0, 99)

MISSING = object()
"""Said for a variable that is left out."""


@dataclass(frozen=True, slots=True)
class Hint:
    """What a value is for: the argument's name, the types whose ids are meant, the list whose cursors are."""

    name: str = ""
    kinds: tuple[str, ...] = ()
    of_list: List | None = None
    order: Any = None

    def at(self, name: str) -> "Hint":
        """The same, for a part of it."""
        named = name.removesuffix("Id")
        kind = SHORT.get(name, named[:1].upper() + named[1:])
        kinds = (kind,) if kind in NODES else ("User",) if name.endswith("Id") else self.kinds
        return Hint(name, kinds)


@cache
def below(most: int) -> st.SearchStrategy[int]:
    """A number from 0 on; strategies are kept, for to make one takes longer than to draw from it."""
    return st.integers(0, most - 1)


@cache
def _some(names: tuple[str, ...], least: int, most: int) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(names), min_size=least, max_size=most, unique=True)


class Values:
    """Draws values for one question that is asked in one place."""

    def __init__(self, draw: Any, world: World, place: Place, *, is_mild: bool = False) -> None:
        self.draw = draw
        self.is_mild = is_mild
        self.world = world
        self.place = place
        self.variables: dict[str, Variable] = {}
        self.fixed: dict[str, Any] = {}
        """What those variables hold on whose values others depend."""

    def pick(self, options: Sequence[Any]) -> Any:
        """One of them; the first in the simplest case."""
        return options[self.draw(below(len(options)))]

    def some(self, options: Sequence[str], least: int, most: int) -> list[str]:
        """A few of them, each once."""
        return self.draw(_some(tuple(options), min(least, len(options)), most)) if options else []

    def chance(self, percent: int, draw: Any = None) -> bool:
        """Whether something happens that seldom happens; it does not in the simplest case."""
        return bool((draw or self.draw)(PERCENT) >= 100 - percent)

    def argument(self, kind: Any, hint: Hint, *, has_default: bool = False, is_fixed: bool = False) -> Any:
        """A value for an argument, given there or by a variable; `is_fixed` when others will depend on it."""
        more = {"has_default": has_default, "is_fixed": is_fixed}
        if self.chance(30):
            return self.variable(kind, hint, **more)
        depth = self.pick([3, 3, 5, 8])  # `not` in `or` in `and` takes two for each list
        value = self.value(kind, hint, depth=depth, may_refer=not is_fixed)
        return value if printable(value) else self.variable(kind, hint, **more)

    def variable(
        self, kind: Any, hint: Hint, *, has_default: bool = False, is_fixed: bool = False
    ) -> Reference:
        """A variable of a type that may stand here: one that is there already, or a new one."""
        name = f"v{len(self.variables)}"
        if is_fixed:
            fixed = self.fixed[name] = self.plain(kind, hint, self.draw)
            self.variables[name] = Variable(name, str(kind), None, lambda _: fixed)
            return Reference(name)
        fitting = [each for each in self.variables.values() if each.kind == str(kind)]
        if fitting and self.chance(25):
            return Reference(self.pick(fitting).name)
        nullable = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
        declared, default = self._declared(kind, nullable, hint, has_default=has_default)
        self.variables[name] = Variable(
            name, declared, default, self._finder(declared, default, nullable, hint)
        )
        return Reference(name)

    def _declared(self, kind: Any, nullable: Any, hint: Hint, *, has_default: bool) -> tuple[str, str | None]:
        """The type of a new variable, as strict as the place where it stands or not, and its default."""
        is_required = isinstance(kind, GraphQLNonNull)
        if self.chance(25):
            found = self.plain(nullable, hint, self.draw)
            if printable(found) and not (found is None and is_required):
                is_loose = is_required and self.chance(50)  # the default stands where null may not
                return str(nullable) if is_loose else str(kind), printed(nullable, found)
        if is_required and has_default and self.chance(50):
            return str(nullable), None
        return (str(kind) if is_required or not self.chance(20) else f"{kind}!"), None

    def _finder(self, declared: str, default: str | None, nullable: Any, hint: Hint) -> Callable[[Any], Any]:
        is_required = declared.endswith("!")

        def find(draw: Any) -> Any:
            if self.chance(1 if is_required and default is None else 10, draw):
                return MISSING
            if self.chance(1 if is_required else 4, draw):
                return None
            return self.plain(nullable, hint, draw, mistakes=True)

        return find

    def plain(self, kind: Any, hint: Hint, draw: Any, *, mistakes: bool = False) -> Any:
        """A value without variables in it, as JSON."""
        before, self.draw = self.draw, draw
        try:
            return self.value(kind, hint, depth=2, may_refer=False, mistakes=mistakes)
        finally:
            self.draw = before

    def value(
        self, kind: Any, hint: Hint, *, depth: int, may_refer: bool = True, mistakes: bool = False
    ) -> Any:
        """A value of a type."""
        if isinstance(kind, GraphQLNonNull):
            return self._value(kind.of_type, hint, depth, may_refer, mistakes)
        if self.chance(4):
            return None
        return self._value(kind, hint, depth, may_refer, mistakes)

    def _value(self, kind: Any, hint: Hint, depth: int, may_refer: bool, mistakes: bool) -> Any:
        if mistakes and self.chance(1):
            wrong = MISTAKES.get(get_named_type(kind).name, ["NOTHING", 7])
            return self.pick(wrong)
        more = {"may_refer": may_refer, "mistakes": mistakes}
        if isinstance(kind, GraphQLList):
            if self.chance(3):
                return self.value(kind.of_type, hint, depth=0, **more)  # stands for a list of one
            return [self._part(kind.of_type, hint, depth, more) for _ in range(self.pick(LENGTHS))]
        if isinstance(kind, GraphQLInputObjectType):
            return self._object(kind, hint, depth, more)
        if isinstance(kind, GraphQLEnumType):
            return self.pick(list(kind.values))
        if kind.name == "JSON" and may_refer and self.chance(25):
            return self.pick([{"plan": self.variable(kind, hint)}, [1, self.variable(kind, hint)]])
        return self._scalar(kind, hint)

    def _part(self, kind: Any, hint: Hint, depth: int, more: dict[str, bool]) -> Any:
        if more["may_refer"] and self.chance(8):
            return self.variable(kind, hint)
        return self.value(kind, hint, depth=depth - 1, **more)

    def _object(self, kind: GraphQLInputObjectType, hint: Hint, depth: int, more: dict[str, bool]) -> Any:
        enums = [isinstance(each.type, GraphQLEnumType) for each in kind.fields.values()]
        required = [name for name, each in kind.fields.items() if isinstance(each.type, GraphQLNonNull)]
        optional = [
            name
            for name, each in kind.fields.items()
            if name not in required
            and (depth > 0 or not isinstance(get_named_type(each.type), GraphQLInputObjectType))
        ]
        least, most = 0 if self.chance(3) else 1, self.pick([1, 1, 2, 1, 3])
        if all(enums):  # an order: one field in each item
            most = 2 if self.chance(3) else 1
        names = required + self.some(optional, least, most)
        return {name: self._part(kind.fields[name].type, hint.at(name), depth, more) for name in names}

    def _scalar(self, kind: GraphQLScalarType, hint: Hint) -> Any:
        if kind.name == "ID":
            return self._id(hint)
        if hint.of_list and hint.name in {"after", "before"}:
            return self._cursor(hint)
        if hint.name in {"first", "last"}:
            return self.pick(BAD_SIZES if self.chance(2) else SIZES)
        if self.is_mild:
            return self.pick(MILD[kind.name])
        if kind.name == "String":
            return self._text()
        return self.pick(SCALARS[kind.name])

    def _text(self) -> str:
        text = self.pick(values.TEXTS)
        if self.chance(25):
            return ""
        if self.chance(3):
            return values.LONG
        if self.chance(40):  # a part of one
            start = self.draw(below(len(text)))
            return str(text[start : start + 1 + self.draw(below(6))])
        return str(text)

    def _id(self, hint: Hint) -> str:
        place = self.world.neighbour(self.place.tenant) if self.chance(5) else self.place
        if self.chance(3):
            return str(self.pick(IDS))
        kinds = hint.kinds if hint.kinds and not self.chance(4) else tuple(NODES)
        ids = place.ids[self.pick(kinds)]
        found = ids[self.draw(below(12)) % len(ids)]
        return b64decode(found).decode().partition(":")[2] if self.chance(6) else found

    def _cursor(self, hint: Hint) -> str:
        assert hint.of_list
        if self.chance(4):
            return str(self.pick(BROKEN))
        place = self.world.neighbour(self.place.tenant) if self.chance(5) else self.place
        order = self.settled(hint.order)
        if self.chance(5):
            order = None
        found = hint.of_list.cursors(self.world, place, order) or BROKEN
        return found[self.draw(below(40)) % len(found)]

    def settled(self, value: Any) -> Any:
        """A value without references, as far as it is known what they will hold."""
        if isinstance(value, Reference):
            return self.fixed.get(value.name)
        if isinstance(value, list):
            return [self.settled(each) for each in value]
        if isinstance(value, dict):
            return {name: self.settled(each) for name, each in value.items()}
        return value


def printable(value: Any) -> bool:
    """Whether a value can stand in a document: no long texts, no names that are none."""
    if isinstance(value, dict):
        return all(NAME.fullmatch(name) and printable(each) for name, each in value.items())
    if isinstance(value, list):
        return all(printable(each) for each in value)
    return not isinstance(value, str) or len(value) <= LITERAL_MOST


def printed(kind: Any, value: Any) -> str:
    """A value as a literal of its type."""
    inner = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    match value:
        case Reference(name):
            return f"${name}"
        case list():
            of = inner.of_type if isinstance(inner, GraphQLList) else inner
            return f"[{', '.join(printed(of, each) for each in value)}]"
        case dict():
            fields = getattr(get_named_type(inner), "fields", {})
            parts = (
                f"{key}: {printed(fields[key].type if fields else inner, each)}"
                for key, each in value.items()
            )
            return f"{{{', '.join(parts)}}}"
        case str() if isinstance(get_named_type(inner), GraphQLEnumType):
            return value
    return json.dumps(value, ensure_ascii="\x7f" in str(value))
