"""The ordinary way: strawberry's executor, every field resolved in Python.

It differs from the library's own `execute_sync` in one thing: where a row is in hand (what a mutation made,
what a resolver found), what is selected below it may be read by one statement.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import strawberry
from django.db.models import Model
from graphql import GraphQLError, GraphQLObjectType, OperationDefinitionNode
from graphql.execution.collect_fields import FieldDetailsList
from graphql.execution.execute import assume_not_async_iterable, assume_not_awaitable
from graphql.execution.executor import Executor
from graphql.pyutils import Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from accounts.graphql.context import Context

NEAR = 2
"""How far from the root a row is taken to be alone: a root field, or a field of a mutation's payload."""

type Below = Callable[[Executor, GraphQLObjectType, FieldDetailsList, Path, Model], dict[str, Any] | None]
"""Reads what is selected below a row; None where there is nothing to read but the row itself."""


class NotExecutable(Exception):
    """The variables are not what the operation declares."""

    def __init__(self, errors: Sequence[GraphQLError]) -> None:
        super().__init__(*errors)
        self.errors = errors


class RowExecutor(StrawberryGraphQLCoreExecutionContext):
    """Strawberry's executor, with a shorter way below rows."""

    below: Below | None = None

    def complete_object_value(  # noqa: PLR0913  # the library's own
        self,
        return_type: GraphQLObjectType,
        field_details_list: FieldDetailsList,
        info: Any,
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        """The object, from the database where that is shorter."""
        if self.below is not None and isinstance(result, Model) and _is_alone(path):
            found = self.below(self, return_type, field_details_list, path, result)
            if found is not None:
                return found
        return super().complete_object_value(
            return_type, field_details_list, info, path, result, position_context
        )


def _is_alone(path: Path) -> bool:
    steps = path.as_list()
    return len(steps) <= NEAR and all(isinstance(step, str) for step in steps)


def executor_of(
    schema: strawberry.Schema,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
    context: Context,
    below: Below | None = None,
) -> Executor:
    """An executor of one request; raises NotExecutable where its variables do not fit."""
    executor: Any = RowExecutor.build(
        schema._schema,
        context.document.tree,
        context_value=context,
        raw_variable_values=dict(variables),
        operation_name=operation.name.value if operation.name else None,
        is_awaitable=assume_not_awaitable,
        is_async_iterable=assume_not_async_iterable,
    )
    if isinstance(executor, list):
        raise NotExecutable(executor)
    executor.below = below
    return executor
