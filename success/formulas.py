"""The arithmetic of `scoring` as SQL, written from a card.

The same operations in the same order, so equal to the last bit; a cast to a whole number rounds as in Python.
Each step is fenced, or Postgres would write every expression out again wherever it is used. A step costs more
than looking at a column once more, so there are three: what each measure is worth, the sums, the parts.
"""

from collections.abc import Sequence

from success.scoring import FLOORS, FULL, Band, Card, Measure

DAY = "%(day)s::date"
"""The day a score is for, as every statement here names it."""

VALUES: dict[str, tuple[str, str | None]] = {
    "usage_trend": ("f.usage_trend", "f.usage_on"),
    "days_since_seen": (f"({DAY} - f.last_seen_on)::float8", None),
    "breadth": ("f.breadth", None),
    "support_load": ("f.support_load", None),
    "nps": ("f.nps", "f.nps_on"),
    "csat": ("f.csat", "f.csat_on"),
    "ces": ("f.ces", "f.ces_on"),
    "rating": ("f.rating", "f.rating_on"),
    "renewal_nearness": (f"(f.renewal_on - {DAY})::float8", None),
}
"""Each feature's raw value and the day it is of, from a feature row `f`; without one, of that very day."""


UNORDERED, ORDERED = "OFFSET 0", "ORDER BY account_id"
"""Fences between steps: where rows come in the order of their accounts, the second lets them be merged."""


def scored(card: Card, rows: str, *, fence: str = UNORDERED) -> str:
    """A query of account_id, score, coverage and parts of feature rows, in whole numbers as in `scoring`.

    `rows` is what follows FROM, and calls a row `f`.
    """
    return f"""
        SELECT account_id, score, coverage, {_balanced_parts(card)} AS parts
        FROM (
            SELECT account_id, {_parts(card)}, (100.0::float8 * ({_worth(card)}) / weight)::int AS score,
                   coalesce(({_number(FULL)} * weight / {_number(card.total_weight)})::int, 0) AS coverage
            FROM (
                SELECT f.account_id, {_worths(card)}, nullif({_weight(card)}, 0.0::float8) AS weight
                FROM {rows}
                {fence}
            ) AS valued
            {fence}
        ) AS summed
        {fence}"""  # noqa: S608 - numbers and our own column names, nothing that a user typed


def band(score: str) -> str:
    """The band of a score in hundredths, or NULL."""
    floors = sorted(((floor, name) for name, floor in FLOORS.items()), reverse=True)
    cases = " ".join(f"WHEN {score} >= {floor} THEN '{name.value}'" for floor, name in floors)
    return f"CASE {cases} WHEN {score} IS NOT NULL THEN '{Band.AT_RISK.value}' END"


def points(hundredths: str) -> str:
    """A score in hundredths as it is kept, with two decimals."""
    return f"({hundredths} * 0.01)::numeric(5, 2)"


def share(ten_thousandths: str) -> str:
    """A coverage in ten-thousandths as it is kept, with four decimals."""
    return f"({ten_thousandths} * 0.0001)::numeric(5, 4)"


def values() -> str:
    """The raw values of all features of a row `f`."""
    return f"ARRAY[{', '.join(value for value, _ in VALUES.values())}]"


def ages() -> str:
    """The ages of all features of a row `f`, in days."""
    return f"ARRAY[{', '.join(f'{DAY} - {on}' if on else '0' for _, on in VALUES.values())}]"


def _number(value: float) -> str:
    return f"'{value!r}'::float8"


def _is_known(measure: Measure) -> str:
    """Whether the value is there and not too old; a value without a day is not too old."""
    value, on = VALUES[measure.feature]
    if measure.max_age is None or on is None:
        return f"{value} IS NOT NULL"
    return f"{value} IS NOT NULL AND ({on} < {DAY} - {measure.max_age:d}) IS NOT TRUE"


def _worths(card: Card) -> str:
    """What each value is worth, `b0` and so on: its points times the measure's weight."""
    return ", ".join(
        f"{_number(measure.weight)} * {_points(measure)} AS b{i}" for i, measure in enumerate(card.measures)
    )


def _points(measure: Measure) -> str:
    """The points of a value: its piece of the curve is found by halving, because this runs for every row."""
    (first_x, first_y), (_, last_y) = measure.curve.points[0], measure.curve.points[-1]
    value, _ = VALUES[measure.feature]
    ends = [first_x, *(until for *_, until in measure.curve.pieces)]
    lines = [
        f"{_number(y)} + ({value} - {_number(x)}) * {_number(slope)}"
        for x, y, slope, _ in measure.curve.pieces
    ]
    curve = _halved(value, ends, [_number(first_y), *lines, _number(last_y)])
    return f"CASE WHEN {_is_known(measure)} THEN {curve} END"


def _halved(value: str, ends: Sequence[float], lines: Sequence[str]) -> str:
    """The line that holds up to the first end that is not below the value; the last one holds beyond all."""
    if len(lines) == 1:
        return lines[0]
    middle = len(ends) // 2
    below = _halved(value, ends[:middle], lines[: middle + 1])
    above = _halved(value, ends[middle + 1 :], lines[middle + 1 :])
    return f"CASE WHEN {value} <= {_number(ends[middle])} THEN {below} ELSE {above} END"


def _weight(card: Card) -> str:
    weights = (
        f"CASE WHEN {_is_known(measure)} THEN {_number(measure.weight)} ELSE 0.0::float8 END"
        for measure in card.measures
    )
    return " + ".join(["0.0::float8", *weights])


def _worth(card: Card) -> str:
    return " + ".join(["0.0::float8", *(f"coalesce(b{i}, 0.0::float8)" for i in range(len(card.measures)))])


def _parts(card: Card) -> str:
    return ", ".join(f"(100.0::float8 * b{i} / weight)::int AS q{i}" for i in range(len(card.measures)))


def _balanced_parts(card: Card) -> str:
    """The parts in their order; the heaviest known one is what the others leave of the score.

    One list for each that may be the heaviest known; each part asking it for itself would cost more.
    """
    lists = []
    parts = [f"q{i}" for i in range(len(card.measures))]
    for place, heaviest in enumerate(card.heaviest_first):
        lighter = (f"coalesce(q{i}, 0)" for i in card.heaviest_first[place + 1 :])
        balanced = [*parts]
        balanced[heaviest] = " - ".join(["score", *lighter])
        lists.append(f"WHEN q{heaviest} IS NOT NULL THEN ARRAY[{', '.join(balanced)}]")
    return f"CASE {' '.join(lists)} ELSE ARRAY[{', '.join(parts)}] END"
