"""What docs/words.md says of health, in plain Python over a tenant's rows: nothing of the product is used.

Slow, exact (fractions instead of floats), and written from that page alone, for `test_reference` to compare.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

OURS = ("accounts.", "journeys.", "experience.", "success.", "integrations.")


class Event(NamedTuple):
    name: str
    occurred_at: datetime
    recorded_at: datetime
    identity: UUID | None
    company: UUID | None


class Answer(NamedTuple):
    kind: str
    score: int
    person: UUID
    company: UUID | None
    responded_at: datetime
    recorded_at: datetime
    position: int


class Contract(NamedTuple):
    id: UUID
    account: UUID
    agreement: UUID
    renews: UUID | None
    revenue: Decimal
    currency: str
    starts_on: date
    ends_on: date
    is_final: bool
    recorded_at: datetime
    superseded_at: datetime | None


class Account(NamedTuple):
    company: UUID
    opened_on: date
    closed_on: date | None
    closing_learned_on: date | None


class Measure(NamedTuple):
    key: str
    feature: str
    curve: Sequence[tuple[float, float]]
    weight: float
    max_age: int | None


class Known(NamedTuple):
    """A raw value and its age."""

    value: Fraction
    age: int = 0


class Score(NamedTuple):
    """A score; `is_on_edge` where something exact is just a half, which binary numbers may take for less."""

    score: Fraction | None
    coverage: Fraction
    parts: list[Fraction | None]
    is_on_edge: bool = False


class Signal(NamedTuple):
    event_name: str
    role: str
    recorded_at: datetime


type Raw = dict[str, Known]
type Card = Sequence[Measure]


@dataclass
class Rows:
    """All that a tenant knows of what figures are made of."""

    zone: ZoneInfo
    events: list[Event] = field(default_factory=list)
    people: dict[UUID, UUID] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)
    contracts: list[Contract] = field(default_factory=list)
    signals: list[Signal] = field(default_factory=list)
    accounts: dict[UUID, Account] = field(default_factory=dict)

    def raw(self, account: UUID, day: date) -> Raw:
        """The raw values of a day."""
        company, found = self.accounts[account].company, {}
        known = [event for event in self.events if event.company == company and self._is_known(event, day)]
        use = [(self._ago(event, day), event) for event in known if self._role(event.name, day) == "usage"]
        calls = [event for event in known if self._role(event.name, day) == "support"]
        recent, before = (sum(first <= ago < first + 28 for ago, _ in use) for first in (0, 28))
        if (day - self.accounts[account].opened_on).days >= 56 and recent + before:
            found["usage_trend"] = Known(
                rounded(Fraction(recent - before, recent + before), 6), min(ago for ago, _ in use)
            )
        if use:
            found["days_since_seen"] = Known(Fraction(min(ago for ago, _ in use)))
            people = {self.people[event.identity] for ago, event in use if ago < 30 and event.identity}
            found["breadth"] = Known(Fraction(len(people)))
        load = sum(self._ago(event, day) < 28 for event in calls)
        if load or (use and any(self._role(signal.event_name, day) == "support" for signal in self.signals)):
            found["support_load"] = Known(Fraction(load))
        for kind in ("nps", "csat", "ces", "rating"):
            if last := self._last_answers(kind, company, day):
                scores = [answer.score for answer in last]
                found[kind] = Known(
                    rounded(MEANS[kind](scores), 6), min(self._days(one.responded_at, day) for one in last)
                )
        if ends := [one.ends_on for one in self.to_renew(day) if one.account == account]:
            found["renewal_nearness"] = Known(Fraction((min(ends) - day).days))
        return found

    def is_open(self, account: UUID, day: date) -> bool:
        """Whether it was open on the day, as far as was known by its end."""
        _, opened_on, closed_on, learned_on = self.accounts[account]
        return opened_on <= day and (
            closed_on is None or closed_on > day or (learned_on is not None and learned_on > day)
        )

    def to_renew(self, day: date) -> list[Contract]:
        """The contracts that are neither renewed nor ended for good."""
        agreed = self._agreed(day)
        renewed = {contract.renews for contract in agreed}
        return [one for one in agreed if not one.is_final and one.agreement not in renewed]

    def renewals(self, day: date, within: int) -> set[UUID]:
        """The contracts that come up for renewal."""
        return {
            one.id
            for one in self.to_renew(day)
            if self.is_open(one.account, day) and 0 <= (one.ends_on - day).days <= within
        }

    def revenue(self, day: date) -> list[tuple[str, Decimal, int]]:
        """What open accounts pay per year, and how many accounts those are, by currency."""
        running = [
            one
            for one in self._agreed(day)
            if self.is_open(one.account, day) and one.starts_on <= day < one.ends_on
        ]
        return [
            (
                currency,
                sum((one.revenue for one in running if one.currency == currency), Decimal(0)),
                len({one.account for one in running if one.currency == currency}),
            )
            for currency in sorted({one.currency for one in running})
        ]

    def _agreed(self, day: date) -> list[Contract]:
        end = self._end(day)
        return [
            one
            for one in self.contracts
            if one.recorded_at < end and (one.superseded_at is None or one.superseded_at >= end)
        ]

    def _last_answers(self, kind: str, company: UUID, day: date) -> list[Answer]:
        last: dict[UUID, Answer] = {}
        for answer in sorted(self.answers, key=lambda answer: (answer.responded_at, answer.position)):
            is_ours = (answer.kind, answer.company) == (kind, company)
            if is_ours and answer.recorded_at < self._end(day):
                last[answer.person] = answer
        return [one for one in last.values() if 0 <= self._days(one.responded_at, day) < 365]

    def _role(self, name: str, day: date) -> str:
        said = sorted(
            (one for one in self.signals if one.event_name == name), key=lambda one: one.recorded_at
        )
        if not said:
            return "nothing" if name.startswith(OURS) else "usage"
        by_then = [one for one in said if one.recorded_at < self._end(day)]
        return (by_then[-1] if by_then else said[0]).role

    def _is_known(self, event: Event, day: date) -> bool:
        return event.recorded_at < self._end(day) and self._ago(event, day) >= 0

    def _ago(self, event: Event, day: date) -> int:
        return self._days(event.occurred_at, day)

    def _days(self, moment: datetime, day: date) -> int:
        return (day - moment.astimezone(self.zone).date()).days

    def _end(self, day: date) -> datetime:
        return datetime.combine(day + timedelta(days=1), time(), self.zone)


def _share(scores: Sequence[int], least: int) -> Fraction:
    return Fraction(100 * sum(score >= least for score in scores), len(scores))


def _mean(scores: Sequence[int]) -> Fraction:
    return Fraction(sum(scores), len(scores))


MEANS = {
    "nps": lambda scores: _share(scores, 9) + _share(scores, 7) - 100,
    "csat": lambda scores: _share(scores, 4),
    "ces": _mean,
    "rating": _mean,
}


def rounded(value: Fraction, places: int) -> Fraction:
    """A half goes to the even neighbour, as Python rounds fractions."""
    return Fraction(round(value * 10**places), 10**places)


def worth(measure: Measure, value: Fraction) -> Fraction:
    """What a raw value is worth, on the measure's curve."""
    points = [(exact(x), exact(y)) for x, y in measure.curve]
    if value <= points[0][0]:
        return points[0][1]
    for (x0, y0), (x1, y1) in pairwise(points):
        if value <= x1:
            return y0 + (y1 - y0) * (value - x0) / (x1 - x0)
    return points[-1][1]


def exact(number: float) -> Fraction:
    """The number as it is written: 0.3 is three tenths."""
    return Fraction(repr(number))


def is_fresh(measure: Measure, raw: Raw) -> bool:
    """Whether the measure's value is known, and not too old."""
    known = raw.get(measure.feature)
    return known is not None and (measure.max_age is None or known.age <= measure.max_age)


def score(card: Card, raw: Raw) -> Score:
    """The weighted mean of what is fresh, and the parts of it."""
    fresh = [measure for measure in card if is_fresh(measure, raw)]
    if not fresh:
        return Score(None, Fraction(0), [None] * len(card))
    weight = sum((exact(measure.weight) for measure in fresh), Fraction(0))
    brings = {one.key: exact(one.weight) * worth(one, raw[one.feature].value) / weight for one in fresh}
    mean = sum(brings.values(), Fraction(0))
    parts = {key: rounded(part, 2) for key, part in brings.items()}
    parts[max(fresh, key=lambda one: one.weight).key] += rounded(mean, 2) - sum(parts.values())
    total = sum((exact(measure.weight) for measure in card), Fraction(0))
    return Score(
        rounded(mean, 2),
        rounded(weight / total, 4),
        [parts.get(measure.key) for measure in card],
        is_on_edge=any(part * 100 % 1 == Fraction(1, 2) for part in [mean, *brings.values()]),
    )


def band(score: Fraction | None) -> str:
    """At risk, watch or healthy; a score on a boundary belongs to the higher one."""
    if score is None:
        return ""
    return "at_risk" if score < 50 else "watch" if score < 75 else "healthy"


def split(before: tuple[Card, Raw], after: tuple[Card, Raw]) -> tuple[Fraction, ...] | None:
    """Configuration, staleness and behaviour between two days with a score; None where one is on an edge."""
    (old_card, old), (card, new) = before, after
    kept = {one.feature: old[one.feature] for one in card if is_fresh(one, old) and is_fresh(one, new)}
    steps = [score(old_card, old), score(card, old), score(card, kept), score(card, new)]
    if any(step.is_on_edge for step in steps):
        return None
    said: list[Fraction] = []
    for step in steps:
        said.append(said[-1] if step.score is None else step.score)
    return tuple(later - earlier for earlier, later in pairwise(said))
