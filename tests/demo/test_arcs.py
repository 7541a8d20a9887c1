"""How accounts fare over time: lines between points, shocks that pass."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from config.demo.arcs import Arc, Season, Shock, level

ARC = Arc(((-100, 0.8), (-50, 0.2), (0, 0.6)))


def test_a_line_between_points():
    assert ARC.at(-500) == 0.8
    assert ARC.at(-100) == 0.8
    assert ARC.at(-75) == 0.5
    assert ARC.at(-50) == 0.2
    assert ARC.at(7) == 0.6


def test_an_arc_can_be_moved():
    assert ARC.moved(-30).at(-80) == ARC.at(-50)


def test_a_shock_hits_lasts_and_heals():
    shock = Shock(day=-20, depth=0.4, lasts=5, heals=10)
    assert [shock.at(day) for day in (-21, -20, -16, -15, -10, -5)] == [0, 0.4, 0.4, 0.4, 0.2, 0]
    assert shock.is_on(-16)
    assert not shock.is_on(-15)


def test_a_season_is_highest_on_its_peak():
    season = Season(peak=205, swing=0.35)
    summer, winter = season.at(date(2025, 7, 24)), season.at(date(2026, 1, 22))
    assert round(summer, 2) == 1.35
    assert round(winter, 2) == 0.65


@given(st.integers(-600, 10), st.floats(-2, 2), st.floats(0, 3))
def test_mood_stays_within_bounds(day, offset, depth):
    mood = level(ARC, [Shock(day=-60, depth=depth, lasts=9, heals=9)], day, offset=offset)
    assert 0 < mood < 1
