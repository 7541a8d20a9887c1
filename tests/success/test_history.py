"""Past days, as they would have been shown: only what was recorded by then counts."""

from decimal import Decimal
from typing import Any

import pytest

from accounts.errors import Forbidden, Invalid
from accounts.permissions import Permission
from accounts.tenancy import inside
from integrations.models import OutboxEvent
from success import accounts, history, overrides, scorecards
from success.models import Account, FeatureName, Health, HealthOverride, HealthRecord
from tests.client import queries
from tests.factories import an_actor
from tests.success.factories import a_measure, ago, an_account, happened, noon, published, work


def records(account: Account) -> list[tuple[int, Any]]:
    """The past days that have a record, as days ago, with their score."""
    rows = HealthRecord.objects.filter(account=account, day__lt=ago(0)).order_by("day")
    return [((ago(0) - row.day).days, row.score) for row in rows]


def test_a_past_day_counts_what_was_recorded_by_then(acme, globex):
    published(a_measure(FeatureName.BREADTH))
    account = an_account()
    happened(account, [40], user="ada")
    happened(account, [40], user="late", recorded=35)
    work()
    figures = {
        day: history.as_of([account.pk], ago(day))[account.pk].score for day in (41, 40, 36, 35, 11, 10)
    }
    assert figures == {41: None, 40: 10, 36: 10, 35: 20, 11: 20, 10: 0}


@pytest.mark.parametrize(
    ("ended", "shown"),
    [
        (None, {11: 10, 10: 20, 5: 20, 4: 10, 3: 10}),  # until it expires
        (7, {11: 10, 10: 20, 8: 20, 7: 10, 5: 10}),  # until somebody ends it
    ],
)
def test_an_override_is_shown_on_the_days_it_held(acme, globex, ended, shown):
    published(a_measure(FeatureName.BREADTH))
    account = an_account()
    happened(account, range(0, 40, 2))
    soon = noon(-1)
    overrides.override(account, score=Decimal(20), reason="Known better.", expires_at=soon, by=an_actor())
    HealthOverride.objects.update(
        created_at=noon(10), expires_at=noon(4), ended_at=noon(ended) if ended else None
    )
    work()

    assert {day: history.as_of([account.pk], ago(day))[account.pk].score for day in shown} == shown


def test_history_brought_in_is_rebuilt_day_by_day(acme, globex):
    published(a_measure(FeatureName.BREADTH))
    account = an_account()
    happened(account, [40, 39], user="ada")
    happened(account, [38], user="bob")
    work()
    before = OutboxEvent.objects.count()

    written = history.rebuild([ago(day) for day in range(60, 0, -1)], by=an_actor())

    assert records(account) == [(40, 10), (38, 20), (9, 10), (8, 0)]
    assert written == 4
    assert OutboxEvent.objects.count() == before
    again = history.rebuild([ago(day) for day in range(60, 0, -1)], by=an_actor())
    assert (again, records(account)) == (4, [(40, 10), (38, 20), (9, 10), (8, 0)])


def test_a_rebuilt_day_says_what_as_of_says(acme, globex):
    published()
    account, other = an_account(), an_account(opened=30)
    happened(account, range(0, 90, 3))
    happened(other, range(0, 25, 2), user="zoe")
    work()
    days = [ago(day) for day in (70, 45, 20, 1)]
    history.rebuild(days, by=an_actor())
    for day in days:
        worked = history.as_of([account.pk, other.pk], day)
        shown = {record.account_id: record for record in HealthRecord.objects.on(day)}
        assert set(worked) >= set(shown)
        for key, record in shown.items():
            assert record.score == worked[key].score
            assert record.parts == list(worked[key].parts)
            assert record.coverage == worked[key].coverage


def test_today_as_of_is_what_is_shown_now(acme, globex):
    published()
    account = an_account()
    happened(account, range(40))
    work()
    kept, worked = Health.objects.get(account=account), history.as_of([account.pk], ago(0))[account.pk]
    assert (worked.score, worked.parts, worked.band) == (kept.score, kept.parts, kept.band)


def test_an_account_that_was_not_open_has_no_past(acme, globex):
    published(a_measure(FeatureName.BREADTH))
    account = an_account(opened=10)
    happened(account, [12, 5])
    closing = accounts.Closing(account_id=account.pk, closed_on=ago(4), recorded_at=noon(2))
    accounts.close_many([closing], by=an_actor())
    work()
    has_past = [bool(history.as_of([account.pk], ago(day))) for day in (11, 10, 5, 4, 3, 2)]
    assert has_past == [False, True, True, True, True, False], "the closing was learned of two days late"


def test_the_scorecard_of_the_day_counts(acme, globex):
    first = scorecards.publish("First", [a_measure(FeatureName.BREADTH)], by=an_actor())
    account = an_account()
    happened(account, [5, 3])
    work()
    scorecards.publish("Second", [a_measure(FeatureName.BREADTH, curve=[(0, 0), (1, 100)])], by=an_actor())
    yesterday = history.as_of([account.pk], ago(1))[account.pk]
    today = history.as_of([account.pk], ago(0))[account.pk]
    assert yesterday.scorecard == first, "the first counts for earlier days"
    assert yesterday.score == 10
    assert today.score == 100


def test_only_past_days_are_rebuilt_by_those_who_may(acme, globex):
    with pytest.raises(Invalid):
        history.rebuild([ago(0)], by=an_actor())
    with pytest.raises(Forbidden):
        history.rebuild([ago(1)], by=an_actor(Permission.SEE_HEALTH))
    assert history.rebuild([ago(1)], by=an_actor()) == 0
    assert history.as_of([], ago(1)) == {}


@pytest.mark.parametrize("number", [1, 20])
def test_a_past_day_takes_the_same_queries_for_one_and_for_twenty(acme, globex, number):
    published()
    found = [an_account() for _ in range(number)]
    for account in found:
        happened(account, [3])
    work()
    with queries(4):  # a scorecard of the day, else the first one, its measures, everything else
        assert len(history.as_of([account.pk for account in found], ago(1))) == number


def test_the_other_tenants_past_is_its_own(acme, globex):
    published()
    with inside(globex):
        published()
        theirs = an_account()
        happened(theirs, [5])
        work()
        history.rebuild([ago(2)], by=an_actor())
        assert records(theirs)
    assert history.rebuild([ago(2)], by=an_actor()) == 0
    assert not HealthRecord.objects.exists()
    assert history.as_of([theirs.pk], ago(2)) == {}


def test_an_account_that_was_closed_before_is_left_as_it_was_last(acme, globex):
    published(a_measure(FeatureName.BREADTH))
    left, stays = an_account(), an_account()
    for account in (left, stays):
        happened(account, [12], user="ada")
        happened(account, [11, 3], user="bob")
    accounts.close(left, closed_on=ago(10), by=an_actor())
    work()
    assert Health.objects.get(account=left).score is None
    stood = Health.objects.filter(account=stays).values().get()

    history.rebuild([ago(day) for day in range(20, 0, -1)], by=an_actor())

    names = ("score", "computed_score", "coverage", "band", "parts", "scorecard", "scored_at")
    last = HealthRecord.objects.filter(account=left).latest("day")
    assert (last.day, last.score) == (ago(11), 20)
    assert Health.objects.values_list(*names).get(account=left) == tuple(
        HealthRecord.objects.values_list(*names).get(pk=last.pk)
    )
    assert Health.objects.filter(account=stays).values().get() == stood
