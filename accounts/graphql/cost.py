"""What an operation may cost: the objects it can return, with the variables of this very request.

An object costs 1 and everything in it as often as it may be there; a connection is a page of `first` or
`last` (50 where neither is said), another list is taken to hold what is expected of it. Filters and orders
cost what they hold, wherever they are used. Columns cost nothing, a mutation 10; a look at the schema costs
what it fills in (`accounts.graphql.introspection`). A variable counts as what the executor will make of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    StringValueNode,
    ValueNode,
    VariableNode,
    get_named_type,
    is_composite_type,
    is_list_type,
)
from graphql.type import GraphQLOutputType, get_nullable_type
from strawberry.schema.schema_converter import GraphQLCoreConverter

from accounts.graphql import limits
from accounts.graphql.introspection import Look

PLAIN_LIST = 10
"""Objects in a list that does not say how many it is expected to have."""

OF_MUTATION = 10
FREE = {"edges", "pageInfo"}
"""Parts of a connection that are no objects of their own."""


@dataclass(slots=True)
class Meter:
    """One count, with the variables and fragments it needs."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]
    defaults: Mapping[str, ValueNode | None] = field(default_factory=dict)
    """What stands for variables that are not given."""
    known: dict[str, int] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    """How many values variables hold."""
    is_fixed: bool = True
    """Whether no variable had a say, so that the count holds for every request."""
    look: Look = field(init=False)

    def __post_init__(self) -> None:
        self.look = Look(self.schema, self.fragments)

    def of(self, operation: OperationDefinitionNode) -> int:
        """The cost of an operation, at least 1."""
        root = self.schema.get_root_type(operation.operation)
        is_mutation = operation.operation is OperationType.MUTATION
        fields = len(operation.selection_set.selections) if is_mutation else 0
        return max(1, OF_MUTATION * fields + self._level(root, operation.selection_set))

    def _level(self, parent: Any, selections: SelectionSetNode | None) -> int:
        total = 0
        for selection in selections.selections if selections else ():
            match selection:
                case FieldNode():
                    total += self._field(parent, selection)
                case InlineFragmentNode():
                    condition = selection.type_condition
                    inner = self.schema.type_map[condition.name.value] if condition else parent
                    total += self._level(inner, selection.selection_set)
                case FragmentSpreadNode():
                    total += self._fragment(selection.name.value)
        return total

    def _fragment(self, name: str) -> int:
        if name not in self.known:
            fragment = self.fragments[name]
            self.known[name] = self._level(
                self.schema.type_map[fragment.type_condition.name.value], fragment.selection_set
            )
        return self.known[name]

    def _field(self, parent: Any, node: FieldNode) -> int:
        name = node.name.value
        if name in {"__schema", "__type"}:
            return self.look.cost(node, self._argument(node, "name"))
        if name.startswith("__") or not isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
            return 0
        declared: GraphQLOutputType = parent.fields[name].type
        named = get_named_type(declared)
        if not is_composite_type(named):
            return 0
        inside = self._level(named, node.selection_set)
        if is_connection(named):
            rows = max(1, self._page(node)) * inside  # a page of none is planned as any other
            return 1 + self._given(node) + rows
        if is_connection(parent):
            return inside if name in FREE else 1 + inside
        if is_list_type(get_nullable_type(declared)):
            return self._listed(node, parent.fields[name]) * (1 + inside)
        return 1 + inside

    def _given(self, node: FieldNode) -> int:
        """The values in filters and orders: each is looked at wherever it is used."""
        return sum(self._values(each.value) for each in node.arguments or ())

    def _values(self, value: ValueNode) -> int:
        if isinstance(value, VariableNode):
            self.is_fixed = False
            name = value.name.value
            if name not in self.sizes:
                self.sizes[name] = self._size(name)
            return self.sizes[name]
        if isinstance(value, ListValueNode):
            return 1 + sum(1 + self._values(each) for each in value.values)
        if isinstance(value, ObjectValueNode):
            return 1 + sum(1 + self._values(each.value) for each in value.fields)
        return 0

    def _size(self, name: str) -> int:
        default = self.defaults.get(name)
        if default and name not in self.variables:
            return self._values(default)
        return _size(self.variables.get(name))

    def _page(self, node: FieldNode) -> int:
        asked = (self._argument(node, name) for name in ("first", "last"))
        sizes = [int(size) for size in asked if isinstance(size, int | float)]  # 100.0 is 100 to the executor
        return min(max(0, *sizes), limits.PAGE_MOST) if len(sizes) > 1 else _clipped(sizes)

    def _listed(self, node: FieldNode, declared: GraphQLField) -> int:
        ids = self._argument(node, "ids")
        if isinstance(ids, list | tuple):
            return len(ids)
        many = getattr(declared.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF), "many", None)
        return many.expected if many else PLAIN_LIST

    def _argument(self, node: FieldNode, name: str) -> Any:
        """What is given to an argument: a plain value, or the parts of a list; None where it is nothing."""
        return next(
            (self._value(each.value) for each in node.arguments or () if each.name.value == name), None
        )

    def _value(self, given: ValueNode | None) -> Any:
        match given:
            case IntValueNode(value=digits):
                return int(digits) if len(digits) < 10 else limits.PAGE_MOST
            case StringValueNode(value=text):
                return text
            case ListValueNode(values=values):
                return values
            case VariableNode(name=name):
                self.is_fixed = False
                if name.value in self.variables:
                    return self.variables[name.value]
                return self._value(self.defaults.get(name.value))
        return None


def _clipped(sizes: list[int]) -> int:
    return min(max(0, sizes[0]), limits.PAGE_MOST) if sizes else limits.PAGE


def _size(given: Any) -> int:
    """The values in a list or an object, to any depth; a single one is none."""
    size, open_values = 0, [given]
    while open_values and size <= limits.COST:
        value = open_values.pop()
        inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        size += len(inside) + isinstance(value, dict | list)
        open_values.extend(inside)
    return size


def is_connection(named: Any) -> bool:
    """Whether a type is a page of objects."""
    return isinstance(named, GraphQLObjectType) and named.name.endswith("Connection")
