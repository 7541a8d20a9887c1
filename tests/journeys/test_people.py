"""People: by hand."""

from collections.abc import Callable

import pytest

from accounts.errors import Conflict, Forbidden, Invalid, NotFound
from accounts.permissions import Permission
from accounts.tenancy import inside
from journeys import people
from journeys.models import Event, Identity, Person
from journeys.people import PersonChanges, PersonDraft
from tests.factories import an_actor
from tests.journeys.factories import a_company, a_person, an_event, take

pytestmark = pytest.mark.django_db


def test_everybody_has_an_identity(acme, globex):
    a_person(name="Bare")
    a_person(email="Ada@X.test ", user_id="ada")

    assert sorted(Identity.objects.values_list("kind", flat=True)) == ["email", "internal", "user"]
    assert Person.objects.get(email="ada@x.test").pk == Identity.objects.get(kind="user").person_id


def test_what_belongs_to_somebody_is_refused(acme, globex):
    a_person(email="ada@x.test", user_id="ada")
    with inside(globex):
        a_person(email="ada@x.test", user_id="ada")

    with pytest.raises(Conflict) as refusal:
        a_person(email="ADA@x.test")
    assert refusal.value.field == "email"
    with pytest.raises(Conflict) as refusal:
        a_person(user_id="ada")
    assert refusal.value.field == "user_id"
    assert Person.objects.count() == 1


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"name": "n" * 201}, "name"),
        ({"name": "\0"}, "name"),
        ({"phone": "1" * 41}, "phone"),
        ({"traits": {"x": float("nan")}}, "traits"),
        ({"user_id": "u" * 201}, "user_id"),
    ],
)
def test_what_does_not_fit_is_refused(acme, globex, draft, field):
    with pytest.raises(Invalid) as refusal:
        a_person(**draft)
    assert refusal.value.field == field


def test_changes_leave_the_rest_and_are_announced_by_name_only(acme, globex):
    ada = a_person(name="Ada", email="ada@x.test", traits={"plan": "pro", "seats": 3})

    changes = PersonChanges(email="a@x.test", traits={"plan": None, "team": 2})
    after = people.update(ada, changes, by=an_actor())

    assert (after.name, after.email, after.traits) == ("Ada", "a@x.test", {"seats": 3, "team": 2})
    news = Event.objects.get(name="journeys.person_updated")
    assert news.properties == {"person_id": str(ada.pk), "changed": ["email", "traits"]}
    assert set(ada.identities.values_list("value", flat=True)) == {"ada@x.test", "a@x.test"}


def test_a_change_to_what_is_so_already_is_no_news(acme, globex):
    ada = a_person(name="Ada")
    people.update(ada, PersonChanges(name="Ada"), by=an_actor())

    assert not Event.objects.named("journeys.person_updated").exists()


def test_nobody_takes_over_an_email_address(acme, globex):
    ada, bob = a_person(email="ada@x.test"), a_person(email="bob@x.test")
    with pytest.raises(Conflict):
        people.update(bob, PersonChanges(email="ada@x.test"), by=an_actor())

    people.update(ada, PersonChanges(email="new@x.test"), by=an_actor())
    with pytest.raises(Conflict):  # it still leads to Ada
        people.update(bob, PersonChanges(email="ada@x.test"), by=an_actor())
    assert people.update(ada, PersonChanges(email=""), by=an_actor()).email == ""
    assert people.update(ada, PersonChanges(email="ada@x.test"), by=an_actor()).email == "ada@x.test"


def test_put_away_and_brought_back(acme, globex):
    ada = a_person(email="ada@x.test")
    people.archive(ada, by=an_actor())

    assert not Person.objects.active().exists()
    with pytest.raises(Conflict):
        people.archive(ada, by=an_actor())
    assert people.restore(ada, by=an_actor()).archived_at is None
    with pytest.raises(Conflict):
        people.restore(ada, by=an_actor())
    names = Event.objects.of_person(ada).order_by("pk").values_list("name", flat=True)
    assert list(names) == [f"journeys.person_{done}" for done in ("created", "archived", "restored")]


def test_only_who_may(acme, globex):
    ada, reader = a_person(), an_actor(Permission.SEE_PEOPLE)

    assert people.find(ada.pk, by=reader) == ada
    with pytest.raises(NotFound):
        people.find(ada.pk, by=an_actor(Permission.SEE_COMPANIES))
    with pytest.raises(NotFound):
        people.find(a_company().pk, by=reader)
    refusals: list[Callable[[], object]] = [
        lambda: people.create(PersonDraft(name="Eve"), by=reader),
        lambda: people.update(ada, PersonChanges(name="Eve"), by=reader),
        lambda: people.archive(ada, by=reader),
        lambda: people.restore(ada, by=reader),
    ]
    for refused in refusals:
        with pytest.raises(Forbidden):
            refused()


def test_people_are_found_in_the_words_of_the_business(acme, globex):
    ada = a_person(name="Ada Lovelace", email="ada@x.test")
    a_person(name="Bob")
    take(an_event(identity=("anonymous", "x")))

    assert Person.objects.matching("LOVE").get() == ada
    assert Person.objects.matching("@x").get() == ada
    assert Person.objects.known_as("email", "ada@x.test").get() == ada
    assert sorted(map(str, Person.objects.all())) == ["Ada Lovelace", "Bob", "Somebody"]
    assert str(ada.identities.get()) == "E-mail address ada@x.test"
