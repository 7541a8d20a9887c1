"""Valkey for counts and marks that processes share: a client to a thread, which keeps nobody waiting.

A client of its own keeps its connection; one that threads share takes a connection from a pool and gives it
back for every command, which costs half of what the command does.
"""

import os
from threading import local

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

_here = local()


def client() -> redis.Redis:
    """The thread's client; it gives up after half a second and tries once: who asks can do without it."""
    known: dict[str, redis.Redis] = _here.__dict__
    if settings.REDIS_URL not in known:
        known[settings.REDIS_URL] = redis.Redis.from_url(
            settings.REDIS_URL,
            single_connection_client=True,
            socket_timeout=0.5,
            socket_connect_timeout=0.5,
            retry=Retry(NoBackoff(), 0),
        )
    return known[settings.REDIS_URL]


def _forget() -> None:
    _here.__dict__.clear()


os.register_at_fork(after_in_child=_forget)  # two processes must not speak through one connection
