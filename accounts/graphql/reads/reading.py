"""The reader: answers queries by their plans, and the ordinary way where there is no other.

compiled   Postgres wrote the whole answer
mixed      some root fields, or figures on top of rows, are worked out in Python
ordinary   every field is resolved in Python; so is whatever is wrong, which is where all errors come from
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, cast

import strawberry
from django.db import DatabaseError
from graphql import ExecutionResult, GraphQLError, OperationDefinitionNode
from graphql.execution.executor import Executor
from graphql.pyutils import Path

from accounts.errors import DomainError
from accounts.graphql.context import Context
from accounts.graphql.documents import is_mutation
from accounts.graphql.reads.executing import NotExecutable, executor_of
from accounts.graphql.reads.holes import fill
from accounts.graphql.reads.keeping import ROOM, Kept, kept
from accounts.graphql.reads.keys import kept_under, key_of_variables, left_open, size_of
from accounts.graphql.reads.plans import Field, Plan, failure, plan_of
from accounts.graphql.reads.rows import RowReader
from accounts.graphql.reads.shaping import Shaper
from accounts.graphql.reads.slots import Slots
from accounts.graphql.reads.texts import DOUBT
from accounts.graphql.reads.uncompiled import Uncompiled
from accounts.graphql.totals import Counted
from accounts.graphql.written import written
from accounts.shelves import Shelf

type Way = Literal["compiled", "mixed", "ordinary"]
type Variables = Mapping[str, Any]


@dataclass(slots=True)
class Read:
    """An answer: its data as JSON, None where the request was refused; errors; how it was come by."""

    data: str | None
    errors: Sequence[GraphQLError] = ()
    way: Way = "compiled"
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Why not compiled: by root field, or under "" for the whole."""
    sql: str = ""
    is_broken: bool = False
    """Whether its statement failed in the database, so that nothing of the request can be kept."""

    @property
    def summary(self) -> str:
        """How it was come by, in one line of plain ASCII."""
        reasons = [f"{key}: {reason}" if key else reason for key, reason in self.reasons.items()]
        return "; ".join([self.way, *reasons]).encode("ascii", "replace").decode()


class Reader:
    """Answers the operations of one schema."""

    def __init__(self, schema: strawberry.Schema, *, is_compiling: bool = True) -> None:
        self.schema = schema
        self.is_compiling = is_compiling
        self.plans: Shelf[Kept[Plan]] = Shelf(ROOM)
        self.rows = RowReader(schema)

    def answer(self, operation: OperationDefinitionNode, variables: Variables, context: Context) -> Read:
        """Answer an operation."""
        try:
            if not self.is_compiling:
                return self._ordinary(self._executor(operation, variables, context), {"": "not compiling"})
            if is_mutation(operation) or not context.actor.is_known:
                reason = {"": "a mutation" if is_mutation(operation) else "nobody is asking"}
                return self._ordinary(self._executor(operation, variables, context), reason)
            return self._read(operation, variables, context)
        except NotExecutable as refused:
            return Read(None, refused.errors, "ordinary", {"": "variables that do not fit"})

    def _read(self, operation: OperationDefinitionNode, variables: Variables, context: Context) -> Read:
        executor, document = None, context.document
        try:
            uses = document.uses_of(operation)
            key = (document.number, id(operation), key_of_variables(uses, variables), kept_under(context))
            found = self.plans.get(key)
            if found is None or not found.holds:
                executor = self._executor(operation, variables, context)
                plan = plan_of(self.schema, executor, context, Slots(left_open(uses, variables)))
                found = kept(plan, found)
                size = size_of(key) + plan.size + (0 if plan.is_compiled else document.weight)
                self.plans.put(key, found, size)
            plan = found.plan
            try:
                row = plan.statement.fetch(variables) if plan.statement else ()
            except DatabaseError as problem:
                executor = executor or self._executor(operation, variables, context)
                return Read(None, [failure(problem, plan, executor)], is_broken=True)
        except (DomainError, GraphQLError, Uncompiled) as refused:
            executor = executor or self._executor(operation, variables, context)
            return self._ordinary(executor, {"": str(refused)})
        if plan.is_compiled and not _is_doubtful(row):
            return Read(_joined(plan.fields, row), sql=plan.sql)
        executor = executor or self._executor(operation, variables, context)
        if _is_doubtful(row):
            return self._ordinary(executor, {"": "a value that the schema cannot show"})
        return _mixed(plan, row, executor)

    def _executor(
        self, operation: OperationDefinitionNode, variables: Variables, context: Context
    ) -> Executor:
        below = self.rows.below if self.is_compiling and context.actor.is_known else None
        return executor_of(self.schema, operation, variables, context, below)

    def _ordinary(self, executor: Executor, reasons: Mapping[str, str]) -> Read:
        result = cast("ExecutionResult", executor.execute_operation())
        return Read(written(result.data), result.errors or (), "ordinary", reasons)


def _is_doubtful(row: Sequence[str | None]) -> bool:
    return any(text is not None and DOUBT in text for text in row)


def _joined(fields: Sequence[Field], row: Sequence[str | None]) -> str:
    parts = [
        f'"{each.key}":{(each.text if each.column is None else row[each.column]) or "null"}'
        for each in fields
    ]
    return f"{{{','.join(parts)}}}"


def _mixed(plan: Plan, row: Sequence[str | None], executor: Executor) -> Read:
    shaper = Shaper(executor)
    try:
        parts = [f'"{each.key}":{_text(plan, each, row, shaper)}' for each in plan.fields]
        data = f"{{{','.join(parts)}}}"
    except GraphQLError as error:  # of a field that must not be null
        executor.collected_errors.add(error, None)
        data = "null"
    way: Way = "mixed" if plan.statement else "ordinary"
    return Read(data, executor.collected_errors.errors, way, plan.reasons, plan.sql)


def _text(plan: Plan, each: Field, row: Sequence[str | None], shaper: Shaper) -> str:
    path = Path(None, each.key, plan.kind.name)
    text = (each.text if each.column is None else row[each.column]) or "null"
    if each.reason:
        return written(shaper.executor.execute_field(plan.kind, None, each.details, path, None))
    if each.made:
        counted = Counted(each.made, json.loads(text, parse_float=Decimal))
        return written(shaper.field(plan.kind, counted, each.details, path))
    if not each.holes:
        return text
    data = json.loads(text)
    fill(data, each.holes, path, shaper)
    return written(data)
