"""How an account fares over time: lines between points, and shocks that pass. Pure arithmetic.

Days count back from the day the story is told: day 0 is that day, day -30 a month before. Mood runs from 0
(about to leave) to 1 (delighted); everything that happens in an account follows from its mood on that day.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from math import cos, pi

FIRST_OF_A_YEAR = date(2001, 1, 1).toordinal()


@dataclass(frozen=True)
class Arc:
    """A line through points of (day, level), level before the first and after the last."""

    points: tuple[tuple[int, float], ...]

    @cached_property
    def _days(self) -> list[int]:
        return [day for day, _ in self.points]

    def at(self, day: int) -> float:
        """The level on a day."""
        after = bisect_right(self._days, day)
        if after == 0:
            return self.points[0][1]
        if after == len(self.points):
            return self.points[-1][1]
        (x0, y0), (x1, y1) = self.points[after - 1], self.points[after]
        return y0 + (y1 - y0) * (day - x0) / (x1 - x0)

    def moved(self, days: int) -> "Arc":
        """The same line, so many days later."""
        return Arc(tuple((day + days, level) for day, level in self.points))


@dataclass(frozen=True, slots=True)
class Shock:
    """Something that hits everybody on a day, hardest at first, and is got over in time."""

    day: int
    depth: float
    lasts: int
    heals: int

    def at(self, day: int) -> float:
        """How much mood it takes away on a day."""
        age = day - self.day
        if age < 0 or age >= self.lasts + self.heals:
            return 0.0
        if age < self.lasts:
            return self.depth
        return self.depth * (1 - (age - self.lasts) / self.heals)

    def is_on(self, day: int) -> bool:
        """Whether it is still going on."""
        return 0 <= day - self.day < self.lasts


@dataclass(frozen=True, slots=True)
class Season:
    """A yearly swing around 1, highest on `peak` (a day of the year)."""

    peak: int
    swing: float

    def at(self, when: date) -> float:
        """The factor on a date; years of 365.25 days are near enough."""
        return 1 + self.swing * cos(2 * pi * ((when.toordinal() - FIRST_OF_A_YEAR + 1) - self.peak) / 365.25)


def level(arc: Arc, shocks: Sequence[Shock], day: int, *, offset: float = 0.0) -> float:
    """The mood on a day: the arc and the account's own offset less what the shocks take; 0.02 to 0.98."""
    mood = arc.at(day) + offset - sum(shock.at(day) for shock in shocks)
    return min(0.98, max(0.02, mood))
