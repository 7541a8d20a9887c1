"""The catalogue tells the truth: what is emitted fits its schema, and so do its own examples."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import pytest
from django.utils import timezone
from jsonschema import Draft202012Validator, FormatChecker

from accounts.events import catalogue as known_events
from accounts.identifiers import uuid7
from accounts.plain import encoded
from integrations import catalogue, deliveries, relay, webhooks
from integrations.catalogue import Schema, public_events
from integrations.events import EndpointDisabled
from tests.factories import an_actor
from tests.integrations.factories import an_endpoint, say, something_happened

ENTRIES = {entry.name: entry for entry in public_events()}


def problems(schema: Schema, message: dict[str, Any]) -> list[str]:
    return [
        e.message for e in Draft202012Validator(schema, format_checker=FormatChecker()).iter_errors(message)
    ]


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_is_whole(name):
    entry = ENTRIES[name]
    Draft202012Validator.check_schema(entry.schema)
    assert problems(entry.schema, entry.example) == []
    assert re.fullmatch(r"[a-z]+\.[a-z_]+", name)
    assert entry.description


def test_what_is_sent_fits_the_schema(acme, globex, receiver):
    endpoint, _ = an_endpoint(receiver.url(), *ENTRIES)
    something_happened()
    say(EndpointDisabled(endpoint_id=uuid7(), reason="gone"))
    webhooks.test(endpoint, by=an_actor())
    relay.plan()
    deliveries.drain()

    assert len(receiver.received) == 3
    for received in receiver.received:
        assert problems(ENTRIES[received.json["type"]].schema, received.json) == []


def sample(hint: Any) -> Any:
    """Some value of this type, as a verb would give it."""
    if hint in PLAIN:
        return PLAIN[hint]
    if is_dataclass(hint):
        hints = get_type_hints(hint)
        given = {field.name: sample(hints[field.name]) for field in fields(hint)}
        return hint(**given)  # type: ignore[operator]  # a class, as hints are
    origin, inner = get_origin(hint), get_args(hint)
    if origin in {Union, UnionType}:
        return sample(inner[0])
    if origin is Literal:
        return inner[0]
    if issubclass(origin, Mapping):
        return {"key": sample(inner[1])}
    return [sample(inner[0])]


PLAIN: dict[Any, Any] = {
    str: "text",
    bool: False,
    int: 3,
    float: 0.5,
    Decimal: Decimal("12.50"),
    UUID: uuid7(),
    datetime: timezone.now(),
    date: timezone.now().date(),
    Any: None,
}


@pytest.mark.parametrize("name", ENTRIES)
def test_what_an_event_says_of_itself_fits_its_schema(name):
    data = json.loads(encoded(sample(known_events()[name])))
    message = {"type": name, "timestamp": "2026-03-14T09:26:53Z", "data": {**data, "sequence": None}}
    assert problems(ENTRIES[name].schema, message) == []
    assert "sequence" not in data


def test_every_kind_of_field_is_described():
    @dataclass
    class Part:
        measure: str
        part: Decimal | None

    @dataclass
    class Everything:
        a: UUID
        b: date
        c: datetime | None
        d: list[Part]
        e: Literal["x", "y"]
        f: dict[str, int]
        g: bool
        h: int | None

    schema, example = catalogue._object(Everything)

    assert problems(schema, example) == []
    assert schema["properties"]["h"] == {"type": ["integer", "null"]}
    assert problems(schema, {**example, "e": "z"})
    assert problems(schema, {**example, "d": [{"measure": "nps"}]})
    assert timezone.is_aware(datetime.fromisoformat(example["c"]))
