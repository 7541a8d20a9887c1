"""From the fields of the root to statements, groups to be counted, and texts that are known already."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import UUIDField
from graphql import GraphQLField, GraphQLObjectType, get_nullable_type
from graphql.execution.collect_fields import FieldDetailsList
from strawberry.utils.str_converters import to_camel_case

from accounts.graphql.connections import ConnectionField
from accounts.graphql.facts import FactField
from accounts.graphql.lateral import PARENT
from accounts.graphql.nodes import NODES, rows_of, shape_of
from accounts.graphql.reads.holes import EVERY, KIND, Trail
from accounts.graphql.reads.planner import Planner
from accounts.graphql.reads.shaping import Shaper
from accounts.graphql.reads.slots import Slot
from accounts.graphql.reads.sql import AnyRows, Constant, Known, Object, Row, Written
from accounts.graphql.reads.uncompiled import Uncompiled
from accounts.graphql.relations import (
    AnyField,
    AnyFieldList,
    One,
    OneField,
    OnlyField,
    SingleField,
    node_in,
    not_too_many,
)
from accounts.graphql.totals import RowArgument, TotalField
from accounts.graphql.written import written
from accounts.tallies import Tally


@dataclass(slots=True)
class RootPlanner(Planner):
    """Plans the fields of the root for one request."""

    def root(self, kind: GraphQLObjectType, details: FieldDetailsList) -> Written | Tally[Any] | str:
        """A field of the root, what is counted for it, or its text; raises Uncompiled where it is Python."""
        definition, declared = self._field(kind, details)
        match declared:
            case ConnectionField():
                return self._page(declared, definition, details, ())
            case OnlyField(target=target, which=which):
                return self.row(which(rows_of(target, self.context)), self._kind(target), details)
            case SingleField() | AnyField():
                return self._by_id(declared, self._arguments(definition, declared, details)["id"], details)
            case AnyFieldList():
                return self._by_ids(self._arguments(definition, declared, details)["ids"], details)
            case FactField():
                try:
                    return self._fact(kind, declared, definition, details)
                except Exception as problem:  # the ordinary way says what is wrong
                    raise Uncompiled(f"{kind.name}.{details[0].node.name.value} goes wrong") from problem
            case TotalField():
                return self._tally(declared, definition, details) or "null"
        raise Uncompiled(f"{kind.name}.{details[0].node.name.value} is worked out in Python")

    def _by_id(self, declared: SingleField | AnyField, given: str, details: FieldDetailsList) -> Row:
        target = declared.target if isinstance(declared, SingleField) else NODES[node_in(given)[0]]
        key = self.slots.key(details[0].node, shape_of(target).name, given)
        return self.row(rows_of(target, self.context).filter(pk=key), self._kind(target), details)

    def _by_ids(self, given: Sequence[str], details: FieldDetailsList) -> AnyRows:
        names, keys = self.slots.keys(details[0].node, given)
        objects = {
            name: self._fields(self._kind(NODES[name]), details, (EVERY, KIND, name))
            for name in sorted({node_in(each)[0] for each in not_too_many(given)})
        }
        by_name = {
            name: rows_of(NODES[name], self.context)
            .filter(pk=PARENT)
            .values(j0=Object({KIND: Constant(name), **fields} if self.holes else fields))
            for name, fields in objects.items()
        }
        return AnyRows(names, keys, by_name)

    def _tally(
        self, declared: TotalField, definition: GraphQLField, details: FieldDetailsList
    ) -> Tally[Any] | None:
        def key(row: RowArgument, id: str) -> Any:
            name, argument = shape_of(row.target).name, to_camel_case(row.python_name)
            return self.slots.key(details[0].node, name, id, argument)

        return declared.tally(self.context, self._arguments(definition, declared, details), key)

    def _fact(
        self,
        root: GraphQLObjectType,
        declared: FactField,
        definition: GraphQLField,
        details: FieldDetailsList,
    ) -> Known | str:
        shaper, kind = Shaper(self.executor), get_nullable_type(definition.type)
        if not isinstance(kind, GraphQLObjectType):
            return written(shaper.known(root, None, details))
        fact = declared.known(self.context)
        parts: dict[str, Written | str] = {}
        for key, each in self.executor.collect_subfields(kind, details).grouped_field_set.items():
            is_name = each[0].node.name.value == "__typename"
            hung = None if is_name else self._field(kind, each)[1]
            if isinstance(hung, OneField):
                parts[key] = self._hung(hung.one, fact, each, (key,))
            else:
                parts[key] = written(kind.name if is_name else shaper.known(kind, fact, each))
        if all(isinstance(part, str) for part in parts.values()):
            return f"{{{','.join(f'"{key}":{part}' for key, part in parts.items())}}}"
        opened = {key: self.slots.own(part) if isinstance(part, str) else part for key, part in parts.items()}
        return Known(opened)

    def _hung(self, one: One, fact: Any, details: FieldDetailsList, trail: Trail) -> Row | str:
        key = getattr(fact, one.key)
        if key is None:
            return "null"
        rows = rows_of(one.target, self.context).filter(**{one.by: Slot(self.slots.own(key), UUIDField())})
        return self.row(rows, self._kind(one.target), details, trail)
