"""Probes for the operator: `/livez` (the process answers), `/readyz` (its servers too), `/metrics`."""

import os
from collections.abc import Callable

import redis
from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from accounts.tenancy import public


class ProbeMiddleware:
    """Answers the probes before any host or tenant is looked at: probes come by address, not by name."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.probes = {"/livez": livez, "/readyz": readyz, "/metrics": metrics}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a probe, or pass the request on."""
        probe = self.probes.get(request.path)
        return probe(request) if probe else self.get_response(request)


def livez(request: HttpRequest) -> HttpResponse:
    """The process is there."""
    return HttpResponse("ok", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """Postgres and Valkey answer; 503 names the one that does not."""
    state = {"postgres": _postgres(), "valkey": _valkey()}
    return JsonResponse(state, status=200 if all(state.values()) else 503)


def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus's text format."""
    return HttpResponse(generate_latest(_figures()), content_type=CONTENT_TYPE_LATEST)


def _figures() -> CollectorRegistry:
    """Those of all processes that count in one folder; of this process, where there is no such folder."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return together


def _postgres() -> bool:
    try:
        with public(), connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    finally:
        connection.close()
    return True


def _valkey() -> bool:
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False
