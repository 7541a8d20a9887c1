"""What is said of a failure that nobody took charge of: Postgres was away, or we have made a mistake."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.defaults import server_error

from config.observability import number


def failed(request: HttpRequest) -> HttpResponse:
    """A page for people; for programs JSON with the number of the request, as each tells its problems."""
    if "text/html" in request.META.get("HTTP_ACCEPT", ""):
        return server_error(request)
    code, reference = "INTERNAL_SERVER_ERROR", number()
    message = f"Something went wrong on our side. Give support this reference: {reference}."
    if request.path_info.startswith("/v1/"):
        return JsonResponse({"success": False, "code": code.lower(), "message": message}, status=500)
    error = {"message": message, "extensions": {"code": code, "reference": reference}}
    return JsonResponse({"errors": [error]}, status=500)
