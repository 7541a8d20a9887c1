"""The short way in for tracking: past sessions, cookies and forms, which its callers do not have.

A batch of a hundred events is stored in a few milliseconds; the road of a web page would cost as much again.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from integrations.tracking.views import endpoint, event_types

CALLS = {
    "identify": ["i"],
    "track": ["t"],
    "page": ["p"],
    "screen": ["s"],
    "group": ["g"],
    "alias": ["a"],
    "batch": ["b", "import"],
}
"""The calls of Segment's HTTP API, and what some SDKs say instead: the browser's, and for batches Ruby's."""

VIEWS = {
    f"/v1/{name}{slash}": endpoint(kind)
    for kind, others in CALLS.items()
    for name in (kind, *others)
    for slash in ("", "/")
} | {"/v1/event-types": event_types}


class TrackingMiddleware:
    """Answers what is under `/v1/`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a call, or pass the request on."""
        view = VIEWS.get(request.path_info)
        if view is None:
            return self.get_response(request)
        response = view(request)
        response["Content-Length"] = str(len(response.content))
        return response
