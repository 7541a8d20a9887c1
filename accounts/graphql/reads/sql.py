"""Pieces of SQL that Django has no words for: objects, and statements within statements, as JSON.

Each is an expression of Django's around ordinary querysets. A queryset that hangs on a row names it by
`lateral.PARENT`, as it does on the ordinary way; here the row itself is the parent:

    (SELECT ... FROM (SELECT <key> AS "id") AS "parent" CROSS JOIN LATERAL (<the queryset>) AS "row")
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.core.exceptions import EmptyResultSet
from django.db.models import F, Func, QuerySet, TextField
from django.db.models.expressions import Expression

from accounts.graphql.reads.slots import Given

type Sql = tuple[str, tuple[Any, ...]]

NOTHING = "NULL"


class Object(Func):
    """A JSON object: keys in their order, and what stands under each."""

    output_field = TextField()

    def __init__(self, fields: Mapping[str, Expression | F]) -> None:
        super().__init__(*fields.values())
        self.keys = tuple(fields)

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> Sql:  # type: ignore[override]
        """The object."""
        values = [compiler.compile(each) for each in self.source_expressions]
        sql = json_object(zip(self.keys, (each for each, _ in values), strict=True))
        return sql, tuple(given for _, each in values for given in each)


class Constant(Expression):
    """A text that is a part of the question: the name of a type."""

    output_field = TextField()

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def as_sql(self, compiler: Any, connection: Any) -> Sql:
        """The text; names in GraphQL hold letters, digits and underscores."""
        return f"'{self.text}'", ()


@dataclass(frozen=True, slots=True)
class Row:
    """One row or nothing: its object is the queryset's `j0`."""

    rows: QuerySet

    def sql(self, connection: Any, parent: str = "") -> Sql:
        """The object, or NULL."""
        found = statement(self.rows, connection)
        if found is None:
            return NOTHING, ()
        rows, given = found
        return f'(SELECT "row"."j0" FROM {hung(parent, rows, "row")})', given  # noqa: S608  # all from compilers


@dataclass(frozen=True, slots=True)
class Known:
    """An object of which all is known but the rows in it: texts of JSON, left open, and statements."""

    parts: Mapping[str, "Given | Written"]

    def sql(self, connection: Any, parent: str = "") -> Sql:
        """The object."""
        parts = {
            key: ("%s::json", (part,)) if isinstance(part, Given) else part.sql(connection)
            for key, part in self.parts.items()
        }
        sql = json_object((key, each) for key, (each, _) in parts.items())
        return f"({sql})", tuple(given for _, each in parts.values() for given in each)


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows of a queryset as a list: their objects are its `j0`."""

    rows: QuerySet

    def sql(self, connection: Any, parent: str = "") -> Sql:
        """The list."""
        rows, given = statement(self.rows, connection) or no_rows(1)
        return f"(SELECT {listed(0)} FROM {hung(parent, rows, 'row')})", given  # noqa: S608  # all from compilers


@dataclass(frozen=True, slots=True)
class AnyRows:
    """The rows with some ids, in their order, of several types: their objects are each queryset's `j0`.

    `names` and `keys` are what stands in the ids: lists, or what a request gives.
    """

    names: Any
    keys: Any
    by_name: Mapping[str, QuerySet]

    def sql(self, connection: Any, parent: str = "") -> Sql:
        """The list, with null for what was not found."""
        joins, objects, given = [], ["NULL"], [self.names, self.keys]
        for name, rows in self.by_name.items():
            found = statement(rows, connection)
            if found is None:
                continue
            alias = f'"as_{name}"'
            joins.append(f""" LEFT JOIN LATERAL ({found[0]}) AS {alias} ON "parent"."name" = '{name}'""")
            objects.append(f'{alias}."j0"')
            given += found[1]
        listed = f'json_agg(coalesce({", ".join(objects)}) ORDER BY "parent"."place")'
        ids = 'unnest(%s::text[], %s::uuid[]) WITH ORDINALITY AS "parent"("name", "id", "place")'
        sql = f"(SELECT coalesce({listed}, '[]'::json) FROM {ids}{''.join(joins)})"  # noqa: S608  # all from compilers
        return sql, tuple(given)


@dataclass(frozen=True, slots=True)
class Groups:
    """The rows of a tally, each as an object with the queryset's own names."""

    rows: QuerySet

    def sql(self, connection: Any) -> Sql:
        """The list."""
        found = statement(self.rows, connection)
        if found is None:
            return "'[]'", ()
        rows, given = found
        listed = """coalesce(json_agg(row_to_json("row")), '[]'::json)"""
        return f'(SELECT {listed} FROM ({rows}) AS "row")', given  # noqa: S608  # all from compilers


class Written(Protocol):
    """What can be written as SQL: by itself, or below a row of which it is given a key."""

    def sql(self, connection: Any, parent: str = "") -> Sql:
        """The SQL and its parameters."""


class Below(Func):
    """A statement that hangs on the row it stands in, by one of its keys."""

    output_field = TextField()

    def __init__(self, key: str, inner: Written) -> None:
        super().__init__(F(key))
        self.inner = inner

    @property
    def identity(self) -> tuple[Any, ...]:
        """Itself: two that look alike may read different rows."""
        return (type(self), id(self.inner))

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> Sql:  # type: ignore[override]
        """The statement, with the key as its parent's."""
        key, given = compiler.compile(self.source_expressions[0])
        sql, more = self.inner.sql(connection, key)
        return sql, (*given, *more)


def statement(rows: QuerySet, connection: Any) -> Sql | None:
    """A queryset as SQL; None where it can find nothing."""
    try:
        sql, given = rows.query.get_compiler(connection=connection).as_sql()
    except EmptyResultSet:
        return None
    return sql, tuple(given)


def json_object(fields: Iterable[tuple[str, str]]) -> str:
    """An object; `json_build_object` would take no more than fifty keys, and `jsonb` forget their order."""
    parts = ", ".join(f"'{key}' VALUE {sql}" for key, sql in fields)
    return f"JSON_OBJECT({parts} RETURNING json)"


def hung(parent: str, rows: str, name: str) -> str:
    """Rows below a row, if there is one: it is the parent then."""
    if not parent:
        return f'({rows}) AS "{name}"'
    return f'(SELECT {parent} AS "id") AS "parent" CROSS JOIN LATERAL ({rows}) AS "{name}"'


def no_rows(projections: int) -> Sql:
    """Nothing, with the columns of a page."""
    objects = "".join(f', NULL::json AS "j{index}"' for index in range(projections))
    return f'SELECT NULL::text AS "c"{objects} WHERE false', ()


def listed(index: int, order: str = "", kept: str = "") -> str:
    """The objects of rows as a list."""
    ordered = f" ORDER BY {order}" if order else ""
    filtered = f" FILTER (WHERE {kept})" if kept else ""
    return f"""coalesce(json_agg("row"."j{index}"{ordered}){filtered}, '[]'::json)"""
