"""The front door: what is at `/`, what is said where there is nothing, and where something failed."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from django.views.defaults import page_not_found, server_error

from config.observability import number

NOTHING = "There is nothing at this address."


@require_safe
def door(request: HttpRequest) -> HttpResponse:
    """From a tenant's host into its admin; on the API host, what is where, for people or for programs."""
    if request.get_host().rsplit(":", 1)[0] not in settings.API_HOSTS:
        return redirect("admin:index")
    at = request.build_absolute_uri
    places = {
        "graphql": at("/graphql/"),
        "tracking": at("/v1/"),
        "event_types": at("/v1/event-types"),
        "readyz": at("/readyz"),
        "admin": f"{request.scheme}://TENANT.{settings.SITE_HOST}{_port(request)}/admin/",
    }
    if _is_person(request):
        return render(request, "config/door.html", {"at": places})
    return JsonResponse({"name": "Unison", **places})


@csrf_exempt
def no_call(request: HttpRequest) -> HttpResponse:
    """What is under `/v1/` and is no call that we know, as tracking tells problems."""
    return JsonResponse({"success": False, "code": "not_found", "message": NOTHING}, status=404)


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A page for people, JSON for programs."""
    if _is_person(request):
        return page_not_found(request, exception)
    return _told(NOTHING, 404, code="NOT_FOUND")


def failed(request: HttpRequest) -> HttpResponse:
    """The same of a failure that nobody took charge of: Postgres was away, or we have made a mistake."""
    if _is_person(request):
        return server_error(request)
    code, reference = "INTERNAL_SERVER_ERROR", number()
    message = f"Something went wrong on our side. Give support this reference: {reference}."
    if request.path_info.startswith("/v1/"):
        return JsonResponse({"success": False, "code": code.lower(), "message": message}, status=500)
    return _told(message, 500, code=code, reference=reference)


def _told(message: str, status: int, **extensions: str) -> HttpResponse:
    return JsonResponse({"errors": [{"message": message, "extensions": extensions}]}, status=status)


def _port(request: HttpRequest) -> str:
    _, colon, port = request.get_host().rpartition(":")
    return colon + port if port.isdecimal() else ""


def _is_person(request: HttpRequest) -> bool:
    return "text/html" in request.META.get("HTTP_ACCEPT", "")
