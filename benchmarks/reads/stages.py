"""Where the CPU of one account goes: the application runs in this very process, and is looked at as it works.

A signal comes every so often on the process's CPU clock; whoever works then, or is being worked for, is
written down. That costs next to nothing, and so small functions do not seem larger than they are, as they
would when traced.
"""

import io
import json
import logging
import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any

from django.db.transaction import Atomic
from django.http.response import HttpResponseBase

from accounts import keys
from accounts.callers import served
from accounts.graphql import budget, negotiation, view
from accounts.graphql.documents import Document, Library
from accounts.graphql.engine import Engine
from accounts.graphql.ids import global_id
from accounts.graphql.reads.reading import Reader
from accounts.graphql.reads.statements import Statement
from benchmarks.bench import Bench, a_key, tenant_named
from benchmarks.data.build import MAIN, host_of
from benchmarks.harness.results import Finding
from benchmarks.harness.rounds import Spread
from benchmarks.reads.contenders import accounts_of
from benchmarks.reads.questions import ACCOUNT
from config import observability

WHOLE = "all CPU of a request in Python"
ELSE = "WSGI, other middleware, addresses"
_FUNCTIONS: dict[str, list[Any]] = {
    "whose key it is, presumed": [keys.resolve],
    "transaction: its scope and its end": [Atomic.__enter__, Atomic.__exit__, served],
    "reading the request": [negotiation.read, negotiation.accepted],
    "document and its cost": [Library.find, Document.cost],
    "cost of the minute": [budget.spend],
    "key of the plan, putting the answer together": [Reader.answer],
    "the statement, and the one that makes the key certain": [Statement.fetch],
    "GraphQL besides": [Engine.answer, view._answer],
    "writing the response": [view._response],
    "log line": [observability._tell],
    "giving the connection back": [HttpResponseBase.close],
}
STAGES: dict[CodeType, str] = {
    each.__code__: name for name, functions in _FUNCTIONS.items() for each in functions
}
"""The stage of a function, and of all that it calls, unless that has a stage of its own."""

EVERY = 0.001
"""Seconds of CPU between two looks; the kernel may make it more."""


def measure(bench: Bench) -> list[Finding]:
    """The share of each stage."""
    from config.wsgi import application  # noqa: PLC0415 - changes what Django does around every request

    tenant = tenant_named(MAIN)
    host, key = host_of(tenant.schema_name), a_key(tenant)
    asks = [
        environment(host, key, {"query": ACCOUNT.document, "variables": {"id": global_id("Account", each)}})
        for each in accounts_of(tenant)
    ]
    with lines_of_requests():
        rounds = [looked_at(application, asks, 1 if bench.is_quick else 5) for _ in range(bench.rounds + 1)]
    names = sorted({name for seen in rounds for name in seen}, key=lambda name: -rounds[-1][name])
    return [
        Finding(f"account: {name}", WHOLE, Spread.of([seen[name] / seen.total() for seen in rounds[1:]]))
        for name in names
    ]


def environment(host: str, key: str, question: dict[str, Any]) -> dict[str, Any]:
    """A request as a server hands it on, but for its body."""
    return {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/graphql/",
        "CONTENT_TYPE": "application/json",
        "SERVER_NAME": host,
        "SERVER_PORT": "80",
        "HTTP_HOST": host,
        "HTTP_ACCEPT": "application/json",
        "HTTP_AUTHORIZATION": f"Bearer {key}",
        "wsgi.url_scheme": "http",
        "body": json.dumps(question).encode(),
    }


def looked_at(application: Any, asks: list[dict[str, Any]], times: int) -> Counter[str]:
    """How often each stage was seen at work."""
    seen: Counter[str] = Counter()

    def look(_: int, frame: FrameType | None) -> None:
        seen[stage_of(frame)] += 1

    before = signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)
    try:
        for _ in range(times):
            for each in asks:
                answer(application, each)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    return seen


def stage_of(frame: FrameType | None) -> str:
    """The innermost stage that is going on."""
    while frame is not None:
        if frame.f_code in STAGES:
            return STAGES[frame.f_code]
        frame = frame.f_back
    return ELSE


def answer(application: Any, given: dict[str, Any]) -> bytes:
    """One answer, as a server would take it; raises RuntimeError where it is none."""
    body = given["body"]
    environ = given | {
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "CONTENT_LENGTH": str(len(body)),
    }
    statuses: list[str] = []
    response = application(environ, lambda status, _headers: statuses.append(status))
    try:
        text = b"".join(response)
    finally:
        if hasattr(response, "close"):
            response.close()
    if statuses != ["200 OK"] or b'"errors":' in text:
        raise RuntimeError(f"{statuses}: {text[:500]!r}")
    return text


@contextmanager
def lines_of_requests() -> Iterator[None]:
    """With a line for every request, as in production, which nobody reads."""
    level, handlers = observability.requests.level, observability.requests.handlers
    with open(os.devnull, "w") as nowhere:
        handler = logging.StreamHandler(nowhere)
        handler.setFormatter(observability.RequestLine())
        observability.requests.handlers = [handler]
        observability.requests.setLevel(logging.INFO)
        try:
            yield
        finally:
            observability.requests.handlers = handlers
            observability.requests.setLevel(level)
