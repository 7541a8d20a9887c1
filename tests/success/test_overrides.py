"""A score set by hand has an author, a reason and an end, and never disappears unsaid."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.errors import Conflict, Forbidden, Invalid
from accounts.permissions import Permission, Role
from accounts.tenancy import inside
from integrations.models import OutboxEvent
from success import accounts, overrides
from success.models import Account, FeatureName, Health, HealthOverride, HealthRecord
from tests.factories import a_member, acting, an_actor
from tests.success.factories import a_measure, an_account, happened, published, work

SOON = timedelta(days=7)


@pytest.fixture
def account(acme, globex) -> Account:
    """An account at 10 by its scorecard."""
    published(a_measure(FeatureName.BREADTH))
    account = an_account()
    happened(account, [1])
    work()
    return account


def put(account: Account, score: Any = 80, **given: Any) -> HealthOverride:
    given.setdefault("reason", "Their new boss likes us.")
    given.setdefault("expires_at", timezone.now() + SOON)
    given.setdefault("by", an_actor())
    return overrides.override(account, score=Decimal(score), **given)


def events() -> list[str]:
    return [event.name.removeprefix("success.") for event in OutboxEvent.objects.order_by("id")]


def test_it_is_shown_at_once_and_the_computed_one_goes_on_beneath(account, acme):
    who = acting(a_member(acme, Role.CSM), acme)
    made = put(account, by=who)
    kept = Health.objects.get(account=account)
    assert (kept.score, kept.computed_score, kept.override_score, kept.band) == (80, 10, 80, "healthy")
    assert (made.author_id, made.author_label) == (who.id, who.label)
    assert events()[-2:] == ["health_overridden", "health_changed"]

    happened(account, [1], user="bob")
    work()
    kept.refresh_from_db()
    assert (kept.score, kept.computed_score) == (80, 20)
    record = HealthRecord.objects.get(account=account)
    assert (record.score, record.computed_score, record.override_score) == (80, 20, 80)


def test_a_new_one_replaces_the_one_in_force(account):
    first = put(account)
    put(account, 60)
    first.refresh_from_db()
    assert first.ended_at
    assert HealthOverride.objects.open().get().score == 60
    assert Health.objects.get(account=account).score == 60


def test_it_can_be_lifted(account):
    put(account)
    overrides.lift(account, by=an_actor())
    kept = Health.objects.get(account=account)
    assert (kept.score, kept.override_score, kept.override) == (10, None, None)
    assert "health_override_lifted" in events()
    with pytest.raises(Conflict):
        overrides.lift(account, by=an_actor())


def test_it_expires_and_that_is_told(account):
    put(account)
    assert overrides.expire() == 0
    early = timezone.now() - timedelta(days=8)
    HealthOverride.objects.update(created_at=early, expires_at=early + SOON)

    assert overrides.expire() == 1
    assert Health.objects.get(account=account).score == 10
    assert HealthOverride.objects.get().ended_at
    assert events()[-2:] == ["health_override_expired", "health_changed"]
    assert overrides.expire() == 0


def test_reasons_stay_out_of_what_is_told(account):
    put(account, reason="Ada Lovelace said so.")
    assert all("Ada" not in str(event.data) for event in OutboxEvent.objects.all())


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"score": 100.5}, "score"),
        ({"score": -1}, "score"),
        ({"score": "NaN"}, "score"),
        ({"score": "10.005"}, "score"),
        ({"reason": "  "}, "reason"),
        ({"reason": "x" * 1001}, "reason"),
        ({"reason": "nul\0"}, "reason"),
        ({"expires_at": timezone.now() - SOON}, "expires_at"),
    ],
)
def test_what_does_not_fit_is_refused(account, given, field):
    with pytest.raises(Invalid) as refused:
        put(account, **given)
    assert refused.value.field == field
    assert not HealthOverride.objects.exists()


def test_who_may_not_and_what_is_closed(account, globex):
    with pytest.raises(Forbidden):
        put(account, by=an_actor(Permission.SEE_HEALTH))
    accounts.close(account, by=an_actor())
    with pytest.raises(Conflict):
        put(account)
    with inside(globex):
        assert not HealthOverride.objects.exists()


def test_the_health_of_a_closed_account_stays_as_it_was(account):
    made = put(account)
    accounts.close(account, by=an_actor())
    was = Health.objects.filter(pk=account.pk).values().get()

    with pytest.raises(Conflict):
        overrides.lift(account, by=an_actor())
    HealthOverride.objects.update(created_at=timezone.now() - 2 * SOON, expires_at=timezone.now() - SOON)
    assert overrides.expire() == 1

    made.refresh_from_db()
    assert made.ended_at
    assert Health.objects.filter(pk=account.pk).values().get() == was
    assert (was["score"], was["computed_score"], was["override_score"]) == (80, 10, 80)


def test_one_that_says_what_is_computed_is_recorded_too(account):
    for begin, recorded in (
        (lambda: put(account, 10), 10),
        (lambda: overrides.lift(account, by=an_actor()), None),
    ):
        begin()
        record = HealthRecord.objects.get(account=account)
        assert (record.score, record.computed_score, record.override_score) == (10, 10, recorded)
