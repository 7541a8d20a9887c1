"""An explanation sums to the score, a comparison to the difference, exactly."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.permissions import Permission
from accounts.tenancy import inside
from success import explanations, history, overrides, scorecards
from success.models import Account, FeatureName, Health
from tests.client import queries
from tests.factories import an_actor
from tests.success.factories import (
    a_contract,
    a_measure,
    ago,
    an_account,
    answered,
    happened,
    published,
    work,
)


def lived_in() -> Account:
    """An account with something of everything."""
    account = an_account()
    a_contract(account, ends=40)
    for number in range(4):
        happened(account, range(number, 100, 2 + number), user=f"user{number}")
    answered(account, "nps", 9, days=50)
    answered(account, "csat", 4, days=200)
    answered(account, "rating", 7, days=3)
    return account


def explained(account: Account, **when: Any) -> explanations.Explanation:
    found = explanations.explain(account, by=an_actor(), **when)
    assert found
    return found


def compared(account: Account, before: int, after: int) -> explanations.Difference:
    found = explanations.compare(account, before=ago(before), after=ago(after), by=an_actor())
    assert found
    return found


def test_the_parts_sum_to_the_score(acme, globex):
    published()
    account = lived_in()
    work()
    found, kept = explained(account), Health.objects.get(account=account)
    assert found.score == kept.score == sum(line.part for line in found.lines if line.part is not None)
    weights = [line.weight for line in found.lines if line.is_fresh]
    assert found.coverage == round(Decimal(sum(weights)) / 100, 4)
    by_key = {line.key: line for line in found.lines}
    assert [by_key["csat"].is_fresh, by_key["csat"].age_days, by_key["csat"].part] == [False, 200, None]
    assert (by_key["breadth"].value, by_key["breadth"].points) == (4, Decimal("83.33"))
    assert (by_key["renewal_nearness"].value, by_key["nps"].value) == (40, 100)
    assert found.override_part is None


def test_an_override_is_a_part_of_its_own(acme, globex):
    published()
    account = lived_in()
    work()
    computed = Health.objects.get(account=account).score
    expiry = timezone.now() + timedelta(days=3)
    overrides.override(account, score=Decimal(20), reason="They told us.", expires_at=expiry, by=an_actor())
    found = explained(account)
    assert (found.computed_score, found.band) == (computed, "at_risk")
    assert sum(line.part or 0 for line in found.lines) + (found.override_part or 0) == found.score == 20


def test_a_past_day_is_explained_by_what_was_shown(acme, globex):
    published()
    account = lived_in()
    work()
    history.rebuild([ago(day) for day in range(40, 0, -1)], by=an_actor())
    for day in (30, 14, 1):
        found, worked = explained(account, day=ago(day)), history.as_of([account.pk], ago(day))[account.pk]
        assert found.score == worked.score == sum(line.part or 0 for line in found.lines)
        assert found.worked_out_on <= ago(day)
    assert explanations.explain(account, day=ago(41), by=an_actor()) is None


def test_what_is_known_today_is_shown_while_it_makes_the_same_parts(acme, globex):
    published(a_measure(FeatureName.DAYS_SINCE_SEEN, curve=[(0, 100), (10, 0)]))
    account = an_account()
    happened(account, [30])
    work()
    history.rebuild([ago(day) for day in range(30, 0, -1)], by=an_actor())
    assert explained(account, day=ago(1)).lines[0].value == 10, "the day it became this bad"
    assert explained(account).lines[0].value == 30


def test_a_difference_is_split_exactly(acme, globex):
    published()
    account = lived_in()
    work()
    history.rebuild([ago(day) for day in range(60, 0, -1)], by=an_actor())
    scorecards.publish("Other", [*scorecards.DEFAULT[:4], a_measure("ces", key="effort")], by=an_actor())
    work()
    for before, after in [(55, 20), (20, 1), (30, 0), (1, 0)]:
        found = compared(account, before, after)
        assert found.change == (found.after.score or 0) - (found.before.score or 0)
        assert found.change == found.configuration + found.staleness + found.behaviour + found.override
    assert compared(account, 1, 0).configuration != 0


def test_growing_old_is_staleness_and_use_is_behaviour(acme, globex):
    published(a_measure(FeatureName.BREADTH), a_measure(FeatureName.RATING, max_age_days=20))
    account = an_account()
    happened(account, [40, 15, 14], user="ada")
    answered(account, "rating", 9, days=41)
    happened(account, [10], user="bob")
    work()
    history.rebuild([ago(day) for day in range(45, 0, -1)], by=an_actor())

    grown_old, used = compared(account, 40, 18), compared(account, 18, 9)
    assert [grown_old.staleness, grown_old.behaviour] == [-40, 0]  # (10 + 90) / 2 falls to 10
    assert [used.staleness, used.behaviour] == [0, 10]


def test_one_who_may_not_see_health_sees_none(acme, globex):
    published()
    account = lived_in()
    work()
    somebody = an_actor(Permission.SEE_ACCOUNTS)
    assert explanations.explain(account, by=somebody) is None
    assert explanations.compare(account, before=ago(1), after=ago(0), by=somebody) is None


@pytest.mark.parametrize("number", [1, 20])
def test_explaining_many_takes_the_same_queries_as_one(acme, globex, number):
    published()
    found = [an_account() for _ in range(number)]
    for account in found:
        happened(account, [1, 2])
    work()
    with queries(4):  # health, the scorecard and its measures, features; records only of what has moved since
        explained = explanations.explain_many([account.pk for account in found], by=an_actor())
    assert len(explained) == number


def test_the_other_tenants_accounts_are_not_explained(acme, globex):
    published()
    with inside(globex):
        published()
        theirs = lived_in()
        work()
        explained(theirs)
    assert explanations.explain_many([theirs.pk], by=an_actor()) == {}
