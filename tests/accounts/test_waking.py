"""Waking a worker: once, after the commit, and again only when what was called has begun."""

import pytest
import redis
from django.conf import settings
from django.db import transaction

from accounts.tenancy import inside
from accounts.waking import begun, wake
from journeys.tasks import fold_rollups


@pytest.fixture
def queue(committed):
    """How many calls are waiting in this run's queue."""
    name = fold_rollups.app.conf.task_default_queue
    assert name.startswith("test_")
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.delete(name)
        yield lambda: client.llen(name)
        client.delete(name)


def call(tenant, times: int = 1) -> None:
    with inside(tenant), transaction.atomic():
        for _ in range(times):
            wake(fold_rollups, schema=tenant.schema_name)


def test_one_call_for_a_transaction_however_often_it_is_asked_for(committed, queue):
    call(committed["acme"], times=5)
    assert queue() == 1


def test_one_call_until_it_is_answered_for_each_tenant(committed, queue):
    for tenant in committed.values():
        call(tenant)
        call(tenant)
    assert queue() == 2

    begun(fold_rollups, "acme")
    for tenant in committed.values():
        call(tenant)
    assert queue() == 3


def test_what_is_undone_calls_nobody(committed, queue):
    acme = committed["acme"]
    with inside(acme), transaction.atomic():
        with transaction.atomic():
            wake(fold_rollups, schema="acme")
            transaction.set_rollback(True)
        assert queue() == 0
    assert queue() == 0

    with inside(acme), transaction.atomic():
        with transaction.atomic():
            wake(fold_rollups, schema="acme")
            transaction.set_rollback(True)
        with transaction.atomic():
            wake(fold_rollups, schema="acme")
        wake(fold_rollups, schema="acme")
    assert queue() == 1


def test_marks_that_cannot_be_kept_fail_nobody(committed, queue, settings):
    settings.REDIS_URL = "unix:///nowhere/at/all.sock"
    call(committed["acme"])
    begun(fold_rollups, "acme")
    call(committed["acme"])
    assert queue() == 2
