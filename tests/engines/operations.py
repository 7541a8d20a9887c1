"""Whole operations: any that the schema allows, within the limits of the API."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from graphql import get_named_type
from hypothesis import strategies as st

from accounts.permissions import Permission
from tests.engines.arguments import MISSING, Hint, Values, Variable
from tests.engines.asking import Operation
from tests.engines.selections import Level, Selections
from tests.engines.world import SCHEMA, Asker, Place, World

MUTATIONS: Any = SCHEMA.mutation_type and SCHEMA.mutation_type.fields

DEPTHS = [5, 7, 9, 11, 3]
ROOMS = [1500.0, 4500.0, 300.0, 4500.0]
"""What an operation may cost, and so how much is asked for inside of what."""

SCHEMA_FIELDS = ['__type(name: "Person") { kind name }', "__schema { queryType { name } }"]
USED = re.compile(r"\$(\w+)")
SPREAD = re.compile(r"\.\.\.(F\d+)")


@dataclass(slots=True)
class Written:
    """A document, and how values for its variables are found."""

    document: str
    name: str | None
    variables: list[Variable]

    def with_values(self, draw: Any) -> Operation:
        """The operation with values, other ones each time."""
        found = {each.name: each.find(draw) for each in self.variables}
        return Operation(
            self.document, {key: value for key, value in found.items() if value is not MISSING}, self.name
        )


@cache
def askers(world: World) -> st.SearchStrategy[Asker]:
    """Anybody who may ask: members of every role, keys with few scopes, keys with any scopes at all."""
    places = st.sampled_from([world.places["acme"], world.places["globex"]])
    everybody = st.sampled_from(world.everybody)
    scopes = st.frozensets(st.sampled_from(list(Permission)), max_size=6)
    few = st.builds(lambda place, found: place.key(found), places, scopes)
    many = st.builds(lambda place, found: place.key(frozenset(Permission) - found), places, scopes)
    everything = places.map(lambda place: place.key(frozenset(Permission)))
    return st.one_of(everything, everybody, many, few)


def document(draw: Any, world: World, asker: Asker) -> Written:
    """Any valid document with one operation to be carried out, asked in the asker's tenant."""
    values = Values(draw, world, world.place(asker.tenant))
    selections = Selections(values)
    depth, room = values.pick(DEPTHS), values.pick(ROOMS)
    root = selections.some(SCHEMA.query_type, room, depth, Level())
    if values.chance(3):
        root = f"{root[:-1]}{values.pick(SCHEMA_FIELDS)} }}"
    fragments = _reached(root, {each.name: each.text for each in selections.fragments})
    text = " ".join([root, *fragments])
    used = set(USED.findall(text))
    variables = [each for name, each in values.variables.items() if name in used]
    head = f"({', '.join(each.declared for each in variables)})" if variables else ""
    if values.chance(10):
        both = [f"query Asked{head} {root}", *fragments, "query Other { viewer { kind } }"]
        name = "Nobody" if values.chance(10) else "Asked"
        return Written("\n".join(both), name, variables)
    whole = [f"query{head} {root}" if head else root, *fragments]
    return Written("\n".join(whole), None, variables)


@st.composite
def questions(draw: Any, world: World) -> list[tuple[Asker, Operation]]:
    """A document as it is asked: by one or by several one after the other, each time with other values."""
    anybody = askers(world)
    first = draw(anybody)
    written = document(draw, world, first)
    rest = draw(st.lists(anybody, max_size=2))
    return [(asker, written.with_values(draw)) for asker in [first, *rest]]


@st.composite
def mutations(draw: Any, world: World) -> tuple[Asker, Operation]:
    """A few mutations with any input that their types allow, and anything selected of what they answer."""
    place = draw(st.sampled_from([world.places["acme"], world.places["globex"]]))
    everything = place.key(frozenset(Permission))
    values = Values(draw, world, place)
    asker = draw(st.sampled_from(place.everybody)) if values.chance(15) else everything
    mild, selections = Values(draw, world, place, is_mild=True), Selections(values)
    number = values.pick([1, 1, 2, 3])
    room = values.pick(ROOMS) / number
    heads, bodies, inputs = [], [], {}
    for each in range(number):
        name = values.pick(list(MUTATIONS))
        kind, payload = MUTATIONS[name].args["input"].type, get_named_type(MUTATIONS[name].type)
        inputs[f"input{each}"] = mild.plain(kind, Hint("input", _kinds(payload, place)), draw)
        answer = selections.some(payload, room, 9, Level())
        heads.append(f"$input{each}: {kind}")
        bodies.append(f"m{each}: {name}(input: $input{each}) {{ refusals: errors {{ code }} {answer[1:]}")
    fragments = _reached(" ".join(bodies), {each.name: each.text for each in selections.fragments})
    used = set(USED.findall(" ".join([*bodies, *fragments])))
    variables = [each for key, each in values.variables.items() if key in used]
    head = ", ".join([*heads, *(each.declared for each in variables)])
    document = "\n".join([f"mutation({head}) {{ {' '.join(bodies)} }}", *fragments])
    operation = Written(document, None, variables).with_values(draw)
    return asker, Operation(document, {**inputs, **operation.variables})


def _kinds(payload: Any, place: Place) -> tuple[str, ...]:
    """The types that a mutation answers with, whose ids it may take."""
    named = [get_named_type(each.type).name for each in payload.fields.values()]
    return tuple(each for each in named if each in place.ids)


def _reached(root: str, texts: Mapping[str, str]) -> list[str]:
    """The fragments that are used, in the order of their use."""
    found: list[str] = []
    open_texts = [root]
    while open_texts:
        for name in SPREAD.findall(open_texts.pop(0)):
            if texts[name] not in found:
                found.append(texts[name])
                open_texts.append(texts[name])
    return found
