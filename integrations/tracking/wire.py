"""From bytes to calls: size, compression, JSON, and the key; what is wrong is said with a status."""

import base64
import binascii
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

MOST_BYTES = 500 * 1024
MOST_CALLS = 2_500

type Call = dict[str, Any]


class Unreadable(Exception):
    """A request that cannot be taken in at all."""

    def __init__(
        self, status: HTTPStatus, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, headers or {}


@dataclass(frozen=True, slots=True)
class Post:
    """A request, read: its calls, and what they have in common."""

    calls: list[Any]
    common: Call
    is_batch: bool

    @property
    def write_key(self) -> str:
        """The write key in the body, if one is there."""
        key = self.common.get("writeKey")
        return key if isinstance(key, str) else ""


def read(body: bytes, encoding: str, *, is_batch: bool) -> Post:
    """Read a body, whatever its content type says."""
    content = _object(_inflated(body, encoding.strip().lower()))
    if not is_batch:
        return Post([content], content, is_batch=False)
    calls = content.pop("batch", None)
    if not isinstance(calls, list):
        raise _bad("`batch` must be a list of calls.")
    if len(calls) > MOST_CALLS:
        raise Unreadable(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", f"A batch holds at most {MOST_CALLS} calls."
        )
    return Post(calls, content, is_batch=True)


def key_in(authorization: str) -> str:
    """The write key in a Basic `Authorization` header: its user name."""
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(credentials.strip(), validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _inflated(body: bytes, encoding: str) -> bytes:
    if encoding in {"", "identity"}:
        inflated = body
    elif encoding in {"gzip", "x-gzip"}:
        inflated = _unzipped(body)
    else:
        raise Unreadable(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported", "`Content-Encoding` is gzip, or left out."
        )
    if len(inflated) > MOST_BYTES:
        raise too_large()
    return inflated


def _unzipped(body: bytes) -> bytes:
    """Unzip, but never more than one byte beyond the limit."""
    machine = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        inflated = machine.decompress(body, MOST_BYTES + 1)
    except zlib.error as reason:
        raise _bad("The body is not gzip, though `Content-Encoding` says so.") from reason
    if not machine.eof and len(inflated) <= MOST_BYTES:
        raise _bad("The gzip body ends too early.")
    return inflated


def _object(body: bytes) -> Call:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as reason:
        raise _bad("The body is not JSON.") from reason
    if not isinstance(content, dict):
        raise _bad("The body must be a JSON object.")
    return content


def too_large() -> Unreadable:
    """The refusal of a body that is too large, as it came or unpacked."""
    return Unreadable(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", f"A request holds at most {MOST_BYTES // 1024} kB."
    )


def _bad(message: str) -> Unreadable:
    return Unreadable(HTTPStatus.BAD_REQUEST, "invalid", message)
