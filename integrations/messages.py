"""A message to an endpoint: its body, as Standard Webhooks lays it out, and how it is signed."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, NamedTuple

from integrations import secrets, signing
from journeys.storable import encoded


class Message(NamedTuple):
    """One delivery, ready to be sent. Ids are texts here: a UUID is hashed and compared in Python."""

    delivery_id: str
    endpoint_id: str
    event_id: str
    url: str
    keys: tuple[bytes, ...]
    body: bytes
    attempts: int

    def headers_at(self, moment: datetime) -> dict[str, str]:
        """The headers of an attempt at this moment; the id is the same at every attempt."""
        return signing.signed(self.event_id, int(moment.timestamp()), self.body, self.keys)


def body_of(name: str, occurred_at: datetime, data: Mapping[str, Any], sequence: int | None) -> bytes:
    """The body: type, timestamp, and the event's data with its number among the customer's events."""
    message = {"type": name, "timestamp": stamp(occurred_at), "data": {**data, "sequence": sequence}}
    return encoded(message).encode()


def stamp(moment: datetime) -> str:
    """A moment as the messages write it: ISO 8601 in UTC, with a Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def keys_at(
    now: datetime, sealed: str, sealed_previous: str, previous_until: datetime | None
) -> tuple[bytes, ...]:
    """The keys an endpoint's messages are signed with: its own, and the previous while both are valid.

    Unreadable when its own is; a previous one that is lost signs no more, so that rotating helps at once.
    """
    keys = [signing.key_of(secrets.unseal(sealed))]
    if sealed_previous and previous_until and previous_until > now:
        with suppress(secrets.Unreadable):
            keys.append(signing.key_of(secrets.unseal(sealed_previous)))
    return tuple(keys)
