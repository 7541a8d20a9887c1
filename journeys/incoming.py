"""What comes in from outside: events, and who the people and companies in them are. Checked one by one.

A message that does not fit is refused with the field and the reason, and does not keep the others out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from json import JSONEncoder
from json.encoder import encode_basestring as quoted
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from journeys.models import AffiliationRole, IdentityKind

type IdentityKey = tuple[str, str]
"""Kind and value of an identity."""

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
MOST_BYTES = 32_768
MOST_NESTED = 100
LARGEST_VALUE = 10**14 - 1
DAY = timedelta(days=1)
STATED_KINDS = frozenset({IdentityKind.ANONYMOUS, IdentityKind.USER, IdentityKind.EMAIL})

encoded = JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


@dataclass(slots=True, kw_only=True)
class Incoming:
    """Something that happened: a line for the timeline.

    It names a person by an identity (or by our own id), a company by its key (or by our own id), or both.
    `key` is the sender's own id of the event: what is sent twice is stored once.
    `recorded_at` is stated only for history that is brought in, by those who may.
    """

    name: str
    occurred_at: datetime
    key: str = ""
    identity: IdentityKey | None = None
    person_id: UUID | None = None
    company_key: str = ""
    company_id: UUID | None = None
    channel: str = ""
    value: Decimal | float | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)
    recorded_at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Identification:
    """Who somebody is: identifiers that belong to one person, and what is known of them.

    None says nothing; a trait that is null is forgotten.
    """

    user_id: str = ""
    anonymous_id: str = ""
    email: str = ""
    name: str | None = None
    phone: str | None = None
    traits: Mapping[str, Any] = field(default_factory=dict)

    @property
    def identities(self) -> list[IdentityKey]:
        """The identifiers, the surest first."""
        given = [
            (IdentityKind.USER.value, self.user_id),
            (IdentityKind.EMAIL.value, self.email),
            (IdentityKind.ANONYMOUS.value, self.anonymous_id),
        ]
        return [(kind, value) for kind, value in given if value]


@dataclass(slots=True, kw_only=True)
class Grouping:
    """What a company is, by the tenant's own key of it, and perhaps that a person belongs to it.

    The person belongs to it from `occurred_at`; without, they have for as long as we know.
    """

    company_key: str
    occurred_at: datetime | None = None
    identity: IdentityKey | None = None
    role: str = ""
    name: str | None = None
    domain: str | None = None
    traits: Mapping[str, Any] = field(default_factory=dict)


type Message = Incoming | Identification | Grouping


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a message was not taken: its place in the batch, the field, and the reason for people to read."""

    index: int
    field: str
    message: str


class Refused(ValueError):
    """A message does not fit."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


def line_of(number: int, event: Incoming, latest: datetime) -> str:
    """The event as a line for `timeline.write`; Refused when something in it does not fit.

    This runs for every event there is: it is plain on purpose, and the JSON text is made once, here.
    """
    _moment(event.occurred_at, latest)
    row = f'{{"i":{number},"n":{_said("name", event.name, 120)},"t":"{event.occurred_at.isoformat()}"'
    row += _concerned(event)
    if event.key:
        row += f',"k":{plain_text("key", event.key, 200)}'
    if event.channel:
        row += f',"ch":{plain_text("channel", event.channel, 40)}'
    if event.value is not None:
        row += f',"v":"{_number(event.value)}"'
    if event.recorded_at is not None:
        row += _backfilled(event.recorded_at, event.occurred_at, latest)
    if event.properties:
        row += f',"p":{json_text("properties", event.properties)}'
    return row + "}"


def checked_identification(given: Identification) -> Identification:
    """The identification as it is kept; Refused when something in it does not fit."""
    given.email = given.email.strip().lower()
    for name, text in (("user_id", given.user_id), ("anonymous_id", given.anonymous_id)):
        plain_text(name, text, 200)
    if given.email:
        checked_email(given.email)
    if not given.identities:
        raise Refused("user_id", "Say who this is: a user id, an anonymous id or an e-mail address.")
    plain_text("name", given.name or "", 200)
    plain_text("phone", given.phone or "", 40)
    json_text("traits", given.traits)
    return given


def checked_grouping(given: Grouping, latest: datetime) -> Grouping:
    """The grouping as it is kept; Refused when something in it does not fit."""
    if given.occurred_at is not None:
        _moment(given.occurred_at, latest)
    if given.role and given.role not in AffiliationRole.values:
        raise Refused("role", "This is not a role.")
    _said("company_key", given.company_key, 200)
    if given.identity is not None:
        given.identity = normal(given.identity)
        _identity(given.identity)
    plain_text("name", given.name or "", 200)
    plain_text("domain", given.domain or "", 253)
    json_text("traits", given.traits)
    return given


def checked_email(email: str) -> None:
    """Refuse what is not an e-mail address."""
    plain_text("email", email, 200)
    try:
        validate_email(email)
    except ValidationError as refusal:
        raise Refused("email", "This is not an e-mail address.") from refusal


def json_text(field: str, given: Mapping[str, Any]) -> str:
    """An object as JSON that Postgres can store; Refused when it cannot, or is too large."""
    try:
        text = encoded(given)
        size = len(text) if text.isascii() else len(text.encode())
    except (TypeError, ValueError, RecursionError) as reason:  # UnicodeEncodeError is a ValueError
        raise Refused(field, "This is not JSON: no NaN, no infinity, no broken characters.") from reason
    if size > MOST_BYTES:
        raise Refused(field, "This is larger than 32 kB.")
    if text.count("{") + text.count("[") > MOST_NESTED and _is_deeper(given, MOST_NESTED):
        raise Refused(field, "This is nested too deeply.")
    if "\\u0000" in text and _has_nul(given):
        raise Refused(field, "This contains a NUL character.")
    return text


def normal(identity: IdentityKey) -> IdentityKey:
    """The identity as it is kept: e-mail addresses in lower case."""
    kind, value = identity
    return (kind, value.strip().lower()) if kind == IdentityKind.EMAIL else identity


def _concerned(event: Incoming) -> str:
    who = where = ""
    if event.identity is not None:
        event.identity = normal(event.identity)
        who = f',"ik":"{event.identity[0]}","iv":{_identity(event.identity)}'
    elif event.person_id is not None:
        who = f',"pi":"{event.person_id}"'
    if event.company_key:
        where = f',"ck":{plain_text("company_key", event.company_key, 200)}'
    elif event.company_id is not None:
        where = f',"ci":"{event.company_id}"'
    if not who and not where:
        raise Refused("identity", "Say whom this concerns: a person, a company, or both.")
    return who + where


def _moment(moment: datetime, latest: datetime) -> None:
    if not EARLIEST <= moment <= latest:
        raise Refused("occurred_at", "This lies before 1970, or more than a day in the future.")


def _identity(identity: IdentityKey) -> str:
    kind, value = identity
    if kind not in STATED_KINDS:
        raise Refused("identity.kind", "An identity is of the kind anonymous, user or email.")
    return _said("identity.value", value, 200)


def _backfilled(stated: datetime, occurred_at: datetime, latest: datetime) -> str:
    if not occurred_at <= stated <= latest - DAY:
        raise Refused("recorded_at", "This cannot have been known before it happened, nor in the future.")
    return f',"r":"{stated.isoformat()}","b":true'


def _number(value: Decimal | float) -> str:
    try:
        fits = -LARGEST_VALUE < value < LARGEST_VALUE
    except ArithmeticError:  # a Decimal that is not a number
        fits = False
    if not fits:
        raise Refused("value", "This number is not finite, or too large.")
    return str(+value)


def _said(field: str, text: str, longest: int) -> str:
    if not text:
        raise Refused(field, "This may not be empty.")
    return plain_text(field, text, longest)


def plain_text(field: str, text: str, longest: int) -> str:
    """A text as a JSON string that Postgres can store; Refused when it cannot, or is too long."""
    if len(text) > longest:
        raise Refused(field, f"This is longer than {longest} characters.")
    if "\0" in text:
        raise Refused(field, "This contains a NUL character.")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as reason:
            raise Refused(field, "This contains a broken character.") from reason
    return quoted(text)


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
