"""Pages of rows: Relay's cursor connections, at the root and below every row.

A page is read when something of it is asked for, and counted only for `totalCount`. Below rows, the pages of
a whole group of parents are one statement, and so are their counts (`lateral`).

    people = connection(PersonNode, description="The tenant's people.")
    extend(CompanyNode, affiliations=connection(AffiliationNode, by="company", description="Who is in it."))
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import strawberry
from django.db.models import Q, QuerySet
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument

from accounts.errors import LimitExceeded
from accounts.graphql import limits, selection
from accounts.graphql.context import Context
from accounts.graphql.fields import argument
from accounts.graphql.filtering import condition
from accounts.graphql.keyset import Keyset
from accounts.graphql.nodes import Column, known, rows_of, shape_of
from accounts.graphql.ordering import names_of
from accounts.graphql.pages import Hanging, Page, Pages, Window


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether there is more after it.")
    has_previous_page: bool = strawberry.field(description="Whether there is more before it.")
    start_cursor: str | None = strawberry.field(description="The cursor of its first object.")
    end_cursor: str | None = strawberry.field(description="The cursor of its last object.")


@strawberry.type(description="An object on a page, with its place.")
class Edge[T]:
    cursor: str = strawberry.field(description="Its place: give it as `after` or `before`.")
    node: T = strawberry.field(description="The object.")


@strawberry.type(description="A page of objects.")
class Connection[T]:
    edges: list[Edge[T]] = strawberry.field(description="The objects, each with its cursor.")
    nodes: list[T] = strawberry.field(description="The objects alone.")
    page_info: PageInfo = strawberry.field(description="Where the page lies in the list.")
    total_count: int = strawberry.field(
        description="How many there are on all pages; counted only when it is asked for."
    )


@dataclass(frozen=True, slots=True)
class Many:
    """A page of rows, declared: whose rows, which of them, and for which key of the row they hang on.

    `by` is the field of the rows that holds the parent's key, or with `through`, the key of a row that hangs
    on the parent; `where` is a condition that names it as `PARENT`, for rows that do not hold it. `key` is
    the parent's attribute that is meant: its own key, if nothing is said.
    """

    target: type
    by: str = ""
    where: Callable[[], Q] | None = None
    through: Callable[[], QuerySet] | None = None
    key: str = "pk"
    in_order: Sequence[str] = ()
    narrow: Callable[..., QuerySet] | None = None
    expected: int = 10
    """For a plain list: how many rows it is taken to have when a question is priced."""

    @property
    def is_nested(self) -> bool:
        """Whether it hangs on a row."""
        return bool(self.by or self.where)

    def hanging(self, group: Sequence[Any]) -> Hanging:
        """How the rows hang on the parents of a group."""
        parents = sorted({getattr(row, self.key) for row in group} - {None})
        return Hanging(parents, self.by, self.through() if self.through else None)

    def narrowed(self, rows: QuerySet, context: Context, given: Mapping[str, Any]) -> QuerySet:
        """The rows that may be meant at all."""
        if self.where:
            rows = rows.filter(self.where())
        if self.narrow:
            own = {name: value for name, value in given.items() if name not in COMMON}
            rows = self.narrow(rows, context=context, **own)
        return rows


EVERYTHING = Window(first=limits.PAGE_MOST)
"""Of a plain list: all rows, where they are as few as they are taken to be."""

COMMON = {"first", "after", "last", "before", "filters", "ordering", "search"}
"""The arguments of every page; `narrow` gets the others."""


class ConnectionField(Column):
    """A page of rows."""

    many: Many

    @property
    def is_basic_field(self) -> bool:
        """Never: it takes arguments."""
        return False

    def get_result(self, source: Any, info: Any, args: list[Any], kwargs: dict[str, Any]) -> Page:
        """The page, still unread."""
        many = self.many

        def load(group: Sequence[Any] | None) -> Pages:
            selected = selection.of_rows(info)
            rows = rows_of(many.target, info.context, selected)
            rows, keyset = asked(many, rows, info.context, kwargs)
            if selected.wants_cursor:
                rows = keyset.with_cursor(rows)
            return Pages(rows, keyset, window_of(kwargs), many.hanging(group) if group else None)

        if many.is_nested:
            return known(info, source, load).of(getattr(source, many.key))
        return load(None).of(None)


class ListField(Column):
    """All rows, where they are few by construction; no more than a page at most."""

    many: Many

    @property
    def is_basic_field(self) -> bool:
        """Never: the rows are read when they are asked for."""
        return False

    def get_result(self, source: Any, info: Any, args: list[Any], kwargs: dict[str, Any]) -> list[Any]:
        """The rows."""
        many = self.many

        def load(group: Sequence[Any]) -> Pages:
            rows = rows_of(many.target, info.context, selection.of_row(info))
            return Pages(*asked(many, rows, info.context, {}), EVERYTHING, many.hanging(group))

        return known(info, source, load).of(getattr(source, many.key)).nodes


def window_of(given: Mapping[str, Any]) -> Window:
    """Which part of the list is asked for."""
    return Window(**{name: given.get(name) for name in ("first", "after", "last", "before")})


def asked(many: Many, rows: QuerySet, context: Context, given: Mapping[str, Any]) -> tuple[QuerySet, Keyset]:
    """Of the rows that the actor may see, those that are meant; and their order."""
    shape = shape_of(many.target)
    rows = many.narrowed(rows, context, given)
    if filters := given.get("filters"):
        rows = rows.filter(condition(filters, context))
    if shape.search and (text := (given.get("search") or "").strip()):
        may_search = shape.search_needs is None or context.actor.may(shape.search_needs)
        rows = shape.search(rows, _searchable(text)) if may_search else rows.none()
    names = names_of(given.get("ordering"), context) or many.in_order or shape.in_order
    return rows, Keyset(shape.model, names)


def _searchable(text: str) -> str:
    if len(text) > limits.SEARCH_MOST:
        raise LimitExceeded(f"A search has at most {limits.SEARCH_MOST} characters.")
    return text


def connection(
    target: type, *, description: str, arguments: Sequence[StrawberryArgument] = (), **more: Any
) -> Any:
    """A field that is a page of rows; see `Many` for what can be said of them."""
    made = ConnectionField(description=description, type_annotation=StrawberryAnnotation(Connection[target]))  # type: ignore[valid-type]
    made.many = Many(target, **more)
    made.arguments = [*arguments, *_arguments(target)]
    return made


def listing(target: type, *, description: str, by: str = "", **more: Any) -> Any:
    """A field that is a plain list: for rows that are few by construction."""
    made = ListField(description=description, type_annotation=StrawberryAnnotation(list[target]))  # type: ignore[valid-type]
    made.many = Many(target, by, **more)
    return made


def _arguments(target: type) -> Iterator[StrawberryArgument]:
    shape = shape_of(target)
    yield argument("first", int | None, "How many from the beginning: 0 to 100, 50 where nothing is said.")
    yield argument("after", str | None, "A cursor: begin after it.")
    yield argument("last", int | None, "How many from the end: 0 to 100.")
    yield argument("before", str | None, "A cursor: end before it.")
    if shape.filters:
        yield argument("filters", shape.filters | None, "Which ones; all conditions hold together.")
    if shape.ordering:
        ordering = list[shape.ordering] | None  # type: ignore[name-defined]
        yield argument("ordering", ordering, "By what, the most important first.")
    if shape.search:
        yield argument("search", str | None, "A text they contain, whatever its case.")
