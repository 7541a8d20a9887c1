"""What is selected below a row in hand, by one statement: what a mutation returns, what a resolver found.

The row itself is shown to whoever got it; for all that hangs on it, the same holds as anywhere.
"""

import json
from dataclasses import dataclass
from typing import Any

import strawberry
from django.db import connection
from django.db.models import Model, UUIDField
from graphql import GraphQLError, GraphQLObjectType
from graphql.execution.collect_fields import FieldDetailsList
from graphql.execution.executor import Executor
from graphql.pyutils import Path

from accounts import tenancy
from accounts.errors import DomainError
from accounts.graphql.context import Context
from accounts.graphql.reads.holes import Tree, fill
from accounts.graphql.reads.keeping import ROOM, Kept, kept
from accounts.graphql.reads.keys import kept_under, size_of, values_key
from accounts.graphql.reads.planner import Planner
from accounts.graphql.reads.shaping import Shaper
from accounts.graphql.reads.slots import Given, Slot, Slots, Use
from accounts.graphql.reads.statements import Statement, statement_of
from accounts.graphql.reads.texts import DOUBT
from accounts.graphql.reads.uncompiled import Uncompiled
from accounts.shelves import Shelf

KEY = "key"
"""The one thing that a row's statement leaves open."""


@dataclass(frozen=True, slots=True)
class RowPlan:
    """How what is below a row is read; without a statement where there is nothing to read."""

    statement: Statement | None = None
    holes: Tree | None = None

    @property
    def is_timeless(self) -> bool:
        """Whether nothing in it may be of the day or the moment it was made."""
        return self.statement is None or self.statement.is_timeless

    @property
    def size(self) -> int:
        """About how much room it takes."""
        return 500 + (self.statement.size if self.statement else 0)


class RowReader:
    """Reads below rows, for one schema."""

    def __init__(self, schema: strawberry.Schema) -> None:
        self.schema = schema
        self.plans: Shelf[Kept[RowPlan]] = Shelf(ROOM)

    def below(
        self, executor: Executor, kind: GraphQLObjectType, details: FieldDetailsList, path: Path, row: Model
    ) -> dict[str, Any] | None:
        """What is selected, or None where the ordinary way is as short."""
        context: Context = executor.context_value
        document = context.document
        key = (document.number, kind.name, self._selected(executor, details), kept_under(context))
        found = self.plans.get(key)
        if found is None or not found.holds:
            found = kept(self._planned(executor, kind, details, type(row)), found)
            size = size_of(key) + found.plan.size + (document.weight if found.plan.holes else 0)
            self.plans.put(key, found, size)
        plan = found.plan
        if plan.statement is None:
            return None
        (text,) = plan.statement.fetch({KEY: row.pk})
        if text is None or DOUBT in text:
            return None
        data: dict[str, Any] = json.loads(text)
        if plan.holes:
            fill(data, plan.holes, path, Shaper(executor))
        return data

    def _selected(self, executor: Executor, details: FieldDetailsList) -> tuple[Any, ...]:
        document, variables = executor.context_value.document, executor.variable_values.coerced
        nodes = [each.node for each in details]
        used = {name for node in nodes for name in document.uses_of(node)}
        return (*map(id, nodes), values_key({name: variables.get(name) for name in sorted(used)}))

    def _planned(
        self, executor: Executor, kind: GraphQLObjectType, details: FieldDetailsList, model: type[Model]
    ) -> RowPlan:
        planner = Planner(self.schema, executor, executor.context_value, Slots({}))
        rows = model._default_manager.order_by().filter(pk=Slot(Given(0, 0), UUIDField()))
        try:
            row = planner.row(rows, kind, details)
        except (Uncompiled, DomainError, GraphQLError):
            return RowPlan()
        if not planner.reads_more:
            return RowPlan()
        uses = [Use(KEY, lambda key: [key])]
        sql = row.sql(connection)
        return RowPlan(statement_of([sql], uses, tenancy.tenant().schema_name), planner.holes)
