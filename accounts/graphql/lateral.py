"""The first few rows of each of many parents, in one statement that reads no more than those.

Django has no LATERAL, and its window functions read every child of every parent (measured: 156 times the
work). So the compiler of a nested page wraps the ordinary statement:

    SELECT row.* FROM unnest(<parents>) parent(id) CROSS JOIN LATERAL (<the queryset, LIMIT n>) row

The queryset is Django's own, with all its filters and `visible_to`; it names its parent by `PARENT`. A
LATERAL subquery that depends on its parent can only be joined by a nested loop, which keeps the order of
parents, and of rows within each.

Where rows hang on their parent through others (events on people through identities), each of those gives its
first few, and the parent the first few of them:

    ... CROSS JOIN LATERAL (SELECT few.* FROM (<the others>) via(id) CROSS JOIN LATERAL (<the queryset>) few
    ORDER BY ... LIMIT n) row
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, UUIDField
from django.db.models.expressions import Expression
from django.db.models.sql import Query
from django.db.models.sql.compiler import SQLCompiler


class Key(Expression):
    """A key that the wrapping statement gives."""

    output_field = UUIDField()
    contains_column_references = True

    def __init__(self, column: str) -> None:
        super().__init__()
        self.column = column

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple[()]]:
        """The column."""
        return self.column, ()

    def get_group_by_cols(self) -> list[Any]:
        """Grouped by, where rows are counted."""
        return [self]


PARENT = Key('"parent"."id"')
"""The key of the parent that a row is read for."""

VIA = Key('"via"."id"')
"""The key of the row through which it hangs on its parent."""


@dataclass(frozen=True, slots=True)
class Through:
    """The keys through which rows hang on `PARENT`, and the order in which the first few are chosen."""

    keys: QuerySet
    order: str


class LateralCompiler(SQLCompiler):
    """Wraps the statement around the parents."""

    query: "LateralQuery"

    def as_sql(self, *args: Any, **kwargs: Any) -> tuple[str, tuple[Any, ...]]:
        """The statement for all parents."""
        sql, parameters = super().as_sql(*args, **kwargs)
        if through := self.query.through:
            via, given = through.keys.query.get_compiler(connection=self.connection).as_sql()
            sql = (
                f'SELECT "few".* FROM ({via}) AS "via"("id") CROSS JOIN LATERAL ({sql}) AS "few"'  # noqa: S608  # all from compilers
                f" ORDER BY {through.order} LIMIT {self.query.high_mark}"
            )
            parameters = (*given, *parameters)
        wrapped = (
            f'SELECT "row".* FROM unnest(%s::uuid[]) AS "parent"("id") CROSS JOIN LATERAL ({sql}) AS "row"'  # noqa: S608  # `sql` is the compiler's own
        )
        return wrapped, (self.query.parents, *parameters)


class LateralQuery(Query):
    """A query that runs once for each of `parents`."""

    parents: list[UUID]
    through: Through | None

    def get_compiler(self, using: str | None = None, connection: Any = None, elide_empty: bool = True) -> Any:
        """Our compiler, around the same statement."""
        plain = super().get_compiler(using, connection, elide_empty)
        return LateralCompiler(self, plain.connection, plain.using, elide_empty)


def for_each(rows: QuerySet, parents: Sequence[UUID], through: Through | None = None) -> QuerySet:
    """The queryset, read for each parent; it must be sliced already, or be an aggregate."""
    query: LateralQuery = rows.query.chain(klass=LateralQuery)  # type: ignore[assignment]
    query.parents, query.through = list(parents), through
    nested = rows.all()
    nested.query = query
    return nested
