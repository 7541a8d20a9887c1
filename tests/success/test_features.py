"""What health is worked out from: one row per account, from rollups and contracts, as of any day."""

from datetime import date

import pytest
from django.db import connection

from accounts.tenancy import inside
from experience.models import QuestionKind
from journeys import intake
from journeys.incoming import Identification, Incoming
from journeys.intake import identify
from success import contracts, features, health, signals
from success.contracts import NewTerms
from success.days import start_of, today
from success.models import Account, Due, Feature
from tests.factories import an_actor
from tests.success.factories import a_contract, ago, an_account, answered, happened, noon, work


def known(account: Account, day: date | None = None) -> Feature:
    """The account's features, as kept or as of a day."""
    work()
    if day is None:
        return Feature.objects.get(account=account)
    with connection.cursor() as cursor:
        cursor.execute(features.worked_out(features.SOME), features.named(day, [account.pk]))
        ((_, *values),) = cursor.fetchall()
    return Feature(account=account, **dict(zip(features.COLUMNS, values, strict=True)))


def test_an_account_never_seen_has_nothing_known(acme, globex):
    account = an_account()
    row = known(account)
    assert all(getattr(row, column) is None for column in features.COLUMNS)


@pytest.mark.parametrize(
    ("days", "trend"),
    [
        ([0, 1, 27], 1.0),  # all new
        ([28, 55], -1.0),  # ceased
        ([0, 27, 28, 55], 0.0),
        ([1, 2, 3, 30], 0.5),
        ([56, 80], None),  # neither before nor after
    ],
)
def test_usage_trend_compares_four_weeks_with_the_four_before(acme, globex, days, trend):
    account = an_account()
    happened(account, days)
    assert known(account).usage_trend == trend


@pytest.mark.parametrize(("opened", "trend"), [(55, None), (56, 1.0)])
def test_a_young_account_has_no_trend(acme, globex, opened, trend):
    account = an_account(opened=opened)
    happened(account, [1, 2, 3])
    assert known(account).usage_trend == trend


def test_last_seen_looks_back_as_far_as_it_takes(acme, globex):
    account, silent = an_account(), an_account()
    happened(account, [3, 9])
    happened(silent, [300, 350])
    happened(silent, [2], name="newsletter_sent")
    signals.count_as("newsletter_sent", "ignored", by=an_actor())
    assert known(account).last_seen_on == ago(3)
    assert known(silent).last_seen_on == ago(300)
    assert known(silent).breadth == 0


def test_breadth_counts_people_not_identities(acme, globex):
    account = an_account()
    for user in ("ada", "bob"):
        happened(account, [1, 5], user=user)
    happened(account, [40], user="cy")
    assert known(account).breadth == 2

    identify(Identification(user_id=f"ada-{account.pk}", anonymous_id=f"cookie-{account.pk}"), by=an_actor())
    happened(account, [2], user="cookie", kind="anonymous")
    assert known(account).breadth == 2


def test_windows_end_on_the_day_they_say(acme, globex):
    account = an_account()
    happened(account, [29], user="within")
    happened(account, [30], user="before")
    assert known(account).breadth == 1

    answered(account, QuestionKind.CSAT, 1, days=365)
    assert known(account).csat is None
    answered(account, QuestionKind.CSAT, 5, days=364)
    assert known(account).csat == 100


def test_what_is_dated_tomorrow_is_not_yet(acme, globex):
    account = an_account()
    happened(account, [3])
    early = Incoming(
        name="report_opened",
        occurred_at=start_of(ago(-1)),
        identity=("user", "ada"),
        company_id=account.company_id,
    )
    assert intake.take([early], source="test", by=an_actor()).stored == 1
    row = known(account)
    assert (row.last_seen_on, row.breadth) == (ago(3), 1)


def test_support_load_is_unknown_until_something_counts_as_support(acme, globex):
    account, quiet = an_account(), an_account()
    happened(account, [1, 2, 3, 40], name="ticket_opened")
    happened(quiet, [1])
    assert known(account).support_load is None

    signals.count_as("ticket_opened", "support", by=an_actor())
    assert known(account).support_load == 3
    assert known(account).last_seen_on is None, "a call for help is not use"
    assert known(quiet).support_load == 0


@pytest.mark.parametrize(
    ("kind", "given", "value"),
    [
        ("nps", [9, 10, 7, 3], 25.0),
        ("csat", [5, 4, 2], 66.666667),
        ("ces", [7, 4], 5.5),
        ("rating", [9, 6, 6], 7.0),
    ],
)
def test_each_scale_has_a_feature_of_its_own(acme, globex, kind, given, value):
    account = an_account()
    for number, score in enumerate(given):
        answered(account, QuestionKind(kind), score, days=5 + number)
    row = known(account)
    assert (getattr(row, kind), getattr(row, f"{kind}_on")) == (value, ago(5))
    others = {"nps", "csat", "ces", "rating"} - {kind}
    assert all(getattr(row, other) is None for other in others)
    assert row.last_seen_on is None, "an answer is not use"


def test_only_the_last_answer_of_each_person_counts(acme, globex):
    account = an_account()
    person = answered(account, QuestionKind.NPS, 10, days=90)
    answered(account, QuestionKind.NPS, 0, days=10, person=person)
    answered(account, QuestionKind.NPS, 9, days=400)
    assert known(account).nps == -100


def test_renewal_is_the_next_contract_that_is_neither_renewed_nor_ended(acme, globex):
    account = an_account()
    yearly = a_contract(account, ends=20)
    a_contract(account, ends=70)
    ending = a_contract(account, ends=5)
    contracts.end(ending, ago(-5), by=an_actor())
    assert known(account).renewal_on == ago(-20)
    contracts.renew(yearly, NewTerms(ends_on=ago(-385)), by=an_actor())
    assert known(account).renewal_on == ago(-70)


def test_a_contract_changed_today_does_not_change_the_past(acme, globex):
    account = an_account()
    agreed = a_contract(account, ends=20, recorded_at=noon(20))
    contracts.end(agreed, ago(-5), by=an_actor())
    assert known(account).renewal_on is None
    assert known(account, ago(10)).renewal_on == ago(-20)
    assert known(account, ago(21)).renewal_on is None


def test_what_becomes_known_late_does_not_change_the_past(acme, globex):
    account = an_account()
    happened(account, [20, 21])
    before = known(account, ago(10))
    happened(account, [12, 15], user="late", recorded=5)
    answered(account, QuestionKind.NPS, 10, days=15, recorded=4)

    after = known(account, ago(10))
    assert all(getattr(after, column) == getattr(before, column) for column in features.COLUMNS)
    assert known(account, ago(5)).breadth == (before.breadth or 0) + 1
    assert (known(account, ago(5)).nps, known(account, ago(4)).nps) == (None, 100)


def test_a_signal_changed_today_does_not_change_the_past(acme, globex):
    account = an_account()
    happened(account, [1, 2], name="pinged")
    signals.count_as("pinged", "usage", by=an_actor())
    signals.count_as("pinged", "ignored", by=an_actor())
    assert known(account).last_seen_on is None
    assert known(account, ago(1)).last_seen_on == ago(1)


def test_who_turns_out_to_be_somebody_known_is_counted_once_at_once(acme, globex):
    account, other = an_account(), an_account()
    happened(account, [1], user="ada")
    happened(account, [2], user="visitor", kind="anonymous")
    happened(other, [1])
    assert known(account).breadth == 2
    work()  # and what that wrote on the timeline

    given = Identification(user_id=f"ada-{account.pk}", anonymous_id=f"visitor-{account.pk}")
    identify(given, by=an_actor())
    waiting = set(Due.objects.values_list("account", flat=True))
    identify(given, by=an_actor())

    assert waiting == {account.pk}
    assert Due.objects.count() == 1
    assert known(account).breadth == 1


def test_only_what_changed_is_written(acme, globex):
    account = an_account()
    happened(account, [1])
    work()
    assert features.refresh([account.pk], today()) == 0
    happened(account, [0])
    while health.score_due().accounts:
        pass
    assert features.refresh([account.pk], today()) == 0, "not yet in the rollups"
    work()
    assert Feature.objects.get(account=account).last_seen_on == today()


def test_the_other_tenant_has_features_of_its_own(acme, globex):
    with inside(globex):
        theirs = an_account()
        happened(theirs, [1])
        assert known(theirs).breadth == 1
    ours = an_account()
    assert known(ours).breadth is None
    assert not Feature.objects.filter(account_id=theirs.pk).exists()
