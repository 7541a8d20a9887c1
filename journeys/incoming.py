"""What comes in from outside: events, and who the people and companies in them are. Checked one by one.

A message that does not fit is refused with the field and the reason, and does not keep the others out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings

from journeys.models import AffiliationRole, IdentityKind
from journeys.storable import (
    MOST_BYTES,
    MOST_NESTED,
    NOT_JSON,
    UNENCODABLE,
    Refused,
    check_email,
    check_json,
    check_text,
    domain_of,
    encoded,
    quoted,
)

__all__ = [
    "LARGEST_VALUE",
    "Grouping",
    "Identification",
    "IdentityKey",
    "Incoming",
    "Message",
    "Refusal",
    "Refused",
    "checked_grouping",
    "checked_identification",
    "line_of",
]

type IdentityKey = tuple[str, str]
"""Kind and value of an identity."""

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LARGEST_VALUE = 10**12
DAY = timedelta(days=1)
STATED_KINDS = frozenset({IdentityKind.ANONYMOUS, IdentityKind.USER, IdentityKind.EMAIL})
OUR_APPS = frozenset({"accounts", *settings.TENANT_APPS})
"""Names such as `experience.nps_answered` are written by our own verbs alone: figures are read from them."""


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

    The person belongs to it from `occurred_at`; without, they have for as long as we know. `recorded_at` is
    stated only for history that is brought in, by those who may.
    """

    company_key: str
    occurred_at: datetime | None = None
    identity: IdentityKey | None = None
    role: str = ""
    name: str | None = None
    domain: str | None = None
    traits: Mapping[str, Any] = field(default_factory=dict)
    recorded_at: datetime | None = None


type Message = Incoming | Identification | Grouping


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a message was not taken: its place in the batch, the field, and the reason for people to read."""

    index: int
    field: str
    message: str


def line_of(number: int, event: Incoming, latest: datetime) -> str:
    """The event as a line for `timeline.write`; Refused when something in it does not fit.

    This runs for every event there is: its JSON is made once, and only what looks odd is looked at closely.
    """
    moment = event.occurred_at
    if not EARLIEST <= moment <= latest:
        raise _out_of_time()
    row = f'{{"i":{number},"n":{_name(event.name)},"t":"{moment.isoformat()}"{_whose(event)}'
    if event.key:
        row += f',"k":{_short("key", event.key, 200)}'
    if event.channel:
        row += f',"ch":{_short("channel", event.channel, 40)}'
    if event.value is not None:
        row += f',"v":"{_number(event.value)}"'
    if event.recorded_at is not None:
        row += _backfilled(event.recorded_at, moment, latest)
    if event.properties:
        row += f',"p":{_told(event.properties)}'
    nested = row.count("{") + row.count("[")  # at least as deep as it can be
    if not row.isascii() or "\\u0000" in row or len(row) > MOST_BYTES or nested > MOST_NESTED:
        _look_closely(event)
    return row + "}"


def checked_identification(given: Identification) -> Identification:
    """The identification as it is kept; Refused when something in it does not fit."""
    given.email = given.email.strip().lower()
    check_text("user_id", given.user_id, 200)
    check_text("anonymous_id", given.anonymous_id, 200)
    if given.email:
        check_email("email", given.email, 200)
    if not given.identities:
        raise Refused("user_id", "Say who this is: a user id, an anonymous id or an e-mail address.")
    check_text("name", given.name or "", 200)
    check_text("phone", given.phone or "", 40)
    check_json("traits", given.traits)
    return given


def checked_grouping(given: Grouping, latest: datetime) -> Grouping:
    """The grouping as it is kept; Refused when something in it does not fit."""
    if given.occurred_at is not None and not EARLIEST <= given.occurred_at <= latest:
        raise _out_of_time()
    if given.role and given.role not in AffiliationRole.values:
        raise Refused("role", "This is not a role.")
    _check_length("company_key", given.company_key, 200)
    check_text("company_key", given.company_key, 200)
    if given.identity is not None:
        given.identity = _kept(given.identity)
        check_text("identity.value", given.identity[1], 200)
    check_text("name", given.name or "", 200)
    given.domain = domain_of("domain", given.domain or "")
    if given.recorded_at is not None:
        _backfilled(given.recorded_at, given.occurred_at or EARLIEST, latest)
    check_json("traits", given.traits)
    return given


def _out_of_time() -> Refused:
    return Refused("occurred_at", "This lies before 1970, or more than a day in the future.")


def _kept(identity: IdentityKey) -> IdentityKey:
    """The identity as it is kept: e-mail addresses in lower case."""
    kind, value = identity
    if kind not in STATED_KINDS:
        raise Refused("identity.kind", "An identity is of the kind anonymous, user or email.")
    if kind == IdentityKind.EMAIL:
        value = value.strip().lower()
    _check_length("identity.value", value, 200)
    return kind, value


def _whose(event: Incoming) -> str:
    who = where = ""
    if event.identity is not None:
        event.identity = kind, value = _kept(event.identity)
        who = f',"ik":"{kind}","iv":{quoted(value)}'
    elif event.person_id is not None:
        who = f',"pi":"{event.person_id}"'
    if event.company_key:
        where = f',"ck":{_short("company_key", event.company_key, 200)}'
    elif event.company_id is not None:
        where = f',"ci":"{event.company_id}"'
    if not who and not where:
        raise Refused("identity", "Say whom this concerns: a person, a company, or both.")
    return who + where


def _check_length(field: str, text: str, longest: int) -> None:
    if not 0 < len(text) <= longest:
        raise Refused(
            field, f"This is longer than {longest} characters." if text else "This may not be empty."
        )


def _short(field: str, text: str, longest: int) -> str:
    _check_length(field, text, longest)
    return quoted(text)


def _told(properties: Mapping[str, Any]) -> str:
    try:
        return encoded(properties)
    except UNENCODABLE as reason:
        raise Refused("properties", NOT_JSON) from reason


def _name(name: str) -> str:
    if "." in name and (app := name.partition(".")[0]).lower() in OUR_APPS:
        raise Refused("name", f"Names that begin with “{app}.” are kept for what Unison itself announces.")
    if name.isspace():
        raise Refused("name", "This may not be empty.")
    return _short("name", name, 120)


def _number(value: Decimal | float) -> str:
    try:
        fits = -LARGEST_VALUE < value < LARGEST_VALUE
    except ArithmeticError:  # a Decimal that is not a number
        fits = False
    if not fits:
        raise Refused("value", "This number is not finite, or too large.")
    return str(+value)


def _backfilled(stated: datetime, occurred_at: datetime, latest: datetime) -> str:
    if not occurred_at <= stated <= latest - DAY:
        raise Refused("recorded_at", "This cannot have been known before it happened, nor in the future.")
    return f',"r":"{stated.isoformat()}","b":true'


def _look_closely(event: Incoming) -> None:
    """Refuse what Postgres cannot store, and what is too large."""
    check_text("name", event.name, 120)
    check_text("key", event.key, 200)
    check_text("channel", event.channel, 40)
    check_text("company_key", event.company_key, 200)
    if event.identity is not None:
        check_text("identity.value", event.identity[1], 200)
    check_json("properties", event.properties)
