"""From what is selected to querysets: the fields of the graph, as expressions of their rows.

What a field is was declared once (`nodes`, `relations`, `connections`, `money`), and is read here as it is
read there: the same rows, filters, orders and conditions, so that nobody sees more this way or that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import strawberry
from django.db.models import Case, F, QuerySet, TextField, When
from django.db.models.expressions import Expression
from graphql import GraphQLField, GraphQLNonNull, GraphQLObjectType, get_named_type
from graphql.execution.collect_fields import FieldDetailsList
from graphql.execution.executor import Executor
from graphql.execution.values import get_argument_values
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.arguments import convert_arguments

from accounts.graphql.connections import (
    EVERYTHING,
    ConnectionField,
    ListField,
    Many,
    asked,
    window_of,
)
from accounts.graphql.context import Context
from accounts.graphql.keyset import Keyset
from accounts.graphql.lateral import PARENT
from accounts.graphql.money import MoneyField
from accounts.graphql.nodes import NODES, BlankIsNull, Column, Computed, GlobalId, rows_of, shape_of
from accounts.graphql.pages import within
from accounts.graphql.reads import texts
from accounts.graphql.reads.holes import EVERY, Hole, Trail, Tree, dig
from accounts.graphql.reads.page import Page, Part
from accounts.graphql.reads.slots import Slots
from accounts.graphql.reads.sql import Below, Constant, Object, Row, Rows
from accounts.graphql.reads.uncompiled import Uncompiled
from accounts.graphql.relations import FigureField, One, OneField


@dataclass(slots=True)
class Planner:
    """Plans the fields of one request."""

    schema: strawberry.Schema
    executor: Executor
    context: Context
    slots: Slots
    holes: Tree = field(default_factory=dict)
    """What Python adds on top."""
    reads_more: bool = False
    """Whether more than columns of the row in hand is read."""

    def row(
        self, rows: QuerySet, kind: GraphQLObjectType, details: FieldDetailsList, trail: Trail = ()
    ) -> Row:
        """The selected fields of a row."""
        return Row(rows.values(j0=self._object(kind, details, trail)))

    def _kind(self, target: type) -> GraphQLObjectType:
        return self.schema._schema.type_map[shape_of(target).name]  # type: ignore[return-value]

    def _field(self, kind: GraphQLObjectType, details: FieldDetailsList) -> tuple[GraphQLField, Any]:
        name = details[0].node.name.value
        if name not in kind.fields:
            raise Uncompiled(f"{name} is about the schema")
        definition = kind.fields[name]
        return definition, definition.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)

    def _arguments(
        self, definition: GraphQLField, declared: Any, details: FieldDetailsList
    ) -> dict[str, Any]:
        given = get_argument_values(definition, details[0].node, self.executor.variable_values)
        converter = self.schema.schema_converter
        return convert_arguments(given, declared.arguments, converter.scalar_registry, self.schema.config)

    def _object(self, kind: Any, details: FieldDetailsList, trail: Trail) -> Object:
        return Object(self._fields(kind, details, trail))

    def _fields(self, kind: Any, details: FieldDetailsList, trail: Trail) -> Mapping[str, Expression | F]:
        fields = self.executor.collect_subfields(kind, details).grouped_field_set
        return {key: self._value(kind, each, (*trail, key)) for key, each in fields.items()}

    def _value(self, kind: Any, details: FieldDetailsList, trail: Trail) -> Expression | F:
        if details[0].node.name.value == "__typename":
            return Constant(kind.name)
        definition, declared = self._field(kind, details)
        match declared:
            case MoneyField():
                return self._money(declared, definition, details)
            case FigureField() | OneField() | ConnectionField() | ListField():
                self.reads_more = True
                return self._more(kind, details, trail)
            case Column(base_resolver=None):
                return self._column(kind, declared, definition)
        raise Uncompiled(f"{kind.name}.{details[0].node.name.value} is worked out in Python")

    def _more(self, kind: Any, details: FieldDetailsList, trail: Trail) -> Expression | F:
        definition, declared = self._field(kind, details)
        match declared:
            case OneField(one=one):
                return Below(one.key, self._one(one, details, trail))
            case ConnectionField(many=many):
                return Below(many.key, self._page(declared, definition, details, trail))
            case ListField(many=many):
                return Below(many.key, self._list(many, details, trail))
        if isinstance(definition.type, GraphQLNonNull):
            raise Uncompiled(f"{kind.name}.{declared.python_name} is Python, and required")
        dig(self.holes, trail, Hole(kind, details, declared.figure.key))
        return F(declared.figure.key)

    def _column(self, kind: Any, declared: Column, definition: GraphQLField) -> Expression | F:
        match declared:
            case GlobalId():
                return texts.global_id(kind.name)
            case Computed(expression=expression):
                return texts.written(expression, self._column_of(kind, expression), definition.type)
        name = declared.django_name or declared.python_name
        value = texts.blank_is_null(F(name)) if isinstance(declared, BlankIsNull) else F(name)
        return texts.written(value, self._column_of(kind, F(name)), definition.type)

    @staticmethod
    def _column_of(kind: Any, value: Any) -> Any:
        if not isinstance(value, F):
            return value.output_field
        model: Any = shape_of(NODES[kind.name]).model
        *path, last = value.name.split("__")  # type: ignore[attr-defined]
        for part in path:
            model = model._meta.get_field(part).related_model
        return model._meta.get_field(last)

    def _money(self, declared: MoneyField, definition: GraphQLField, details: FieldDetailsList) -> Expression:
        columns = declared.columns
        kind = cast("GraphQLObjectType", get_named_type(definition.type))
        parts: Mapping[str, Expression | F] = {
            "amount": texts.text(F(columns.amount)),
            "currency": F(columns.currency),
            "__typename": Constant(kind.name),
        }
        fields = self.executor.collect_subfields(kind, details).grouped_field_set
        amount = Object({key: parts[each[0].node.name.value] for key, each in fields.items()})
        return Case(When(**{f"{columns.amount}__isnull": False}, then=amount), output_field=TextField())

    def _one(self, one: One, details: FieldDetailsList, trail: Trail) -> Row:
        rows = rows_of(one.target, self.context).filter(**{one.by: PARENT})
        return Row(rows.values(j0=self._object(self._kind(one.target), details, trail)))

    def _list(self, many: Many, details: FieldDetailsList, trail: Trail) -> Rows:
        rows, keyset = asked(many, rows_of(many.target, self.context), self.context, {})
        rows = keyset.order(many.hanging(()).all(rows), backwards=False)
        item = self._object(self._kind(many.target), details, (*trail, EVERY))
        return Rows(rows.values(j0=item)[: EVERYTHING.size])

    # A page.
    def _page(
        self, declared: ConnectionField, definition: GraphQLField, details: FieldDetailsList, trail: Trail
    ) -> Page:
        many, given = declared.many, self._arguments(definition, declared, details)
        rows, keyset = asked(many, rows_of(many.target, self.context), self.context, given)
        window, hanging = window_of(given), many.hanging(()) if many.is_nested else None
        page = Page(
            rows=(hanging.few(rows) if hanging else rows),
            all_rows=(hanging.all(rows) if hanging else rows).order_by().values("pk"),
            window=window,
            through=hanging.via(keyset, window) if hanging else None,
        )
        objects = self._parts(page, keyset, get_named_type(definition.type), details, trail)

        def read(argument: str) -> Sequence[Any]:
            return self.slots.cursor(details[0].node, argument, keyset, given[argument])

        ordered = within(page.rows, keyset, window, read)
        columns = [term.path for term in keyset.terms] if page.through else []
        size = window.size if page.is_plain else window.size + 1
        page.rows = ordered.values(*columns, **objects)[:size]
        return page

    def _parts(
        self, page: Page, keyset: Keyset, kind: Any, details: FieldDetailsList, trail: Trail
    ) -> dict[str, Expression]:
        """What is asked of a page; and what its rows must have for that."""
        objects: dict[str, Expression] = {}
        node = get_named_type(kind.fields["nodes"].type)
        for key, each in self.executor.collect_subfields(kind, details).grouped_field_set.items():
            inside = (*trail, key, EVERY)
            match each[0].node.name.value:
                case "nodes":
                    page.parts[key] = Part("list", index=len(objects))
                    objects[f"j{len(objects)}"] = self._object(node, each, inside)
                case "edges":
                    page.parts[key] = Part("list", index=len(objects))
                    edge = get_named_type(kind.fields["edges"].type)
                    objects[f"j{len(objects)}"] = self._edge(edge, node, keyset, each, inside)
                case "totalCount":
                    page.parts[key] = Part("count")
                case "pageInfo":
                    info = self.executor.collect_subfields(get_named_type(kind.fields["pageInfo"].type), each)
                    names = [
                        (name, every[0].node.name.value) for name, every in info.grouped_field_set.items()
                    ]
                    page.parts[key] = Part("bounds", fields=names)
                case _:
                    page.parts[key] = Part("name", name=kind.name)
        if page.wants_cursor:
            objects["c"] = texts.cursor(keyset.cursor_text)
        return objects

    def _edge(self, kind: Any, node: Any, keyset: Keyset, details: FieldDetailsList, trail: Trail) -> Object:
        fields: dict[str, Expression] = {}
        for key, each in self.executor.collect_subfields(kind, details).grouped_field_set.items():
            match each[0].node.name.value:
                case "cursor":
                    fields[key] = texts.cursor(keyset.cursor_text)
                case "node":
                    fields[key] = self._object(node, each, (*trail, key))
                case _:
                    fields[key] = Constant(kind.name)
        return Object(fields)
