"""Host to tenant: the whole of a request runs in one transaction, inside one tenant, as one actor."""

from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.utils.functional import SimpleLazyObject

from accounts import keys
from accounts.actor import Actor
from accounts.authentication import member_actor
from accounts.lookups import tenant_at
from accounts.models import ApiKey, Tenant
from accounts.tenancy import PUBLIC, entered, public, scope_of


class TenantRequest(HttpRequest):
    """A request as our views see it."""

    tenant: Tenant | None
    actor: Actor
    api_key: ApiKey | None


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
        on_api_host = host in settings.API_HOSTS
        with public():
            shown = _bearer(request)
            tenant = shown.tenant if on_api_host and shown else None if on_api_host else tenant_at(host)
        if tenant is None and not on_api_host:
            return HttpResponseNotFound("There is nothing here.", content_type="text/plain")
        request.tenant = tenant
        request.api_key = None
        if shown and tenant and shown.tenant.pk == tenant.pk:
            request.api_key, request.actor = shown.key, shown.actor
        elif "HTTP_AUTHORIZATION" in request.META or tenant is None:
            request.actor = Actor.nobody()
        else:
            request.actor = SimpleLazyObject(lambda: _member(request))  # type: ignore[assignment]
        with entered(scope_of(tenant) if tenant else PUBLIC), transaction.atomic():
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
            return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Undo what a failed view did: the handler below us turns its exception into a response."""
        transaction.set_rollback(True)


def origin_of(request: HttpRequest) -> str:
    """The address a request came from; behind a proxy, the one that the proxy itself saw."""
    if settings.BEHIND_PROXY:
        return request.headers.get("X-Forwarded-For", "").rsplit(",", 1)[-1].strip()[:45]
    return str(request.META.get("REMOTE_ADDR", ""))


def _bearer(request: HttpRequest) -> keys.Resolved | None:
    scheme, _, plain = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    return keys.resolve(plain.strip(), origin=origin_of(request))


def _member(request: TenantRequest) -> Actor:
    if not request.tenant or not request.user.is_authenticated:
        return Actor.nobody()
    return member_actor(request.user, request.tenant, origin=origin_of(request))
