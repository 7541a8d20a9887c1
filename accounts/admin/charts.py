"""Charts, drawn as SVG on the server: they need no script, they print, and each can be read as a table.

Here is the geometry, without Django; the templates in `unison/charts/` draw it. The plane is 100 wide and 100
high, and is stretched to whatever room there is; words stand beside it as HTML, so that they never are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Point:
    """One value with its name, and the words for it; None where there is no value."""

    label: str
    value: float | None
    words: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """Something drawn: from the start, from the top, and its size."""

    x: float
    y: float
    width: float
    height: float
    point: Point


@dataclass(frozen=True, slots=True)
class Mark:
    """A horizontal line at a value that means something."""

    words: str
    value: float
    y: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Values in their order, from `low` to `high`."""

    template: ClassVar[str]

    title: str
    points: Sequence[Point]
    headings: tuple[str, str]
    low: float = 0.0
    high: float = 100.0
    levels: Sequence[tuple[str, float]] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return all(point.value is None for point in self.points)

    @property
    def marks(self) -> list[Mark]:
        """The levels, placed."""
        return [Mark(words, value, self._y(value)) for words, value in self.levels]

    @property
    def ends(self) -> tuple[str, ...]:
        """The first, the middle and the last label, for the axis."""
        labels = [point.label for point in self.points]
        if len(labels) < 3:
            return tuple(labels)
        return labels[0], labels[len(labels) // 2], labels[-1]

    def _y(self, value: float) -> float:
        span = (self.high - self.low) or 1.0
        return round(100 * (1 - (min(max(value, self.low), self.high) - self.low) / span), 2)


@dataclass(frozen=True, slots=True)
class Line(Chart):
    """A line over time; it is broken where there is no value."""

    template: ClassVar[str] = "unison/charts/line.html"

    @property
    def spots(self) -> list[Placed]:
        """The known values, placed."""
        last = max(len(self.points) - 1, 1)
        return [
            Placed(round(100 * i / last, 2), self._y(point.value), 0, 0, point)
            for i, point in enumerate(self.points)
            if point.value is not None
        ]

    @property
    def path(self) -> str:
        """The line itself."""
        return " ".join(" ".join(["M", *(f"{s.x} {s.y}" for s in run)]) for run in self._runs())

    @property
    def area(self) -> str:
        """What lies under it."""
        return " ".join(
            " ".join([f"M {run[0].x} 100", *(f"L {s.x} {s.y}" for s in run), f"L {run[-1].x} 100 Z"])
            for run in self._runs()
        )

    @property
    def latest(self) -> Placed | None:
        """The last known value."""
        return self.spots[-1] if self.spots else None

    def _runs(self) -> list[list[Placed]]:
        spots, runs = self.spots, [[spot] for spot in self.spots[:1]]
        step = 100 / max(len(self.points) - 1, 1) * 1.5
        for before, spot in pairwise(spots):
            if spot.x - before.x <= step:
                runs[-1].append(spot)
            else:
                runs.append([spot])
        return [run if len(run) > 1 else [run[0], run[0]] for run in runs]


@dataclass(frozen=True, slots=True)
class Columns(Chart):
    """Columns side by side, such as counts per day."""

    template: ClassVar[str] = "unison/charts/columns.html"

    @property
    def is_empty(self) -> bool:
        """Whether no column has a height."""
        return not any(point.value for point in self.points)

    @property
    def columns(self) -> list[Placed]:
        """The columns, with a gap between them."""
        room = 100 / max(len(self.points), 1)
        return [
            Placed(
                round(i * room + room * 0.1, 3), self._y(value), round(room * 0.8, 3),
                round(100 - self._y(value), 2), point,
            )
            for i, point in enumerate(self.points)
            if (value := point.value) is not None
        ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stack(Chart):
    """One bar made of parts that add up to the whole."""

    template: ClassVar[str] = "unison/charts/stack.html"

    @property
    def parts(self) -> list[Placed]:
        """The parts, one after the other."""
        placed, x, whole = [], 0.0, (self.high - self.low) or 1.0
        for point in self.points:
            width = round(100 * max(point.value or 0.0, 0.0) / whole, 3)
            placed.append(Placed(round(x, 3), 0, width, 100, point))
            x += width
        return placed


@dataclass(frozen=True, slots=True)
class Ring:
    """A score on a ring of 100, open at the bottom."""

    ROUND: ClassVar[float] = 270 / 360 * 2 * 3.14159265 * 52

    value: float | None
    words: str
    tone: str

    @property
    def dash(self) -> str:
        """How much of the ring is drawn."""
        return f"{self.ROUND * min(max(self.value or 0.0, 0.0), 100.0) / 100:.2f} 999"

    @property
    def whole(self) -> str:
        """The ring under it."""
        return f"{self.ROUND:.2f} 999"


def ceiling_of(values: Sequence[float]) -> float:
    """A round number at or above all values, for the top of an axis."""
    top = max(values, default=0.0)
    step = 1.0
    while step * 10 < top:
        step *= 10
    return next((step * factor for factor in (1, 2, 4, 5, 8, 10) if step * factor >= top), step * 10)
