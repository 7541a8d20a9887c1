"""What an answer gives away: every text in it, ids and cursors as what is written in them."""

import re
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

from accounts.models import Tenant
from tests.engines.world import World

KEY = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def texts(data: Any) -> Iterator[str]:
    """Every text in an answer, names in objects too."""
    if isinstance(data, str):
        yield data
        try:
            yield b64decode(data, altchars=b"-_", validate=True).decode()
        except ValueError:
            return
    elif isinstance(data, dict):
        yield from data
        yield from texts(list(data.values()))
    elif isinstance(data, list):
        for each in data:
            yield from texts(each)


def leaked(world: World, tenant: Tenant, data: Any) -> set[str]:
    """Whatever in a tenant's answer is its neighbour's: keys, or the text that only the neighbour has."""
    other, whole = world.neighbour(tenant), "\n".join(texts(data))
    keys = {each for each in KEY.findall(whole) if each in other.keys}
    return keys | ({other.mark} if other.mark in whole else set())
