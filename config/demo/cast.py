"""What a story consists of: firms, people, and everything that happened to them. Plain values, no Django."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """A contract or a change of it, as it was agreed."""

    agreed_at: datetime
    starts_on: date
    ends_on: date
    recurring_revenue: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Firm:
    """A company with its account."""

    key: str
    name: str
    domain: str
    tier: str
    plot: str
    traits: dict[str, str]
    opened_on: date
    closed_on: date | None
    close_reason: str
    agreements: tuple[Agreement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Someone:
    """A person, and their part in a firm where they have one."""

    key: str
    name: str
    email: str
    firm: str | None
    role: str
    since: date
    until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something somebody did, or that was done for a firm."""

    name: str
    at: datetime
    known_at: datetime
    key: str
    who: str | None
    firm: str | None
    channel: str = ""
    value: Decimal | None = None
    properties: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answered survey: for each question's position, a score and words."""

    survey: str
    at: datetime
    key: str
    who: str
    channel: str
    answers: tuple[tuple[int, int | None, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A firm entered a stage."""

    firm: str
    stage: str
    at: datetime


@dataclass(slots=True)
class Story:
    """All of it, for one tenant."""

    firms: list[Firm] = field(default_factory=list)
    people: list[Someone] = field(default_factory=list)
    happenings: list[Happening] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)

    def add(self, other: "Story") -> None:
        """Take in another part of the story."""
        self.firms += other.firms
        self.people += other.people
        self.happenings += other.happenings
        self.replies += other.replies
        self.moves += other.moves
