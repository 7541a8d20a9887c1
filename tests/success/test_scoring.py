"""The arithmetic of health: known vectors, and what must hold whatever is drawn."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from success.scoring import Band, Card, Curve, Measure, Reading, State, band_of, is_fresh, score, shown, split
from tests.success.strategies import cards, readings, rising

LINE = Curve(((0.0, 0.0), (100.0, 100.0)))
A = Measure("a", "nps", LINE, 20.0, 90)
B = Measure("b", "csat", LINE, 10.0)
C = Measure("c", "breadth", LINE, 10.0)
CARD = Card((A, B, C))


@pytest.mark.parametrize(
    ("value", "points"),
    [(-5, 0), (0, 0), (1, 20), (2, 40), (3.5, 47.5), (6, 60), (10, 100), (11, 100)],
)
def test_a_curve_is_straight_between_its_points_and_level_outside(value, points):
    assert Curve(((0.0, 0.0), (2.0, 40.0), (6.0, 60.0), (10.0, 100.0))).at(value) == points


def test_a_curve_may_fall():
    assert [Curve(((0.0, 100.0), (10.0, 0.0))).at(value) for value in (-1, 0, 3, 10, 20)] == [
        100,
        100,
        70,
        0,
        0,
    ]


def test_the_score_is_the_weighted_mean():
    outcome = score(CARD, {"nps": Reading(90), "csat": Reading(60), "breadth": Reading(30)})
    assert outcome.score == 6_750
    assert outcome.parts == (4_500, 1_500, 750)
    assert outcome.coverage == 10_000


def test_what_is_too_old_gives_its_weight_to_the_others():
    outcome = score(
        CARD, {"nps": Reading(90, age=91), "csat": Reading(60), "breadth": Reading(30, age=4_000)}
    )
    assert (outcome.score, outcome.coverage) == (4_500, 5_000)
    assert outcome.parts == (None, 3_000, 1_500)
    assert is_fresh(A, Reading(90, age=90))


def test_nothing_known_is_no_score():
    outcome = score(CARD, {"nps": Reading(90, age=91)})
    assert (outcome.score, outcome.coverage, outcome.parts) == (None, 0, (None, None, None))
    assert band_of(None) is None


def test_the_heaviest_takes_what_rounding_leaves():
    card = Card(tuple(replace(B, key=name, feature=name, weight=1.0) for name in ("nps", "csat", "ces")))
    outcome = score(card, {name: Reading(100) for name in ("nps", "csat", "ces")})
    assert (outcome.score, outcome.parts) == (10_000, (3_334, 3_333, 3_333))


@pytest.mark.parametrize(
    ("hundredths", "band"),
    [
        (0, Band.AT_RISK), (4_999, Band.AT_RISK), (5_000, Band.WATCH),
        (7_499, Band.WATCH), (7_500, Band.HEALTHY), (10_000, Band.HEALTHY),
    ],
)  # fmt: skip
def test_a_boundary_belongs_to_the_higher_band(hundredths, band):
    assert band_of(hundredths) is band


def test_a_difference_has_four_reasons():
    before = State(CARD, {"nps": Reading(80, 85), "csat": Reading(60), "breadth": Reading(40)})
    heavier = Card((A, replace(B, weight=30.0), C))
    after = State(
        heavier, {"nps": Reading(80, 95), "csat": Reading(70), "breadth": Reading(40)}, override=9_000
    )
    assert [shown(before), shown(after)] == [6_500, 9_000]
    reasons = split(before, after)
    assert reasons is not None
    assert reasons.configuration == 6_333 - 6_500  # csat weighs 30 of 60
    assert reasons.staleness == 5_500 - 6_333  # nps has grown too old
    assert reasons.behaviour == 6_250 - 5_500  # csat rose by ten
    assert reasons.override == 9_000 - 6_250
    assert reasons.total == 2_500


def test_a_first_answer_is_behaviour_not_staleness():
    before = State(CARD, {"csat": Reading(60)})
    after = State(CARD, {"csat": Reading(60), "nps": Reading(90)})
    reasons = split(before, after)
    assert reasons is not None
    assert (reasons.staleness, reasons.behaviour) == (0, 2_000)


def test_a_step_that_knows_nothing_says_what_the_one_before_it_said():
    before = State(CARD, {"nps": Reading(80, 85)})
    after = State(CARD, {"nps": Reading(80, 95), "csat": Reading(60)})
    reasons = split(before, after)
    assert reasons is not None
    assert (reasons.staleness, reasons.behaviour) == (0, -2_000)


def test_there_is_no_difference_from_no_score():
    assert split(State(CARD, {}), State(CARD, {"csat": Reading(60)})) is None
    hidden = split(State(CARD, {}, override=4_000), State(CARD, {"csat": Reading(60)}))
    assert hidden is not None
    assert hidden.total == 2_000


@settings(max_examples=60, deadline=None)
@given(cards(), readings())
def test_a_score_is_none_or_a_percentage(card, known):
    outcome = score(card, known)
    assert outcome.score is None or 0 <= outcome.score <= 10_000
    assert 0 <= outcome.coverage <= 10_000
    assert (outcome.score is None) == all(part is None for part in outcome.parts)


@settings(max_examples=60, deadline=None)
@given(cards(), readings())
def test_parts_sum_to_the_score_exactly(card, known):
    outcome = score(card, known)
    assert sum(part or 0 for part in outcome.parts) == (outcome.score or 0)
    assert all(abs(part) <= 10_000 for part in outcome.parts if part is not None)


@settings(max_examples=60, deadline=None)
@given(cards(rising), readings(), st.integers(0, 8), st.integers(0, 1_000_000))
def test_a_better_value_never_lowers_the_score(card, known, which, better):
    name = card.measures[which % len(card.measures)].feature
    if name not in known:
        return
    improved = known | {name: replace(known[name], value=known[name].value + better / 1_000)}
    assert (score(card, improved).score or 0) >= (score(card, known).score or 0)


@settings(max_examples=60, deadline=None)
@given(cards(), readings(), st.randoms())
def test_the_order_of_measures_hardly_matters(card, known, random):
    shuffled = Card(tuple(random.sample(card.measures, len(card.measures))))
    first, second = score(card, known), score(shuffled, known)
    assert (first.score is None) == (second.score is None)
    assert abs((first.score or 0) - (second.score or 0)) <= 1  # half a hundredth may round either way


overrides = st.none() | st.integers(0, 10_000)
states = st.builds(State, cards(), readings(), overrides)


@settings(max_examples=60, deadline=None)
@given(states, states)
def test_the_four_reasons_sum_to_the_difference_exactly(before, after):
    reasons, shows = split(before, after), [shown(before), shown(after)]
    if shows[0] is None or shows[1] is None:
        assert reasons is None
    else:
        assert reasons is not None
        assert reasons.total == shows[1] - shows[0]


@settings(max_examples=60, deadline=None)
@given(cards(), readings(), overrides)
def test_nothing_changed_has_no_reasons(card, known, override):
    reasons = split(State(card, known, override), State(card, known, override))
    if reasons:
        assert {reasons.configuration, reasons.staleness, reasons.behaviour, reasons.override} == {0}


@settings(max_examples=60, deadline=None)
@given(rising)
def test_a_curve_stays_between_its_ends(curve):
    xs = [x for x, _ in curve.points]
    points = [curve.at(x + step / 7 * (after - x)) for x, after in pairwise(xs) for step in range(8)]
    assert all(curve.points[0][1] - 1e-9 <= point <= curve.points[-1][1] + 1e-9 for point in points)
