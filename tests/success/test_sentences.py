"""A measure said in one sentence."""

from decimal import Decimal
from types import SimpleNamespace

import pytest

from success.models import FeatureName
from success.sentences import WORDS, sentence


def line(feature: str, value: float | None, *, age: int | None = 0, fresh: bool = True) -> SimpleNamespace:
    known = fresh and value is not None
    return SimpleNamespace(
        title="It",
        feature=feature,
        value=value,
        age_days=age,
        is_fresh=fresh,
        points=Decimal("50.00") if known else None,
        part=Decimal("5.25") if known else None,
    )


@pytest.mark.parametrize(
    ("feature", "value", "said"),
    [
        ("usage_trend", 0.2, "50 % more use than in the 28 days before"),  # 18 and 12
        ("usage_trend", -0.2, "33 % less use than in the 28 days before"),  # 12 and 18
        ("usage_trend", -0.998, "99 % less use than in the 28 days before"),  # 1 and 999
        ("usage_trend", -1, "use has ceased"),
        ("usage_trend", 1, "all of the use is new"),
        ("usage_trend", 0.001, "as much use as in the 28 days before"),
        ("days_since_seen", 1, "last seen 1 day ago"),
        ("days_since_seen", 0, "last seen 0 days ago"),
        ("breadth", 1, "1 person is active"),
        ("breadth", 12, "12 people are active"),
        ("support_load", 0, "0 calls for help"),
        ("nps", -33.3, "NPS of -33"),
        ("nps", -0.4, "NPS of 0"),
        ("csat", 66.6, "67 % are satisfied"),
        ("ces", 5.25, "ease of 5.2 on 1-7"),
        ("rating", 8, "rated 8.0 on 1-10"),
        ("renewal_nearness", 30, "30 days until the renewal"),
        ("renewal_nearness", -1, "the renewal is 1 day overdue"),
        ("something_new", 1.5, "1.5"),
    ],
)
def test_what_is_known_is_said_in_its_own_words(feature, value, said):
    assert (
        sentence(line(feature, value))
        == f"It: {said}, worth 50.00 of 100; it brings 5.25 points of the score."
    )


def test_what_is_unknown_or_too_old_does_not_count():
    assert sentence(line("nps", None)) == "It: nothing is known, so it does not count."
    assert sentence(line("nps", 50, age=200, fresh=False)) == (
        "It: NPS of 50, but this is 200 days old, so it does not count."
    )


def test_every_feature_has_words():
    assert set(FeatureName.values) == set(WORDS)
