"""The limit: a WSGI application of psycopg and one statement; no framework, no tenant, no sign-in.

It reads what to do from the JSON file that BENCHMARK_BARE names, and runs under granian like the application.
"""

import json
import os
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import psycopg

from accounts.identifiers import uuid7

ORDERS = json.loads(Path(os.environ["BENCHMARK_BARE"]).read_text())
JSON = [("Content-Type", "application/json")]

_here = threading.local()


def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """Answer with what the statement of this path gives."""
    path = environ["PATH_INFO"]
    if path == "/livez":
        body = b"ok"
    elif path == "/intake":
        body = taken(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    else:
        given = dict(parse_qsl(environ["QUERY_STRING"]))
        row = connection().execute(ORDERS["reads"][path], given).fetchone()
        body = row[0].encode() if row else b"null"
    start("200 OK", [*JSON, ("Content-Length", str(len(body)))])
    return [body]


def connection() -> psycopg.Connection:
    """The connection of the running thread."""
    known: psycopg.Connection | None = getattr(_here, "connection", None)
    if known is None:
        options = f"-c search_path={ORDERS['path']}"
        known = _here.connection = psycopg.connect(ORDERS["database"], options=options, autocommit=True)
    return known


def taken(body: bytes) -> bytes:
    """Store a batch by the statements that the application runs for it, without looking at what is in it."""
    calls = json.loads(body)["batch"]
    people = {call["userId"] for call in calls}
    lines = [
        {
            "i": number,
            "n": call["event"],
            "t": call["timestamp"],
            "k": call["messageId"],
            "ik": "user",
            "iv": call["userId"],
            "v": call["properties"].get("revenue"),
            "p": call["properties"],
        }
        for number, call in enumerate(calls)
    ]
    fresh = [str(uuid7()) for _ in people]
    statements = ORDERS["intake"]
    with connection().transaction(), connection().cursor() as cursor:
        cursor.execute(statements["meet"], [str(uuid7())[:-4], ["user"] * len(people), list(people), fresh])
        given = {"lines": json.dumps(lines), "ids": str(uuid7())[:-4], "source": "bare", "arrival": uuid7()}
        cursor.execute(statements["write"], given)
        row = cursor.fetchone()
    return json.dumps(
        {"success": True, "stored": row[0] if row else 0, "at": str(datetime.now(UTC))}
    ).encode()
