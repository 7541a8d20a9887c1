"""From calls to messages: what Segment's six calls mean on our timeline.

`identify` says who somebody is, `group` where they belong, `alias` that two ids are one person; `track` is an
event by the name it was sent with, `page` and `screen` are the events `page_viewed` and `screen_viewed`.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any

from integrations.tracking.wire import Call
from journeys.incoming import LARGEST_VALUE, Grouping, Identification, IdentityKey, Incoming, Message, Refused

VIEWS = {"page": ("page_viewed", "web"), "screen": ("screen_viewed", "app")}
THEIR_NAMES: Mapping[type[Message], Mapping[str, Sequence[str]]] = {
    Incoming: {
        "name": ["event"],
        "occurred_at": ["timestamp"],
        "key": ["messageId"],
        "identity.value": ["userId", "anonymousId"],
        "company_key": ["context.groupId"],
        "channel": ["channel", "context.channel"],
    },
    Identification: {
        "user_id": ["userId"],
        "anonymous_id": ["previousId", "anonymousId"],
        "email": ["traits.email"],
        "name": ["traits.name", "traits.firstName", "traits.lastName"],
        "phone": ["traits.phone"],
    },
    Grouping: {
        "company_key": ["groupId"],
        "occurred_at": ["timestamp"],
        "identity.value": ["userId", "anonymousId"],
        "name": ["traits.name"],
        "domain": ["traits.domain"],
    },
}
"""Where in a call a field of each kind of message is from: the first of these places that holds something."""


def their_name(field: str, message: Message, call: Call) -> str:
    """What the sender of a call calls a field of the message that it became."""
    places = THEIR_NAMES[type(message)].get(field, [field])
    return next((place for place in places if _at(call, place)), places[0])


def uncounted(message: Message) -> str | None:
    """The property that stands where the number of an event is looked for, and is none that can be taken."""
    if not isinstance(message, Incoming):
        return None
    first, stated = next(_amounts(message.properties), ("", None))
    return f"properties.{first}" if first and not _is_amount(stated) else None


def _at(call: Call, place: str) -> Any:
    outer, _, inner = place.rpartition(".")
    within = call.get(outer) if outer else call
    return within.get(inner) if isinstance(within, dict) else None


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
            company_key=_text(context, "groupId", "context."),
            channel=_text(call, "channel") or _text(context, "channel", "context."),
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
        raise Refused("previousId" if user else "userId", "An alias names a previousId and a userId.")
    return Identification(user_id=user, anonymous_id=previous)


def _who(call: Call) -> IdentityKey | None:
    if user := _text(call, "userId"):
        return "user", user
    if anonymous := _text(call, "anonymousId"):
        return "anonymous", anonymous
    raise Refused("userId", "Say whom this concerns: a userId or an anonymousId.")


def _text(call: Mapping[str, Any], key: str, within: str = "") -> str:
    """A short text; numbers are taken for text, because some senders' ids are numbers.

    17.0 is 17: tables that miss some ids make the others fractions. What is missing there comes as NaN, and
    is nobody's id. `within` is where in the call this part of it is.
    """
    value = call.get(key)
    if value.__class__ is str:
        return value
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise Refused(f"{within}{key}", "This must be text.")
    return f"{value:.0f}" if isinstance(value, float) and value.is_integer() else str(value)


def _taken(traits: dict[str, Any], key: str) -> str | None:
    """A trait that we keep in a column of its own, taken out of the rest."""
    if key not in traits:
        return None
    text = _text(traits, key, "traits.")
    del traits[key]
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
    return next((stated for _, stated in _amounts(properties) if _is_amount(stated)), None)


def _amounts(properties: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key in ("revenue", "value"):
        if (stated := properties.get(key)) is not None:
            yield key, stated


def _is_amount(stated: Any) -> bool:
    return isinstance(stated, int | float) and not isinstance(stated, bool) and abs(stated) < LARGEST_VALUE


def _time(stated: Any, field: str) -> datetime:
    try:
        moment = datetime.fromisoformat(stated)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError) as reason:
        raise Refused(field, "This is not a time such as 2026-03-14T09:26:53.000Z.") from reason
