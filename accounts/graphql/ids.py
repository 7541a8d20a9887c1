"""Global ids: opaque to clients, a type's name and a key to us.

What is told of objects outside of the graph (webhooks, properties of events, the audit trail) names them by
their keys alone. So where an id can be of one type only, its key is taken as well.
"""

import binascii
import re
from base64 import b64decode, b64encode
from uuid import UUID

from accounts.errors import Invalid

LONGEST = 200
KEY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def global_id(name: str, key: object) -> str:
    """The id under which every client knows one object."""
    return b64encode(f"{name}:{key}".encode()).decode()


def read_id(text: str, *, field: str | None = None) -> tuple[str, UUID]:
    """The type and key in an id, of a key alone without the type; refused where it is none of ours."""
    if KEY.fullmatch(text):
        return "", UUID(text)
    try:
        if len(text) > LONGEST:
            raise ValueError(text[:LONGEST])
        name, _, key = b64decode(text, validate=True).decode().partition(":")
        return name, UUID(key)
    except (ValueError, binascii.Error) as refusal:
        raise Invalid("This is no id.", field=field) from refusal


def key_of(text: str, name: str, *, field: str | None = None) -> UUID:
    """The key in an id of this type, or the key alone; refused where it is another's."""
    found, key = read_id(text, field=field)
    if found and found != name:
        raise Invalid(f"This is no id of the type {name}.", field=field)
    return key
