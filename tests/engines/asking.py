"""One question to either engine, as a request brings it; and what two answers have in common."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.test import RequestFactory

from accounts.graphql.engine import Answer, Engine, refusal
from accounts.graphql.errors import Refused
from accounts.graphql.negotiation import read
from accounts.tenancy import inside
from config.schema import schema

if TYPE_CHECKING:
    from tests.engines.world import Asker

COMPILING, ORDINARY = Engine(schema), Engine(schema, is_compiling=False)
"""The engine that is in use, and the one that is the truth."""

REFERENCE = re.compile(r"(reference: )[0-9a-f]{12}")
_requests = RequestFactory()


@dataclass(frozen=True, slots=True)
class Operation:
    """A document, and what is sent with it."""

    document: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    name: str | None = None

    @property
    def body(self) -> dict[str, Any]:
        """What goes over the wire."""
        return {"query": self.document, "variables": self.variables, "operationName": self.name}


def ask(engine: Engine, asker: "Asker", operation: Operation) -> Answer:
    """The answer, in a transaction of its own as the middleware makes one."""
    request: Any = _requests.post("/graphql/", operation.body, content_type="application/json")
    request.tenant, request.actor, request.api_key = asker.tenant, asker.actor, asker.api_key
    try:
        question = read(request)
    except Refused as refused:
        return refusal(refused)
    with inside(asker.tenant), transaction.atomic():
        answer = engine.answer(question, request)
        transaction.set_rollback(True)
    return answer


def answered(asker: "Asker", operation: Operation) -> str:
    """The ordinary engine's answer as text."""
    return ask(ORDINARY, asker, operation).text


def comparable(text: str) -> Any:
    """An answer without what differs each time; objects as lists of pairs, so that their order counts."""
    found = json.loads(text, object_pairs_hook=_pairs, parse_int=_number, parse_float=_number)
    return _without_luck(found)


def _pairs(pairs: list[tuple[str, Any]]) -> tuple[tuple[str, Any], ...]:
    return tuple(pairs)


def _number(text: str) -> int | float:
    """A number as clients read it: doubles, and whole numbers below 2^53 exactly."""
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


LUCK = {"reference", "remaining", "resetsInSeconds"}


def _without_luck(found: Any) -> Any:
    if isinstance(found, tuple):
        return tuple((key, None if key in LUCK else _without_luck(value)) for key, value in found)
    if isinstance(found, list):
        return [_without_luck(each) for each in found]
    return REFERENCE.sub(r"\1…", found) if isinstance(found, str) else found


def difference(one: Any, other: Any, path: str = "") -> str | None:
    """Where two comparable answers part first."""
    if one == other and type(one) is type(other):
        return None
    if isinstance(one, tuple) and isinstance(other, tuple):
        if [key for key, _ in one] != [key for key, _ in other]:
            return f"at {path or 'the top'}: keys {[k for k, _ in one]} and {[k for k, _ in other]}"
        inside_both = zip(one, other, strict=True)
        parts = (difference(a[1], b[1], f"{path}.{a[0]}") for a, b in inside_both)
        return next((each for each in parts if each), None)
    if isinstance(one, list) and isinstance(other, list):
        gone = object()
        for number, (a, b) in enumerate(zip_longest(one, other, fillvalue=gone)):
            if a is gone or b is gone:
                return f"at {path}: {len(one)} items and {len(other)} items"
            if found := difference(a, b, f"{path}[{number}]"):
                return found
        return None
    return f"at {path}: {one!r:.300} and {other!r:.300}"
