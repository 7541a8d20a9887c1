"""What a row of each kind of file means.

Columns that are not ours are kept: of companies and people as traits, of events as properties.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from integrations.importing import values
from integrations.importing.reading import Row, Wrong
from integrations.importing.stores import Store, on_the_timeline, with_success
from journeys.incoming import (
    DAY,
    Grouping,
    Identification,
    IdentityKey,
    Incoming,
    Message,
    checked_grouping,
    checked_identification,
)


@dataclass(frozen=True, slots=True)
class Context:
    """What holds for all rows of a file."""

    zone: ZoneInfo
    is_backfill: bool = False


IDENTIFIERS = ("user_id", "email", "anonymous_id")
NAMES = {"identity": IDENTIFIERS, "identity.value": IDENTIFIERS}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: the columns it must have, those it may have, and what a row means."""

    required: tuple[str, ...]
    optional: tuple[str, ...]
    read: Callable[[Row, Context], Sequence[Any]]
    store: Store = on_the_timeline
    any_of: tuple[str, ...] = ()
    names: Mapping[str, Sequence[str]] = field(default_factory=lambda: NAMES)
    """What columns are called that the timeline calls otherwise: the first of them that a row fills."""

    @property
    def columns(self) -> frozenset[str]:
        """The columns that are ours."""
        return frozenset(self.required + self.optional)

    @property
    def one_line(self) -> frozenset[str]:
        """Those of our columns whose cells are one line."""
        return self.columns - {"properties"}

    def column(self, name: str, row: Row) -> str:
        """The column of a row that a field of what it means is from."""
        columns = self.names.get(name, [name])
        return next((column for column in columns if row.values.get(column)), columns[0])


def _company(row: Row, context: Context) -> list[Message]:
    given = row.values
    return [
        Grouping(
            company_key=given["key"],
            occurred_at=timezone.now(),
            name=given.get("name"),
            domain=given.get("domain"),
            traits=_rest(given, COMPANIES),
        )
    ]


def _person(row: Row, context: Context) -> list[Message]:
    given = row.values
    person = Identification(
        user_id=given.get("user_id", ""),
        anonymous_id=given.get("anonymous_id", ""),
        email=given.get("email", ""),
        name=given.get("name") or None,
        phone=given.get("phone") or None,
        traits=_rest(given, PEOPLE),
    )
    if not given.get("company_key"):
        return [person]
    since = given.get("since")
    belonging = Grouping(
        company_key=given["company_key"],
        occurred_at=values.moment("since", since, context.zone) if since else timezone.now(),
        identity=_who(given),
        role=given.get("role", ""),
    )
    # both or neither: what does not fit in one of them leaves nothing of the row behind
    return [checked_identification(person), checked_grouping(belonging, timezone.now() + DAY)]


def _event(row: Row, context: Context) -> list[Message]:
    given = row.values
    occurred_at = values.moment("occurred_at", given["occurred_at"], context.zone)
    recorded_at = given.get("recorded_at")
    value, properties = given.get("value"), given.get("properties")
    event = Incoming(
        name=given["name"],
        occurred_at=occurred_at,
        key=given.get("key") or _key_of(given),
        identity=_who(given),
        company_key=given.get("company_key", ""),
        channel=given.get("channel", ""),
        value=values.amount("value", value) if value else None,
        properties=_rest(given, EVENTS) | (values.mapping("properties", properties) if properties else {}),
    )
    if context.is_backfill:
        stated = values.moment("recorded_at", recorded_at, context.zone) if recorded_at else occurred_at
        event.recorded_at = stated
    return [event]


def _contract(row: Row, context: Context) -> list[dict[str, Any]]:
    given = row.values
    contract: dict[str, Any] = {name: given.get(name, "") for name in ("company_key", "currency", "tier")}
    contract["recurring_revenue"] = values.amount("recurring_revenue", given["recurring_revenue"])
    for column in ("starts_on", "ends_on", "opened_on"):
        if given.get(column):
            contract[column] = values.day(column, given[column])
    if context.is_backfill:
        stated = given.get("recorded_at") or given["starts_on"]
        contract["recorded_at"] = values.moment("recorded_at", stated, context.zone)
    return [contract]


def _who(given: Mapping[str, str]) -> IdentityKey | None:
    for kind, column in (("user", "user_id"), ("email", "email"), ("anonymous", "anonymous_id")):
        if value := given.get(column):
            return kind, value
    return None


def _key_of(given: Mapping[str, str]) -> str:
    """A key for an event without one, so that a file can be imported again: made of all it says."""
    said = "\x1f".join(f"{name}={text}" for name, text in sorted(given.items()) if text)
    return f"row-{hashlib.sha256(said.encode()).hexdigest()[:32]}"


def _rest(given: Mapping[str, str], kind: Kind) -> dict[str, Any]:
    return {name: values.guessed(text) for name, text in given.items() if text and name not in kind.columns}


COMPANIES = Kind(("key",), ("name", "domain"), _company, names={"company_key": ["key"]})
PEOPLE = Kind(
    (),
    (*IDENTIFIERS, "name", "phone", "company_key", "role", "since"),
    _person,
    any_of=IDENTIFIERS,
    names=NAMES | {"occurred_at": ["since"]},
)
EVENTS = Kind(
    ("name", "occurred_at"),
    (*IDENTIFIERS, "company_key", "key", "channel", "value", "properties", "recorded_at"),
    _event,
    any_of=(*IDENTIFIERS, "company_key"),
)
CONTRACTS = Kind(
    ("company_key", "recurring_revenue", "starts_on", "ends_on"),
    ("currency", "tier", "opened_on", "recorded_at"),
    _contract,
    with_success,
)
KINDS: Mapping[str, Kind] = {
    "companies": COMPANIES,
    "people": PEOPLE,
    "contracts": CONTRACTS,
    "events": EVENTS,
}


def checked(row: Row, kind: Kind) -> Row:
    """The row; Wrong when it cannot be one of the kind."""
    if row.problem:
        raise row.problem
    for column in kind.required:
        if not row.values.get(column):
            raise Wrong(column, "This may not be empty.")
    return row
