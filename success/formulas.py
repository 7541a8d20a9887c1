"""The arithmetic of `scoring` as SQL, written from a card.

The same operations in the same order, so equal to the last bit.
Each step is fenced, or Postgres would write every expression out again wherever it is used.
"""

from collections.abc import Mapping, Sequence

from success.scoring import FLOORS, FULL, Band, Card, Measure

DAY = "%(day)s::date"
"""The day a score is for, as every statement here names it."""

VALUES: dict[str, tuple[str, str | None]] = {
    "usage_trend": ("f.usage_trend", f"{DAY} - f.usage_on"),
    "days_since_seen": (f"({DAY} - f.last_seen_on)::float8", None),
    "breadth": ("f.breadth", None),
    "support_load": ("f.support_load", None),
    "nps": ("f.nps", f"{DAY} - f.nps_on"),
    "csat": ("f.csat", f"{DAY} - f.csat_on"),
    "ces": ("f.ces", f"{DAY} - f.ces_on"),
    "rating": ("f.rating", f"{DAY} - f.rating_on"),
    "renewal_nearness": (f"(f.renewal_on - {DAY})::float8", None),
}
"""Each feature's raw value and age in days, from a feature row `f`; without an age it is of that very day."""


UNORDERED, ORDERED = "OFFSET 0", "ORDER BY account_id"
"""Fences between steps: where rows come in the order of their accounts, the second lets them be merged."""


def scored(card: Card, rows: str, also: Mapping[str, str] | None = None, *, fence: str = UNORDERED) -> str:
    """A query of account_id, score, coverage and parts of feature rows, in whole numbers as in `scoring`.

    `also` are more columns by name, made of a row `f`.
    """
    total, more = _number(card.total_weight), also or {}
    kept, made = (
        "".join(f", {name}" for name in more),
        "".join(f", {sql} AS {name}" for name, sql in more.items()),
    )
    return f"""
        SELECT account_id, score, coverage, ARRAY[{_balanced_parts(card)}] AS parts{kept}
        FROM (
            SELECT account_id{kept}, weight, heaviest, {_parts(card)},
                   round(100.0::float8 * worth / weight)::int AS score,
                   coalesce(round({_number(FULL)} * weight / {total}), 0)::int AS coverage
            FROM (
                SELECT *, nullif({_weight(card)}, 0.0::float8) AS weight, {_worth(card)} AS worth,
                       {_heaviest(card)} AS heaviest
                FROM (
                    SELECT account_id{kept}, {_worths(card)}
                    FROM (SELECT f.account_id{made}, {_fresh(card)} FROM {rows} f {fence}) AS read
                    {fence}
                ) AS valued
                {fence}
            ) AS weighted
            {fence}
        ) AS rounded
        {fence}"""  # noqa: S608 - numbers and our own column names, nothing that a user typed


def band(score: str) -> str:
    """The band of a score in hundredths, or NULL."""
    floors = sorted(((floor, name) for name, floor in FLOORS.items()), reverse=True)
    cases = " ".join(f"WHEN {score} >= {floor} THEN '{name.value}'" for floor, name in floors)
    return f"CASE {cases} WHEN {score} IS NOT NULL THEN '{Band.AT_RISK.value}' END"


def points(hundredths: str) -> str:
    """A score in hundredths as it is kept, with two decimals."""
    return f"({hundredths} / 100.0)::numeric(5, 2)"


def values() -> str:
    """The raw values of all features of a row `f`."""
    return f"ARRAY[{', '.join(value for value, _ in VALUES.values())}]"


def ages() -> str:
    """The ages of all features of a row `f`."""
    return f"ARRAY[{', '.join(age or '0' for _, age in VALUES.values())}]"


def _number(value: float) -> str:
    return f"'{value!r}'::float8"


def _fresh(card: Card) -> str:
    """The raw values, `v0` and so on; unknown where they are too old."""
    return ", ".join(f"{_value(measure)} AS v{i}" for i, measure in enumerate(card.measures))


def _value(measure: Measure) -> str:
    value, age = VALUES[measure.feature]
    if measure.max_age is None or age is None:
        return value
    return f"CASE WHEN {age} > {measure.max_age:d} THEN NULL ELSE {value} END"


def _worths(card: Card) -> str:
    """What each value is worth, `b0` and so on: its points times the measure's weight."""
    return ", ".join(
        f"{_number(measure.weight)} * {_points(measure, f'v{i}')} AS b{i}"
        for i, measure in enumerate(card.measures)
    )


def _points(measure: Measure, value: str) -> str:
    """The points of a value: its piece of the curve is found by halving, because this runs for every row."""
    (first_x, first_y), (_, last_y) = measure.curve.points[0], measure.curve.points[-1]
    ends = [first_x, *(until for *_, until in measure.curve.pieces)]
    lines = [
        f"{_number(y)} + ({value} - {_number(x)}) * {_number(slope)}"
        for x, y, slope, _ in measure.curve.pieces
    ]
    curve = _halved(value, ends, [_number(first_y), *lines, _number(last_y)])
    return f"CASE WHEN {value} IS NOT NULL THEN {curve} END"


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
        f"CASE WHEN b{i} IS NULL THEN 0.0::float8 ELSE {_number(measure.weight)} END"
        for i, measure in enumerate(card.measures)
    )
    return " + ".join(["0.0::float8", *weights])


def _worth(card: Card) -> str:
    return " + ".join(["0.0::float8", *(f"coalesce(b{i}, 0.0::float8)" for i in range(len(card.measures)))])


def _heaviest(card: Card) -> str:
    return "CASE " + " ".join(f"WHEN b{i} IS NOT NULL THEN {i}" for i in card.heaviest_first) + " END"


def _parts(card: Card) -> str:
    return ", ".join(f"round(100.0::float8 * b{i} / weight)::int AS q{i}" for i in range(len(card.measures)))


def _balanced_parts(card: Card) -> str:
    known = " - ".join(["score", *(f"coalesce(q{i}, 0)" for i in range(len(card.measures)))])
    return ", ".join(
        f"CASE WHEN heaviest = {i} THEN q{i} + {known} ELSE q{i} END" for i in range(len(card.measures))
    )
