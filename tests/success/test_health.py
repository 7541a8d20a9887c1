"""Health is worked out for whoever was touched, written only where it differs, and told when it matters."""

from decimal import Decimal
from typing import Any

import pytest

from accounts.tenancy import inside
from integrations.models import OutboxEvent
from journeys.models import Event
from success import accounts, health, rollout, scorecards
from success.models import Account, Due, FeatureName, Health, HealthRecord, Scorecard
from tests.client import queries
from tests.factories import an_actor
from tests.success.factories import (
    a_measure,
    ago,
    an_account,
    answered,
    happened,
    published,
    scored_all,
    work,
)


def told() -> list[dict[str, Any]]:
    """The changes of health that were announced, in their order."""
    return [event.data for event in OutboxEvent.objects.filter(name="success.health_changed").order_by("id")]


def people_use(account: Account, *users: object) -> health.Scored:
    """These people use something today, and the workers do their work."""
    for user in users:
        happened(account, [0], user=str(user))
    return work()


def test_an_account_is_scored_from_what_happened(acme, globex):
    published(a_measure(FeatureName.BREADTH))
    account = an_account()
    people_use(account, "ada", "bob", "cy")

    kept = Health.objects.get(account=account)
    assert (kept.score, kept.band, kept.coverage) == (Decimal("30.00"), "at_risk", Decimal(1))
    assert kept.parts == [3_000]
    record = HealthRecord.objects.get(account=account)
    assert (record.day, record.score, record.parts) == (ago(0), Decimal("30.00"), [3_000])
    with inside(globex):
        assert not Health.objects.exists()
        assert not HealthRecord.objects.exists()


def test_both_wings_are_heard(acme, globex):
    published(a_measure(FeatureName.BREADTH), a_measure(FeatureName.RATING))
    account = an_account()
    people_use(account, *range(10))
    assert Health.objects.get(account=account).score == 100

    answered(account, "rating", 2, days=0)
    work()
    assert Health.objects.get(account=account).score == 60


def test_without_anything_known_there_is_no_score(acme, globex):
    published()
    account = an_account()
    work()
    kept = Health.objects.get(account=account)
    assert (kept.score, kept.band, kept.coverage) == (None, "", Decimal(0))
    assert told() == []


def test_without_a_scorecard_nothing_is_scored(acme, globex):
    account = an_account()
    assert people_use(account, "ada").changed == 0
    assert scored_all().changed == 0
    published()
    assert work().changed == 1


def test_a_second_look_writes_nothing(acme, globex):
    published()
    account = an_account()
    happened(account, range(60))
    assert work().changed == 1
    before = Health.objects.get(account=account).scored_at

    health.mark_due([account.pk])
    assert work().changed == 0
    assert scored_all().changed == 0
    assert Health.objects.get(account=account).scored_at == before
    assert not Due.objects.exists()


def test_a_day_has_one_record_its_last_word(acme, globex):
    published(a_measure(FeatureName.BREADTH))
    account = an_account()
    people_use(account, 1)
    people_use(account, 2)
    record = HealthRecord.objects.get(account=account)
    assert record.score == 20
    assert record.scored_at == Health.objects.get(account=account).scored_at


def test_a_change_is_told_at_a_new_band_or_at_five_points(acme, globex):
    published(a_measure(FeatureName.BREADTH, curve=[(0, 45), (100, 145 - 45)]))  # 0.55 a person
    account = an_account()
    people_use(account, 1)
    assert [event["band"] for event in told()] == ["at_risk"]
    people_use(account, *range(2, 9))
    assert len(told()) == 1, "45.55 to 49.40 is neither"
    people_use(account, 9, 10)
    assert [event["band"] for event in told()] == ["at_risk", "watch"]
    people_use(account, *range(11, 19))
    assert len(told()) == 2, "50.50 to 54.90"
    people_use(account, 19, 20)
    assert [event["score"] for event in told()] == ["45.55", "50.50", "56.00"]


def test_an_announcement_says_what_changed_since_the_last_one(acme, globex):
    published(a_measure(FeatureName.BREADTH), a_measure(FeatureName.RATING, weight=30))
    account = an_account()
    people_use(account, *range(9))
    answered(account, "rating", 6, days=0)
    work()
    people_use(account, *range(9, 10))

    _, second = told()
    assert second["changed"] == [
        {"measure": "breadth", "part": "22.50", "previous_part": "90.00"},
        {"measure": "rating", "part": "45.00", "previous_part": None},
    ]
    assert (second["score"], second["previous_score"]) == ("67.50", "90.00")
    assert (second["band"], second["previous_band"], second["coverage"]) == ("watch", "healthy", "1.0000")
    line = Event.objects.filter(name="success.health_changed").latest("id")
    assert (line.value, line.company_id) == (Decimal("67.5"), account.company_id)


def test_a_new_scorecard_scores_everybody_anew_and_tells_both_sides(acme, globex):
    published(a_measure(FeatureName.BREADTH))
    account = an_account()
    people_use(account, *range(9))
    scorecards.publish("Stricter", [a_measure(key="people", curve=[(0, 0), (100, 100)])], by=an_actor())
    work()
    assert Health.objects.get(account=account).score == 9
    assert told()[-1]["changed"] == [
        {"measure": "people", "part": "9.00", "previous_part": None},
        {"measure": "breadth", "part": None, "previous_part": "90.00"},
    ]


def test_what_is_forgotten_is_told_as_no_score(acme, globex):
    published(a_measure(FeatureName.RATING, max_age_days=30))
    account = an_account()
    answered(account, "rating", 8, days=30)
    work()
    assert Health.objects.get(account=account).score == 80

    scorecards.publish("Older", [a_measure(FeatureName.RATING, max_age_days=29)], by=an_actor())
    work()
    assert Health.objects.get(account=account).score is None
    assert [(event["score"], event["band"]) for event in told()] == [("80.00", "healthy"), (None, "")]


def test_a_closed_account_is_scored_no_more(acme, globex):
    published(a_measure(FeatureName.BREADTH))
    account = an_account()
    people_use(account, 1)
    accounts.close(account, by=an_actor())
    people_use(account, 2, 3)
    assert scored_all().changed == 0
    assert Health.objects.get(account=account).score == 10


@pytest.mark.parametrize("number", [1, 20])
def test_a_pass_takes_the_same_queries_for_one_and_for_twenty(acme, globex, number):
    published()
    for _ in range(number):
        happened(an_account(), range(3))
    work()
    health.mark_all_due()
    with queries(6):  # claim, two locks, features, the scorecard, standings
        assert health.score_due().accounts == number


@pytest.mark.parametrize("number", [1, 20])
def test_a_pass_over_all_takes_the_same_queries_for_one_and_for_twenty(acme, globex, number):
    published()
    for _ in range(number):
        happened(an_account(), range(3))
    work()
    Scorecard.objects.update(applied_at=None)
    with queries(6):  # ours, the lock, the scorecard, the range, standings, how far it came
        assert rollout.advance() == health.Scored()
