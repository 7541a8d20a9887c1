"""Explanations: what a score is made of, and why it differs from that of another day. Both sum exactly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject

from accounts.actor import Actor
from accounts.tallies import Counted, Tally, day_of
from success import features, scoring
from success.days import known, today
from success.models import Account, Health, HealthRecord, Measure, Scorecard
from success.models.accounts import AccountQuerySet
from success.scoring import UNKNOWN, Card, Reading, State


@dataclass(frozen=True, slots=True)
class Line:
    """What one measure brings: the raw value, what it is worth (0-100), and its part of the score."""

    key: str
    title: str
    feature: str
    weight: float
    value: float | None
    age_days: int | None
    is_fresh: bool
    points: Decimal | None
    part: Decimal | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """A shown score with all that it is made of; the parts and the override sum to it exactly."""

    definition: ClassVar = (
        "The weighted mean of the measures that are freshly known, each mapped to 0-100; coverage is their"
        " share of the whole weight. A score set by hand is shown instead of the computed until it expires."
    )
    worked_out_on: date
    score: Decimal | None
    computed_score: Decimal | None
    override_score: Decimal | None
    coverage: Decimal
    band: str
    lines: Sequence[Line]

    @property
    def override_part(self) -> Decimal | None:
        """What the override adds to the computed score; None without one."""
        if self.override_score is None:
            return None
        return self.override_score - (self.computed_score or 0)


@dataclass(frozen=True, slots=True)
class Difference:
    """Why a score differs from an earlier one; the four sum to the change exactly."""

    definition: ClassVar = (
        "In this order: the new scorecard on the old values (configuration), without what has grown too old"
        " (staleness), with the new values (behaviour), and what was set by hand (override)."
    )
    before: Explanation
    after: Explanation
    change: Decimal
    configuration: Decimal
    staleness: Decimal
    behaviour: Decimal
    override: Decimal


class Kept(NamedTuple):
    """A standing, the day of the values that it is of, and the values."""

    standing: Health | HealthRecord
    on: date
    readings: Mapping[str, Reading]


type Cards = dict[UUID | None, Scorecard]
type Weighed = tuple[Kept, Sequence[Measure]]

_NUMBERS = ("score", "computed_score", "override_score", "coverage", "band", "parts")
_MEASURED = ("key", "title", "feature", "curve", "weight", "max_age_days")


def explain(account: Account, *, day: date | None = None, by: Actor) -> Explanation | None:
    """What the account's score is made of, now or on a day; None where there is none."""
    if day is None:
        return explain_many([account.pk], by=by).get(account.pk)
    return tally_on(Account.objects.filter(pk=account.pk), day=day, by=by).count()


def compare(account: Account, *, before: date, after: date, by: Actor) -> Difference | None:
    """Why the score of one day differs from that of an earlier day; None where either day has none."""
    one = Account.objects.filter(pk=account.pk)
    return difference_tally(one, before=before, after=after, by=by).count()


def tally_on(account: AccountQuerySet, *, day: date, by: Actor) -> Tally[Explanation | None]:
    """What the score of one account, or none, was made of on a day, still to be read."""

    def made(rows: Counted) -> Explanation | None:
        return next((_explained(*_read(row)) for row in rows), None)

    return Tally(_records(account, [known(day)], by), made)


def difference_tally(
    account: AccountQuerySet, *, before: date, after: date, by: Actor
) -> Tally[Difference | None]:
    """Why the score of one account, or none, differs between two days, still to be read."""
    ends = [known(before, field="before"), known(after, field="after")]

    def made(rows: Counted) -> Difference | None:
        by_day = {kept.on: (kept, measures) for kept, measures in map(_read, rows)}
        last = [max((day for day in by_day if day <= end), default=None) for end in ends]
        first, second = (None if day is None else by_day[day] for day in last)
        return _difference(first, second) if first and second else None

    return Tally(_records(account, ends, by), made)


def explain_many(accounts: Sequence[UUID], *, day: date | None = None, by: Actor) -> dict[UUID, Explanation]:
    """What the scores of these accounts are made of, now or on a day, in a bounded number of queries."""
    cards: Cards = {}
    kept = _now(accounts, by, cards) if day is None else _on(accounts, known(day), by)
    _take_cards({each.standing.scorecard_id for each in kept}, cards)
    return {
        each.standing.account_id: _explained(each, list(cards[each.standing.scorecard_id].measures.all()))
        for each in kept
    }


def _difference(before: Weighed, after: Weighed) -> Difference | None:
    split = scoring.split(_state(*before), _state(*after))
    if split is None:
        return None
    return Difference(
        _explained(*before),
        _explained(*after),
        *(_points(part) for part in (split.total, split.configuration, split.staleness)),
        *(_points(part) for part in (split.behaviour, split.override)),
    )


def _now(accounts: Sequence[UUID], by: Actor, cards: Cards) -> list[Kept]:
    """The standing now, by what is known today if that makes the same parts, else by what it was made of."""
    scored = list(Health.objects.visible_to(by).filter(pk__in=accounts).exclude(scorecard=None))
    _take_cards({health.scorecard_id for health in scored}, cards)
    live = features.current([health.pk for health in scored], today())
    kept: list[Kept] = []
    moved: list[UUID] = []
    for health in scored:
        readings = live.get(health.pk, {})
        if list(scoring.score(cards[health.scorecard_id].card, readings).parts) == health.parts:
            kept.append(Kept(health, today(), readings))
        else:
            moved.append(health.pk)
    return [*kept, *_on(moved, today(), by)] if moved else kept


def _on(accounts: Sequence[UUID], day: date, by: Actor) -> list[Kept]:
    records = HealthRecord.objects.visible_to(by).filter(account__in=accounts).on(day)
    return [Kept(record, record.day, features.readings(record.values, record.ages)) for record in records]


def _records(account: AccountQuerySet, days: Sequence[date], by: Actor) -> QuerySet:
    """One account's records of these days, each with the measures of its scorecard: all that explains it."""
    records = HealthRecord.objects.visible_to(by)
    until = [records.filter(account__in=account, day__lte=day).order_by("-day") for day in days]
    lasts = reduce(or_, (Q(pk=Subquery(each.values("pk")[:1])) for each in until))
    measures = Measure.objects.filter(scorecard=OuterRef("scorecard")).order_by("position")
    plain = measures.values_list(JSONObject(**{name: name for name in _MEASURED}))
    return records.filter(lasts).values("day", "values", "ages", *_NUMBERS, measures=ArraySubquery(plain))


def _read(row: Mapping[str, Any]) -> Weighed:
    """A record and its measures; from JSON, a day comes as text, and floats as exact numbers."""
    record = HealthRecord(**{name: row[name] for name in _NUMBERS})
    values = [None if value is None else float(value) for value in row["values"]]
    measures = [Measure(**{**each, "weight": float(each["weight"])}) for each in row["measures"]]
    return Kept(record, day_of(row["day"]), features.readings(values, row["ages"])), measures


def _take_cards(scorecards: set[UUID | None], taken: Cards) -> Cards:
    """The scorecards, with those that were read already."""
    if missing := [pk for pk in scorecards if pk and pk not in taken]:
        found = Scorecard.objects.filter(pk__in=missing).prefetch_related("measures")
        taken |= {scorecard.pk: scorecard for scorecard in found}
    return taken


def _state(kept: Kept, measures: Sequence[Measure]) -> State:
    override = kept.standing.override_score
    card = Card(tuple(measure.plain for measure in measures))
    return State(card, kept.readings, None if override is None else int(override.scaleb(2)))


def _explained(kept: Kept, measures: Sequence[Measure]) -> Explanation:
    standing, on, readings = kept
    parts = zip(measures, standing.parts or [], strict=True)
    return Explanation(
        worked_out_on=on,
        score=standing.score,
        computed_score=standing.computed_score,
        override_score=standing.override_score,
        coverage=standing.coverage,
        band=standing.band,
        lines=[_line(measure, readings.get(measure.feature, UNKNOWN), part) for measure, part in parts],
    )


def _line(measure: Measure, reading: Reading, part: int | None) -> Line:
    plain = measure.plain
    is_fresh = scoring.is_fresh(plain, reading)
    worth = plain.curve.at(reading.value) if is_fresh and reading.value is not None else None
    return Line(
        key=measure.key,
        title=measure.title,
        feature=measure.feature,
        weight=measure.weight,
        value=reading.value,
        age_days=None if reading.value is None else reading.age,
        is_fresh=is_fresh,
        points=None if worth is None else round(Decimal(worth), 2),
        part=None if part is None else _points(part),
    )


def _points(hundredths: int) -> Decimal:
    return Decimal(hundredths).scaleb(-2)
