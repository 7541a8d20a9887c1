"""A scorecard is published whole and never changes; what cannot be calculated with is refused."""

from functools import partial

import pytest
from django.db import IntegrityError, transaction

from accounts.errors import Forbidden, Invalid
from accounts.permissions import Permission
from accounts.tenancy import inside
from integrations.models import OutboxEvent
from success import scorecards, signals
from success.models import Due, Measure, Published, Scorecard, Signal
from tests.factories import an_actor
from tests.success.factories import a_measure, an_account


def test_the_default_is_installed_once(acme, globex):
    first = scorecards.install_default(by=an_actor())
    assert scorecards.install_default(by=an_actor()) == first
    assert [measure.key for measure in first.measures.all()] == [draft.key for draft in scorecards.DEFAULT]
    assert first.card.total_weight == 100
    with inside(globex):
        assert not Scorecard.objects.exists()
        assert scorecards.install_default(by=an_actor()).version == 1


def test_a_new_version_is_in_force_and_makes_nobody_due(acme, globex):
    scorecards.install_default(by=an_actor())
    an_account()
    Due.objects.all().delete()
    second = scorecards.publish("Second", [a_measure()], by=an_actor())
    assert (second.version, second.is_current) == (2, True)
    assert list(Scorecard.objects.current()) == [second]
    assert not Due.objects.exists(), "features stay as they are"
    assert list(Scorecard.objects.waiting()) == [second]
    told = OutboxEvent.objects.filter(name="success.scorecard_published").latest("id")
    assert told.data == {"scorecard_id": str(second.pk), "scorecard_version": 2}


def test_what_is_published_never_changes(acme, globex):
    measure = scorecards.publish("First", [a_measure()], by=an_actor()).measures.get()
    measure.weight = 99
    with pytest.raises(Published):
        measure.save()
    with pytest.raises(Published):
        measure.delete()
    assert Measure.objects.get().weight == 10


def test_the_database_keeps_one_current_version(acme, globex):
    first = scorecards.install_default(by=an_actor())
    scorecards.publish("Second", [a_measure()], by=an_actor())
    with pytest.raises(IntegrityError), transaction.atomic():
        Scorecard.objects.filter(pk=first.pk).update(is_current=True)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"weight": 0}, "weight"),
        ({"weight": -1}, "weight"),
        ({"weight": float("nan")}, "weight"),
        ({"weight": 1001}, "weight"),
        ({"weight": 0.00001}, "weight"),
        ({"feature": "horoscope"}, "feature"),
        ({"key": "with space"}, "key"),
        ({"key": "x" * 41}, "key"),
        ({"title": " "}, "title"),
        ({"title": "nul\0"}, "title"),
        ({"max_age_days": 0}, "max_age_days"),
        ({"curve": [(0, 0)]}, "curve"),
        ({"curve": [(0, 0), (0, 100)]}, "curve"),
        ({"curve": [(1, 0), (0, 100)]}, "curve"),
        ({"curve": [(0, 0), (1, 101)]}, "curve"),
        ({"curve": [(0, -1), (1, 100)]}, "curve"),
        ({"curve": [(0, 0), (float("inf"), 100)]}, "curve"),
        ({"curve": [(0, 0), (10**7, 100)]}, "curve"),
        ({"curve": [(0, 0), (1, 2, 3)]}, "curve"),
        ({"curve": [(x, 0) for x in range(21)]}, "curve"),
    ],
)
def test_what_cannot_be_calculated_with_is_refused(acme, globex, wrong, field):
    with pytest.raises(Invalid) as refused:
        scorecards.publish("Wrong", [a_measure("nps"), a_measure(**wrong)], by=an_actor())
    assert refused.value.field == f"measures.1.{field}"
    assert not Scorecard.objects.exists()


def test_measures_differ(acme, globex):
    for wrong, field in [({"key": "nps"}, "key"), ({"feature": "nps", "key": "other"}, "feature")]:
        draft = a_measure(**({"feature": "csat"} | wrong))
        with pytest.raises(Invalid) as refused:
            scorecards.publish("Wrong", [a_measure("nps"), draft], by=an_actor())
        assert refused.value.field == f"measures.1.{field}"
    for title, measures, field in [("", [a_measure()], "title"), ("Empty", [], "measures")]:
        with pytest.raises(Invalid) as refused:
            scorecards.publish(title, measures, by=an_actor())
        assert refused.value.field == field


def test_a_signal_is_a_word_that_can_be_taken_back(acme, globex):
    an_account()
    Due.objects.all().delete()
    first = signals.count_as(" ticket_opened ", "support", by=an_actor())
    assert Due.objects.count() == 1
    assert signals.count_as("ticket_opened", "support", by=an_actor()) == first
    second = signals.count_as("ticket_opened", "ignored", by=an_actor())
    assert list(Signal.objects.current()) == [second]
    assert Signal.objects.count() == 2
    assert OutboxEvent.objects.filter(name="success.signal_changed").count() == 2
    with inside(globex):
        assert not Signal.objects.exists()


@pytest.mark.parametrize(
    ("name", "role", "field"),
    [
        ("", "usage", "event_name"),
        ("x" * 121, "usage", "event_name"),
        ("a\0b", "usage", "event_name"),
        ("x", "?", "role"),
    ],
)
def test_a_signal_that_does_not_fit_is_refused(acme, globex, name, role, field):
    with pytest.raises(Invalid) as refused:
        signals.count_as(name, role, by=an_actor())
    assert refused.value.field == field


def test_only_those_who_may(acme, globex):
    somebody = an_actor(Permission.SEE_HEALTH)
    for change in (
        partial(scorecards.install_default, by=somebody),
        partial(scorecards.publish, "Mine", [a_measure()], by=somebody),
        partial(signals.count_as, "x", "usage", by=somebody),
    ):
        with pytest.raises(Forbidden):
            change()
