"""Whom a question is put to, and in which words: our GraphQL, what it is measured against, and its peer."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import transaction

from accounts.graphql.ids import global_id
from accounts.models import Tenant
from accounts.tenancy import inside
from benchmarks import web
from benchmarks.bench import Bench, a_key
from benchmarks.data.build import host_of
from benchmarks.harness import load
from benchmarks.reads import postgraphile
from benchmarks.reads.postgraphile import wording
from benchmarks.reads.questions import ACCOUNT, PAGE, QUESTIONS, Question
from success.models import Account

GRAPHQL, BARE, VIEW = "GraphQL", "one statement, a bare server", "a hand-written view"
ORDINARY, STOCK = "the ordinary path", "stock strawberry-django"
POSTGRAPHILE = postgraphile.NAME
DIFFERENT = 200
WARM = 2
"""How many times as long as a measurement our peer is asked beforehand."""


type Ask = Callable[[Question, UUID], bytes]


class Contender(NamedTuple):
    """A server, and how a question about an account is put to it."""

    server: web.Served
    ask: Ask


type Contenders = Mapping[str, Contender]


@contextmanager
def contending(bench: Bench, tenant: Tenant) -> Iterator[Contenders]:
    """All that can be asked here, for the length of a block."""
    plan = bench.folder / "bare.json"
    path = f"{tenant.schema_name},public"
    plan.write_text(
        json.dumps({"database": settings.DATABASE_URL, "path": path, "reads": statements(), "intake": {}})
    )
    with (
        web.serving(web.APPLICATION, bench.log("web")) as ours,
        web.serving("benchmarks.bare:application", bench.log("bare"), BENCHMARK_BARE=str(plan)) as bare,
        postgraphile.serving(bench, tenant) as peer,
    ):
        asks = ways_of(host_of(tenant.schema_name), a_key(tenant))
        found = {name: Contender(ours, ask) for name, ask in asks.items()} | {BARE: Contender(bare, of_bare)}
        if peer:
            found[POSTGRAPHILE] = Contender(peer, postgraphile.ask)
            keys = accounts_of(tenant)
            assert_same(found[GRAPHQL], found[POSTGRAPHILE], keys[0])
            warm(found[POSTGRAPHILE], keys, WARM * bench.seconds)
        yield found


def assert_same(ours: Contender, peer: Contender, key: UUID) -> None:
    """Our peer finds what we find."""
    for question in (ACCOUNT, PAGE):
        mine, theirs = (json.loads(_answer(each, question, key))["data"] for each in (ours, peer))
        wording.assert_same(mine, theirs)


def warm(contender: Contender, keys: Sequence[UUID], seconds: float) -> None:
    """Ask for a while: what compiles itself as it runs must have done so before it is measured."""
    for question in (ACCOUNT, PAGE):
        asks = requests(contender, question, keys)
        load.ask(load.Orders(contender.server.port, asks, clients=8, seconds=seconds))


def _answer(contender: Contender, question: Question, key: UUID) -> bytes:
    return load.fetch(contender.server.port, contender.ask(question, key))


def statements() -> dict[str, str]:
    """What the bare server answers with, by path."""
    return {f"/{question.name}": question.statement for question in QUESTIONS}


def accounts_of(tenant: Tenant) -> Sequence[UUID]:
    """The accounts that are asked about in turn."""
    with inside(tenant), transaction.atomic():
        rows = Account.objects.order_by("created_at", "pk").values_list("pk", flat=True)
        return list(rows[:DIFFERENT])


def ways_of(host: str, key: str) -> dict[str, Ask]:
    """The ways in which our own server can be asked."""
    headers = {"authorization": f"Bearer {key}"}
    return {
        GRAPHQL: partial(of_graphql, host, "/graphql/", "", headers),
        ORDINARY: partial(of_graphql, host, "/ordinary/", "", headers),
        STOCK: partial(of_graphql, host, "/stock/", "stock", headers),
        VIEW: lambda question, key: load.get(
            host, f"/by-hand/{question.name}{_query(question, key)}", **headers
        ),
    }


def of_graphql(  # noqa: PLR0913 - an address, and what is asked there
    host: str, path: str, words: str, headers: Mapping[str, str], question: Question, key: UUID
) -> bytes:
    """A question in GraphQL."""
    body = {
        "query": question.in_words_of(words),
        "variables": question.variables(global_id("Account", key)),
    }
    return load.post(host, path, json.dumps(body).encode(), **headers)


def of_bare(question: Question, key: UUID) -> bytes:
    """A question to the bare server."""
    return load.get("bare", f"/{question.address}{_query(question, key)}")


def _query(question: Question, key: UUID) -> str:
    return f"?id={key}" if question.takes_id else ""


def requests(contender: Contender, question: Question, keys: Sequence[UUID]) -> list[bytes]:
    """The question as a contender is asked it, about many accounts in turn where it is about one."""
    return [contender.ask(question, key) for key in (keys if question.takes_id else keys[:1])]
