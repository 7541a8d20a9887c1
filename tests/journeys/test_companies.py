"""Companies, and who belongs to them."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.errors import Conflict, Forbidden, Invalid, NotFound
from accounts.identifiers import uuid7
from accounts.permissions import Permission
from accounts.tenancy import inside
from journeys import affiliations, companies, intake
from journeys.affiliations import AffiliationDraft, Ending
from journeys.companies import CompanyChanges, CompanyDraft, Description
from journeys.incoming import Grouping
from journeys.models import Affiliation, Company, Event, Person
from tests.client import queries
from tests.factories import an_actor
from tests.journeys.factories import DAY, NOON, a_company, a_person, take

pytestmark = pytest.mark.django_db


def test_a_key_names_one_company(acme, globex):
    initech = a_company(name="Initech", key="initech", domain="Initech.test")
    a_company()
    a_company()
    with inside(globex):
        a_company(key="initech")

    assert initech.domain == "initech.test"
    with pytest.raises(Conflict) as refusal:
        a_company(key="initech")
    assert refusal.value.field == "key"
    with pytest.raises(Conflict):
        companies.update(a_company(), CompanyChanges(key="initech"), by=an_actor())
    with pytest.raises(Invalid):
        a_company(name=" ")


def test_changed_put_away_and_brought_back(acme, globex):
    company = a_company(traits={"a": 1})
    after = companies.update(company, CompanyChanges(name="Hooli", traits={"b": 2}), by=an_actor())
    companies.update(company, CompanyChanges(name="Hooli"), by=an_actor())
    companies.archive(company, by=an_actor())
    with pytest.raises(Conflict):
        companies.archive(company, by=an_actor())
    assert not Company.objects.active().exists()
    companies.restore(company, by=an_actor())
    with pytest.raises(Conflict):
        companies.restore(company, by=an_actor())

    assert (after.name, after.traits) == ("Hooli", {"a": 1, "b": 2})
    names = Event.objects.of_company(company).order_by("pk").values_list("name", flat=True)
    told = [f"journeys.company_{done}" for done in ("created", "updated", "archived", "restored")]
    assert list(names) == told


def test_only_who_may(acme, globex):
    company, reader = a_company(), an_actor(Permission.SEE_COMPANIES)

    assert companies.find(company.pk, by=reader) == company
    with pytest.raises(NotFound):
        companies.find(company.pk, by=an_actor(Permission.SEE_PEOPLE))
    for refused in (
        lambda: companies.create(CompanyDraft(name="Eve"), by=reader),
        lambda: companies.update(company, CompanyChanges(name="Eve"), by=reader),
        lambda: companies.archive(company, by=reader),
        lambda: companies.restore(company, by=reader),
        lambda: affiliations.affiliate(a_person(), company, AffiliationDraft(), by=reader),
    ):
        with pytest.raises(Forbidden):
            refused()


@pytest.mark.parametrize("size", [1, 20])
def test_success_describes_any_number_in_one_statement(acme, globex, size):
    described = [a_company() for _ in range(size)]
    other, owner = a_company(), uuid7()
    rows = [
        Description(
            company_id=company.pk,
            tier="gold",
            recurring_revenue=Decimal("1200.50"),
            currency="EUR",
            renewal_on=date(2027, 1, 1),
            owner_id=owner,
            is_customer=True,
        )
        for company in described
    ]
    with queries(1):
        companies.describe(rows)
    companies.describe([])

    assert Company.objects.customers().count() == size
    told = Company.objects.get(pk=described[0].pk)
    assert (told.tier, told.recurring_revenue, told.currency) == ("gold", Decimal("1200.50"), "EUR")
    assert (told.renewal_on, told.owner_id) == (date(2027, 1, 1), owner)
    other.refresh_from_db()
    assert not other.is_customer


def test_companies_are_found_in_the_words_of_the_business(acme, globex):
    initech = a_company(name="Initech", key="c-17", domain="initech.test")
    a_company()

    for text in ("NITE", "c-17", ".test"):
        assert Company.objects.matching(text).get() == initech


class TestBelonging:
    """Affiliations are versioned: a change ends one and begins another."""

    def test_a_new_primary_company_takes_the_place_of_the_former(self, acme, globex):
        person, first, second = a_person(), a_company(), a_company()
        by = an_actor()
        affiliations.affiliate(person, first, AffiliationDraft(role="champion"), by=by)
        affiliations.affiliate(person, second, AffiliationDraft(since=NOON), by=by)

        rows = Affiliation.objects.order_by("created_at", "pk")
        assert [(row.company_id, row.role, row.is_primary, row.since, row.until) for row in rows] == [
            (first.pk, "champion", True, None, NOON),
            (second.pk, "user", True, NOON, None),
            (first.pk, "champion", False, NOON, None),
        ]
        assert Affiliation.objects.open().primary().get().company == second
        assert Affiliation.objects.primary().at(NOON - DAY).get().company == first
        assert set(Person.objects.of_company(first)) == {person}

    def test_another_part_in_the_same_company(self, acme, globex):
        person, company, by = a_person(), a_company(), an_actor()
        affiliations.affiliate(person, company, AffiliationDraft(), by=by)
        affiliations.affiliate(person, company, AffiliationDraft(role="billing"), by=by)

        assert Affiliation.objects.open().get().role == "billing"
        with pytest.raises(Conflict):
            affiliations.affiliate(person, company, AffiliationDraft(role="billing"), by=by)
        with pytest.raises(Invalid):
            affiliations.affiliate(person, company, AffiliationDraft(role="king"), by=by)

    def test_an_end(self, acme, globex):
        person, company, by = a_person(), a_company(), an_actor()
        begun = affiliations.affiliate(person, company, AffiliationDraft(since=NOON), by=by)
        for wrong in (NOON - DAY, timezone.now() + DAY):
            with pytest.raises(Invalid) as refusal:
                affiliations.end(begun, at=wrong, by=by)
            assert refusal.value.field == "at"
        ended = affiliations.end(affiliations.find(begun.pk, by=by), by=by)

        assert ended.until
        assert not Affiliation.objects.open().exists()
        with pytest.raises(Conflict):
            affiliations.end(begun, by=by)
        with pytest.raises(NotFound):
            affiliations.find(begun.pk, by=an_actor(Permission.SEND_EVENTS))
        names = Event.objects.of_person(person).order_by("pk").values_list("name", flat=True)
        assert list(names)[1:] == ["journeys.affiliation_begun", "journeys.affiliation_ended"]

    def test_history_stands_at_its_own_time(self, acme, globex):
        group = Grouping(company_key="c1", identity=("user", "ada"), occurred_at=NOON, recorded_at=NOON)
        with pytest.raises(Forbidden):
            intake.take([group], source="web", by=an_actor(Permission.SEND_EVENTS))
        late = Grouping(company_key="c1", identity=("user", "ada"), occurred_at=NOON, recorded_at=NOON - DAY)
        assert [refusal.field for refusal in take(late).refused] == ["recorded_at"]
        take(group)
        begun = Affiliation.objects.get()
        affiliations.end_many(
            [Ending(affiliation_id=begun.pk, at=NOON + DAY, recorded_at=NOON + DAY)], by=an_actor()
        )

        lines = Event.objects.of_company(begun.company).filter(name__startswith="journeys.affiliation")
        told = lines.order_by("pk").values_list("name", "occurred_at", "is_backfilled")
        assert list(told) == [
            ("journeys.affiliation_begun", NOON, True),
            ("journeys.affiliation_ended", NOON + DAY, True),
        ]

    @pytest.mark.parametrize("size", [1, 20])
    def test_any_number_ends_in_five_statements(self, acme, globex, size):
        company, by = a_company(), an_actor()
        begun = [affiliations.affiliate(a_person(), company, AffiliationDraft(), by=by) for _ in range(size)]
        endings = [Ending(affiliation_id=one.pk) for one in begun]
        with queries(5):  # the lock, what they are, their ends, the outbox, the timeline
            affiliations.end_many(endings, by=by)
        assert not Affiliation.objects.open().exists()
        for again, field in ((endings[:1], None), (endings[:1] * 2, "0.id")):
            with pytest.raises(Conflict) as refusal:
                affiliations.end_many(again, by=by)
            assert refusal.value.field == field
        with pytest.raises(NotFound):
            affiliations.end_many([Ending(affiliation_id=uuid7())], by=by)

    def test_a_group_call_says_it_once(self, acme, globex):
        ada = ("user", "ada")
        for _ in range(2):
            take(
                Grouping(company_key="c1", identity=ada, role="champion", occurred_at=NOON, traits={"n": 1}),
                Grouping(company_key="c2", identity=ada, name="Second", domain="c2.test"),
                Grouping(company_key="c2", identity=("user", "bob")),
                Grouping(company_key="c3", name="Nobody there yet"),
            )

        rows = Affiliation.objects.order_by("company__key", "is_primary")
        assert [(row.company.key, row.role, row.is_primary, row.since) for row in rows] == [
            ("c1", "champion", True, NOON),
            ("c2", "user", False, None),
            ("c2", "user", True, None),
        ]
        made = Company.objects.order_by("key").values_list("name", "domain", "traits")
        assert list(made) == [("c1", "", {"n": 1}), ("Second", "c2.test", {}), ("Nobody there yet", "", {})]
        assert Event.objects.named("journeys.company_created").count() == 3
        assert str(rows[0]) == "Somebody – c1"

    def test_the_first_company_that_is_named_is_the_primary_one(self, acme, globex):
        affiliations.affiliate(a_person(), a_company(), AffiliationDraft(), by=an_actor())
        keys = [f"c{number}" for number in range(60, 0, -1)]
        take(*(Grouping(company_key=key, identity=("user", user)) for key in keys for user in ("ada", "bob")))

        assert Affiliation.objects.count() == 1 + 2 * len(keys)
        primary = Affiliation.objects.primary().filter(person__identities__value__in=["ada", "bob"])
        assert [row.company.key for row in primary] == ["c60", "c60"]
        told = Event.objects.named("journeys.affiliation_begun").filter(identity__value="ada").order_by("pk")
        assert list(told.values_list("company__key", flat=True)) == keys
