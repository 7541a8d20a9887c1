"""Intake: over HTTP against a bare server with the same SQL, and its CPU against COPY into the same table."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from accounts.identifiers import uuid7
from accounts.models import Tenant
from accounts.tenancy import inside
from benchmarks import web
from benchmarks.bench import US, Bench, a_write_key, asked, tenant_named
from benchmarks.data.build import BUSY, host_of, owner_of, vacuum
from benchmarks.harness import load
from benchmarks.harness.results import Finding, Target
from benchmarks.harness.rounds import cpu, interleaved, rate, ratio
from benchmarks.harness.samples import Sample
from journeys import intake, rollups
from journeys.incoming import Incoming

OURS, BARE, COPIED = "Unison", "a bare server with the same SQL", "COPY into the same table"
VERB, FOLD = "the verb", "the fold"
SIZES = (100, 1_000)
CLIENTS = 4
PLAN = "bare.json"
NAMES = ("report_opened", "file_uploaded", "search_made", "order_placed")
COLUMNS = (
    "id, name, occurred_at, recorded_at, identity_id, company_id, "
    "channel, source, key, value, properties, is_backfilled"
)
PEOPLE = """
    SELECT identity.id, affiliation.company_id
    FROM journeys_identity AS identity JOIN journeys_affiliation AS affiliation USING (person_id)
    ORDER BY md5(identity.value) LIMIT %s
"""

_numbers = count(1)


def measure(bench: Bench) -> list[Finding]:
    """Every comparison of intake; the tenant is left as it was found."""
    tenant = tenant_named(BUSY)
    findings = [finding for size in SIZES for finding in over_http(bench, tenant, size)]
    forget(tenant)
    findings += beside_copy(bench, tenant)
    forget(tenant)
    return findings


def over_http(bench: Bench, tenant: Tenant, size: int) -> list[Finding]:
    """Batches of this size by `POST /v1/batch` with a write key, and by a server that does nothing else."""
    requests = 20 if bench.is_quick else max(200, 60_000 // size)
    key = a_write_key(tenant, "benchmark")
    host = host_of(tenant.schema_name)
    write_plan(bench, tenant)
    plan = {"BENCHMARK_BARE": str(bench.folder / PLAN)}
    with (
        web.serving(web.APPLICATION, bench.log("web")) as ours,
        web.serving("benchmarks.bare:application", bench.log("bare"), **plan) as theirs,
    ):

        def run(served: web.Served, path: str) -> Callable[[], Sample]:
            def once() -> Sample:
                posts = [load.post(host, path, body(batch(bench, size), key)) for _ in range(requests)]
                orders = load.Orders(served.port, posts, CLIENTS, 60.0, len(posts), '"refused": [{')
                return asked(bench, served.pid, orders, size)

            return once

        contenders = {OURS: run(ours, "/v1/batch"), BARE: run(theirs, "/intake")}
        rounds = interleaved(contenders, bench.rounds)
    what = f"intake over HTTP, {size} events a call"
    target = Target("≥", 0.80)
    return [
        Finding(f"{what}: events a second", BARE, ratio(rounds, OURS, BARE, rate), target),
        Finding(f"{what}: CPU", BARE, ratio(rounds, OURS, BARE, cpu)),
    ]


def beside_copy(bench: Bench, tenant: Tenant) -> list[Finding]:
    """CPU of the verb, of the whole way over HTTP and of the fold, for an event, against COPY."""
    events = 1_000 if bench.is_quick else 20_000
    key = a_write_key(tenant, "benchmark")
    meter = bench.meter()
    with web.serving(web.APPLICATION, bench.log("web")) as served:

        def taking() -> Sample:
            batches = [incoming(batch(bench, 1_000)) for _ in range(events // 1_000)]
            return meter.of(lambda: sum(take(tenant, each) for each in batches))

        def sending() -> Sample:
            posts = [
                load.post(host_of(tenant.schema_name), "/v1/batch", body(batch(bench, 1_000), key))
                for _ in range(events // 1_000)
            ]
            orders = load.Orders(served.port, posts, CLIENTS, 60.0, len(posts), '"refused": [{')
            return asked(bench, served.pid, orders, 1_000)

        contenders = {
            COPIED: lambda: copying(bench, tenant, events),
            VERB: taking,
            OURS: sending,
            FOLD: lambda: meter.of(lambda: fold(tenant)),
        }
        rounds = interleaved(contenders, bench.rounds)
    target = Target("≤", 3)
    return [
        Finding(
            "intake, the verb and its SQL: CPU an event", COPIED, ratio(rounds, VERB, COPIED, cpu), target
        ),
        Finding("intake over HTTP: CPU an event", COPIED, ratio(rounds, OURS, COPIED, cpu)),
        Finding("folding into rollups and features: CPU an event", COPIED, ratio(rounds, FOLD, COPIED, cpu)),
    ]


def batch(bench: Bench, size: int) -> list[dict[str, Any]]:
    """Calls as an SDK sends them, of people who are known; no two are ever the same."""
    moment = datetime.now(UTC)
    return [
        {
            "type": "track",
            "event": NAMES[number % len(NAMES)],
            "userId": f"user-{number * 7919 % bench.plan.main.people}",
            "messageId": f"benchmark-{uuid7()}",
            "timestamp": (moment - timedelta(seconds=number % 600)).isoformat(),
            "properties": {"page": f"/reports/{number % 100}", "seconds": number % 300},
            "context": {"library": {"name": "analytics-python", "version": "2.3.4"}},
        }
        for number in (next(_numbers) for _ in range(size))
    ]


def body(calls: Sequence[dict[str, Any]], key: str) -> bytes:
    """A batch as it is posted, key included."""
    sent = {"batch": list(calls), "sentAt": datetime.now(UTC).isoformat(), "writeKey": key}
    return json.dumps(sent, separators=(",", ":")).encode()


def incoming(calls: Sequence[dict[str, Any]]) -> list[Incoming]:
    """A batch as the verb is given it."""
    return [
        Incoming(
            name=call["event"],
            occurred_at=datetime.fromisoformat(call["timestamp"]),
            key=call["messageId"],
            identity=("user", call["userId"]),
            properties=call["properties"],
        )
        for call in calls
    ]


def take(tenant: Tenant, given: Sequence[Incoming]) -> int:
    """Take a batch in; how many were new."""
    with inside(tenant), transaction.atomic():
        return intake.take(given, source="benchmark", by=US).stored


def fold(tenant: Tenant) -> int:
    """Fold what has arrived; how many events that were."""
    events = 0
    with inside(tenant):
        while (folded := rollups.fold()).more:
            events += folded.events
    return events


def copying(bench: Bench, tenant: Tenant, events: int) -> Sample:
    """COPY rows of the same shape, as text made beforehand."""
    with inside(tenant), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(PEOPLE, [events])
        people = cursor.fetchall()
    now = datetime.now(UTC).isoformat()
    lines = []
    for number, call in enumerate(batch(bench, events)):
        identity, company = people[number % len(people)]
        fields = (
            *(uuid7(), call["event"], call["timestamp"], now, identity, company, "", "benchmark"),
            *(call["messageId"], "\\N", json.dumps(call["properties"]), "f"),
        )
        lines.append("\t".join(map(str, fields)))
    text = "\n".join(lines)
    with inside(tenant), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        with (
            bench.meter().measuring() as sample,
            cursor.copy(f"COPY journeys_event ({COLUMNS}) FROM STDIN") as copy,
        ):
            copy.write(text)
    sample.units = events
    return sample


def write_plan(bench: Bench, tenant: Tenant) -> None:
    """Tell the bare server the very statements that the verb runs for a batch."""
    seen: list[str] = []

    def listen(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        seen.append(sql)
        return execute(sql, *rest)

    with inside(tenant), transaction.atomic(), connection.execute_wrapper(listen):
        intake.take(incoming(batch(bench, 10)), source="benchmark", by=US)
        transaction.set_rollback(True)
    statements = {
        "meet": next(sql for sql in seen if "INSERT INTO journeys_identity" in sql),
        "write": next(sql for sql in seen if "INSERT INTO journeys_event" in sql),
    }
    plan = {
        "database": settings.DATABASE_URL,
        "path": f"{tenant.schema_name},shared",
        "intake": statements,
        "reads": {},
    }
    (bench.folder / PLAN).write_text(json.dumps(plan))


def forget(tenant: Tenant) -> None:
    """Take away what was sent, but for its place in the rollups."""
    fold(tenant)
    with owner_of(tenant), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM journeys_event WHERE source IN ('benchmark', 'bare')")
    vacuum(tenant.schema_name)
