"""The SQL written from a card says what the arithmetic says, to the last bit."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from success import formulas
from success.features import COLUMNS
from success.scoring import Reading, band_of, score
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


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(card=cards(), drawn=st.lists(readings(), min_size=1, max_size=8))
def test_sql_and_python_agree_to_the_last_bit(acme, globex, card, drawn):
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


def test_boundaries_of_bands_in_sql(acme, globex):
    given = "(VALUES (0), (4999), (5000), (7499), (7500), (10000), (NULL::int)) AS given (score)"
    statement = f"SELECT {formulas.band('score')} FROM {given}"  # noqa: S608 - what is being tested
    bands = [band for (band,) in _asked(statement)]
    assert bands == ["at_risk", "at_risk", "watch", "watch", "healthy", "healthy", None]
