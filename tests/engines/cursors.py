"""Cursors that are real: from answers of the ordinary engine, in just the order that is asked for."""

import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Any

from accounts.permissions import Permission
from tests.engines.asking import Operation, answered
from tests.engines.world import Place, World

PARENTS = 8
"""Of how many rows the lists are read for cursors."""


@dataclass(frozen=True, slots=True)
class List:
    """A list of the schema: a field of the root or of a type, and the type of its ordering."""

    parent: str
    field: str
    ordering: str

    def cursors(self, world: World, place: Place, order: Any) -> list[str]:
        """Its cursors in an order, forward as they come; none, where the order is refused."""
        key = (self, place.tenant.schema_name, json.dumps(order))
        if key not in world.remembered:
            world.remembered[key] = self._read(place, order)
        found: list[str] = world.remembered[key]
        return found

    def _read(self, place: Place, order: Any) -> list[str]:
        head, given = ("($by: [" + self.ordering + "!])", ", ordering: $by") if self.ordering else ("", "")
        asked = f"found: {self.field}(first: 100{given}) {{ edges {{ cursor }} }}"
        variables: dict[str, Any] = {"by": order} if self.ordering else {}
        if self.parent == "Query":
            document = f"query{head} {{ {asked} }}"
        else:
            head = f"($ids: [ID!]!, {head[1:]}" if head else "($ids: [ID!]!)"
            variables["ids"] = place.ids[self.parent][:PARENTS]
            document = f"query{head} {{ nodes(ids: $ids) {{ ... on {self.parent} {{ {asked} }} }} }}"
        everything = place.key(frozenset(Permission))
        data = json.loads(answered(everything, Operation(document, variables))).get("data") or {}
        lists = [data] if self.parent == "Query" else data.get("nodes", [])
        return [edge["cursor"] for each in lists if each and each["found"] for edge in each["found"]["edges"]]


def encoded(text: str) -> str:
    """A text as a cursor is written."""
    return urlsafe_b64encode(text.encode(errors="surrogatepass")).decode()


BROKEN = [
    "",
    "x",
    "====",
    encoded("x"),
    encoded("[]"),
    encoded("{}"),
    encoded('["id"]'),
    encoded('["id", null]'),
    encoded('["id", "x"]'),
    encoded('["id", "019a0000-0000-7000-8000-000000000000"]'),
    encoded('["id", 7]'),
    encoded('["-id", "019a0000-0000-7000-8000-000000000000"]'),
    encoded('["name,id", "\\u0000", "019a0000-0000-7000-8000-000000000000"]'),
    encoded('["name,id", "\\ud800", "019a0000-0000-7000-8000-000000000000"]'),
    encoded('["name,id", {"a": 1}, "019a0000-0000-7000-8000-000000000000"]'),
    encoded('["created_at,id", "0001-01-01T00:00:00", "019a0000-0000-7000-8000-000000000000"]'),
    encoded('["created_at,id", "9999-12-31T23:59:59-14:00", "019a0000-0000-7000-8000-000000000000"]'),
    encoded('["recurring_revenue,id", 1e400, "019a0000-0000-7000-8000-000000000000"]'),
    encoded('["recurring_revenue,id", "NaN", "019a0000-0000-7000-8000-000000000000"]'),
    encoded('["version,id", 99999999999999999999, "019a0000-0000-7000-8000-000000000000"]'),
    encoded("[" * 2000),
    "a" * 5000,
    "é😀",
]
"""None of these is a cursor of any list, though some look like one."""
