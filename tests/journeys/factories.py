"""People, companies and events for tests, made by the verbs that make them in earnest."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django.db import transaction

from accounts.models import Tenant
from accounts.tenancy import inside
from journeys import companies, intake, people, rollups
from journeys.companies import CompanyDraft
from journeys.incoming import Incoming, Message
from journeys.models import Company, Person
from journeys.people import PersonDraft
from tests.factories import an_actor

_numbers = count(1)
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def a_person(**given: Any) -> Person:
    """Somebody new."""
    given.setdefault("name", f"Somebody {next(_numbers)}")
    return people.create(PersonDraft(**given), by=an_actor())


def a_company(**given: Any) -> Company:
    """A new company."""
    given.setdefault("name", f"Company {next(_numbers)}")
    return companies.create(CompanyDraft(**given), by=an_actor())


def an_event(name: str = "report_opened", *, user: str = "ada", **given: Any) -> Incoming:
    """Something that a user did, at noon unless another time is given."""
    given.setdefault("occurred_at", NOON)
    if "person_id" not in given:
        given.setdefault("identity", ("user", user))
    return Incoming(name=name, **given)


def take(*batch: Message, source: str = "web") -> intake.Taken:
    """Take in a batch as somebody who may."""
    return intake.take(batch, source=source, by=an_actor())


def fold_all(limit: int = 20_000) -> int:
    """Fold all that has arrived; returns the number of events."""
    events = 0
    while (folded := rollups.fold(limit)).more:
        events += folded.events
    return events


@contextmanager
def working_for(tenant: Tenant) -> Iterator[None]:
    """Inside the tenant, in a transaction."""
    with inside(tenant), transaction.atomic():
        yield
