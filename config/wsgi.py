"""The web process."""

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.cache import close_caches
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connection, reset_queries

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
handler = get_wsgi_application()


def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """Answer a request.

    One that is there already is handed on as a list, which granian sends in one piece; any other iterable it
    asks for one piece after the other, from another thread.
    """
    response = handler(environ, start_response)
    if response.streaming:
        return response
    try:
        return list(response)
    finally:
        response.close()


def give_back(**_: Any) -> None:
    """Give the connection back to the pool."""
    connection.close()


# What Django does around every request for others: our connections are given back when one has ended,
# whatever their age, Valkey's stay open, and queries are kept only for debugging.
request_started.disconnect(close_old_connections)
request_finished.disconnect(close_old_connections)
request_finished.disconnect(close_caches)
request_finished.connect(give_back)
if not settings.DEBUG:
    request_started.disconnect(reset_queries)
