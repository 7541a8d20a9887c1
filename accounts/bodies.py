"""Bodies of requests, however they are sent."""

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest


def body_of(request: HttpRequest, most: int) -> bytes:
    """The body; raises RequestDataTooBig where it has more bytes than that, OSError where it breaks off.

    Some senders, mobile SDKs and proxies among them, send it in chunks, without saying how long it is: Django
    by itself would not read it.
    """
    stated = request.META.get("CONTENT_LENGTH") or ""
    if stated.isdecimal() and int(stated) > most:
        raise RequestDataTooBig
    if not stated and request.META.get("wsgi.input_terminated"):  # the server knows where it ends
        body: bytes = request.META["wsgi.input"].read(most + 1)
    else:
        body = request.body
    if len(body) > most:
        raise RequestDataTooBig
    return body
