"""Small tables on panels."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from accounts.admin.panels import Panel

TEMPLATE = "unison/panels/table.html"


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell: words, where they lead, a smaller line under them, a band beside them."""

    text: str
    url: str = ""
    small: str = ""
    band: str = ""
    is_figure: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings; `empty` is said where there are none."""

    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    empty: str
    more: tuple[str, str] = ("", "")
    figures: Sequence[int] = ()

    @property
    def heads(self) -> list[tuple[str, bool]]:
        """Each heading, and whether figures stand under it."""
        return [(heading, i in self.figures) for i, heading in enumerate(self.headings)]


def figure(text: str, *, small: str = "") -> Cell:
    """A cell with a figure, aligned so that digits stand under digits."""
    return Cell(text, small=small, is_figure=True)


def table_panel(title: str, table: Table, **more: Any) -> Panel:
    """A panel that is one table."""
    return Panel(title, TEMPLATE, {"table": table}, **more)
