"""How many calls a key may send in a minute to one web process: write keys are public, anybody may use one.

Counted in the process's own memory, for a question to Valkey would cost as much as storing several events.
"""

import time
from collections import Counter
from http import HTTPStatus
from threading import Lock
from uuid import UUID

from django.conf import settings

from integrations.tracking.wire import Unreadable

MINUTE = 60


class Throttle:
    """Counts calls by key and minute."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._minute = 0
        self._counts: Counter[UUID] = Counter()

    def count(self, key: UUID, calls: int) -> None:
        """Count calls against a key's minute; Unreadable when it has had its share."""
        minute, second = divmod(int(time.time()), MINUTE)
        with self._lock:
            if minute != self._minute:
                self._counts.clear()
                self._minute = minute
            self._counts[key] += calls
            is_spent = self._counts[key] > settings.TRACKING_CALLS_PER_MINUTE
        if is_spent:
            wait = {"Retry-After": str(MINUTE - second)}
            raise Unreadable(
                HTTPStatus.TOO_MANY_REQUESTS, "throttled", "Too many calls in this minute.", wait
            )


throttle = Throttle()
