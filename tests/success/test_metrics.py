"""Figures over the accounts one may see, now and as they were known on a past day."""

from decimal import Decimal
from typing import Any

import pytest

from accounts.permissions import Permission
from accounts.tenancy import inside
from success import accounts, contracts, history, metrics
from success.contracts import NewTerms
from success.models import Account, FeatureName
from tests.client import queries
from tests.factories import an_actor
from tests.success.factories import a_contract, a_measure, ago, an_account, happened, noon, published, work


def totals(figure: metrics.RecurringRevenue | metrics.RenewalsAhead) -> list[tuple[Any, ...]]:
    return [(one.currency, one.amount, one.accounts) for one in figure.totals]


def test_recurring_revenue_is_what_runs_by_currency(acme, globex):
    first, second, third = an_account(), an_account(), an_account()
    a_contract(first, recurring_revenue=Decimal(100))
    a_contract(first, recurring_revenue=Decimal(50), starts=-1, ends=90)  # begins tomorrow
    a_contract(second, recurring_revenue=Decimal(30))
    a_contract(third, recurring_revenue=Decimal(7), currency="USD")
    assert totals(metrics.recurring_revenue(Account.objects.all())) == [("EUR", 130, 2), ("USD", 7, 1)]
    tomorrow = metrics.recurring_revenue(Account.objects.all(), day=ago(-1))
    assert totals(tomorrow) == [("EUR", 180, 2), ("USD", 7, 1)]
    last, ended = (metrics.recurring_revenue(Account.objects.all(), day=ago(-day)) for day in (179, 180))
    assert (totals(last), totals(ended)) == ([("EUR", 130, 2), ("USD", 7, 1)], [])
    accounts.close(second, by=an_actor())
    assert totals(metrics.recurring_revenue(Account.objects.all())) == [("EUR", 100, 1), ("USD", 7, 1)]
    with inside(globex):
        assert totals(metrics.recurring_revenue(Account.objects.all())) == []


def test_a_past_day_shows_what_was_agreed_by_then(acme, globex):
    account = an_account()
    contract = a_contract(account, recurring_revenue=Decimal(100), starts=90, recorded_at=noon(80))
    contracts.amend(contract, NewTerms(recurring_revenue=Decimal(60), recorded_at=noon(10)), by=an_actor())
    figures = [
        totals(metrics.recurring_revenue(Account.objects.all(), day=ago(day))) for day in (85, 80, 11, 10)
    ]
    assert figures == [[], [("EUR", 100, 1)], [("EUR", 100, 1)], [("EUR", 60, 1)]]


def test_an_account_whose_closing_we_learned_of_later_is_still_in_the_figures_of_days_before(acme, globex):
    published(a_measure(FeatureName.BREADTH))
    late, punctual = an_account(), an_account()
    for account in (late, punctual):
        a_contract(account, ends=20, recurring_revenue=Decimal(100), recorded_at=noon(100))
    accounts.close(late, closed_on=ago(10), by=an_actor())
    punctually = accounts.Closing(account_id=punctual.pk, closed_on=ago(10), recorded_at=noon(10))
    accounts.close_many([punctually], by=an_actor())
    work()

    everybody = Account.objects.all()
    shown = {
        day: [
            totals(metrics.recurring_revenue(everybody, day=ago(day))),
            totals(metrics.renewals_ahead(everybody, day=ago(day))),
            metrics.health_distribution(everybody, day=ago(day)).n,
        ]
        for day in (11, 10, 1, 0)
    }

    assert shown[11] == [[("EUR", 200, 2)], [("EUR", 200, 2)], 2]
    assert shown[10] == shown[1] == [[("EUR", 100, 1)], [("EUR", 100, 1)], 1]
    assert shown[0] == [[], [], 0]


def test_renewals_ahead_come_with_revenue_and_health(acme, globex):
    published(a_measure(FeatureName.BREADTH))
    account, other, closed = an_account(), an_account(), an_account()
    happened(account, [1])
    work()
    soon = a_contract(account, ends=20, recurring_revenue=Decimal(100))
    today = a_contract(other, ends=0, recurring_revenue=Decimal(5))
    a_contract(other, ends=91)
    a_contract(other, ends=-1)
    a_contract(closed, ends=20)
    accounts.close(closed, by=an_actor())

    found = metrics.renewals_ahead(Account.objects.all(), within_days=90)
    assert [(one.contract_id, one.days_left, one.score, one.band) for one in found.renewals] == [
        (today.pk, 0, None, ""),
        (soon.pk, 20, 10, "at_risk"),
    ]
    assert totals(found) == [("EUR", 105, 2)]
    assert metrics.revenue_ahead(Account.objects.all(), within_days=90).totals == found.totals
    assert found.renewals[1].company_id == account.company_id

    contracts.renew(soon, NewTerms(ends_on=ago(-385)), by=an_actor())
    assert [one.contract_id for one in metrics.renewals_ahead(Account.objects.all()).renewals] == [today.pk]


def test_a_day_without_a_record_shows_the_band_of_the_one_before(acme, globex):
    published(a_measure(FeatureName.BREADTH))
    account = an_account(opened=30)
    for user in range(9):
        happened(account, [5], user=str(user))
    work()
    history.rebuild([ago(4)], by=an_actor())

    shown = [metrics.health_distribution(Account.objects.all(), day=ago(day)).healthy for day in (5, 4, 3)]
    assert shown == [0, 1, 1]


def test_health_is_spread_over_bands(acme, globex):
    published(a_measure(FeatureName.BREADTH))
    for people in (1, 2, 6, 9):
        account = an_account(opened=30)
        for user in range(people):
            happened(account, [2], user=str(user))
    an_account(opened=30)
    work()
    history.rebuild([ago(3), ago(1)], by=an_actor())

    found = metrics.health_distribution(Account.objects.all())
    assert (found.n, found.at_risk, found.watch, found.healthy, found.unknown) == (5, 2, 1, 1, 1)
    assert metrics.health_distribution(Account.objects.all(), day=ago(0)) == found
    assert metrics.health_distribution(Account.objects.all(), day=ago(1)).healthy == 1
    before = metrics.health_distribution(Account.objects.all(), day=ago(3))
    assert (before.n, before.unknown) == (5, 5)
    assert metrics.health_distribution(Account.objects.all(), day=ago(31)).n == 0


def test_figures_are_over_what_one_may_see(acme, globex):
    a_contract(an_account(), ends=20)
    hidden = Account.objects.visible_to(an_actor(Permission.SEE_PEOPLE))
    assert metrics.recurring_revenue(hidden).totals == []
    assert metrics.renewals_ahead(hidden).renewals == []
    assert metrics.health_distribution(hidden).n == 0


@pytest.mark.parametrize("number", [1, 20])
def test_a_figure_is_one_query(acme, globex, number):
    for _ in range(number):
        a_contract(an_account(), ends=20)
    with queries(3):
        assert len(metrics.renewals_ahead(Account.objects.all()).renewals) == number
        metrics.recurring_revenue(Account.objects.all())
        metrics.health_distribution(Account.objects.all())


def test_each_figure_says_what_it_is():
    for figure in (metrics.RecurringRevenue, metrics.RenewalsAhead, metrics.HealthDistribution):
        assert figure.definition.endswith(".")
