"""A page of rows, as JSON: its objects, where it lies, and how many there are on all pages."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from accounts.graphql.lateral import Through
from accounts.graphql.pages import Window
from accounts.graphql.reads.sql import Sql, hung, json_object, listed, no_rows, statement


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
        page = json_object((key, part.sql(self, columns, count[0])) for key, part in self.parts.items())
        given = tuple(
            each for part in self.parts.values() for each in (count[1] if part.kind == "count" else ())
        )
        sql = f"SELECT {page}"
        if columns:
            rows, more = self._read(connection)
            names = ", ".join(f'{column} AS "a{index}"' for index, column in enumerate(columns))
            page = f"SELECT {names} FROM {rows}"  # noqa: S608  # all from compilers
            return f"({sql} FROM {hung(parent, page, 'page')})", (*given, *more)
        return f'({sql} FROM (SELECT {parent} AS "id") AS "parent")' if parent else f"({sql})", given

    def _read(self, connection: Any) -> Sql:
        found = statement(self.rows, connection)
        if found is None:
            rows, given = no_rows(self.projections)
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
        return json_object((key, self._bound(page, columns, name)) for key, name in self.fields)

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


def _counted(rows: str) -> str:
    return f'(SELECT count(*) FROM ({rows}) AS "all")'  # noqa: S608  # all from compilers


def _placed(rows: str) -> str:
    places = 'row_number() OVER () AS "place", count(*) OVER () AS "found"'
    return f'(SELECT "row".*, {places} FROM ({rows}) AS "row") AS "row"'  # noqa: S608  # all from compilers


def _list(page: Page, index: int) -> str:
    if page.is_plain:
        return listed(index)
    return listed(index, _order(page, is_reversed=False), page.kept)


def _order(page: Page, *, is_reversed: bool) -> str:
    return f'"row"."place" {"DESC" if page.window.is_backwards ^ is_reversed else "ASC"}'


def _column(columns: list[str], sql: str) -> str:
    if sql not in columns:
        columns.append(sql)
    return f'"page"."a{columns.index(sql)}"'


def _bool(value: bool) -> str:
    return "true" if value else "false"
