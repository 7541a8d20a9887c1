"""Valkey for counts and marks that processes share: one client to a process, which keeps nobody waiting."""

from threading import Lock

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

_clients: dict[str, redis.Redis] = {}
_making = Lock()  # of two threads that make one at once, the loser's would close what the winner's is using


def client() -> redis.Redis:
    """The client; it gives up after half a second and tries once: whoever asks can do without the answer."""
    with _making:
        if settings.REDIS_URL not in _clients:
            _clients[settings.REDIS_URL] = redis.Redis.from_url(
                settings.REDIS_URL,
                socket_timeout=0.5,
                socket_connect_timeout=0.5,
                retry=Retry(NoBackoff(), 0),
            )
        return _clients[settings.REDIS_URL]
