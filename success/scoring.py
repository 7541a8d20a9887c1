"""The arithmetic of health, without Django: curves, the score and its parts, the split of a difference.

Scores and parts are whole hundredths (7,550 is 75.50), coverage is whole ten-thousandths. Everything before
the rounding is float arithmetic in a fixed order, which `formulas` repeats in SQL, to the last bit.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, reduce
from operator import add

type Points = tuple[tuple[float, float], ...]
type Readings = Mapping[str, "Reading"]

FULL = 10_000
"""A score of 100 in hundredths; also a coverage of 1 in ten-thousandths."""


class Band(StrEnum):
    """How an account does, in three words. A score on a boundary belongs to the higher band."""

    AT_RISK = "at_risk"
    WATCH = "watch"
    HEALTHY = "healthy"


FLOORS: dict[Band, int] = {Band.AT_RISK: 0, Band.WATCH: 5_000, Band.HEALTHY: 7_500}
"""The lowest score of each band, in hundredths."""


@dataclass(frozen=True)
class Curve:
    """A piecewise-linear map to 0-100, level before its first point and after its last."""

    points: Points

    @cached_property
    def pieces(self) -> tuple[tuple[float, float, float, float], ...]:
        """The lines between the points: from x, from y, slope, and the x up to which the line holds."""
        pairs = zip(self.points, self.points[1:], strict=False)
        return tuple((x0, y0, (y1 - y0) / (x1 - x0), x1) for (x0, y0), (x1, y1) in pairs)

    def at(self, value: float) -> float:
        """What a raw value is worth, 0-100."""
        first_x, first_y = self.points[0]
        if value <= first_x:
            return first_y
        for x, y, slope, until in self.pieces:
            if value <= until:
                return y + (value - x) * slope
        return self.points[-1][1]


@dataclass(frozen=True, slots=True)
class Measure:
    """One ingredient: which feature, how it is normalised, how much it weighs, and how long it is known.

    Without a `max_age` it does not grow old.
    """

    key: str
    feature: str
    curve: Curve
    weight: float
    max_age: int | None = None


@dataclass(frozen=True)
class Card:
    """The measures of one version of the scorecard, in their order; no two of them read the same feature."""

    measures: tuple[Measure, ...]

    @cached_property
    def total_weight(self) -> float:
        """What all measures weigh together."""
        return in_order(measure.weight for measure in self.measures)

    @cached_property
    def heaviest_first(self) -> tuple[int, ...]:
        """The positions of the measures by weight; the heaviest known one takes what rounding leaves over."""
        return tuple(sorted(range(len(self.measures)), key=lambda i: -self.measures[i].weight))


@dataclass(frozen=True, slots=True)
class Reading:
    """The raw value of a feature and its age in days; no value is unknown."""

    value: float | None
    age: int = 0


UNKNOWN = Reading(None)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a card makes of the readings; `points` and `parts` are None where a measure is not known."""

    score: int | None
    coverage: int
    points: tuple[float | None, ...]
    parts: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class State:
    """All that a shown score depends on, at one time; the override is a score in hundredths."""

    card: Card
    readings: Readings
    override: int | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """A difference of two shown scores, in hundredths; the four sum to it exactly."""

    configuration: int
    staleness: int
    behaviour: int
    override: int

    @property
    def total(self) -> int:
        """The whole difference."""
        return self.configuration + self.staleness + self.behaviour + self.override


def is_fresh(measure: Measure, reading: Reading) -> bool:
    """Whether the value is known and not too old."""
    if reading.value is None:
        return False
    return measure.max_age is None or reading.age <= measure.max_age


def score(card: Card, readings: Readings) -> Outcome:
    """The weighted mean of what is fresh, and what each measure brings to it."""
    points = tuple(_points(measure, readings.get(measure.feature, UNKNOWN)) for measure in card.measures)
    return _mean(card, points)


def band_of(score: int | None) -> Band | None:
    """The band a score is in; no score, no band."""
    if score is None:
        return None
    return max((band for band in Band if FLOORS[band] <= score), key=FLOORS.__getitem__)


def split(before: State, after: State) -> Split | None:
    """Say why a shown score differs from an earlier one; None where either day shows no score.

    In this order: the new card on the old readings (configuration), without what has grown too old since
    (staleness), with the new readings (behaviour), and what is left, the overrides.
    """
    shown_before, shown_after = shown(before), shown(after)
    if shown_before is None or shown_after is None:
        return None
    kept = {
        measure.feature: before.readings[measure.feature]
        for measure in after.card.measures
        if measure.feature in before.readings
        and is_fresh(measure, before.readings[measure.feature])
        and is_fresh(measure, after.readings.get(measure.feature, UNKNOWN))
    }
    steps = _without_gaps(
        shown_before,
        score(before.card, before.readings).score,
        score(after.card, before.readings).score,
        score(after.card, kept).score,
        score(after.card, after.readings).score,
    )
    return Split(
        configuration=steps[1] - steps[0],
        staleness=steps[2] - steps[1],
        behaviour=steps[3] - steps[2],
        override=(shown_after - shown_before) - (steps[3] - steps[0]),
    )


def shown(state: State) -> int | None:
    """The score that people see: the override where there is one, else the computed."""
    return state.override if state.override is not None else score(state.card, state.readings).score


def in_order(numbers: Iterable[float]) -> float:
    """Add from left to right as SQL does; Python's own `sum` compensates for rounding, and would differ."""
    return reduce(add, numbers, 0.0)


def _points(measure: Measure, reading: Reading) -> float | None:
    if reading.value is None or not is_fresh(measure, reading):
        return None
    return measure.curve.at(reading.value)


def _mean(card: Card, points: tuple[float | None, ...]) -> Outcome:
    weights = [
        measure.weight if worth is not None else 0.0
        for measure, worth in zip(card.measures, points, strict=True)
    ]
    weight = in_order(weights)
    if weight == 0.0:
        return Outcome(None, 0, points, (None,) * len(points))
    worths = [w * worth if worth is not None else 0.0 for w, worth in zip(weights, points, strict=True)]
    total = round(100.0 * in_order(worths) / weight)
    parts = [
        round(100.0 * worth / weight) if known is not None else None
        for worth, known in zip(worths, points, strict=True)
    ]
    heaviest = next(i for i in card.heaviest_first if parts[i] is not None)
    parts[heaviest] = (parts[heaviest] or 0) + total - sum(part for part in parts if part is not None)
    return Outcome(total, round(FULL * weight / card.total_weight), points, tuple(parts))


def _without_gaps(first: int, *scores: int | None) -> Sequence[int]:
    """Where a step knows nothing, it says what the step before it said, so that nothing is lost."""
    filled, last = [], first
    for one in scores:
        last = last if one is None else one
        filled.append(last)
    return filled
