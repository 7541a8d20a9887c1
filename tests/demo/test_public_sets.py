"""The public sets as stories: nothing added, nothing lost, and the outcome never among what is told."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from config.demo import cdnow, saas
from config.demo.clock import Clock

CLOCK = Clock(date(2026, 3, 1), ZoneInfo("America/New_York"))


@pytest.fixture(scope="module")
def subscribers():
    with saas.FILE.open() as lines:
        return saas.read(lines)


@pytest.fixture(scope="module")
def told(subscribers):
    return saas.tell(subscribers, CLOCK)


def test_every_subscriber_is_told(subscribers, told):
    assert len(subscribers) == len(told.firms) == len(told.replies) == 2_000
    assert sum(one.has_churned for one in subscribers) == 932
    assert len({line.key for line in told.happenings}) == len(told.happenings)


def test_counts_are_those_of_the_file(subscribers, told):
    counts = Counter(line.name for line in told.happenings)
    for column, (name, _) in saas.COUNTS.items():
        assert counts[name] == sum(int(one.row[column]) for one in subscribers)
    minutes = sum(line.value or 0 for line in told.happenings)
    assert minutes == sum(Decimal(one.row["minutes_customer_support"]) for one in subscribers)
    ratings = [reply.answers[0][1] for reply in told.replies]
    assert ratings == [int(one.row["csat_score"]) for one in subscribers]


def test_a_module_is_used_as_often_as_its_state_says(subscribers, told):
    used = Counter((line.firm, line.name) for line in told.happenings)
    for one in subscribers[:200]:
        for module in saas.MODULES:
            assert used[one.key, f"{module}.used"] == saas.PACE[one.row[f"product_{module}"]]


def test_all_of_it_lies_in_the_ninety_days_before(told):
    days = {line.at.astimezone(CLOCK.zone).date() for line in [*told.happenings, *told.replies]}
    assert min(days) == CLOCK.today - timedelta(days=90)
    assert max(days) == CLOCK.today - timedelta(days=1)


def test_the_outcome_is_not_told(subscribers, told):
    """Turn every outcome round, and the story is the same; `months_active` only moves the openings."""
    turned = [
        replace(one, row={**one.row, "churned": str(1 - float(one.row["churned"])), "months_active": "3.0"})
        for one in subscribers
    ]
    other = saas.tell(turned, CLOCK)
    assert other.happenings == told.happenings
    assert other.replies == told.replies
    dateless = [replace(firm, opened_on=CLOCK.today) for firm in told.firms]
    assert [replace(firm, opened_on=CLOCK.today) for firm in other.firms] == dateless


def test_accounts_began_as_many_months_before(subscribers, told):
    last = CLOCK.date(-1)
    for one, firm in zip(subscribers, told.firms, strict=True):
        months = (last.year - firm.opened_on.year) * 12 + last.month - firm.opened_on.month
        assert months == one.months_active


def test_every_purchase_of_the_web_shop_is_told():
    with cdnow.FILE.open() as lines:
        story = cdnow.tell(lines)
    assert (len(story.people), len(story.happenings), story.firms) == (2_357, 6_919, [])
    assert len({line.key for line in story.happenings}) == 6_919
    first = story.happenings[0]
    assert (first.value, first.properties, first.at.date()) == (
        Decimal("29.33"),
        {"quantity": "2"},
        date(1997, 1, 1),
    )
    assert min(line.at for line in story.happenings).year == 1997
    assert max(line.at for line in story.happenings).date() == date(1998, 6, 30)
