"""The timeline: our own news are lines of it, and no line is ever changed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

import pytest

from accounts import events
from accounts.events import DomainEvent, causing, emit, emit_many
from accounts.identifiers import uuid7
from accounts.tenancy import inside
from journeys import affiliations
from journeys.affiliations import AffiliationDraft
from journeys.incoming import Identification
from journeys.models import AppendOnly, Arrival, DailyRollup, Event, Person
from tests.client import queries
from tests.factories import an_actor
from tests.journeys.factories import DAY, HOUR, NOON, a_company, a_person, an_event, fold_all, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def tasted(monkeypatch):
    """A kind of event that exists in this test only."""
    monkeypatch.setattr(events, "_catalogue", dict(events._catalogue))

    @dataclass(frozen=True, slots=True, kw_only=True)
    class CakeTasted(DomainEvent):
        """Somebody tasted a cake."""

        name: ClassVar = "kitchen.cake_tasted"
        person_id: UUID | None = None
        company_id: UUID | None = None
        stars: int = 0
        at: datetime | None = None
        known: datetime | None = None

        @property
        def timeline_name(self) -> str:
            return "kitchen.verdict_given"

        @property
        def timeline_value(self) -> Decimal | None:
            return Decimal(self.stars)

        @property
        def timeline_channel(self) -> str:
            return "table"

        @property
        def stated_occurred_at(self) -> datetime | None:
            return self.at

        @property
        def stated_recorded_at(self) -> datetime | None:
            return self.known

    return CakeTasted


def test_what_concerns_a_customer_is_a_line(acme, globex, tasted):
    person, home = a_person(user_id="ada"), a_company()
    affiliations.affiliate(person, home, AffiliationDraft(), by=an_actor())
    cause = uuid7()

    with causing(cause):
        emit(tasted(person_id=person.pk, stars=4, at=NOON), by=an_actor())
    emit(tasted(stars=1), by=an_actor())  # concerns nobody

    line = Event.objects.get(name="kitchen.verdict_given")
    assert (line.value, line.channel, line.source, line.caused_by) == (Decimal(4), "table", "unison", cause)
    assert (line.occurred_at, line.is_backfilled, line.company) == (NOON, False, home)
    assert line.properties["stars"] == 4
    assert line.identity is not None
    assert line.identity.person == person
    with inside(globex):
        assert not Event.objects.exists()


def test_news_of_somebody_hangs_on_what_they_are_best_known_by(acme, globex, tasted):
    take(an_event(identity=("anonymous", "browser-1")))
    take(Identification(anonymous_id="browser-1", user_id="ada"))
    emit(tasted(person_id=Person.objects.get().pk), by=an_actor())

    line = Event.objects.get(name="kitchen.verdict_given")
    assert line.identity is not None
    assert (line.identity.kind, line.identity.value) == ("user", "ada")


def test_history_that_is_told_later_says_when_it_was_known(acme, globex, tasted):
    person = a_person()
    emit(tasted(person_id=person.pk, at=NOON, known=NOON + HOUR), by=an_actor())

    line = Event.objects.get(name="kitchen.verdict_given")
    assert (line.recorded_at, line.is_backfilled) == (NOON + HOUR, True)


def test_news_of_a_company_and_of_somebody_without_any_identity_are_lines_too(acme, globex, tasted):
    bare, company = Person.objects.create(name="Bare"), a_company()
    emit_many([tasted(person_id=bare.pk), tasted(company_id=company.pk)], by=an_actor())

    assert Event.objects.of_person(bare).named("kitchen.verdict_given").count() == 1
    assert Event.objects.of_company(company).named("kitchen.verdict_given").count() == 1


def test_lines_that_took_place_on_a_channel_are_signs_of_life_and_all_are_rolled_up(acme, globex, tasted):
    person = a_person()
    emit(tasted(person_id=person.pk, stars=5, at=NOON), by=an_actor())
    fold_all()

    person.refresh_from_db()
    assert person.last_seen_at == NOON
    assert DailyRollup.objects.get(name="kitchen.verdict_given").last_value == 5
    assert DailyRollup.objects.named("journeys.person_created").exists()


@pytest.mark.parametrize("size", [1, 20])
def test_any_number_of_events_is_one_statement_of_ours_and_one_of_the_outbox(acme, globex, tasted, size):
    people = [a_person() for _ in range(size)]
    with queries(2):
        emit_many([tasted(person_id=person.pk) for person in people], by=an_actor())


def test_a_line_is_never_written_changed_or_deleted_but_by_the_intake(acme, globex):
    take(an_event())
    event = Event.objects.get()

    attempts: list[Callable[[], object]] = [
        lambda: event.save(),
        lambda: event.delete(),
        lambda: Event.objects.update(name="x"),
        lambda: Event.objects.all().delete(),
        lambda: Event.objects.create(name="x"),
        lambda: Event.objects.bulk_create([event]),
        lambda: Event.objects.bulk_update([event], ["name"]),
        lambda: Event.objects.get_or_create(name="x"),
        lambda: Event.objects.update_or_create(name="x"),
    ]
    for attempt in attempts:
        with pytest.raises(AppendOnly):
            attempt()
    assert Event.objects.get().name == "report_opened"


def test_the_timeline_is_read_in_order_and_as_it_was_known(acme, globex):
    take(
        an_event("second", occurred_at=NOON + HOUR, recorded_at=NOON + 3 * DAY),
        an_event("first", occurred_at=NOON, recorded_at=NOON + DAY),
        an_event("third", occurred_at=NOON + HOUR, recorded_at=NOON + DAY),
    )

    assert [event.name for event in Event.objects.latest_first()] == ["third", "second", "first"]
    assert [event.name for event in Event.objects.as_of(NOON + 2 * DAY).latest_first()] == ["third", "first"]


def test_what_is_waiting_says_how_much(acme, globex):
    take(an_event(), an_event())

    assert str(Arrival.objects.get()) == "2 events"
