"""Pieces of SQL that Django has no words for: objects, and statements within statements, as JSON.

Each is an expression of Django's around ordinary querysets. A queryset that hangs on a row names it by
`lateral.PARENT`, as it does on the ordinary way; here the row itself is the parent:

    (SELECT ... FROM (SELECT <key> AS "id") AS "parent" CROSS JOIN LATERAL (<the queryset>) AS "row")
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import F, Func, QuerySet, TextField
from django.db.models.expressions import Expression

from accounts.graphql.lateral import Through
from accounts.graphql.pages import Window

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
        sql = _object(zip(self.keys, (each for each, _ in values), strict=True))
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
        return f'(SELECT "row"."j0" FROM {_hung(parent, rows, "row")})', given  # noqa: S608  # all from compilers


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows of a queryset as a list: their objects are its `j0`."""

    rows: QuerySet

    def sql(self, connection: Any, parent: str = "") -> Sql:
        """The list."""
        rows, given = statement(self.rows, connection) or _no_rows(1)
        return f"(SELECT {_listed(0)} FROM {_hung(parent, rows, 'row')})", given  # noqa: S608  # all from compilers


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


@dataclass(slots=True)
class Page:
    """A page of rows with what is asked of it, by response key.

    `lists` are keys that hold the objects `j0`, `j1`, ... of the rows; `bounds` are those that tell where the
    page lies; `counts` tell how many rows there are on all pages; `names` tell the type. Rows have their
    cursor as `c` where the bounds ask for it.
    """

    rows: QuerySet
    all_rows: QuerySet
    window: Window
    through: Through | None = None
    parts: dict[str, "Part"] = field(default_factory=dict)

    def sql(self, connection: Any, parent: str = "") -> Sql:
        """The page."""
        count: Sql = ("0", ())
        if any(part.kind == "count" for part in self.parts.values()):
            counted = statement(self.all_rows, connection)
            count = (_counted(counted[0]), counted[1]) if counted else count
        columns: list[str] = []
        page = _object((key, part.sql(self, columns, count[0])) for key, part in self.parts.items())
        given = tuple(
            each for part in self.parts.values() for each in (count[1] if part.kind == "count" else ())
        )
        sql = f"SELECT {page}"
        if columns:
            rows, more = self._read(connection)
            names = ", ".join(f'{column} AS "a{index}"' for index, column in enumerate(columns))
            page = f"SELECT {names} FROM {rows}"  # noqa: S608  # all from compilers
            return f"({sql} FROM {_hung(parent, page, 'page')})", (*given, *more)
        return f'({sql} FROM (SELECT {parent} AS "id") AS "parent")' if parent else f"({sql})", given

    def _read(self, connection: Any) -> Sql:
        found = statement(self.rows, connection)
        if found is None:
            rows, given = _no_rows(self.projections)
        else:
            rows, given = found
            if self.through:
                via, more = statement(self.through.keys, connection) or ("SELECT NULL::uuid WHERE false", ())
                rows = (
                    f'SELECT "few".* FROM ({via}) AS "via"("id") CROSS JOIN LATERAL ({rows}) AS "few"'  # noqa: S608  # all from compilers
                    f" ORDER BY {self.through.order} LIMIT {self.rows.query.high_mark}"
                )
                given = (*more, *given)
        if self.is_plain:
            return f'({rows}) AS "row"', given
        return _placed(rows), given

    @property
    def projections(self) -> int:
        """How many objects are made of each row."""
        return sum(part.kind == "list" for part in self.parts.values())

    @property
    def is_plain(self) -> bool:
        """Whether the rows are on the page just as they are read."""
        window = self.window
        has_bounds = any(part.kind == "bounds" for part in self.parts.values())
        return not has_bounds and window.last is None

    @property
    def wants_cursor(self) -> bool:
        """Whether its rows must have their cursor as `c`."""
        asked = {name for part in self.parts.values() for _, name in part.fields}
        return bool(asked & {"startCursor", "endCursor"})

    @property
    def kept(self) -> str:
        """Which of the rows that were read are on the page."""
        size, last = self.window.size, self.window.last
        kept = f'"row"."place" <= {size}'
        if last is None or self.window.is_backwards:
            return kept
        return f'{kept} AND "row"."place" > least("row"."found", {size}) - {last}'


@dataclass(frozen=True, slots=True)
class Part:
    """What stands under one key of a page: a list of objects, its bounds, a count, or the type's name."""

    kind: str
    index: int = 0
    name: str = ""
    fields: Sequence[tuple[str, str]] = ()

    def sql(self, page: Page, columns: list[str], count: str) -> str:
        """It; what must be read of the rows is added to the columns."""
        match self.kind:
            case "name":
                return f"'{self.name}'"
            case "count":
                return count
            case "list":
                return _column(columns, _list(page, self.index))
        return _object((key, self._bound(page, columns, name)) for key, name in self.fields)

    def _bound(self, page: Page, columns: list[str], name: str) -> str:
        window = page.window
        is_more = f'coalesce(max("row"."found"), 0) > {window.size}'
        match name:
            case "startCursor" | "endCursor":
                order = _order(page, is_reversed=name == "endCursor")
                return _column(
                    columns, f'(array_agg("row"."c" ORDER BY {order}) FILTER (WHERE {page.kept}))[1]'
                )
            case "hasNextPage":
                return _bool(window.before is not None) if window.is_backwards else _column(columns, is_more)
            case "hasPreviousPage" if window.is_backwards:
                return _column(columns, is_more)
            case "hasPreviousPage" if window.last is not None:
                shown = f'least(coalesce(max("row"."found"), 0), {window.size})'
                return _column(columns, f"{shown} > {window.last} OR {_bool(window.after is not None)}")
            case "hasPreviousPage":
                return _bool(window.after is not None)
        return "'PageInfo'"


class Below(Func):
    """A statement that hangs on the row it stands in, by one of its keys."""

    output_field = TextField()

    def __init__(self, key: str, inner: Row | Rows | Page) -> None:
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


def _object(fields: Iterable[tuple[str, str]]) -> str:
    """An object; `json_build_object` would take no more than fifty keys, and `jsonb` forget their order."""
    parts = ", ".join(f"'{key}' VALUE {sql}" for key, sql in fields)
    return f"JSON_OBJECT({parts} RETURNING json)"


def _hung(parent: str, rows: str, name: str) -> str:
    if not parent:
        return f'({rows}) AS "{name}"'
    return f'(SELECT {parent} AS "id") AS "parent" CROSS JOIN LATERAL ({rows}) AS "{name}"'


def _counted(rows: str) -> str:
    return f'(SELECT count(*) FROM ({rows}) AS "all")'  # noqa: S608  # all from compilers


def _placed(rows: str) -> str:
    places = 'row_number() OVER () AS "place", count(*) OVER () AS "found"'
    return f'(SELECT "row".*, {places} FROM ({rows}) AS "row") AS "row"'  # noqa: S608  # all from compilers


def _no_rows(projections: int) -> Sql:
    objects = "".join(f', NULL::json AS "j{index}"' for index in range(projections))
    return f'SELECT NULL::text AS "c"{objects} WHERE false', ()


def _listed(index: int, order: str = "", kept: str = "") -> str:
    ordered = f" ORDER BY {order}" if order else ""
    filtered = f" FILTER (WHERE {kept})" if kept else ""
    return f"""coalesce(json_agg("row"."j{index}"{ordered}){filtered}, '[]'::json)"""


def _list(page: Page, index: int) -> str:
    if page.is_plain:
        return _listed(index)
    return _listed(index, _order(page, is_reversed=False), page.kept)


def _order(page: Page, *, is_reversed: bool) -> str:
    return f'"row"."place" {"DESC" if page.window.is_backwards ^ is_reversed else "ASC"}'


def _column(columns: list[str], sql: str) -> str:
    if sql not in columns:
        columns.append(sql)
    return f'"page"."a{columns.index(sql)}"'


def _bool(value: bool) -> str:
    return "true" if value else "false"
