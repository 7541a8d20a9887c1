"""How much a key or a member may ask for in a minute, counted in cost, in Valkey.

One round trip per question. The count is kept under the tenant's name; where Valkey cannot be reached, the
question is answered, and the log says so.
"""

import logging
import time
from typing import NamedTuple

import redis
from django.conf import settings

from accounts import valkey
from accounts.actor import Actor
from accounts.caching import key_of_tenant

logger = logging.getLogger(__name__)

MINUTE = 60


class Budget(NamedTuple):
    """What is left of this minute."""

    limit: int
    remaining: int
    resets_in: int
    is_spent: bool
    """Whether this question is beyond it."""


def spend(actor: Actor, cost: int) -> Budget:
    """Count a question against the actor's minute."""
    limit = settings.GRAPHQL_COST_PER_MINUTE
    minute, second = divmod(int(time.time()), MINUTE)
    key = key_of_tenant(f"{actor.kind}:{actor.id}:{minute}", "graphql-cost", 1)
    try:
        spent = int(valkey.client().incrby(key, cost))
        if spent == cost:  # the first of this minute
            valkey.client().expire(key, 2 * MINUTE)
    except redis.RedisError as problem:
        logger.warning(
            "the cost of a question could not be counted", extra={"problem": type(problem).__name__}
        )
        spent = cost
    return Budget(limit, max(0, limit - spent), MINUTE - second, spent > limit)
