"""The arithmetic of `scoring` as SQL, written from a card.

The same operations in the same order, so equal to the last bit.
Each step is fenced with OFFSET 0, or Postgres would write every expression out again wherever it is used.
"""

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


def scored(card: Card, rows: str) -> str:
    """A query of account_id, score, coverage and parts of feature rows, in whole numbers as in `scoring`."""
    total = _number(card.total_weight)
    return f"""
        SELECT account_id, score, coverage, ARRAY[{_balanced_parts(card)}] AS parts
        FROM (
            SELECT account_id, weight, heaviest, {_parts(card)},
                   round(100.0::float8 * worth / weight)::int AS score,
                   coalesce(round({_number(FULL)} * weight / {total}), 0)::int AS coverage
            FROM (
                SELECT *, nullif({_sum(card, weight=True)}, 0.0::float8) AS weight,
                       {_sum(card, weight=False)} AS worth, {_heaviest(card)} AS heaviest
                FROM (SELECT f.account_id, {_points(card)} FROM {rows} f OFFSET 0) AS worth_of_values
                OFFSET 0
            ) AS weighted
            OFFSET 0
        ) AS rounded"""  # noqa: S608 - numbers and our own column names, nothing that a user typed


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


def _points(card: Card) -> str:
    return ", ".join(f"{_curve(measure)} AS p{i}" for i, measure in enumerate(card.measures))


def _curve(measure: Measure) -> str:
    value, age = VALUES[measure.feature]
    unknown = f"{value} IS NULL"
    if measure.max_age is not None and age is not None:
        unknown += f" OR {age} > {measure.max_age:d}"
    first_x, first_y = measure.curve.points[0]
    lines = " ".join(
        f"WHEN {value} <= {_number(until)} THEN {_number(y)} + ({value} - {_number(x)}) * {_number(slope)}"
        for x, y, slope, until in measure.curve.pieces
    )
    last_y = measure.curve.points[-1][1]
    return (
        f"CASE WHEN {unknown} THEN NULL WHEN {value} <= {_number(first_x)} THEN {_number(first_y)} "
        f"{lines} ELSE {_number(last_y)} END"
    )


def _sum(card: Card, *, weight: bool) -> str:
    def term(i: int, measure: Measure) -> str:
        worth = _number(measure.weight) if weight else f"{_number(measure.weight)} * p{i}"
        return f"CASE WHEN p{i} IS NULL THEN 0.0::float8 ELSE {worth} END"

    return " + ".join(["0.0::float8", *(term(i, measure) for i, measure in enumerate(card.measures))])


def _heaviest(card: Card) -> str:
    return "CASE " + " ".join(f"WHEN p{i} IS NOT NULL THEN {i}" for i in card.heaviest_first) + " END"


def _parts(card: Card) -> str:
    return ", ".join(
        f"round(100.0::float8 * ({_number(measure.weight)} * p{i}) / weight)::int AS q{i}"
        for i, measure in enumerate(card.measures)
    )


def _balanced_parts(card: Card) -> str:
    known = " - ".join(["score", *(f"coalesce(q{i}, 0)" for i in range(len(card.measures)))])
    return ", ".join(
        f"CASE WHEN heaviest = {i} THEN q{i} + {known} ELSE q{i} END" for i in range(len(card.measures))
    )
