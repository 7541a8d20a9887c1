"""The SQL written from a card says what the arithmetic says, to the last bit."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from success import formulas
from success.features import COLUMNS
from success.scoring import Card, Curve, Measure, Reading, band_of, score
from tests.success.factories import ago
from tests.success.strategies import cards, readings

PLAIN = {"usage_trend", "breadth", "support_load", "nps", "csat", "ces", "rating"}
TYPED = ", ".join(f"(row->>'{c}')::{'date' if c.endswith('_on') else 'float8'} AS {c}" for c in COLUMNS)
ROWS = f"""(
    SELECT number AS account_id, {TYPED}
    FROM json_array_elements(%(rows)s::json) WITH ORDINALITY AS given (row, number)
)"""  # noqa: S608 - the feature row's own columns


def _row(known: Mapping[str, Reading], day: date) -> dict[str, Any]:
    """A feature row from which just these readings are read."""
    row: dict[str, Any] = {name: reading.value for name, reading in known.items() if name in PLAIN}
    for name in ("nps", "csat", "ces", "rating", "usage_trend"):
        if name in known:
            column = "usage_on" if name == "usage_trend" else f"{name}_on"
            row[column] = str(day - timedelta(days=known[name].age))
    if "days_since_seen" in known:
        row["last_seen_on"] = str(day - timedelta(days=known["days_since_seen"].value or 0))
    if "renewal_nearness" in known:
        row["renewal_on"] = str(day + timedelta(days=known["renewal_nearness"].value or 0))
    return row


def _asked(statement: str, **named: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, named)
        return cursor.fetchall()


def _agree(card: Card, drawn: Sequence[Mapping[str, Reading]]) -> None:
    """Fail unless SQL and Python make the same of these readings."""
    day = ago(0)
    rows = json.dumps([_row(known, day) for known in drawn])
    points = ", ".join(formulas._points(measure) for measure in card.measures)
    statement = f"""
        SELECT scored.score, scored.coverage, scored.parts, {formulas.band("scored.score")}, worth.points
        FROM ({formulas.scored(card, f"{ROWS} f")}) scored
        JOIN (
            SELECT f.account_id, ARRAY[{points}] AS points FROM {ROWS} f
        ) worth USING (account_id)
        ORDER BY account_id
    """  # noqa: S608 - what is being tested
    for known, (whole, coverage, parts, band, worth) in zip(
        drawn, _asked(statement, rows=rows, day=day), strict=True
    ):
        outcome = score(card, known)
        assert (whole, coverage, tuple(parts)) == (outcome.score, outcome.coverage, outcome.parts)
        assert tuple(worth) == outcome.points
        assert band == band_of(outcome.score)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(card=cards(), drawn=st.lists(readings(), min_size=1, max_size=8))
def test_sql_and_python_agree_to_the_last_bit(acme, globex, card, drawn):
    _agree(card, drawn)


@pytest.mark.parametrize(
    ("weights", "values", "hundredths"),
    [
        ([0.4, 0.7, 0.7], [99.52, 0.34, 72.97], 5_062),
        ([0.3, 0.3, 0.3, 0.1], [47.71, 38.53, 98.95, 80.08], 6_357),
        ([1.1, 0.2, 0.6, 0.7], [63.74, 32.88, 81.16, 45.61], 6_051),
    ],
)
def test_both_add_from_left_to_right(acme, globex, weights, values, hundredths):
    """Here a sum that makes up for rounding would come to another score."""
    line, names = Curve(((0.0, 0.0), (100.0, 100.0))), ["nps", "csat", "rating", "breadth"]
    pairs = list(zip(names, weights, strict=False))
    card = Card(tuple(Measure(name, name, line, weight) for name, weight in pairs))
    known = {name: Reading(value) for name, value in zip(names, values, strict=False)}

    assert score(card, known).score == hundredths
    _agree(card, [known])


def test_a_point_of_a_curve_belongs_to_the_line_that_leads_to_it(acme, globex):
    """A slope of 1/49 comes back as a little less than 1."""
    card = Card((Measure("nps", "nps", Curve(((0.0, 0.0), (49.0, 1.0), (100.0, 100.0))), 1.0),))

    assert score(card, {"nps": Reading(49.0)}).points == (0.9999999999999999,)
    _agree(card, [{"nps": Reading(value)} for value in (0.0, 49.0, 100.0)])


def test_both_know_a_value_up_to_the_very_day_of_its_age(acme, globex):
    curve = Curve(((0.0, 0.0), (100.0, 100.0)))
    card = Card((Measure("nps", "nps", curve, 1.0, 90), Measure("csat", "csat", curve, 1.0)))
    drawn = [{"nps": Reading(80.0, age), "csat": Reading(60.0, 900)} for age in (89, 90, 91)]

    assert [score(card, known).score for known in drawn] == [7_000, 7_000, 6_000]
    _agree(card, drawn)


def test_boundaries_of_bands_in_sql(acme, globex):
    given = "(VALUES (0), (4999), (5000), (7499), (7500), (10000), (NULL::int)) AS given (score)"
    statement = f"SELECT {formulas.band('score')} FROM {given}"  # noqa: S608 - what is being tested
    bands = [band for (band,) in _asked(statement)]
    assert bands == ["at_risk", "at_risk", "watch", "watch", "healthy", "healthy", None]
