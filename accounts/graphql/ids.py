"""Global ids: opaque to clients, a type's name and a key to us."""

import binascii
from base64 import b64decode, b64encode
from uuid import UUID

from accounts.errors import Invalid

LONGEST = 200


def global_id(name: str, key: object) -> str:
    """The id under which every client knows one object."""
    return b64encode(f"{name}:{key}".encode()).decode()


def read_id(text: str, *, field: str | None = None) -> tuple[str, UUID]:
    """The type and key in an id; refused where it is none of ours."""
    try:
        if len(text) > LONGEST:
            raise ValueError(text[:LONGEST])
        name, _, key = b64decode(text, validate=True).decode().partition(":")
        return name, UUID(key)
    except (ValueError, binascii.Error) as refusal:
        raise Invalid("This is no id.", field=field) from refusal


def key_of(text: str, name: str, *, field: str | None = None) -> UUID:
    """The key in an id of this type; refused where it is another's."""
    found, key = read_id(text, field=field)
    if found != name:
        raise Invalid(f"This is no id of the type {name}.", field=field)
    return key
