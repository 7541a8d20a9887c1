"""How often somebody may try to sign in: counted in Valkey, per tenant, address and e-mail address."""

import hashlib
import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from django.core.cache import cache
from redis import RedisError

logger = logging.getLogger(__name__)

TRIES = 8
WITHIN = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Throttle:
    """The tries of one who signs in from one address with one e-mail address.

    A try is counted before the password is looked at, so that many at once do not slip through. While Valkey
    is away nobody is held up: passwords are long, and staff must be able to work.
    """

    key: str

    @classmethod
    def of(cls, origin: str, email: str) -> Self:
        """The count of this address and e-mail address; the cache's own key carries the tenant."""
        who = hashlib.sha256(f"{origin} {email.strip().casefold()}".encode()).hexdigest()
        return cls(f"sign-in:{who}")

    def take(self) -> bool:
        """Count a try; False when there were too many."""
        try:
            cache.add(self.key, 0, timeout=WITHIN.total_seconds())
            return cache.incr(self.key) <= TRIES
        except ValueError:  # it ran out between the two calls
            return True
        except RedisError:
            logger.warning("tries to sign in are not counted: the cache does not answer")
            return True

    def forget(self) -> None:
        """Start from nothing: this one did sign in."""
        try:
            cache.delete(self.key)
        except RedisError:
            logger.warning("tries to sign in were not forgotten: the cache does not answer")
