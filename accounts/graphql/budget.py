"""How much a key or a member may ask for in a minute, counted in cost, in Valkey.

The count is kept under the tenant's name. A process takes a little of the minute in advance, so that most
questions need not go there: what it does not use is lost to the others, a two-hundredth for each process.
Where Valkey cannot be reached, the question is answered, and the log says so.
"""

import logging
import time
from dataclasses import dataclass
from threading import Lock
from typing import NamedTuple

import redis
from django.conf import settings

from accounts import valkey
from accounts.actor import Actor
from accounts.caching import key_of_tenant
from accounts.shelves import Shelf

logger = logging.getLogger(__name__)

MINUTE = 60

ADVANCE = 200
"""A process takes the minute in advance in so many parts."""

MOST = 10_000
"""Keys and members of whose minute a process has taken something."""


class Budget(NamedTuple):
    """What is left of this minute, about: what other processes took, this one learns when it asks again."""

    limit: int
    remaining: int
    resets_in: int
    is_spent: bool
    """Whether this question is beyond it."""


@dataclass(slots=True)
class Advance:
    """What a process has taken of a minute and not used yet, and what nobody has taken."""

    left: int = 0
    beyond: int = 0


_advances: Shelf[Advance] = Shelf(MOST)
_lock = Lock()


def spend(actor: Actor, cost: int) -> Budget:
    """Count a question against the actor's minute."""
    limit = settings.GRAPHQL_COST_PER_MINUTE
    minute, second = divmod(int(time.time()), MINUTE)
    key = key_of_tenant(f"{actor.kind}:{actor.id}:{minute}", "graphql-cost", 1)
    with _lock:
        advance = _advances.get(key)
        if advance is None:
            _advances.put(key, advance := Advance(), 1)
        used = min(advance.left, cost)
        advance.left -= used
        if used == cost:
            return Budget(limit, advance.left + advance.beyond, MINUTE - second, is_spent=False)
    missing, ahead = cost - used, limit // ADVANCE
    taken = _take(key, missing + ahead)
    if taken is None:
        return Budget(limit, limit - cost, MINUTE - second, is_spent=False)
    spare = limit - (taken - ahead)
    if is_spent := spare < 0:  # what is refused costs nothing: a smaller question may fit still
        taken = _take(key, -missing - ahead) or 0
    with _lock:
        advance.left += used if is_spent else min(spare, ahead)
        advance.beyond = max(0, limit - taken)
        return Budget(limit, advance.left + advance.beyond, MINUTE - second, is_spent)


def _take(key: str, cost: int) -> int | None:
    """Take so much of a minute; says what is taken of it in all, or None where Valkey is away."""
    try:
        taken = int(valkey.client().incrby(key, cost))
        if taken == cost:  # the first of this minute
            valkey.client().expire(key, 2 * MINUTE)
    except redis.RedisError as problem:
        logger.warning(
            "the cost of a question could not be counted", extra={"problem": type(problem).__name__}
        )
        return None
    return taken
