"""What a change costs that returns what is shown: compiled, it must not be slower than the ordinary way."""

import json
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import count
from pathlib import Path
from uuid import UUID

from django.db import connection, transaction

from accounts.graphql.ids import global_id
from accounts.models import Tenant
from benchmarks import web
from benchmarks.bench import Bench, a_key, asked, tenant_named
from benchmarks.data.build import BUSY, host_of, owner_of, vacuum, work_out
from benchmarks.harness import load
from benchmarks.harness.results import Finding, Target
from benchmarks.harness.rounds import interleaved, rate, ratio
from benchmarks.harness.samples import Sample
from benchmarks.reads.contenders import GRAPHQL, ORDINARY, accounts_of

HERE = Path(__file__).parent
CLIENTS = 8
PART = 0.4
"""Of the time that a measurement may take."""

ADDRESSES = {GRAPHQL: "/graphql/", ORDINARY: "/ordinary/"}
CHANGES = {
    "nested": "change an account, return company, people, owner and health",
    "plain": "change an account, return its columns",
}
TIER = "measured "
REFUSED = '"code":'
FORGET = """
UPDATE success_account SET tier = 'growth' WHERE tier LIKE 'measured %';
UPDATE journeys_company SET tier = 'growth' WHERE tier LIKE 'measured %';
DELETE FROM integrations_outboxevent WHERE name = 'success.account_updated';
DELETE FROM journeys_event WHERE name = 'success.account_updated'
"""

_turns = count(1)


def measure(bench: Bench, server: web.Served) -> list[Finding]:
    """Both changes, both ways."""
    tenant = tenant_named(BUSY)
    keys, key = accounts_of(tenant), a_key(tenant)
    try:
        return [finding for name in CHANGES for finding in compare(bench, server, name, tenant, keys, key)]
    finally:
        forget(tenant)


def compare(  # noqa: PLR0913 - what to change, and where
    bench: Bench, server: web.Served, name: str, tenant: Tenant, keys: Sequence[UUID], key: str
) -> Iterator[Finding]:
    """One change, asked of both engines in turn."""

    def run(way: str) -> Sample:
        asks = list(posts(tenant, ADDRESSES[way], name, keys, key))
        orders = load.Orders(server.port, asks, CLIENTS, PART * bench.seconds, forbidden=REFUSED)
        return asked(bench, server.pid, orders)

    rounds = interleaved({way: partial(run, way) for way in ADDRESSES}, bench.rounds)
    spread = ratio(rounds, GRAPHQL, ORDINARY, rate)
    yield Finding(f"{CHANGES[name]}: requests a second", ORDINARY, spread, Target("≥", 0.95))


def posts(tenant: Tenant, path: str, name: str, keys: Sequence[UUID], key: str) -> Iterator[bytes]:
    """The change for each account, twice and each time to something else, so that none comes to nothing."""
    document = (HERE / f"{name}.graphql").read_text()
    for _ in range(2):
        tier = f"{TIER}{next(_turns)}"
        for account in keys:
            given = {"accountId": global_id("Account", account), "tier": tier}
            body = {"query": document, "variables": {"input": given}}
            host = host_of(tenant.schema_name)
            yield load.post(host, path, json.dumps(body).encode(), authorization=f"Bearer {key}")


def forget(tenant: Tenant) -> None:
    """Take away what was changed, but for its place in the rollups."""
    work_out(tenant)
    with owner_of(tenant), transaction.atomic(), connection.cursor() as cursor:
        for statement in FORGET.split(";"):
            cursor.execute(statement)
    vacuum(tenant.schema_name)
