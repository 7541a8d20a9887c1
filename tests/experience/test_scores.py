"""The arithmetic of answers against published vectors and properties that hold for every set of answers."""

from math import isclose

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from experience import scores

counts = st.integers(0, 5_000)
efforts = st.dictionaries(st.integers(1, 7), st.integers(0, 300))


def test_fifty_thirty_twenty():
    result = scores.nps(50, 30, 20)
    assert result is not None
    assert (result.score, result.n) == (30.0, 100)
    assert round(result.centre, 2) == 29.13
    assert round(result.margin, 2) == 15.08
    assert (round(result.low, 2), round(result.high, 2)) == (14.05, 44.20)


def test_an_empty_set_has_no_score():
    assert scores.nps(0, 0, 0) is None
    assert scores.csat(0, 0) is None
    assert scores.ces({}) is None
    assert scores.ces({4: 0}) is None
    assert scores.rating(0, 0, 0) is None
    assert scores.response_rate(0, 0) is None


def test_csat_by_wilson():
    result = scores.csat(81, 100)  # textbook: 0.81 of 100 gives 0.722 to 0.875
    assert result is not None
    assert result.score == 81.0
    assert (round(result.low, 1), round(result.high, 1)) == (72.2, 87.5)


def test_a_unanimous_csat_still_has_a_margin():
    result = scores.csat(3, 3)
    assert result is not None
    assert result.score == 100.0
    assert isclose(result.high, 100.0)
    assert result.low < 50


def test_effort():
    result = scores.ces({1: 1, 4: 1, 5: 1, 7: 2})
    assert result is not None
    assert result.score == pytest.approx(4.8)
    assert result.index == pytest.approx(20.0)
    assert result.agreeing.score == pytest.approx(60.0)
    assert result.margin == pytest.approx(1.96 * (6.2 / 5) ** 0.5)


def test_one_rating_has_no_margin():
    assert scores.rating(1, 9, 81) == scores.Mean(9.0, 1, None)
    assert scores.rating(2, 10, 52) == scores.Mean(5.0, 2, 1.96)


def test_response_rate():
    assert scores.response_rate(25, 200) == 12.5


def test_one_against_one_proves_nothing():
    one, other = scores.nps(1, 0, 0), scores.nps(0, 0, 1)
    assert one
    assert other
    assert not scores.difference(one, other).is_real


def test_many_against_many_do():
    one, other = scores.nps(500, 300, 200), scores.nps(400, 300, 300)
    assert one
    assert other
    found = scores.difference(one, other)
    assert found.is_real
    assert found.z == pytest.approx(-scores.difference(other, one).z)


@given(counts, counts, counts)
def test_nps_lies_between_its_bounds(promoters, passives, detractors):
    result = scores.nps(promoters, passives, detractors)
    assume(result)
    assert result is not None
    assert -100 <= result.low <= result.centre <= result.high <= 100
    assert -100 <= result.score <= 100
    assert result.margin > 0


@given(counts, counts, counts)
def test_nps_is_odd(promoters, passives, detractors):
    ours, mirrored = scores.nps(promoters, passives, detractors), scores.nps(detractors, passives, promoters)
    assume(ours)
    assert ours
    assert mirrored
    assert isclose(ours.score, -mirrored.score, abs_tol=1e-9)
    assert isclose(ours.margin, mirrored.margin)


@given(counts, counts, counts)
def test_one_more_promoter_never_lowers_nps(promoters, passives, detractors):
    before, after = (
        scores.nps(promoters, passives, detractors),
        scores.nps(promoters + 1, passives, detractors),
    )
    assume(before)
    assert before
    assert after
    assert after.score >= before.score - 1e-9


@given(counts, counts, counts)
def test_a_score_does_not_differ_from_itself(promoters, passives, detractors):
    result = scores.nps(promoters, passives, detractors)
    assume(result)
    assert result is not None
    assert scores.difference(result, result) == scores.Difference(0.0, False)


@given(st.integers(0, 500), st.integers(0, 500))
def test_csat_lies_in_its_interval(satisfied, others):
    result = scores.csat(satisfied, satisfied + others)
    assume(result)
    assert result is not None
    assert 0 <= result.low <= result.score + 1e-9
    assert result.score - 1e-9 <= result.high <= 100


@given(efforts)
def test_effort_stays_on_its_scale(answers):
    result = scores.ces(answers)
    assume(result)
    assert result is not None
    assert 1 <= result.score <= 7
    assert -100 <= result.index <= 100
    assert result.index <= result.agreeing.score + 1e-9


@given(efforts, st.integers(2, 20))
def test_more_of_the_same_is_surer_and_says_the_same(answers, times):
    few, many = scores.ces(answers), scores.ces({point: count * times for point, count in answers.items()})
    assume(few)
    assert few
    assert many
    assert isclose(few.score, many.score)
    assert isclose(few.index, many.index, abs_tol=1e-9)
    assert many.index_margin < few.index_margin
