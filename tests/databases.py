"""Connections, where a test must let go of them all."""

from typing import Any

from django.db import connection, connections


def close_pool() -> None:
    """Close this thread's connection and the pool it came from."""
    connections.close_all()
    ours: Any = connection  # the backend's own method, which the base class does not have
    ours.close_pool()
