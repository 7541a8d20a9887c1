"""Many tenants: in turn against one alone, and what a Postgres backend holds after it has served many."""

import json
from collections.abc import Sequence
from random import Random

from django.db import transaction

from accounts.graphql.ids import global_id
from accounts.models import Tenant
from accounts.tenancy import inside
from benchmarks import web
from benchmarks.bench import Bench, a_key, asked, tenant_named
from benchmarks.data.build import EMPTY, MAIN, SMALL, host_of
from benchmarks.harness import load, processes
from benchmarks.harness.results import Finding, Target
from benchmarks.harness.rounds import Spread, cpu, interleaved, rate, ratio
from benchmarks.harness.samples import Sample
from benchmarks.reads.questions import ACCOUNT, PAGE, Question
from success.models import Account

IN_TURN, ALONE = "tenants in turn", "one tenant of the same size alone"
CLIENTS = 8
MEGABYTE = 2**20


def measure(bench: Bench) -> list[Finding]:
    """The same question of one small tenant, and of all of them in no order."""
    number = bench.plan.small_tenants
    tenants = [tenant_named(f"{SMALL}{each}") for each in range(number)]
    findings = []
    with web.serving(web.APPLICATION, bench.log("web")) as served:
        for question in (ACCOUNT, PAGE):
            everywhere = [posts(tenant, question) for tenant in tenants]
            mixed = [post for each in everywhere for post in each]
            Random(1).shuffle(mixed)

            def run(requests: Sequence[bytes]) -> Sample:
                return asked(bench, served.pid, load.Orders(served.port, requests, CLIENTS, bench.seconds))

            contenders = {IN_TURN: lambda: run(mixed), ALONE: lambda: run(everywhere[0])}  # noqa: B023 - used here
            rounds = interleaved(contenders, bench.rounds)
            what = f"{question.name} by GraphQL, {number} tenants in turn"
            findings += [
                Finding(
                    f"{what}: requests a second",
                    ALONE,
                    ratio(rounds, IN_TURN, ALONE, rate),
                    Target("≥", 0.75),
                ),
                Finding(f"{what}: CPU", ALONE, ratio(rounds, IN_TURN, ALONE, cpu)),
            ]
    return findings


def measure_memory(bench: Bench) -> list[Finding]:
    """Megabytes of its own that the largest backend of a pool holds after requests to very many tenants."""
    tenants = [tenant_named(f"{EMPTY}{each}") for each in range(bench.plan.empty_tenants)]
    tenants += [tenant_named(MAIN)]
    before = set(processes.below(bench.postgres))
    with web.serving(web.APPLICATION, bench.log("web")) as served:
        requests = [post for tenant in tenants for post in posts(tenant, PAGE)[:1]]
        megabytes = []
        for _ in range(min(3, bench.rounds)):
            load.ask(load.Orders(served.port, requests, CLIENTS, 600.0, 4 * len(requests)))
            megabytes.append(max(held(pid) for pid in processes.below(bench.postgres) if pid not in before))
    what = f"memory of a backend after {len(tenants)} tenants: MB"
    return [Finding(what, "one MB", Spread.of(megabytes), Target("≤", 32))]


def held(pid: int) -> float:
    """Megabytes that are a process's own; none, where it has just ended."""
    try:
        return processes.own_memory(pid) / MEGABYTE
    except OSError:
        return 0.0


def posts(tenant: Tenant, question: Question) -> list[bytes]:
    """The question, about some accounts of the tenant, with a key of its own."""
    headers = {"authorization": f"Bearer {a_key(tenant)}"}
    with inside(tenant), transaction.atomic():
        keys = list(Account.objects.order_by("pk").values_list("pk", flat=True)[:50])
    asked_about = keys if question.takes_id else [None]
    bodies = [
        {"query": question.document, "variables": question.variables(global_id("Account", key))}
        for key in asked_about
    ]
    host = host_of(tenant.schema_name)
    return [load.post(host, "/graphql/", json.dumps(body).encode(), **headers) for body in bodies]
