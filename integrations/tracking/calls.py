"""From calls to messages: what Segment's six calls mean on our timeline.

`identify` says who somebody is, `group` where they belong, `alias` that two ids are one person; `track` is an
event by the name it was sent with, `page` and `screen` are the events `page_viewed` and `screen_viewed`.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.tracking.wire import Call
from journeys.incoming import LARGEST_VALUE, Grouping, Identification, IdentityKey, Incoming, Message, Refused

VIEWS = {"page": ("page_viewed", "web"), "screen": ("screen_viewed", "app")}
NAMES_HERE_AND_THERE = {
    "name": "event",
    "occurred_at": "timestamp",
    "key": "messageId",
    "identity": "userId",
    "identity.value": "userId",
    "user_id": "userId",
    "anonymous_id": "anonymousId",
    "company_key": "groupId",
    "email": "traits.email",
    "phone": "traits.phone",
    "domain": "traits.domain",
}


def their_name(field: str) -> str:
    """What the sender calls a field of ours."""
    return NAMES_HERE_AND_THERE.get(field, field)


class Reader:
    """Reads the calls of one request, with what they have in common and when they came."""

    def __init__(self, common: Call, received_at: datetime) -> None:
        self._context = _context(common)
        self._sent_at = common.get("sentAt")
        self._received_at = received_at
        self._skews: dict[Any, timedelta] = {}

    def message(self, call: Any, kind: str) -> Message:
        """A call as the timeline takes it; Refused when something in it does not fit."""
        if not isinstance(call, dict):
            raise Refused("", "A call must be a JSON object.")
        kind = kind or call.get("type") or ""
        match kind:
            case "track":
                return self._event(call, _text(call, "event"), _mapping(call, "properties"))
            case "page" | "screen":
                return self._view(call, kind)
            case "identify":
                return _identification(call)
            case "alias":
                return _alias(call)
            case "group":
                return self._grouping(call)
            case _:
                raise Refused("type", "A call is identify, track, page, screen, group or alias.")

    def _view(self, call: Call, kind: str) -> Incoming:
        name, channel = VIEWS[kind]
        said = {key: text for key in ("name", "category") if (text := _text(call, key))}
        event = self._event(call, name, {**_mapping(call, "properties"), **said})
        event.channel = event.channel or channel
        return event

    def _event(self, call: Call, name: str, properties: Mapping[str, Any]) -> Incoming:
        context = _context(call) or self._context
        return Incoming(
            name=name,
            occurred_at=self._moment(call),
            key=_text(call, "messageId"),
            identity=_who(call),
            company_key=_text(context, "groupId"),
            channel=_text(call, "channel") or _text(context, "channel"),
            value=_amount(properties),
            properties=properties,
        )

    def _grouping(self, call: Call) -> Grouping:
        traits = dict(_mapping(call, "traits"))
        return Grouping(
            company_key=_text(call, "groupId"),
            occurred_at=self._moment(call),
            identity=_who(call),
            name=_taken(traits, "name"),
            domain=_taken(traits, "domain"),
            traits=traits,
        )

    def _moment(self, call: Call) -> datetime:
        """When it happened by our clock: the sender's is as wrong as its `sentAt` is off from now."""
        stated = call.get("originalTimestamp") or call.get("timestamp")
        if not stated:
            return self._received_at
        happened = _time(stated, "timestamp")
        sent = call.get("sentAt") or self._sent_at
        if not sent:
            return happened
        try:
            return happened + self._skew(sent)
        except OverflowError as reason:
            raise Refused("timestamp", "This lies before 1970, or more than a day in the future.") from reason

    def _skew(self, sent: Any) -> timedelta:
        """How far our clock is ahead of the sender's."""
        key = sent if isinstance(sent, str) else None
        if (known := self._skews.get(key)) is None:
            known = self._skews[key] = self._received_at - _time(sent, "sentAt")
        return known


def _identification(call: Call) -> Identification:
    traits = dict(_mapping(call, "traits"))
    name = _taken(traits, "name") or " ".join(
        part for key in ("firstName", "lastName") if isinstance(part := traits.get(key), str) and part
    )
    return Identification(
        user_id=_text(call, "userId"),
        anonymous_id=_text(call, "anonymousId"),
        email=_taken(traits, "email") or "",
        name=name or None,
        phone=_taken(traits, "phone"),
        traits=traits,
    )


def _alias(call: Call) -> Identification:
    previous, user = _text(call, "previousId") or _text(call, "anonymousId"), _text(call, "userId")
    if not previous or not user:
        raise Refused("previousId" if user else "user_id", "An alias names a previousId and a userId.")
    return Identification(user_id=user, anonymous_id=previous)


def _who(call: Call) -> IdentityKey | None:
    if user := _text(call, "userId"):
        return "user", user
    if anonymous := _text(call, "anonymousId"):
        return "anonymous", anonymous
    raise Refused("identity", "Say whom this concerns: a userId or an anonymousId.")


def _text(call: Mapping[str, Any], key: str) -> str:
    """A short text; numbers are taken for text, because some senders' ids are numbers."""
    value = call.get(key)
    if value.__class__ is str:
        return value
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refused(key, "This must be text.")
    return str(value)


def _taken(traits: dict[str, Any], key: str) -> str | None:
    """A trait that we keep in a column of its own, taken out of the rest."""
    if key not in traits:
        return None
    text = _text({f"traits.{key}": traits.pop(key)}, f"traits.{key}")
    return text.strip()


def _mapping(call: Call, key: str) -> Mapping[str, Any]:
    value = call.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Refused(key, "This must be an object.")
    return value


def _context(call: Call) -> Call:
    context = call.get("context")
    return context if isinstance(context, dict) else {}


def _amount(properties: Mapping[str, Any]) -> float | None:
    """What an event was worth: its `revenue`, else its `value`."""
    if "revenue" not in properties and "value" not in properties:
        return None
    for key in ("revenue", "value"):
        match properties.get(key):
            case bool():
                continue
            case int() | float() as amount if abs(amount) < LARGEST_VALUE:
                return amount
    return None


def _time(stated: Any, field: str) -> datetime:
    try:
        moment = datetime.fromisoformat(stated)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError) as reason:
        raise Refused(field, "This is not a time such as 2026-03-14T09:26:53.000Z.") from reason
