"""What a look at the schema costs: the fields it fills in, counted on the schema itself.

An estimate would not do: a type has no fields or fifty. Counting is much quicker than answering, and stops
where it is too much.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    SelectionSetNode,
    get_named_type,
    is_list_type,
)
from graphql.type import get_nullable_type

from accounts.graphql import limits

FIELDS = 15
"""Fields for one point of cost: the schema is in memory. What GraphiQL asks comes to some 40,000."""

OF_OBJECT = 4
"""Fields that an object is as much work as, beside those in it."""

MOST = FIELDS * limits.COST


@dataclass(slots=True)
class Look:
    """One count of all that a document asks about the schema."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    filled: int = 0
    known: dict[int, tuple[int, list[tuple[str, SelectionSetNode]]]] = field(default_factory=dict)
    """How many fields a selection has, and those that have fields in turn."""

    def cost(self, node: FieldNode, name: Any) -> int:
        """The cost of a `__schema`, or of the `__type` with this name."""
        before = self.filled
        if node.name.value == "__schema":
            self._fill("__Schema", self.schema, node.selection_set)
        elif isinstance(name, str) and (found := self.schema.get_type(name)):
            self._fill("__Type", found, node.selection_set)
        return 1 + (self.filled - before) // FIELDS

    def _fill(self, kind: str, value: Any, selections: SelectionSetNode | None) -> None:
        open_values = [(kind, value, selections)] if selections else []
        while open_values:
            kind, value, selections = open_values.pop()
            size, branches = self._parts(selections)
            self.filled += size
            for name, below in branches:
                declared = self.schema.type_map[kind].fields[name]  # type: ignore[attr-defined]
                found = self._found(declared, value)
                self.filled += OF_OBJECT * len(found)
                if self.filled > MOST:
                    return
                inner = get_named_type(declared.type).name
                open_values += [(inner, one, below) for one in found]

    def _found(self, declared: Any, value: Any) -> list[Any]:
        """What the library finds there, deprecated or not; it asks nothing but the schema of us."""
        given = {"includeDeprecated": True} if "includeDeprecated" in declared.args else {}
        found = declared.resolve(value, self, **given)
        if found is None:
            return []
        return list(found) if is_list_type(get_nullable_type(declared.type)) else [found]

    def _parts(self, selections: SelectionSetNode) -> tuple[int, list[tuple[str, SelectionSetNode]]]:
        if id(selections) not in self.known:
            fields = list(self._flat(selections, set()))
            branches = [(each.name.value, each.selection_set) for each in fields if each.selection_set]
            self.known[id(selections)] = len(fields), branches
        return self.known[id(selections)]

    def _flat(self, selections: SelectionSetNode, spread: set[str]) -> Iterator[FieldNode]:
        for each in selections.selections:
            if isinstance(each, FieldNode):
                yield each
            elif not isinstance(each, FragmentSpreadNode):
                yield from self._flat(each.selection_set, spread)  # type: ignore[attr-defined]
            elif each.name.value not in spread:
                spread.add(each.name.value)
                yield from self._flat(self.fragments[each.name.value].selection_set, spread)
