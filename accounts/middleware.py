"""Host to tenant: the whole of a request runs in one transaction, inside one tenant, as one actor."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils.functional import SimpleLazyObject

from accounts import keys
from accounts.actor import Actor
from accounts.authentication import member_actor
from accounts.callers import served
from accounts.lookups import tenant_at
from accounts.models import ApiKey, Tenant
from accounts.tenancy import PUBLIC, entered, scope_of


class TenantRequest(HttpRequest):
    """A request as our views see it."""

    tenant: Tenant | None
    actor: Actor
    api_key: ApiKey | None
    paid: Any
    """What was paid for its question; work that is done anew (`accounts.callers`) is not paid for again."""


class TenancyMiddleware:
    """The outermost of ours: everything below it, templates and session included, is inside the tenant.

    A host names its tenant; on the API host the key does. An unknown or suspended tenant's host is not found.
    A key of another tenant is refused as if unknown. A response of 500 and above undoes the transaction.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: TenantRequest) -> HttpResponse:
        """Enter the tenant and answer."""
        host = request.get_host().rsplit(":", 1)[0]
        return served(lambda: self._answer(request, None if host in settings.API_HOSTS else host))

    def _answer(self, request: TenantRequest, host: str | None) -> HttpResponse:
        shown = _bearer(request, host)
        tenant = shown.tenant if shown else tenant_at(host) if host else None
        if tenant is None and host:
            return HttpResponseNotFound("There is nothing here.", content_type="text/plain")
        request.tenant = tenant
        request.api_key = shown.key if shown else None
        request.actor = _actor(request, shown)
        with entered(scope_of(tenant) if tenant else PUBLIC):
            response = self._straight(request) if shown else self.get_response(request)
        if response.status_code >= 500:
            transaction.set_rollback(True)
        return response

    def _straight(self, request: TenantRequest) -> HttpResponse:
        """To the view, past sessions, tokens and messages, which a program with a key does not have.

        They would cost as much as letting it in does. Pages for people, and addresses that are none, take
        the long way.
        """
        match = _view_at(request.path_info, settings.ROOT_URLCONF)
        if match is None or match.app_names or "text/html" in request.META.get("HTTP_ACCEPT", ""):
            return self.get_response(request)
        request.resolver_match = match
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        if not response.streaming:
            response.headers["Content-Length"] = str(len(response.content))
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Undo what a failed view did: the handler below us turns its exception into a response."""
        transaction.set_rollback(True)


PATH_MOST = 200
"""Characters of the longest path that is remembered; none of ours for programs is as long."""


def _view_at(path: str, addresses: str) -> ResolverMatch | None:
    return _known_view_at(path, addresses) if len(path) <= PATH_MOST else None


@lru_cache(maxsize=500)  # programs ask at the same few addresses all day
def _known_view_at(path: str, addresses: str) -> ResolverMatch | None:
    try:
        return resolve(path, addresses)
    except Resolver404:
        return None


def origin_of(request: HttpRequest) -> str:
    """The address a request came from; behind a proxy, the one that the proxy itself saw."""
    if settings.BEHIND_PROXY:
        return request.headers.get("X-Forwarded-For", "").rsplit(",", 1)[-1].strip()[:45]
    return str(request.META.get("REMOTE_ADDR", ""))


def _bearer(request: HttpRequest, host: str | None) -> keys.Resolved | None:
    scheme, _, plain = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    return keys.resolve(plain.strip(), origin=origin_of(request), host=host)


def _actor(request: TenantRequest, shown: keys.Resolved | None) -> Actor:
    if shown:
        return shown.actor
    if "HTTP_AUTHORIZATION" in request.META or request.tenant is None:
        return Actor.nobody()
    return SimpleLazyObject(lambda: _member(request))  # type: ignore[return-value]


def _member(request: TenantRequest) -> Actor:
    if not request.tenant or not request.user.is_authenticated:
        return Actor.nobody()
    return member_actor(request.user, request.tenant, origin=origin_of(request))
