"""A plan: for each root field, the column of the statement that is its answer, or why there is none."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from sys import getsizeof
from typing import Any, cast

import strawberry
from django.db import connection
from graphql import GraphQLError, GraphQLObjectType
from graphql.execution.collect_fields import FieldDetailsList, collect_fields
from graphql.execution.executor import Executor

from accounts import tenancy
from accounts.graphql.context import Context
from accounts.graphql.reads.holes import Tree
from accounts.graphql.reads.roots import RootPlanner
from accounts.graphql.reads.slots import Slots
from accounts.graphql.reads.sql import Groups, Sql
from accounts.graphql.reads.statements import Statement, statement_of
from accounts.graphql.reads.uncompiled import Uncompiled
from accounts.tallies import Counted, Tally

LONGEST = 1_000_000
"""Bytes of a statement: filters are written wherever they are used."""


@dataclass(frozen=True, slots=True)
class Field:
    """One root field: its key, and where its answer comes from; how it is selected, where Python asks.

    That is a column of the statement, with figures put into its holes or one `made` of what it counts; or a
    text; or Python alone, for the reason given.
    """

    key: str
    details: FieldDetailsList = field(default_factory=list)
    column: int | None = None
    text: str | None = None
    reason: str = ""
    holes: Tree = field(default_factory=dict)
    made: Callable[[Counted], Any] | None = None

    @property
    def why(self) -> str:
        """Why Python has a part in it; empty where it has none."""
        if self.made:
            return "counted, and made in Python"
        return self.reason or ("figures on top" if self.holes else "")


@dataclass(frozen=True, slots=True)
class Plan:
    """How an operation is answered."""

    kind: GraphQLObjectType
    fields: Sequence[Field]
    statement: Statement | None

    @property
    def is_compiled(self) -> bool:
        """Whether Postgres writes all of it but what is known already."""
        return not any(each.why for each in self.fields)

    @property
    def reasons(self) -> dict[str, str]:
        """Why a field is worked out in Python, all of it or something on top."""
        return {each.key: each.why for each in self.fields if each.why}

    @property
    def sql(self) -> str:
        """The statement's text; empty where there is none."""
        return self.statement.sql.decode() if self.statement else ""

    @property
    def is_timeless(self) -> bool:
        """Whether nothing in it may be of the day it was made; a figure may say the day it is of."""
        is_of_a_day = any(each.made for each in self.fields)
        return not is_of_a_day and (self.statement is None or self.statement.is_timeless)

    @property
    def size(self) -> int:
        """About how many bytes it takes, but for the document, if it holds parts of that."""
        texts = sum(getsizeof(each.key) + getsizeof(each.text) for each in self.fields)
        return 500 * len(self.fields) + texts + (self.statement.size if self.statement else 0)


def failure(problem: Exception, plan: Plan, executor: Executor) -> GraphQLError:
    """What went wrong with a statement: said at each field in it, and of the field where there is one."""
    keys = [each.key for each in plan.fields if each.column is not None]
    selected = _selected(executor, plan.kind)
    nodes = [each.node for key in keys for each in selected[key]]
    return GraphQLError("", nodes, path=keys if len(keys) == 1 else None, original_error=problem)


def _selected(executor: Executor, kind: GraphQLObjectType) -> Mapping[str, FieldDetailsList]:
    found = collect_fields(
        executor.schema, executor.fragments, executor.variable_values, kind, executor.operation
    )
    return found.grouped_field_set


def plan_of(schema: strawberry.Schema, executor: Executor, context: Context, slots: Slots) -> Plan:
    """Plan an operation; raises what the ordinary way would, for input that is none."""
    kind = cast("GraphQLObjectType", schema._schema.query_type)
    fields: list[Field] = []
    columns: list[Sql] = []
    for key, details in _selected(executor, kind).items():
        if details[0].node.name.value == "__typename":
            fields.append(Field(key, text=f'"{kind.name}"'))
            continue
        planner = RootPlanner(schema, executor, context, slots)
        try:
            planned = planner.root(kind, details)
        except Uncompiled as reason:
            fields.append(Field(key, details, reason=str(reason)))
            continue
        match planned:
            case str():
                fields.append(Field(key, text=planned))
                continue
            case Tally(groups=groups, made=made):
                column = Groups(groups).sql(connection)
                fields.append(Field(key, details, column=len(columns), made=made))
            case _:
                column = planned.sql(connection)
                fields.append(Field(key, column=len(columns), holes=planner.holes))
        columns.append(column)
    comment = tenancy.tenant().schema_name
    statement = statement_of(columns, slots.uses, comment) if columns else None
    if statement and len(statement.sql) > LONGEST:
        raise Uncompiled("a statement longer than any should be")
    return Plan(kind, fields, statement)
