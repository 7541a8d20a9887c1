"""docs/words.md says how health is worked out: its tables are compared with the code that does it."""

import re

import pytest
from django.conf import settings

from accounts.tenancy import inside
from experience.models import QuestionKind
from success import scorecards, signals
from success.formulas import VALUES
from tests.factories import an_actor
from tests.success.factories import an_account, answered, happened
from tests.success.test_features import known

WORDS = (settings.BASE_DIR / "docs" / "words.md").read_text()


def rows_under(head: str) -> list[list[str]]:
    """The rows of the table that begins with these columns."""
    (table,) = re.findall(rf"^\| {re.escape(head)}.*\n\|[ -|]+\|\n((?:\|.*\n)+)", WORDS, re.MULTILINE)
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in table.splitlines()]


FEATURES = {row[0].strip("`"): row[1:] for row in rows_under("feature")}


def days_of(feature: str) -> int:
    """The window that the page names for a feature."""
    return int(re.findall(r"last (\d+) days", FEATURES[feature][0])[0])


def test_the_default_scorecard_is_the_one_we_publish():
    assert rows_under("measure | feature") == [
        [
            draft.title,
            f"`{draft.feature}`",
            f"{draft.weight:g}",
            f"{draft.max_age_days}" if draft.max_age_days else "–",
            ", ".join(f"{value:g} → {points:g}" for value, points in draft.curve).replace("-", "−"),
        ]
        for draft in scorecards.DEFAULT
    ]


def test_each_feature_is_defined_and_grows_old_as_it_says():
    assert list(FEATURES) == list(VALUES)
    says = {name: row[-1] != "never old" for name, row in FEATURES.items()}
    assert says == {name: on is not None for name, (_, on) in VALUES.items()}


@pytest.mark.parametrize("feature", ["usage_trend", "breadth", "support_load", "nps"])
def test_the_window_is_as_long_as_it_says(acme, globex, feature):
    """What lies on its first day counts, what lies on the day before does not."""
    signals.count_as("asked", "support", by=an_actor())
    within, without, window = an_account(), an_account(), days_of(feature)
    with inside(globex):
        happened(an_account(), [0])
    for account, day in ((within, window - 1), (without, window)):
        happened(account, [0], user="today")
        happened(account, [day], user="then")
        happened(account, [day], name="asked")
        answered(account, QuestionKind.NPS, 10, days=day)

    found, missed = (getattr(known(account), feature) for account in (within, without))

    expected = {"usage_trend": (1, 0), "breadth": (2, 1), "support_load": (1, 0), "nps": (100, None)}
    assert (found, missed) == expected[feature]
