"""Rollups: the same as if they had been counted afresh from the events, whatever came when and how often."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Tenant
from accounts.tenancy import inside
from journeys import rollups
from journeys.incoming import LARGEST_VALUE, Incoming
from journeys.models import Arrival, DailyRollup, Event, Person
from tests.client import queries
from tests.journeys.factories import DAY, HOUR, NOON, a_company, a_person, an_event, fold_all, take

pytestmark = pytest.mark.django_db

KEPT = ("identity_id", "company_id", "name", "day", "recorded_day")
FIGURES = ("count", "value_sum", "last_value", "last_at", "last_event_id")


def counted_afresh(zone: str) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """What the rollups must be, counted in Python from the events."""
    cut = ZoneInfo(zone)
    subjects: dict[tuple[Any, ...], list[Event]] = defaultdict(list)
    for event in Event.objects.all():
        days = (event.occurred_at.astimezone(cut).date(), event.recorded_at.astimezone(cut).date())
        subjects[(event.identity_id, event.company_id, event.name, *days)].append(event)
    answer = {}
    for subject, events in subjects.items():
        last = max(events, key=lambda event: (event.occurred_at, event.pk))
        values = [event.value for event in events if event.value is not None]
        total = sum(values) if values else None
        answer[subject] = (len(events), total, last.value, last.occurred_at, last.pk)
    return answer


def kept() -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """What the rollups are."""
    rows = DailyRollup.objects.values_list(*KEPT, *FIGURES)
    return {row[: len(KEPT)]: row[len(KEPT) :] for row in rows}


MOMENTS = st.integers(0, 72).map(lambda hours: NOON + timedelta(hours=hours))
EVENTS = st.builds(
    Incoming,
    name=st.sampled_from(["login", "export"]),
    occurred_at=MOMENTS,
    key=st.sampled_from(["", "", "k1", "k2", "k3"]),
    identity=st.sampled_from([None, ("user", "ada"), ("anonymous", "x")]),
    company_key=st.sampled_from(["initech", "hooli"]),
    value=st.none() | st.decimals(-1000, 1000, places=4),
    recorded_at=st.none() | st.integers(73, 120).map(lambda hours: NOON + timedelta(hours=hours)),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.lists(EVENTS, max_size=6) | st.integers(1, 5), max_size=8))
def test_folding_whenever_is_counting_afresh(acme, globex, steps):
    for tenant, zone in ((acme, "America/New_York"), (globex, "Europe/Berlin")):
        with inside(Tenant(pk=tenant.pk, schema_name=tenant.schema_name, time_zone=zone)):
            for step in steps:
                if isinstance(step, int):
                    rollups.fold(limit=step)
                else:
                    take(*step)
            fold_all(limit=3)

            assert kept() == counted_afresh(zone)
            assert not Arrival.objects.exists()


def test_days_are_cut_in_the_tenants_time_zone(acme, globex):
    late = datetime(2026, 3, 11, 3, 30, tzinfo=UTC)  # in New York half past eleven of the evening before
    known = datetime(2026, 3, 11, 4, 30, tzinfo=UTC)  # half past midnight
    for tenant, zone in ((acme, "America/New_York"), (globex, "UTC")):
        with inside(Tenant(pk=tenant.pk, schema_name=tenant.schema_name, time_zone=zone)):
            take(an_event(occurred_at=late, recorded_at=known))
            fold_all()

    assert DailyRollup.objects.values_list("day", "recorded_day").get() == (
        date(2026, 3, 10),
        date(2026, 3, 11),
    )
    with inside(globex):
        days = DailyRollup.objects.values_list("day", "recorded_day").get()
        assert days == (date(2026, 3, 11), date(2026, 3, 11))


def test_a_figure_can_be_asked_for_as_of_a_past_day(acme, globex):
    company = a_company(key="initech")
    for days in (1, 5):
        take(an_event(company_key="initech", recorded_at=NOON + days * DAY))
    fold_all()

    ours = DailyRollup.objects.of_companies([company.pk]).named("report_opened")
    assert ours.as_of(date(2026, 3, 10)).count() == 0
    assert ours.as_of(date(2026, 3, 11)).count() == 1
    assert ours.as_of(date(2026, 3, 15)).count() == 2
    assert ours.between(date(2026, 3, 10), date(2026, 3, 10)).count() == 2
    assert not ours.between(date(2026, 3, 11), date(2026, 4, 1)).exists()


def test_a_late_event_does_not_take_the_place_of_the_last(acme, globex):
    take(an_event(occurred_at=NOON + HOUR, value=9))
    fold_all()
    take(an_event(occurred_at=NOON, value=1))
    fold_all()

    row = DailyRollup.objects.get(last_value=9)
    assert (row.count, row.value_sum, row.last_at) == (2, Decimal(10), NOON + HOUR)


def test_no_sum_is_too_large_to_be_kept(acme, globex):
    largest = LARGEST_VALUE - Decimal("0.0001")
    most = 2**31 - 1  # a row counts no further
    for tenant, value in ((acme, largest), (globex, -largest)):
        with inside(tenant):
            take(an_event(value=value))
            fold_all()
            DailyRollup.objects.update(value_sum=value * most)
            take(an_event(value=value), an_event(value=value))

            assert fold_all() == 2
            assert DailyRollup.objects.get().value_sum == value * (most + 2)
            assert Event.objects.filter(value=value).count() == 3


def test_people_are_seen_when_they_did_something(acme, globex):
    ada = a_person(user_id="ada")
    bob = a_person(user_id="bob")
    take(an_event(occurred_at=NOON), an_event(occurred_at=NOON + DAY))
    fold_all()
    take(an_event(occurred_at=NOON - DAY))
    fold_all()

    ada.refresh_from_db()
    assert (ada.first_seen_at, ada.last_seen_at) == (NOON - DAY, NOON + DAY)
    bob.refresh_from_db()
    assert bob.last_seen_at is None  # that a colleague wrote him down is not a sign of life
    assert list(Person.objects.seen_since(NOON)) == [ada]
    assert list(Person.objects.quiet_for(timedelta(days=1)).filter(name=bob.name)) == [bob]


@contextmanager
def following(follow: rollups.Follower) -> Iterator[None]:
    rollups.follower(follow)
    try:
        yield
    finally:
        rollups._followers.remove(follow)


def test_followers_hear_which_companies_were_touched(acme, globex):
    heard: list[Any] = []
    initech = a_company(key="initech")
    fold_all()

    with following(heard.append):
        take(an_event(), an_event(company_key="initech"), an_event(user="bob", company_key="initech"))
        first = rollups.fold()
        second = rollups.fold()
        take(an_event())
        rollups.fold()

    assert (first.events, first.companies, first.identities, first.more) == (3, 1, 2, True)
    assert (second.events, second.more) == (0, False)
    assert heard == [[initech.pk]]


def test_a_pass_that_fails_is_as_if_it_had_not_been(acme, globex):
    def stumble(companies: list[Any]) -> None:
        raise ZeroDivisionError

    take(an_event(company_key="initech"))
    with following(stumble), pytest.raises(ZeroDivisionError):
        rollups.fold()

    assert not DailyRollup.objects.exists()
    fold_all()
    assert kept() == counted_afresh("UTC")


@pytest.mark.parametrize("size", [1, 200])
def test_a_pass_takes_four_statements_whatever_its_size(acme, globex, size):
    take(*[an_event(user=f"u{number}") for number in range(size)])

    with queries(4):  # is there anything; are we alone; keep identities where they are; fold
        rollups.fold()


def test_a_pass_takes_about_its_limit_and_in_the_end_everything(acme, globex):
    for _ in range(5):
        take(an_event(), an_event())

    assert [rollups.fold(limit=3).events for _ in range(4)] == [4, 4, 2, 0]
