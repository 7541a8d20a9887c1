"""Several workers, and workers that die: everything arrives, and nothing is sent twice without need."""

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from urllib.parse import urlsplit

import psycopg
from celery import current_app
from django.conf import settings as configured
from django.db import connection, transaction
from django.utils import timezone

from accounts.tenancy import inside
from integrations import deliveries, relay, tasks
from integrations.models import Delivery, WebhookEndpoint
from tests.integrations.factories import an_endpoint, something_happened
from tests.integrations.receiver import Received, Receiver, Reply
from tests.local.processes import wait_until

WORK = """
import django
django.setup()
from integrations import tasks
tasks.deliver_webhooks(schema="acme")
"""


def queue(tenant, receiver: Receiver, many: int, *paths: str) -> None:
    with inside(tenant), transaction.atomic():
        for path in paths or ["/hook"]:
            an_endpoint(receiver.url(path))
        for _ in range(many):
            something_happened()
    with inside(tenant):
        relay.plan()


def left(tenant) -> int:
    with inside(tenant), transaction.atomic():
        return Delivery.objects.pending().count()


def is_done(tenant) -> bool:
    return not left(tenant)


def test_two_workers_at_once_send_everything_once(committed, receiver):
    for tenant in committed.values():
        queue(tenant, receiver, 40, *(f"/{tenant.schema_name}/{name}" for name in "abc"))
    start = threading.Barrier(4)

    def work(tenant) -> None:
        try:
            start.wait(10)
            with inside(tenant):
                deliveries.drain()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, [*committed.values()] * 2))

    assert [left(tenant) for tenant in committed.values()] == [0, 0]
    times = Counter((received.path, received.headers["webhook-id"]) for received in receiver.received)
    assert set(times.values()) == {1}
    assert len(times) == 2 * 3 * 40


def test_what_a_killed_worker_was_sending_is_sent_again_after_its_lease(committed, receiver):
    acme = committed["acme"]
    queue(acme, receiver, 30)
    sent = threading.Event()

    def hold(received: Received) -> Reply:
        sent.set()
        receiver.gate.wait(20)
        return Reply()

    receiver.answer = hold
    worker = subprocess.Popen([sys.executable, "-c", WORK], env=environment(receiver))
    try:
        assert sent.wait(30)
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait(10)
        receiver.gate.set()
    assert left(acme) == 30

    receiver.answer = lambda received: Reply()
    with inside(acme):
        assert deliveries.drain().attempted == 0  # the dead one's lease still runs
        drained = deliveries.drain(clock=lambda: timezone.now() + deliveries.LEASE + timedelta(seconds=1))

    assert drained.delivered == 30
    assert left(acme) == 0


def test_a_worker_connects_once_for_many_tasks(committed, receiver):
    seen: list[set[int]] = []

    def look(received: Received) -> Reply:
        with psycopg.connect(environment(receiver)["DATABASE_URL"]) as other:
            rows = other.execute("SELECT pid FROM pg_stat_activity WHERE application_name = 'a worker'")
            seen.append({pid for (pid,) in rows})
        return Reply()

    receiver.answer = look
    command = [sys.executable, "-m", "celery", "--app", "config", "--quiet", "worker", "--concurrency", "1"]
    options = ["--queues", current_app.conf.task_default_queue]
    worker = subprocess.Popen(
        [*command, *options], env=environment(receiver) | {"PGAPPNAME": "a worker"}, stderr=subprocess.DEVNULL
    )
    try:
        for tenant in [*committed.values()] * 2:
            queue(tenant, receiver, 1)
            tasks.deliver_webhooks.delay(schema=tenant.schema_name)
            wait_until(partial(is_done, tenant), "the worker delivers")
    finally:
        worker.terminate()
        worker.wait(20)

    assert len(seen) >= 4
    assert set.intersection(*seen)


def environment(receiver: Receiver) -> dict[str, str]:
    """The environment of a worker on this test's database."""
    name = configured.DATABASES["default"]["NAME"]
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": urlsplit(configured.DATABASE_URL)._replace(path=f"/{name}").geturl(),
        "REDIS_URL": configured.REDIS_URL,
        "SECRET_KEY": configured.SECRET_KEY,
        "DEBUG": "1",
        "WEBHOOK_ALLOWED_NETWORKS": f"127.0.0.1:{receiver.port}",
    }


def test_the_time_a_task_may_last_is_kept(committed, receiver, monkeypatch):
    monkeypatch.setattr(deliveries, "BUDGET_SECONDS", 0)
    acme = committed["acme"]
    queue(acme, receiver, 5)
    with inside(acme):
        assert deliveries.drain() == (0, 0, True)
        monkeypatch.undo()
        with transaction.atomic():
            assert WebhookEndpoint.objects.get().leased_until is None


def test_the_door_sends_for_its_own_tenant_alone(committed, receiver):
    for tenant in committed.values():
        queue(tenant, receiver, 3)

    tasks.deliver_webhooks(schema="acme")

    assert (left(committed["acme"]), left(committed["globex"])) == (0, 3)
