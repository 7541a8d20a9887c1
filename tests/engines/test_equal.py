"""What is compiled answers like what is carried out: any document, anybody, any values, to the byte."""

from tests.engines.comparing import Comparison, over_questions


def test_both_engines_answer_alike(world):
    comparison = Comparison(world)

    over_questions(world, comparison.compare)

    ways = comparison.ways
    assert ways["compiled"] > 0.25 * ways.total(), ways
    assert ways["compiled"] + ways["mixed"] > 0.6 * ways.total(), ways
    assert comparison.codes["BAD_USER_INPUT"] > 0
