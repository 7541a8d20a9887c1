"""What is left unread of a request that was refused, so that its answer arrives and the connection can go on.

A server that closes while the other side still sends takes its own answer back with it.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

SMALL = 64 * 1024
"""So much of a body the server takes in by itself."""
MOST = 8 * 1024 * 1024
"""A longer body is not read to its end: whoever sends it is cut off."""


class LeftoversMiddleware:
    """Reads what is left of a refused body, or says that the connection closes where that is too much."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and take in what nobody wanted to read."""
        response = self.get_response(request)
        if response.status_code >= 400 and (length := _length(request)) > SMALL:
            if length <= MOST and "HTTP_EXPECT" not in request.META:  # who asks first has sent nothing yet
                _take_in(request)
            elif request.META.get("SERVER_SOFTWARE") == "Granian":  # others do not let us say this
                response.headers["Connection"] = "close"
        return response


def _length(request: HttpRequest) -> int:
    """How long the body is; where that is not said, it may be of any length."""
    if "HTTP_TRANSFER_ENCODING" in request.META:
        return MOST + 1
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _take_in(request: HttpRequest) -> None:
    try:
        while request.read(SMALL):
            pass
    except OSError:  # whoever sent it has gone
        return
