"""Scalars of our own: one text for a value everywhere, and nothing that a database would choke on.

Decimals are strings, so that no client rounds them; times are UTC to the microsecond. Both are what
Postgres can write itself (`to_char`), so that a compiled read answers to the byte like an ordinary one.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NewType

import strawberry
from django.utils.dateparse import parse_datetime
from graphql import ValueNode, value_from_ast_untyped
from strawberry.types.scalar import ScalarDefinition

from accounts.graphql import guard
from accounts.graphql.errors import Code, error

DECIMAL = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,10})?")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
FIRST_YEAR, LAST_YEAR = 1900, 2999

JSON = NewType("JSON", object)
"""Any JSON value: traits, properties, payloads."""


def write_decimal(value: Decimal | float) -> str:
    """A number as a string, never in scientific notation."""
    return f"{value:f}" if isinstance(value, Decimal) else f"{Decimal(str(value)):f}"


def read_decimal(value: object) -> Decimal:
    """A number from a string or a JSON number."""
    text = value if isinstance(value, str) else "" if isinstance(value, bool) else str(value)
    if not DECIMAL.fullmatch(text):
        raise ValueError(
            'A Decimal is a string such as "1250.50", at most 20 digits before the point and 10 after.'
        )
    return Decimal(text)


def write_time(value: datetime) -> str:
    """A moment in UTC, always with microseconds."""
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def read_time(value: object) -> datetime:
    """A moment from ISO 8601; one that names no zone is UTC."""
    try:
        stated = parse_datetime(value) if isinstance(value, str) else None
        moment = stated and (stated.astimezone(UTC) if stated.tzinfo else stated.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        moment = None
    if moment is None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError('A DateTime is ISO 8601, such as "2026-03-01T09:30:00Z", in the years 1900 to 2999.')
    return moment


def read_date(value: object) -> date:
    """A day from ISO 8601."""
    try:
        day = date.fromisoformat(value) if isinstance(value, str) and DATE.fullmatch(value) else None
    except ValueError:
        day = None
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError('A Date is ISO 8601, such as "2026-03-01", in the years 1900 to 2999.')
    return day


def read_json(node: ValueNode, variables: dict[str, Any] | None = None) -> object:
    """JSON written in a document: bounded as the variables are, some of which may be in it."""
    value = value_from_ast_untyped(node, variables)
    try:
        guard.check_values(value, depth=1)
    except ValueError as refusal:
        raise error(str(refusal), Code.BAD_USER_INPUT, node) from refusal
    return value


SCALARS: Mapping[object, ScalarDefinition] = {
    Decimal: strawberry.scalar(
        name="Decimal",
        description='An exact number, as a string: "1250.50".',
        serialize=write_decimal,
        parse_value=read_decimal,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description='A moment in UTC, to the microsecond: "2026-03-01T09:30:00.000000Z". One that is sent'
        " may be in any zone, and is in UTC where it names none.",
        serialize=write_time,
        parse_value=read_time,
        specified_by_url="https://scalars.graphql.org/andimarek/date-time",
    ),
    date: strawberry.scalar(
        name="Date",
        description='A day: "2026-03-01".',
        serialize=date.isoformat,
        parse_value=read_date,
        specified_by_url="https://scalars.graphql.org/andimarek/local-date",
    ),
    JSON: strawberry.scalar(
        name="JSON",
        description="Any JSON value.",
        serialize=lambda value: value,
        parse_value=lambda value: value,
        parse_literal=read_json,
        specified_by_url="https://www.rfc-editor.org/rfc/rfc8259",
    ),
}


@strawberry.type(description="An amount in a currency.")
class Money:
    amount: Decimal = strawberry.field(description="How much, exactly.")
    currency: str = strawberry.field(description="ISO 4217 code.")
