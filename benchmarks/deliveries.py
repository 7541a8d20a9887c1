"""Webhooks: deliveries against Celery tasks that do nothing, and against what the connections allow."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import redis
from celery import Task
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Tenant
from accounts.tenancy import inside
from benchmarks import web
from benchmarks.bench import US, Bench, tenant_named
from benchmarks.data.build import BUSY, owner_of, run
from benchmarks.harness.results import Finding, Target
from benchmarks.harness.rounds import Spread, interleaved, per_cpu, ratio
from benchmarks.harness.samples import Sample
from benchmarks.tasks import nothing
from integrations import webhooks
from integrations.courier import PER_ENDPOINT
from integrations.models import Delivery, WebhookEndpoint
from integrations.tasks import deliver_webhooks

DELIVERED, NOTHING = "deliveries", "Celery tasks that do nothing"
LATENCY = 0.05
STEP = 0.02
WITHIN = 300.0
WORKER = ("celery", "--app", "config", "--quiet", "worker", "--concurrency", "2", "--loglevel", "WARNING")


def measure(bench: Bench) -> list[Finding]:
    """Both comparisons, with one worker that lives through all rounds."""
    tenant = tenant_named(BUSY)
    broker = redis.Redis.from_url(settings.REDIS_URL)
    broker.delete("celery", "unacked", "unacked_index")
    try:
        with web.running(WORKER, bench.log("worker")) as worker:
            found = per_cpu_second(bench, tenant, broker, worker.pid)
            return [*found, *on_a_slow_sink(bench, tenant, broker)]
    finally:
        forget(tenant)


def per_cpu_second(bench: Bench, tenant: Tenant, broker: redis.Redis, worker: int) -> list[Finding]:
    """How much a CPU second of worker, Valkey and Postgres does; the sink's own is not counted."""
    deliveries, tasks = (200, 100) if bench.is_quick else (10_000, 2_000)
    meter = bench.meter(worker, bench.valkey)

    def do_nothing() -> Sample:
        with meter.measuring() as sample:
            for _ in range(tasks):
                send(nothing, tenant)
            wait_until(lambda: is_idle(broker))
        sample.units = tasks
        return sample

    with web.sinking(bench.log("sink"), 0) as sink, endpoint(tenant, sink.port):

        def deliver() -> Sample:
            queue(bench, tenant, deliveries)
            with meter.measuring() as sample:
                send(deliver_webhooks, tenant)
                wait_until(lambda: is_idle(broker) and is_done(tenant))
            sample.units = deliveries
            return sample

        rounds = interleaved({DELIVERED: deliver, NOTHING: do_nothing}, bench.rounds)
    spread = ratio(rounds, DELIVERED, NOTHING, per_cpu)
    return [Finding("deliveries for a CPU second", NOTHING, spread, Target("≥", 10))]


def on_a_slow_sink(bench: Bench, tenant: Tenant, broker: redis.Redis) -> list[Finding]:
    """Deliveries a second to one endpoint that takes 50 ms, against what its share of connections allows."""
    deliveries = 200 if bench.is_quick else 4_000
    allowed = PER_ENDPOINT / LATENCY
    with web.sinking(bench.log("sink"), LATENCY) as sink, endpoint(tenant, sink.port):

        def deliver() -> float:
            queue(bench, tenant, deliveries)
            began = time.perf_counter()
            send(deliver_webhooks, tenant)
            wait_until(lambda: is_idle(broker) and is_done(tenant))
            return deliveries / (time.perf_counter() - began)

        rates = [deliver() / allowed for _ in range(bench.rounds)]
    against = f"concurrency / latency ({PER_ENDPOINT} connections, {LATENCY * 1000:.0f} ms)"
    return [Finding("deliveries a second to one slow endpoint", against, Spread.of(rates), Target("≥", 0.6))]


def send(task: Task, tenant: Tenant) -> None:
    """Call a worker."""
    task.delay(schema=tenant.schema_name)


def wait_until(is_so: Callable[[], bool]) -> None:
    """Look every now and then, but not for ever."""
    deadline = time.monotonic() + WITHIN
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError("The worker did not get through; see worker.log.")
        time.sleep(STEP)


def is_idle(broker: redis.Redis) -> bool:
    """Whether no task waits or runs: both contenders are waited for like this."""
    return not broker.llen("celery") and not broker.hlen("unacked")


def is_done(tenant: Tenant) -> bool:
    """Whether nothing is left to deliver; something given up is a mistake of ours."""
    with inside(tenant), transaction.atomic():
        if Delivery.objects.failed().exists():
            raise RuntimeError("A delivery was given up; see the log of its attempts.")
        return not Delivery.objects.pending().exists()


@contextmanager
def endpoint(tenant: Tenant, port: int) -> Iterator[WebhookEndpoint]:
    """An endpoint of the tenant at this port."""
    draft = webhooks.EndpointDraft(
        url=f"http://127.0.0.1:{port}/hook", event_names=["success.health_changed"]
    )
    with inside(tenant), transaction.atomic():
        made = webhooks.create(draft, by=US).endpoint
    try:
        yield made
    finally:
        with inside(tenant), transaction.atomic():
            webhooks.delete(made, by=US)


def queue(bench: Bench, tenant: Tenant, deliveries: int) -> None:
    """So many events, each with its delivery due now to every endpoint."""
    now = timezone.now()
    with owner_of(tenant):
        run("deliveries", bench.plan.main, deliveries=deliveries, now=now, round=str(now))


def forget(tenant: Tenant) -> None:
    """Take away what was queued."""
    with owner_of(tenant), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE integrations_deliveryattempt, integrations_delivery")
        cursor.execute("DELETE FROM integrations_outboxevent WHERE actor_label = 'queued'")
