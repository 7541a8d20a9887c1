"""The worker's doors: the tenant's rollups, and nobody else's."""

import pytest
from django.db import transaction

from accounts.tenancy import inside
from accounts.tenants import TenantGone
from journeys import tasks
from journeys.models import Arrival, DailyRollup
from tests.journeys.factories import a_person, an_event, take, working_for


@pytest.fixture
def sent(monkeypatch):
    """The schemas for which folding was asked for, instead of a queue."""
    schemas: list[str] = []
    monkeypatch.setattr(tasks.fold_rollups, "delay", lambda *, schema: schemas.append(schema))
    return schemas


def test_a_tenants_rollups_are_brought_up_to_date(committed, sent):
    for tenant in committed.values():
        with working_for(tenant):
            take(an_event(), an_event())

    tasks.fold_rollups.run(schema="acme")

    with working_for(committed["acme"]):
        assert not Arrival.objects.exists()
        assert DailyRollup.objects.get().count == 2
    with working_for(committed["globex"]):
        assert Arrival.objects.count() == 1
        assert not DailyRollup.objects.exists()
    assert sent == []


def test_a_long_queue_is_left_to_the_next_turn(committed, sent, monkeypatch):
    monkeypatch.setattr(tasks, "PASSES", 1)
    with working_for(committed["acme"]):
        take(an_event())

    tasks.fold_rollups.run(schema="acme")
    assert sent == ["acme"]  # it has not seen the end yet
    tasks.fold_rollups.run(schema="acme")
    assert sent == ["acme"]


def test_the_sweep_is_for_everybody(committed, sent):
    tasks.fold_rollups_everywhere.run()

    assert sorted(sent) == ["acme", "globex"]


def test_news_wake_the_worker_when_they_are_committed(committed, sent):
    with inside(committed["acme"]):
        with transaction.atomic():
            a_person()
            assert sent == []
        assert sent == ["acme"]


def test_a_tenant_that_is_gone_is_not_worked_for(committed):
    with pytest.raises(TenantGone):
        tasks.fold_rollups.run(schema="nobody")
