"""The web process."""

import os

from django.conf import settings
from django.core.cache import close_caches
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connection, reset_queries

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()


def give_back(**_: object) -> None:
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
