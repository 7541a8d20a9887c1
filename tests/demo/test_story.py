"""The demo's story as it stands in a tenant: all there, scored, and visible in health."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import Tenant
from accounts.permissions import Role
from accounts.tenancy import inside, public
from config.demo import seeding
from config.demo.acme import ACME
from config.demo.seeding import Plan
from experience import metrics
from experience.models import Answer, Response
from journeys.models import Affiliation, Company, Event, Person, StageVisit
from success import history
from success.models import Account, Contract, Due, Health, HealthRecord
from tests.factories import a_membership

ACCOUNTS = 16


@pytest.fixture(scope="module")
def played(django_db_setup, django_db_blocker) -> Iterator[date]:
    """Acme's story of a few accounts, told once for all tests here; its day is today."""
    with django_db_blocker.unblock(), transaction.atomic():
        with public():
            acme = Tenant.objects.get(schema_name="acme")
        with inside(acme):
            for role in (Role.CSM, Role.CS_MANAGER):
                a_membership(acme, role)
            today = timezone.now().astimezone(acme.zone).date()
            list(seeding.play(Plan(ACME, today, ACCOUNTS), acme))
            yield today
        transaction.set_rollback(True)


def score_of(name: str, today: date, days_ago: int) -> float:
    account = Account.objects.get(company__name=name)
    standing = history.as_of([account.pk], today - timedelta(days=days_ago))[account.pk]
    assert standing.score is not None
    return float(standing.score)


def test_the_story_is_all_there_and_scored(played):
    assert Account.objects.count() == Company.objects.count() == ACCOUNTS
    assert Person.objects.filter(affiliations__company__account__isnull=False).distinct().count() > 40
    assert Event.objects.filter(source="demo").count() > 3_000
    assert not Event.objects.filter(source="demo", is_backfilled=False).exists()
    assert not Due.objects.exists()
    assert not Health.objects.filter(account__closed_on=None, score=None).exists()
    assert set(Health.objects.values_list("band", flat=True)) >= {"watch", "healthy"}
    assert Contract.objects.exclude(superseded_at=None).exists()
    assert Contract.objects.exclude(renews=None).exists()
    assert StageVisit.objects.open().count() == ACCOUNTS
    assert not Account.objects.filter(owner=None).exists()
    with public():
        globex = Tenant.objects.get(schema_name="globex")
    with inside(globex):
        assert not Company.objects.exists()
        assert not Event.objects.exists()


def test_people_belong_and_answer_for_their_company(played):
    assert not Response.objects.filter(company=None).exists()
    found = metrics.nps(Answer.objects.all())
    assert found
    assert found.n > 40
    left = Affiliation.objects.exclude(until=None).select_related("person").first()
    assert left
    assert (
        not Event.objects.of_person(left.person).filter(source="demo", occurred_at__gte=left.until).exists()
    )


def test_the_story_shows_in_health(played):
    assert (
        score_of("Harbor & Pine", played, 100) > score_of("Harbor & Pine", played, 1) + 15
    )  # its champion left
    assert score_of("Bluebird Freight", played, 1) > score_of("Bluebird Freight", played, 100) + 15  # saved
    records = HealthRecord.objects.filter(account__company__name="Bluebird Freight")
    assert records.count() > 40
    gone = Account.objects.exclude(closed_on=None).get(company__name="Quarry Lane Media")
    last = gone.health_records.order_by("-day").first()
    assert last
    assert last.band == "at_risk"
    assert gone.closed_on is not None
    assert last.day < gone.closed_on


def test_what_is_kept_is_what_would_have_been_shown(played):
    """The history that was written equals the one worked out anew for the day."""
    day = played - timedelta(days=7)
    accounts = list(Account.objects.active_on(day).values_list("pk", flat=True))
    anew = history.as_of(accounts, day)
    kept = {record.account_id: record.score for record in HealthRecord.objects.on(day)}
    assert {account: standing.score for account, standing in anew.items()} == {
        account: score for account, score in kept.items() if account in anew
    }
