"""Logs as lines of JSON with the tenant and a request's number; figures for Prometheus.

Logs never hold comment text, e-mail addresses or secrets: events name ids and counts.
"""

import json
import logging
import os
import sys
import time
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cache
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse
from prometheus_client import Counter, Histogram

from accounts.tenancy import current

REQUESTS = Counter("unison_requests_total", "Requests answered.", ["method", "status"])
SECONDS = Histogram("unison_request_seconds", "Time to answer a request, in seconds.")

FACTS = ("method", "path", "status", "milliseconds", "request_id", "tenant")
"""What the line of a request says."""

# what no line of ours says, and every record would look up
for _fact in ("logThreads", "logProcesses", "logMultiprocessing", "logAsyncioTasks"):
    setattr(logging, _fact, False)

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Others are counted together: strangers can make up as many as they like."""

requests = logging.getLogger("config.requests")

_number: ContextVar[str] = ContextVar("number", default="")


def number() -> str:
    """The running request's number, which is on its line; empty outside of one."""
    return _number.get()


def _name_the_request(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    if number := _number.get():
        event.setdefault("request_id", number)
    return event


def _name_the_tenant(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    if scope := current():
        event.setdefault("tenant", scope.schema)
    return event


def _hide_values(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Keep the first line of each exception: in Postgres' second one stand the values, such as an address.

    Django adds the request with what was asked for; Celery tells an exception in its line, and once more.
    """
    for exception in event.get("exception", []):
        exception["exc_value"] = str(exception.get("exc_value", "")).partition("\n")[0]
    event.pop("request", None)
    if "exc" in (of_task := event.pop("data", None) or {}):
        event["event"] = event["event"].partition(of_task["exc"])[0].rstrip(": ")
    return event


_ENRICH: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _name_the_request,
    _name_the_tenant,
]


def logging_config(level: str, *, as_json: bool) -> dict[str, Any]:
    """Django's LOGGING: lines of JSON for programs, or of text for people."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_ENRICH,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    plain = structlog.dev.plain_traceback
    renderers: list[Any] = [
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)
    ]
    if as_json:
        # without local variables: they hold what people wrote
        traces = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        renderers = [
            structlog.processors.ExceptionRenderer(traces),
            _hide_values,
            structlog.processors.JSONRenderer(),
        ]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": _ENRICH,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderers],
            },
            "request": {"()": RequestLine},
        },
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "line"},
            "requests": {"class": "logging.StreamHandler", "formatter": "request" if as_json else "line"},
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            requests.name: {"handlers": ["requests"], "propagate": False},
            "django": {"level": "WARNING"},
            "django.request": {"level": "ERROR"},  # that one was refused stands on the request's line
            "celery": {"level": "WARNING"},
        },
    }


class RequestLine(logging.Formatter):
    """The line of a request, as the others look: theirs takes five times as long."""

    def format(self, record: logging.LogRecord) -> str:
        """As JSON."""
        facts = {key: value for key, value in vars(record).items() if key in FACTS}
        written = datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z")
        return json.dumps(
            facts | {"event": record.msg, "level": "info", "logger": record.name, "timestamp": written}
        )


class RequestLogMiddleware:
    """One line and one count per request; the number on the line is in the answer's `X-Request-ID`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and say so."""
        number, began = os.urandom(16).hex(), time.perf_counter()
        token = _number.set(number)
        try:
            response = self.get_response(request)
        finally:
            _number.reset(token)
        taken = time.perf_counter() - began
        if requests.isEnabledFor(logging.INFO):
            _tell(request, response.status_code, taken, number)
        _counter(request.method, response.status_code).inc()
        SECONDS.observe(taken)
        response.headers["X-Request-ID"] = number
        return response


def _tell(request: HttpRequest, status: int, taken: float, number: str) -> None:
    # made by hand: a logger would look for the line of code that calls it
    record = logging.LogRecord(requests.name, logging.INFO, "", 0, "request", (), None)
    tenant = getattr(request, "tenant", None)
    record.__dict__ |= {
        "method": request.method,
        "path": request.path,
        "status": status,
        "milliseconds": round(taken * 1000, 1),
        "request_id": number,
        **({"tenant": tenant.schema_name} if tenant else {}),
    }
    requests.handle(record)


@cache
def _known_counter(method: str, status: int) -> Counter:
    return REQUESTS.labels(method, status)


def _counter(method: str | None, status: int) -> Counter:
    return _known_counter(method if method in METHODS else "other", status)
