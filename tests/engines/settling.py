"""What constraints ask of several columns of a row at once, or of several rows; the rest is the columns'."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import count, cycle, pairwise
from operator import attrgetter
from random import Random
from typing import Any

from django.db.models import Model, UniqueConstraint

from accounts.models import ApiKey, Membership, User
from accounts.permissions import Role
from experience.models import Answer, Question, Response, Survey
from integrations.models import Delivery, OutboxEvent, WebhookEndpoint
from journeys.models import Affiliation, Company, Event, Identity, Person, Stage, StageVisit
from success.features import NAMES
from success.models import (
    Account,
    Contract,
    FeatureName,
    Health,
    HealthOverride,
    HealthRecord,
    Measure,
    Scorecard,
    Signal,
)

type Made = Mapping[type[Model], Sequence[Any]]
type Settle = Callable[[list[Any], Made, Random], list[Any]]

SETTLED: dict[type[Model], Settle] = {}

DROPPED: dict[type[Model], tuple[str, ...]] = {Contract: ("supersedes",), Health: ("account",)}
"""Columns that the settling alone fills."""

CURVES = [[[0, 0], [10, 100]], [[-1.5, 0.0], [0.1, 33.25], [1e3, 100]]]


def settles(model: type[Model]) -> Callable[[Settle], Settle]:
    """Make a function the settling of a model's rows."""

    def decorate(settle: Settle) -> Settle:
        SETTLED[model] = settle
        return settle

    return decorate


def _numbered(
    rows: list[Any], name: str, most: int, *, spare: Callable[[Any], bool] = lambda _: False
) -> None:
    """Make a text different in every row, but in those that may have it empty."""
    for number, row in enumerate(rows):
        if not (spare(row) and not getattr(row, name)):
            setattr(row, name, f"{number}.{getattr(row, name)}"[:most])


def _in_order(rows: list[Any], first: str, second: str) -> None:
    """Let the second column be no less than the first, where both are known."""
    for row in rows:
        earlier, later = getattr(row, first), getattr(row, second)
        if earlier is not None and later is not None and later < earlier:
            setattr(row, first, later)
            setattr(row, second, earlier)


def _once(rows: list[Any], key: Callable[[Any], Any]) -> list[Any]:
    """The rows, one for each key; None is everybody's."""
    seen: set[Any] = set()
    kept = []
    for row in rows:
        found = key(row)
        if found is None or found not in seen:
            seen.add(found)
            kept.append(row)
    return kept


def distinct(rows: list[Any], made: Made, random: Random) -> list[Any]:
    """For models that nobody has said more about: no two rows with what is to be unique, whenever that is."""
    for constraint in rows[0]._meta.constraints:
        if isinstance(constraint, UniqueConstraint) and constraint.fields:
            fields = [rows[0]._meta.get_field(name).attname for name in constraint.fields]
            rows = _once(rows, attrgetter(*fields))
    return rows


@settles(User)
def _users(rows: list[Any], made: Made, random: Random) -> list[Any]:
    _numbered(rows, "email", 100)
    for row in rows[: len(Role)]:
        row.is_active = True
    return rows


@settles(Membership)
def _members(rows: list[Any], made: Made, random: Random) -> list[Any]:
    for row, user in zip(rows, made[User], strict=False):  # one of each role, who may come in
        row.user_id = user.pk
    for row in rows[: len(Role)]:
        row.ended_at = None
    return _once(rows, lambda row: None if row.ended_at else row.user_id)


@settles(ApiKey)
def _keys(rows: list[Any], made: Made, random: Random) -> list[Any]:
    for row in rows:
        row.source = row.source or "web"
        row.scopes = random.sample(["people.see", "companies.see", "events.send"], random.randrange(4))
    return rows


@settles(Person)
def _people(rows: list[Any], made: Made, random: Random) -> list[Any]:
    _numbered(rows, "email", 200, spare=lambda _: True)
    return rows


@settles(Company)
def _companies(rows: list[Any], made: Made, random: Random) -> list[Any]:
    _numbered(rows, "key", 200, spare=lambda _: True)
    for row in rows:
        row.currency = random.choice(["EUR", "USD", "", "JPY"])
    return rows


@settles(Affiliation)
def _affiliations(rows: list[Any], made: Made, random: Random) -> list[Any]:
    _in_order(rows, "since", "until")
    rows = _once(rows, lambda row: None if row.until else (row.person_id, row.company_id))
    return _once(rows, lambda row: row.person_id if row.is_primary and not row.until else None)


@settles(Identity)
def _identities(rows: list[Any], made: Made, random: Random) -> list[Any]:
    return _once(rows, lambda row: (row.kind, row.value))


@settles(Event)
def _events(rows: list[Any], made: Made, random: Random) -> list[Any]:
    _numbered(rows, "key", 200, spare=lambda _: True)
    for row in rows:
        if row.identity_id is None and row.company_id is None:
            row.company_id = random.choice(made[Company]).pk
    return rows


@settles(Stage)
def _stages(rows: list[Any], made: Made, random: Random) -> list[Any]:
    return _once(rows, lambda row: row.key[:60])


@settles(StageVisit)
def _visits(rows: list[Any], made: Made, random: Random) -> list[Any]:
    _in_order(rows, "entered_at", "left_at")
    for row in rows:
        if row.person_id is None and row.company_id is None:
            row.person_id = random.choice(made[Person]).pk
        elif row.person_id and row.company_id:
            row.company_id = None if random.random() < 0.5 else row.company_id
            row.person_id = None if row.company_id else row.person_id
    rows = _once(rows, lambda row: None if row.left_at else row.person_id)
    return _once(rows, lambda row: None if row.left_at else row.company_id)


@settles(Survey)
def _surveys(rows: list[Any], made: Made, random: Random) -> list[Any]:
    _numbered(rows, "key", 60)
    return rows


@settles(Question)
def _questions(rows: list[Any], made: Made, random: Random) -> list[Any]:
    for number, row in enumerate(rows):
        row.position = 1 + number // 2
    return _once(rows, lambda row: (row.survey_id, row.position))


@settles(Response)
def _responses(rows: list[Any], made: Made, random: Random) -> list[Any]:
    _numbered(rows, "key", 200)
    return rows


@settles(Answer)
def _answers(rows: list[Any], made: Made, random: Random) -> list[Any]:
    for row, score in zip(rows, cycle([None, 0, 10, 1, 9, 5, 7, 6]), strict=False):
        row.score = score
        if row.score is None:
            row.text = row.text or "Fine."
    return _once(rows, lambda row: (row.response_id, row.question_id))


@settles(Scorecard)
def _scorecards(rows: list[Any], made: Made, random: Random) -> list[Any]:
    for number, row in enumerate(rows):
        row.version = 2**31 - 1 if number == 0 else number
        row.is_current = number == 4
    return rows[:6]


@settles(Measure)
def _measures(rows: list[Any], made: Made, random: Random) -> list[Any]:
    cards = cycle(made[Scorecard][:-1])  # the last has none
    places = {card.pk: count() for card in made[Scorecard]}
    features = {card.pk: iter(random.sample(FeatureName.values, 9)) for card in made[Scorecard]}
    for number, row in enumerate(rows):
        row.scorecard_id = next(cards).pk
        row.position = next(places[row.scorecard_id])
        row.feature = next(features[row.scorecard_id])
        row.key = f"{number}.{row.key}"[:40]
        row.curve = random.choice(CURVES)
    return rows


@settles(Account)
def _accounts(rows: list[Any], made: Made, random: Random) -> list[Any]:
    _in_order(rows, "opened_on", "closed_on")
    for row, company in zip(rows, made[Company], strict=False):
        row.company_id = company.pk
    return rows


@settles(Contract)
def _contracts(rows: list[Any], made: Made, random: Random) -> list[Any]:
    _in_order(rows, "starts_on", "ends_on")
    for row in rows:
        row.recurring_revenue = abs(row.recurring_revenue)
        row.currency = random.choice(["EUR", "USD", "XAU"])
        row.superseded_at = None
    for before, after in pairwise(rows):
        if random.random() < 0.4:
            _supersede(before, after)
    _in_order(rows, "recorded_at", "superseded_at")
    free = [*{row.agreement: None for row in rows}, *(None for _ in rows)]
    for row in rows:
        row.renews = free.pop(random.randrange(len(free)))  # each is renewed once
    return rows


def _supersede(before: Any, after: Any) -> None:
    after.supersedes_id, after.agreement = before.pk, before.agreement
    after.account_id, before.superseded_at = before.account_id, after.recorded_at


@settles(HealthOverride)
def _overrides(rows: list[Any], made: Made, random: Random) -> list[Any]:
    for row in rows:
        row.score = min(abs(row.score), Decimal(100))
        row.expires_at = max(row.expires_at, row.created_at + timedelta(microseconds=1))
    return _once(rows, lambda row: None if row.ended_at else row.account_id)


def _standing(row: Any, made: Made, random: Random) -> None:
    size = sum(each.scorecard_id == row.scorecard_id for each in made[Measure])
    row.parts = [random.choice([None, 0, 1, 4150, -7]) for _ in range(size)]
    if not size:
        row.parts = None


@settles(Health)
def _healths(rows: list[Any], made: Made, random: Random) -> list[Any]:
    for row, account in zip(rows, made[Account][2:], strict=False):
        row.account_id = account.pk
        _standing(row, made, random)
    return rows


@settles(HealthRecord)
def _records(rows: list[Any], made: Made, random: Random) -> list[Any]:
    cards = {each.pk for each in made[Scorecard]}
    rows[0].scorecard_id = made[Scorecard][-1].pk  # of nothing
    for row in rows:
        row.account_id = random.choice(made[Account][:6]).pk
        row.scorecard_id = (
            row.scorecard_id if row.scorecard_id in cards else random.choice(made[Scorecard]).pk
        )
        row.values = [random.choice([None, 0.0, 1.5, 40.0, 1e-7]) for _ in NAMES]
        row.ages = [random.choice([None, 0, 3, 400]) for _ in NAMES]
        _standing(row, made, random)
    return _once(rows, lambda row: (row.account_id, row.day))


@settles(Signal)
def _signals(rows: list[Any], made: Made, random: Random) -> list[Any]:
    return _once(rows, lambda row: (row.event_name, row.recorded_at))


@settles(OutboxEvent)
def _outbox(rows: list[Any], made: Made, random: Random) -> list[Any]:
    for row in rows:
        row.company_id = row.company_id and random.choice([*made[Company], row]).pk
        row.person_id = row.person_id and random.choice([*made[Person], row]).pk
    return rows


@settles(WebhookEndpoint)
def _endpoints(rows: list[Any], made: Made, random: Random) -> list[Any]:
    for row in rows:
        row.is_enabled = not row.disabled_reason
    return rows


@settles(Delivery)
def _deliveries(rows: list[Any], made: Made, random: Random) -> list[Any]:
    return _once(rows, lambda row: (row.endpoint_id, row.event_id))
