"""Four small views, to see what the middleware does."""

from django.contrib.auth import authenticate, login
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone

from accounts.middleware import TenantRequest
from accounts.models import Tenant
from accounts.tenancy import public


def whoami(request: TenantRequest) -> JsonResponse:
    """Who the request is from, and where."""
    return JsonResponse(
        {
            "tenant": request.tenant and request.tenant.schema_name,
            "kind": request.actor.kind,
            "role": request.actor.role,
            "key": request.api_key is not None,
        }
    )


def where(request: TenantRequest) -> JsonResponse:
    """As whom, in which schema and with what patience Postgres answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_schema(), current_setting('statement_timeout')")
        return JsonResponse(cursor.fetchone(), safe=False)


def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in with what was posted."""
    user = authenticate(request, username=request.POST["email"], password=request.POST["password"])
    if user is None:
        return HttpResponse(status=403)
    login(request, user)
    return HttpResponse(status=204)


def fail(request: HttpRequest) -> HttpResponse:
    """Change something, then break."""
    with public():
        Tenant.objects.update(suspended_at=timezone.now())
    if "status" in request.GET:
        return HttpResponse(status=503)
    raise RuntimeError("broken on purpose")


urlpatterns = [path("whoami", whoami), path("where", where), path("sign-in", sign_in), path("fail", fail)]
