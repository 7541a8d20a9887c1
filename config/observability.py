"""Logs as lines of JSON with the tenant and a request's number; figures for Prometheus.

Logs never hold comment text, e-mail addresses or secrets: events name ids and counts.
"""

import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import structlog
from django.http import HttpRequest, HttpResponse
from prometheus_client import Counter, Histogram

from accounts.tenancy import current

REQUESTS = Counter("unison_requests_total", "Requests answered.", ["method", "status"])
SECONDS = Histogram("unison_request_seconds", "Time to answer a request, in seconds.")

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Others are counted together: strangers can make up as many as they like."""

logger = structlog.get_logger(__name__)


def _name_the_tenant(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    if scope := current():
        event.setdefault("tenant", scope.schema)
    return event


def _hide_values(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Keep the first line of each exception: in Postgres' second one stand the values, such as an address."""
    for exception in event.get("exception", []):
        exception["exc_value"] = str(exception.get("exc_value", "")).partition("\n")[0]
    return event


_ENRICH: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _name_the_tenant,
]


def logging_config(level: str, *, as_json: bool) -> dict[str, Any]:
    """Django's LOGGING: one handler, JSON in files and pipes, readable on a terminal."""
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
    renderers: list[Any] = [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
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
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"level": "WARNING"},
            "celery": {"level": "WARNING"},
        },
    }


class RequestLogMiddleware:
    """One line and one count per request; the number on the line is in the answer's `X-Request-ID`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and say so."""
        number, began = uuid4().hex, time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=number):
            response = self.get_response(request)
            taken = time.perf_counter() - began
            logger.info(
                "request",
                method=request.method,
                path=request.path,
                status=response.status_code,
                milliseconds=round(taken * 1000, 1),
            )
        REQUESTS.labels(request.method if request.method in METHODS else "other", response.status_code).inc()
        SECONDS.observe(taken)
        response["X-Request-ID"] = number
        return response
