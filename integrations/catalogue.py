"""The catalogue of public events, made from their classes: what each means, its JSON Schema, an example."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from inspect import getdoc
from types import NoneType, UnionType
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from accounts.events import DomainEvent, catalogue

DIALECT = "https://json-schema.org/draft/2020-12/schema"
EXAMPLE_ID = "0198f3a2-7c41-7d26-9b1e-3f5a8c2d6e90"
EXAMPLE_TIME = "2026-03-14T09:26:53.589793Z"

type Schema = dict[str, Any]

_PLAIN: Mapping[Any, tuple[Schema, Any]] = {
    str: ({"type": "string"}, "text"),
    bool: ({"type": "boolean"}, True),
    int: ({"type": "integer"}, 7),
    float: ({"type": "number"}, 71.5),
    Decimal: ({"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}, "71.50"),
    UUID: ({"type": "string", "format": "uuid"}, EXAMPLE_ID),
    datetime: ({"type": "string", "format": "date-time"}, EXAMPLE_TIME),
    date: ({"type": "string", "format": "date"}, "2026-03-14"),
    NoneType: ({"type": "null"}, None),
    Any: ({}, "text"),
}


class Entry(NamedTuple):
    """One kind of event, as a partner reads of it."""

    name: str
    version: int
    description: str
    schema: Schema
    example: dict[str, Any]


def public_events() -> list[Entry]:
    """Every event that an endpoint may choose, and the test message."""
    return [_entry(kind) for kind in catalogue().values() if kind.public]


def _entry(kind: type[DomainEvent]) -> Entry:
    described = " ".join((getdoc(kind) or "").split())
    data, example = _object(kind)
    data["properties"]["sequence"] = {
        "type": ["integer", "null"],
        "description": "Its number among the events of the same company, or person without one.",
    }
    data["required"].append("sequence")
    schema: Schema = {
        "$schema": DIALECT,
        "title": kind.name,
        "description": described,
        "type": "object",
        "properties": {
            "type": {"const": kind.name},
            "timestamp": {"type": "string", "format": "date-time", "description": "When it happened."},
            "data": data,
        },
        "required": ["type", "timestamp", "data"],
    }
    message = {"type": kind.name, "timestamp": EXAMPLE_TIME, "data": {**example, "sequence": 42}}
    return Entry(kind.name, kind.version, described, schema, message)


def _object(kind: Any) -> tuple[Schema, dict[str, Any]]:
    """The schema of a dataclass: every field is there, and more may come."""
    hints = get_type_hints(kind)
    described = {field.name: _described(hints[field.name]) for field in fields(kind)}
    schema: Schema = {
        "type": "object",
        "properties": {name: schema for name, (schema, _) in described.items()},
        "required": list(described),
    }
    return schema, {name: example for name, (_, example) in described.items()}


def _described(hint: Any) -> tuple[Schema, Any]:
    """The schema of a value, and an example of it."""
    if hint in _PLAIN:
        schema, example = _PLAIN[hint]
        return dict(schema), example
    origin, inner = get_origin(hint), get_args(hint)
    if origin in {Union, UnionType}:
        return _either(inner)
    if origin is Literal:
        return {"enum": list(inner)}, inner[0]
    if is_dataclass(hint):
        return _object(hint)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        schema, example = _described(inner[1])
        return {"type": "object", "additionalProperties": schema}, {"key": example}
    if isinstance(origin, type) and issubclass(origin, Sequence):
        schema, example = _described(inner[0])
        return {"type": "array", "items": schema}, [example]
    return {}, None


def _either(hints: tuple[Any, ...]) -> tuple[Schema, Any]:
    """The schema of a union, as short as it can be written."""
    described = [_described(hint) for hint in hints]
    schemas = [schema for schema, _ in described]
    names = [
        schema["type"] for schema in schemas if set(schema) == {"type"} and isinstance(schema["type"], str)
    ]
    if len(names) == len(schemas):
        return {"type": names}, described[0][1]
    return {"anyOf": schemas}, described[0][1]
