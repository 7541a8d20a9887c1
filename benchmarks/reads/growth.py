"""Memory over very many requests with very many different documents: it must not grow with them.

Every document is asked again a little later, as clients do, so that Postgres keeps some of them prepared,
and comes back when all others have been asked, by when they may have been forgotten.
"""

import json
from collections.abc import Iterator, Sequence
from itertools import islice, product
from random import Random

from accounts.graphql.ids import global_id
from accounts.models import Tenant
from benchmarks import web
from benchmarks.bench import Bench, a_key, tenant_named
from benchmarks.data.build import MAIN, host_of
from benchmarks.harness import load, processes
from benchmarks.harness.results import Finding, Target
from benchmarks.harness.rounds import Spread
from benchmarks.reads.contenders import accounts_of

DOCUMENTS = 1_000
BLOCK = 10
"""So many documents are asked in turn, before the next ones are."""
AGAIN = 20
"""So often each is asked before the next ones are, about something else each time."""

CLIENTS = 2
"""Few, so that each connection is asked the same often enough to keep it prepared."""

FLAT = Target("≤", 1.1)
WITHIN = 3600.0
MEGABYTE = 2**20

OF_ACCOUNT = ("tier", "openedOn", "isOpen", "owner { name email }", "health { score band }")
OF_COMPANY = ("name", "domain", "renewalOn", "people(first: 3) { nodes { name } }")
SIZES = (5, 10, 20)
TIERS = ("enterprise", "growth", "starter")
CURSORS = "query { accounts(first: 50, ordering: [{renewalOn: ASC}]) { edges { cursor } } }"


def measure(bench: Bench) -> list[Finding]:
    """One process, asked by few clients for long: what it and its backends hold early and at the end."""
    early, late = (1_000, 3_000) if bench.is_quick else (20_000, 100_000)
    documents = list(islice(different(), DOCUMENTS // 20 if bench.is_quick else DOCUMENTS))
    before = set(processes.below(bench.postgres))
    with web.serving(web.APPLICATION, bench.log("web"), 1) as served:
        asks = list(requests(tenant_named(MAIN), served.port, documents))
        held = []
        for number in (early, late - early):
            load.ask(load.Orders(served.port, asks, CLIENTS, WITHIN, number))
            backends = [pid for pid in processes.below(bench.postgres) if pid not in before]
            workers = processes.below(served.pid)
            held.append((largest(workers), largest(backends)))
    (web_early, backend_early), (web_late, backend_late) = held
    what = f"after {late:,} requests with {len(documents):,} documents"
    then = f"after {early:,}"
    return [
        Finding(f"memory of a web process {what}", then, Spread.of([web_late / web_early]), FLAT),
        Finding(f"memory of a backend {what}", then, Spread.of([backend_late / backend_early]), FLAT),
        Finding(f"memory of a backend {what}: MB", "one MB", Spread.of([backend_late]), Target("≤", 32)),
        Finding(f"memory of a web process {what}: MB", "one MB", Spread.of([web_late])),
    ]


def largest(pids: Sequence[int]) -> float:
    """Megabytes that the largest of these processes has for itself; one may have ended just now."""
    held = [0.0]
    for pid in pids:
        try:
            held.append(processes.own_memory(pid) / MEGABYTE)
        except OSError:
            continue
    return max(held)


def different() -> Iterator[str]:
    """Documents that differ in fields, aliases and sizes."""
    for number, (one, other, size) in enumerate(product(_some(OF_ACCOUNT), _some(OF_COMPANY), SIZES)):
        yield f"""query Of{number}($id: ID!, $after: String, $tier: String) {{
            one{number}: account(id: $id) {{ id {one} company {{ {other} }} }}
            accounts(
                first: {size}, after: $after,
                filters: {{tier: {{exact: $tier}}}}, ordering: [{{renewalOn: ASC}}]
            ) {{ nodes {{ id {one} company {{ {other} }} }} pageInfo {{ hasNextPage endCursor }} }}
        }}"""


def _some(fields: Sequence[str]) -> list[str]:
    """Every choice of some of these fields."""
    return [
        " ".join(field for field, is_chosen in zip(fields, chosen, strict=True) if is_chosen)
        for chosen in product((False, True), repeat=len(fields))
        if any(chosen)
    ]


def requests(tenant: Tenant, port: int, documents: Sequence[str]) -> Iterator[bytes]:
    """The documents in blocks, about accounts, from cursors and with filters that differ."""
    host, headers = host_of(tenant.schema_name), {"authorization": f"Bearer {a_key(tenant)}"}
    chance, keys = Random(1), accounts_of(tenant)

    def post(document: str, variables: dict[str, str]) -> bytes:
        body = {"query": document, "variables": variables}
        return load.post(host, "/graphql/", json.dumps(body).encode(), **headers)

    edges = json.loads(load.fetch(port, post(CURSORS, {})))["data"]["accounts"]["edges"]
    for start in range(0, len(documents), BLOCK):
        for _ in range(AGAIN):
            for document in documents[start : start + BLOCK]:
                given = {
                    "id": global_id("Account", chance.choice(keys)),
                    "after": chance.choice(edges)["cursor"],
                    "tier": chance.choice(TIERS),
                }
                yield post(document, given)
