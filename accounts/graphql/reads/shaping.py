"""From a figure to what is selected of it, without the executor: its attributes, as their types write them.

A function is made of each selection once a request, and used for every row. Whatever does not go smoothly (a
resolver, a value that its type refuses, an error) is done by the executor, which says what is wrong.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError
from graphql import (
    GraphQLField,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    is_leaf_type,
)
from graphql.execution.collect_fields import FieldDetailsList
from graphql.execution.executor import Executor, to_nodes
from graphql.execution.values import get_argument_values
from graphql.pyutils import Path
from strawberry.schema.schema_converter import GraphQLCoreConverter

from accounts.graphql.reads.uncompiled import Uncompiled

type Shape = Callable[[Any], Any]


class Unshaped(Uncompiled):
    """Something that only the executor can do."""


@dataclass(slots=True)
class Shaper:
    """Resolves fields and shapes what they are, for one request."""

    executor: Executor
    made: dict[int, Shape | None] = field(default_factory=dict)

    def field(self, kind: GraphQLObjectType, source: Any, details: FieldDetailsList, path: Path) -> Any:
        """A field of a source, as it is selected."""
        key = id(details)
        if key not in self.made:
            self.made[key] = self._resolved(kind, details, path)
        resolve = self.made[key]
        if resolve is not None:
            try:
                return resolve(source)
            except DatabaseError:  # nothing more can be asked of this transaction
                raise
            except Exception:  # noqa: BLE001  # told below, in the executor's words
                self.made[key] = None
        return self.executor.execute_field(kind, source, details, path, None)

    def known(self, kind: GraphQLObjectType, source: Any, details: FieldDetailsList) -> Any:
        """A field that cannot go wrong, as it is selected; raises Unshaped where only the executor has it."""
        resolve = self._resolved(kind, details, Path(None, details[0].node.name.value, kind.name))
        if resolve is None:
            raise Unshaped(f"{kind.name}.{details[0].node.name.value} is worked out in Python")
        return resolve(source)

    def _resolved(self, kind: GraphQLObjectType, details: FieldDetailsList, path: Path) -> Shape | None:
        executor, node = self.executor, details[0].node
        definition = kind.fields[node.name.value]
        resolve = definition.resolve
        if resolve is None:
            return None
        try:
            shape = self._shape(definition.type, details)
            given = get_argument_values(definition, node, executor.variable_values)
        except Exception:  # noqa: BLE001  # as above
            return None
        info = executor.build_resolve_info(definition, to_nodes(details), kind, path)
        return lambda source: shape(resolve(source, info, **given))

    def _shape(self, kind: GraphQLOutputType, details: FieldDetailsList) -> Shape:
        match kind:
            case GraphQLNonNull(of_type=inner):
                return _required(self._shape(inner, details))
            case GraphQLList(of_type=item):
                return _listed(self._shape(item, details))
            case GraphQLObjectType():
                return self._object(kind, details)
        if is_leaf_type(kind):
            return _leaf(kind)
        raise Unshaped(str(kind))

    def _object(self, kind: GraphQLObjectType, details: FieldDetailsList) -> Shape:
        parts: list[tuple[str, str, Shape]] = []
        for key, each in self.executor.collect_subfields(kind, details).grouped_field_set.items():
            name = each[0].node.name.value
            if name == "__typename":
                parts.append((key, "__class__", lambda _: kind.name))
                continue
            definition = kind.fields[name]
            parts.append((key, _attribute(definition), self._shape(definition.type, each)))

        def shape(value: Any) -> Any:
            if value is None:
                return None
            return {key: inner(getattr(value, attribute)) for key, attribute, inner in parts}

        return shape


def _attribute(definition: GraphQLField) -> str:
    declared: Any = definition.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if declared is None or not declared.is_basic_field or definition.args:
        raise Unshaped(str(declared))
    return str(declared.python_name)


def _required(inner: Shape) -> Shape:
    def shape(value: Any) -> Any:
        shaped = inner(value)
        if shaped is None:
            raise Unshaped("null where nothing may be")
        return shaped

    return shape


def _listed(item: Shape) -> Shape:
    return lambda value: None if value is None else [item(each) for each in value]


def _leaf(kind: GraphQLLeafType) -> Shape:
    write = kind.coerce_output_value
    return lambda value: None if value is None else write(value)
