"""How often somebody may try to sign in: counted in Valkey, in each tenant by itself."""

import hashlib
import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from django.core.cache import cache
from redis import RedisError

logger = logging.getLogger(__name__)

TRIES = 8
TRIES_OF_AN_ADDRESS = 60
WITHIN = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Throttle:
    """The tries from one address: with one e-mail address, and with any.

    A try is counted before the password is looked at, so that many at once do not slip through. While Valkey
    is away nobody is held up: passwords are long, and staff must be able to work.
    """

    member: str
    address: str

    @classmethod
    def of(cls, origin: str, email: str) -> Self:
        """The counts of this address and e-mail address; the cache's own keys carry the tenant."""
        who = hashlib.sha256(f"{origin} {email.strip().casefold()}".encode()).hexdigest()
        whence = hashlib.sha256(origin.encode()).hexdigest()
        return cls(f"sign-in:{who}", f"sign-in-from:{whence}")

    def take(self) -> bool:
        """Count a try; False when there were too many."""
        try:
            from_there, of_them = _counted(self.address), _counted(self.member)
        except RedisError:
            logger.warning("tries to sign in are not counted: the cache does not answer")
            return True
        return from_there <= TRIES_OF_AN_ADDRESS and of_them <= TRIES

    def forget(self) -> None:
        """Start from nothing for this e-mail address: they did sign in."""
        try:
            cache.delete(self.member)
        except RedisError:
            logger.warning("tries to sign in were not forgotten: the cache does not answer")


def _counted(key: str) -> int:
    cache.add(key, 0, timeout=WITHIN.total_seconds())
    try:
        return cache.incr(key)
    except ValueError:  # it ran out between the two calls
        return 1
