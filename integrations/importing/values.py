"""From the text of a cell to a value: times, days, amounts, and whatever else is kept of a customer."""

import json
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from integrations.importing.reading import Wrong

MOST_DIGITS = 15


def moment(column: str, text: str, zone: ZoneInfo) -> datetime:
    """A time; one that names no time zone is the tenant's."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError as reason:
        raise Wrong(column, "This is not a time such as 2026-03-14 09:26:53.") from reason
    return read if read.tzinfo else read.replace(tzinfo=zone)


def day(column: str, text: str) -> date:
    """A day."""
    try:
        return date.fromisoformat(text)
    except ValueError as reason:
        raise Wrong(column, "This is not a day such as 2026-03-14.") from reason


def amount(column: str, text: str) -> Decimal:
    """A number, with a decimal point."""
    try:
        read = Decimal(text)
    except InvalidOperation as reason:
        raise Wrong(column, "This is not a number such as 1234.50.") from reason
    if not read.is_finite():
        raise Wrong(column, "This is not a number such as 1234.50.")
    return read


def mapping(column: str, text: str) -> dict[str, Any]:
    """A JSON object."""
    try:
        read = json.loads(text)
    except (ValueError, RecursionError) as reason:
        raise Wrong(column, 'This is not a JSON object such as {"plan": "pro"}.') from reason
    if not isinstance(read, dict):
        raise Wrong(column, 'This is not a JSON object such as {"plan": "pro"}.')
    return read


def guessed(text: str) -> str | int | float | bool:
    """A number or a yes-or-no where the text can be nothing else; what begins with a zero stays text."""
    if text in {"true", "false"}:
        return text == "true"
    if len(text) > MOST_DIGITS or not text.isascii():
        return text
    for kind in (int, float):
        try:
            read = kind(text)
        except ValueError:
            continue
        if str(read) == text and text not in {"inf", "-inf", "nan"}:
            return read
    return text
