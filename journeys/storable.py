"""What can be stored: texts without NUL or broken characters, true addresses, JSON of bounded size."""

import json.encoder
import re
from collections.abc import Mapping
from json import JSONEncoder
from json.encoder import encode_basestring as quoted
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

__all__ = ["quoted"]

MOST_BYTES = 32_768
MOST_NESTED = 100
LONGEST_DOMAIN = 253
NOT_JSON = "This is not JSON: no NaN, no infinity, no broken characters."
UNENCODABLE = (TypeError, ValueError, RecursionError)  # a UnicodeEncodeError is a ValueError

NO_DOMAIN = "This is not a domain such as example.com: letters, digits, hyphens and dots alone."

_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_LABELS = re.compile(rf"{_LABEL}(\.{_LABEL})*")

_plain = JSONEncoder()
# `JSONEncoder.encode` makes this machine anew for every object, which takes eight times as long as to run it;
# in order: no search for rings (the depth is bounded), what to do with the rest, quoting, no indent,
# separators, keys as they come, none skipped, no NaN
_pieces = json.encoder.c_make_encoder(None, _plain.default, quoted, None, ":", ",", False, False, False)  # type: ignore[attr-defined]


def encoded(given: Any) -> str:
    """The JSON of what is given, as short as it can be."""
    return "".join(_pieces(given, 0))


class Refused(ValueError):
    """A value does not fit."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


def check_text(field: str, text: str, longest: int) -> None:
    """Refuse a text that Postgres cannot store, or that is too long."""
    if len(text) > longest:
        raise Refused(field, f"This is longer than {longest} characters.")
    if "\0" in text:
        raise Refused(field, "This contains a NUL character.")
    try:
        text.encode()
    except UnicodeEncodeError as reason:
        raise Refused(field, "This contains a broken character.") from reason


def check_email(field: str, email: str, longest: int) -> None:
    """Refuse what is not an e-mail address."""
    check_text(field, email, longest)
    try:
        validate_email(email)
    except ValidationError as refusal:
        raise Refused(field, "This is not an e-mail address.") from refusal


def domain_of(field: str, stated: str) -> str:
    """A domain as it is kept, in lower case; refused is what is no host name, of any script."""
    domain = stated.strip().lower()
    check_text(field, domain, LONGEST_DOMAIN)
    if not domain:
        return domain
    try:
        on_the_wire = domain.encode("idna").decode()
    except UnicodeError as reason:
        raise Refused(field, NO_DOMAIN) from reason
    if len(on_the_wire) > LONGEST_DOMAIN or not _LABELS.fullmatch(on_the_wire):
        raise Refused(field, NO_DOMAIN)
    return domain


def check_json(field: str, given: Mapping[str, Any]) -> None:
    """Refuse an object that Postgres cannot store, or that is too large."""
    try:
        size = len(encoded(given).encode())
    except UNENCODABLE as reason:
        raise Refused(field, NOT_JSON) from reason
    if size > MOST_BYTES:
        raise Refused(field, "This is larger than 32 kB.")
    if _is_deeper(given, MOST_NESTED):
        raise Refused(field, "This is nested too deeply.")
    if _has_nul(given):
        raise Refused(field, "This contains a NUL character.")


def _has_nul(value: Any) -> bool:
    match value:
        case str():
            return "\0" in value
        case Mapping():
            return any("\0" in str(key) or _has_nul(item) for key, item in value.items())
        case list() | tuple():
            return any(map(_has_nul, value))
        case _:
            return False


def _is_deeper(value: Any, levels: int) -> bool:
    match value:
        case Mapping():
            inner = list(value.values())
        case list() | tuple():
            inner = list(value)
        case _:
            return False
    return levels == 0 or any(_is_deeper(item, levels - 1) for item in inner)
