"""A page as it is resolved: nothing is read before it is asked for, and nothing twice.

Below rows, the pages of a whole group of parents are one statement, and so are their counts (`lateral`).
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Count, Model, QuerySet

from accounts.errors import Invalid
from accounts.graphql import limits
from accounts.graphql.keyset import Keyset, written
from accounts.graphql.lateral import PARENT, VIA, Through, for_each


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a list is asked for."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None

    def __post_init__(self) -> None:
        for name, size in (("first", self.first), ("last", self.last)):
            if size is not None and not 0 <= size <= limits.PAGE_MOST:
                raise Invalid(f"`{name}` is from 0 to {limits.PAGE_MOST}.")

    @property
    def is_backwards(self) -> bool:
        """Whether it is read from the end of the list."""
        return self.last is not None and self.first is None

    @property
    def size(self) -> int:
        """How many rows are on the page at most."""
        if self.is_backwards:
            return self.last or 0
        return limits.PAGE if self.first is None else self.first

    def trimmed(self, rows: list[Any]) -> tuple[list[Any], bool, bool]:
        """The rows of the page, in order, from what was read; whether there is more before, and after."""
        is_more, page = len(rows) > self.size, rows[: self.size]
        if self.is_backwards:
            return page[::-1], is_more, self.before is not None
        if self.last is not None and self.last < len(page):
            return page[len(page) - self.last :], True, is_more
        return page, self.after is not None, is_more


@dataclass(frozen=True, slots=True)
class Hanging:
    """How the rows of a page hang on each of its parents, where they hang on any.

    `by` is the field of the rows that holds the parent's key, or the key of what hangs on the parent by
    itself: `through`. Without either, the rows name their parent on their own account.
    """

    parents: Sequence[UUID]
    by: str = ""
    through: QuerySet | None = None

    def first(self, rows: QuerySet, keyset: Keyset, window: Window) -> QuerySet:
        """The first few rows of each parent, and one more."""
        found = self.few(rows).annotate(parent_key=PARENT)[: window.size + 1]
        return for_each(found, self.parents, self.via(keyset, window))

    def few(self, rows: QuerySet) -> QuerySet:
        """The rows that hang on `PARENT`, or on what hangs on it by itself."""
        return self.all(rows) if self.through is None else rows.filter(**{self.by: VIA})

    def via(self, keyset: Keyset, window: Window) -> Through | None:
        """What they hang on the parent through, if anything, and the order of the first few."""
        if self.through is None:
            return None
        return Through(self.through, keyset.text("few", backwards=window.is_backwards))

    def counts(self, rows: QuerySet) -> QuerySet:
        """The parents' keys, and how many rows each has."""
        found = self.all(rows).values(parent_key=PARENT).annotate(found=Count("pk"))
        return for_each(found.values_list("parent_key", "found"), self.parents)

    def all(self, rows: QuerySet) -> QuerySet:
        """The rows that hang on `PARENT`."""
        if self.through is not None:
            return rows.filter(**{f"{self.by}__in": self.through})
        return rows.filter(**{self.by: PARENT}) if self.by else rows


def within(rows: QuerySet, keyset: Keyset, window: Window, read: Callable[[str], Sequence[Any]]) -> QuerySet:
    """The rows between the cursors of a window, in order; `read` tells the values in `after` and `before`."""
    if window.after is not None:
        rows = keyset.cut(rows, read("after"), backwards=False)
    if window.before is not None:
        rows = keyset.cut(rows, read("before"), backwards=True)
    return keyset.order(rows, backwards=window.is_backwards)


class Pages:
    """The pages of one field: one at the root, or one for each parent of a group."""

    def __init__(
        self, rows: QuerySet, keyset: Keyset, window: Window, hanging: Hanging | None = None
    ) -> None:
        self.rows = rows
        self.keyset = keyset
        self.window = window
        self.hanging = hanging

    @cached_property
    def read(self) -> dict[UUID | None, list[Any]]:
        """The rows of every parent, one more than asked for, to know whether there is more."""
        window = self.window
        rows = within(self.rows, self.keyset, window, lambda name: self.keyset.read(getattr(window, name)))
        if self.hanging is None:
            return {None: list(rows[: window.size + 1])}
        read: dict[UUID | None, list[Any]] = defaultdict(list)
        for row in self.hanging.first(rows, self.keyset, window):
            read[row.parent_key].append(row)
        return read

    @cached_property
    def counts(self) -> dict[UUID | None, int]:
        """How many rows every parent has on all pages."""
        rows = self.rows.order_by()
        return dict(self.hanging.counts(rows)) if self.hanging else {None: rows.count()}

    def of(self, parent: UUID | None) -> "Page":
        """One parent's page."""
        return Page(self, parent)


@dataclass(frozen=True, slots=True)
class Place:
    """An edge as it is resolved."""

    node: Model

    @property
    def cursor(self) -> str:
        """The row's place."""
        return written(self.node.cursor_text)  # type: ignore[attr-defined]


class Page:
    """A connection as it is resolved: nothing is read before it is asked for."""

    def __init__(self, pages: Pages, parent: UUID | None) -> None:
        self._pages = pages
        self._parent = parent

    @cached_property
    def _trimmed(self) -> tuple[list[Any], bool, bool]:
        return self._pages.window.trimmed(self._pages.read.get(self._parent, []))

    @property
    def nodes(self) -> list[Any]:
        """The rows."""
        return self._trimmed[0]

    @property
    def edges(self) -> list[Place]:
        """The rows with their places."""
        return [Place(row) for row in self._trimmed[0]]

    @property
    def total_count(self) -> int:
        """How many there are on all pages."""
        return self._pages.counts.get(self._parent, 0)

    @property
    def page_info(self) -> "Bounds":
        """Where the page lies."""
        return Bounds(*self._trimmed)


@dataclass(frozen=True, slots=True)
class Bounds:
    """A page's place as it is resolved."""

    rows: list[Any]
    has_previous_page: bool
    has_next_page: bool

    @property
    def start_cursor(self) -> str | None:
        """The place of the first row."""
        return written(self.rows[0].cursor_text) if self.rows else None

    @property
    def end_cursor(self) -> str | None:
        """The place of the last row."""
        return written(self.rows[-1].cursor_text) if self.rows else None
