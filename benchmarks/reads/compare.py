"""GraphQL over HTTP against one statement: behind a bare server, and behind a view of our own."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import transaction

from accounts.graphql.ids import global_id
from accounts.models import Tenant
from accounts.tenancy import inside
from benchmarks import web
from benchmarks.bench import Bench, a_key, asked, tenant_named
from benchmarks.data.build import MAIN, host_of
from benchmarks.harness import load
from benchmarks.harness.results import Finding, Target
from benchmarks.harness.rounds import Rounds, cpu, interleaved, rate, ratio
from benchmarks.harness.samples import Sample
from benchmarks.reads.questions import ACCOUNT, DASHBOARD, PAGE, QUESTIONS, Question
from success.models import Account

GRAPHQL, BARE, VIEW = "GraphQL", "one statement, a bare server", "a hand-written view"
MANY, ONE = 8, 1
DIFFERENT = 200
SHARES = {PAGE.name: Target("≥", 0.80), ACCOUNT.name: Target("≥", 0.15)}
ALONE = {ACCOUNT.name: Target("≥", 0.40)}
BESIDE_VIEW = {ACCOUNT.name: Target("≥", 0.85), PAGE.name: Target("≥", 0.90)}
CPU_BESIDE_VIEW = {DASHBOARD.name: Target("≤", 2.5)}


@dataclass(frozen=True, slots=True)
class Served:
    """The two servers, and what to ask of them."""

    ours: web.Served
    bare: web.Served
    host: str
    headers: dict[str, str]
    keys: Sequence[UUID]

    def requests(self, question: Question, contender: str) -> list[bytes]:
        """The question as this contender is asked it, about many accounts in turn where it is about one."""
        keys = self.keys if question.takes_id else self.keys[:1]
        return [self._request(question, contender, key) for key in keys]

    def _request(self, question: Question, contender: str, key: UUID) -> bytes:
        ask = f"?id={key}" if question.takes_id else ""
        match contender:
            case name if name == GRAPHQL:
                variables = question.variables(global_id("Account", key))
                body = {"query": question.document, "variables": variables}
                return load.post(self.host, "/graphql/", json.dumps(body).encode(), **self.headers)
            case name if name == VIEW:
                return load.get(self.host, f"/by-hand/{question.name}{ask}", **self.headers)
            case _:
                return load.get(self.host, f"/{question.name}{ask}")


def measure(bench: Bench) -> list[Finding]:
    """Every question, with many clients and with one."""
    tenant = tenant_named(MAIN)
    with serving(bench, tenant) as served:
        return [finding for question in QUESTIONS for finding in compare(bench, served, question)]


@contextmanager
def serving(bench: Bench, tenant: Tenant) -> Iterator[Served]:
    """Both servers, for the length of a block."""
    plan = bench.folder / "bare.json"
    path = f"{tenant.schema_name},public"
    plan.write_text(
        json.dumps({"database": settings.DATABASE_URL, "path": path, "reads": statements(), "intake": {}})
    )
    with inside(tenant), transaction.atomic():
        keys = list(Account.objects.order_by("created_at", "pk").values_list("pk", flat=True)[:DIFFERENT])
    with (
        web.serving(web.APPLICATION, bench.log("web")) as ours,
        web.serving("benchmarks.bare:application", bench.log("bare"), BENCHMARK_BARE=str(plan)) as bare,
    ):
        headers = {"authorization": f"Bearer {a_key(tenant)}"}
        yield Served(ours, bare, host_of(tenant.schema_name), headers, keys)


def statements() -> dict[str, str]:
    """What the bare server answers with, by path."""
    return {f"/{question.name}": question.statement for question in QUESTIONS}


def compare(bench: Bench, served: Served, question: Question) -> list[Finding]:
    """One question."""
    many, one = rounds_of(bench, served, question, MANY), rounds_of(bench, served, question, ONE)
    found = [
        Finding(
            f"{question.name}: requests a second",
            BARE,
            ratio(many, GRAPHQL, BARE, rate),
            SHARES.get(question.name),
        ),
        Finding(
            f"{question.name}: requests a second, one client",
            BARE,
            ratio(one, GRAPHQL, BARE, rate),
            ALONE.get(question.name),
        ),
        Finding(f"{question.name}: CPU", BARE, ratio(many, GRAPHQL, BARE, cpu)),
        Finding(
            f"{question.name}: requests a second",
            VIEW,
            ratio(many, GRAPHQL, VIEW, rate),
            BESIDE_VIEW.get(question.name),
        ),
        Finding(
            f"{question.name}: CPU", VIEW, ratio(many, GRAPHQL, VIEW, cpu), CPU_BESIDE_VIEW.get(question.name)
        ),
    ]
    return [
        *found,
        Finding(f"{question.name}: the view's requests a second", BARE, ratio(many, VIEW, BARE, rate)),
    ]


def rounds_of(bench: Bench, served: Served, question: Question, clients: int) -> Rounds:
    """All three, asked by so many clients at once."""

    def run(name: str) -> Sample:
        server = served.bare if name == BARE else served.ours
        orders = load.Orders(server.port, served.requests(question, name), clients, bench.seconds)
        return asked(bench, server.pid, orders)

    return interleaved({name: partial(run, name) for name in (GRAPHQL, BARE, VIEW)}, bench.rounds)
