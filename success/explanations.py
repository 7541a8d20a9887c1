"""Explanations: what a score is made of, and why it differs from that of another day. Both sum exactly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from accounts.actor import Actor
from success import features, scoring
from success.days import today
from success.models import Account, Health, HealthRecord, Measure, Scorecard
from success.scoring import UNKNOWN, Reading, State


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
    account_id: UUID
    worked_out_on: date
    scorecard_id: UUID
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


type Cards = dict[UUID | None, Scorecard]
type Kept = tuple[Health | HealthRecord, date, Mapping[str, Reading]]


def explain(account: Account, *, day: date | None = None, by: Actor) -> Explanation | None:
    """What the account's score is made of, now or on a day; None where there is none."""
    return explain_many([account.pk], day=day, by=by).get(account.pk)


def explain_many(accounts: Sequence[UUID], *, day: date | None = None, by: Actor) -> dict[UUID, Explanation]:
    """What the scores of these accounts are made of, now or on a day, in a bounded number of queries."""
    cards: Cards = {}
    kept = _now(accounts, by, cards) if day is None else _on(accounts, day, by)
    _take_cards({standing.scorecard_id for standing, _, _ in kept}, cards)
    return {
        standing.account_id: _explained(standing, on, readings, cards[standing.scorecard_id])
        for standing, on, readings in kept
    }


def compare(account: Account, *, before: date, after: date, by: Actor) -> Difference | None:
    """Why the score of one day differs from that of an earlier day; None where either day has none."""
    kept = [_on([account.pk], day, by) for day in (before, after)]
    if not all(kept):
        return None
    (first,), (second,) = kept
    cards = _take_cards({first[0].scorecard_id, second[0].scorecard_id}, {})
    split = scoring.split(_state(first, cards), _state(second, cards))
    if split is None:
        return None
    return Difference(
        _explained(*first, cards[first[0].scorecard_id]),
        _explained(*second, cards[second[0].scorecard_id]),
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
            kept.append((health, today(), readings))
        else:
            moved.append(health.pk)
    return [*kept, *_on(moved, today(), by)] if moved else kept


def _on(accounts: Sequence[UUID], day: date, by: Actor) -> list[Kept]:
    records = HealthRecord.objects.visible_to(by).filter(account__in=accounts).on(day)
    return [(record, record.day, features.readings(record.values, record.ages)) for record in records]


def _take_cards(scorecards: set[UUID | None], known: Cards) -> Cards:
    """The scorecards, with those that were read already."""
    if missing := [pk for pk in scorecards if pk and pk not in known]:
        found = Scorecard.objects.filter(pk__in=missing).prefetch_related("measures")
        known |= {scorecard.pk: scorecard for scorecard in found}
    return known


def _state(kept: Kept, cards: Mapping[UUID | None, Scorecard]) -> State:
    standing, _, readings = kept
    override = standing.override_score
    return State(
        cards[standing.scorecard_id].card, readings, None if override is None else int(override.scaleb(2))
    )


def _explained(
    standing: Health | HealthRecord, on: date, readings: Mapping[str, Reading], scorecard: Scorecard
) -> Explanation:
    parts = zip(scorecard.measures.all(), standing.parts or [], strict=True)
    return Explanation(
        account_id=standing.account_id,
        worked_out_on=on,
        scorecard_id=scorecard.pk,
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
