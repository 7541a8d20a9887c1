"""Who is who: identifiers that are said together belong to one person, and known people are never merged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.errors import Forbidden, Invalid
from accounts.identifiers import uuid7
from accounts.permissions import Permission
from accounts.tenancy import inside
from journeys import intake
from journeys.incoming import Grouping, Identification
from journeys.models import Affiliation, Event, Identity, Person
from journeys.recognition import Register
from tests.factories import an_actor
from tests.journeys.factories import DAY, NOON, a_person, an_event, fold_all, take


def identify(**given_: object) -> Person:
    return intake.identify(Identification(**given_), by=an_actor())  # type: ignore[arg-type]


def names(person: Person) -> list[str]:
    return sorted(Identity.objects.filter(person=person).values_list("value", flat=True))


def news() -> list[str]:
    return [
        event.name.removeprefix("journeys.") for event in Event.objects.filter(source="unison").order_by("id")
    ]


@pytest.mark.django_db
class TestIdentifying:
    """The semantics of one call."""

    def test_somebody_new(self, acme, globex):
        ada = identify(
            user_id="ada", anonymous_id="x", email="Ada@X.test", name="Ada", traits={"plan": "pro"}
        )

        assert (ada.name, ada.email, ada.traits) == ("Ada", "ada@x.test", {"plan": "pro"})
        assert names(ada) == ["ada", "ada@x.test", "x"]
        assert news() == ["person_created"]
        with inside(globex):
            assert not Person.objects.exists()

    def test_a_visitor_becomes_known_and_stays_the_same_person(self, acme, globex):
        take(an_event(identity=("anonymous", "x")))
        visitor = Person.objects.get()

        assert identify(user_id="ada", anonymous_id="x") == visitor
        assert names(visitor) == ["ada", "x"]
        assert Event.objects.get(name="journeys.person_updated").properties["changed"] == ["identities"]

    def test_a_visitor_turns_out_to_be_somebody_we_know(self, acme, globex):
        take(an_event(identity=("anonymous", "x"), occurred_at=NOON), an_event(occurred_at=NOON + DAY))
        fold_all()
        ada = Person.objects.known_as("user", "ada").get()
        visitor = Person.objects.known_as("anonymous", "x").get()

        assert identify(user_id="ada", anonymous_id="x") == ada

        assert names(ada) == ["ada", "x"]
        ada.refresh_from_db()
        assert (ada.first_seen_at, ada.last_seen_at) == (NOON, NOON + DAY)
        assert Event.objects.of_person(ada).filter(source="web").count() == 2
        visitor.refresh_from_db()
        assert visitor.archived_at
        assert not Event.objects.of_person(visitor).exists()

    def test_what_was_known_of_a_visitor_is_known_of_them(self, acme, globex):
        grouping = Grouping(
            company_key="initech", identity=("anonymous", "x"), occurred_at=NOON, role="billing"
        )
        take(
            Identification(anonymous_id="x", name="A.", phone="1", traits={"plan": "pro", "seats": 1}),
            grouping,
        )
        take(Grouping(company_key="hooli", identity=("anonymous", "x"), occurred_at=NOON))
        take(Identification(user_id="ada", name="Ada", traits={"seats": 3}))
        visitor = Person.objects.known_as("anonymous", "x").get()

        take(
            Identification(user_id="ada", anonymous_id="x"),
            an_event(occurred_at=NOON + DAY),
            an_event(occurred_at=NOON - DAY),
        )

        ada = Person.objects.known_as("user", "ada").get()
        assert (ada.name, ada.phone, ada.traits) == ("Ada", "1", {"plan": "pro", "seats": 3})
        parts = Affiliation.objects.open().values_list(
            "person", "company__key", "role", "is_primary", "since"
        )
        assert set(parts) == {
            (ada.pk, "initech", "billing", True, NOON),
            (ada.pk, "hooli", "user", False, NOON),
        }
        assert set(Event.objects.named("report_opened").values_list("occurred_at", "company__key")) == {
            (NOON + DAY, "initech"),
            (NOON - DAY, None),
        }
        said = Event.objects.of_person(ada).filter(source="unison").order_by("id")
        assert list(said.values_list("name", "properties__changed", "properties__former_id")) == [
            ("journeys.person_created", None, None),
            ("journeys.affiliation_begun", None, None),
            ("journeys.affiliation_begun", None, None),
            ("journeys.person_created", None, None),
            ("journeys.person_updated", ["identities", "phone", "traits"], None),
            ("journeys.person_merged", None, str(visitor.pk)),
            ("journeys.affiliation_begun", None, None),
            ("journeys.affiliation_begun", None, None),
        ]

    def test_who_was_a_visitor_within_a_batch_alone_never_was(self, acme, globex):
        take(Identification(user_id="ada"))
        take(
            Identification(anonymous_id="x", traits={"plan": "pro"}),
            Identification(user_id="ada", anonymous_id="x"),
        )

        assert Person.objects.get().traits == {"plan": "pro"}
        assert news() == ["person_created", "person_updated"]

    def test_where_somebody_belongs_already_stays_as_it_is(self, acme, globex):
        for user, company, role in (("ada", "initech", "champion"), ("ada", "hooli", "user")):
            take(Grouping(company_key=company, identity=("user", user), role=role))
        take(Grouping(company_key="hooli", identity=("anonymous", "x"), role="billing"))
        take(Grouping(company_key="umbrella", identity=("anonymous", "x")))
        before = set(Affiliation.objects.open().filter(person__identities__value="ada").values_list("pk"))

        ada = identify(user_id="ada", anonymous_id="x")

        now = Affiliation.objects.open()
        assert before < set(now.values_list("pk"))
        assert set(now.values_list("person", "company__key", "role", "is_primary")) == {
            (ada.pk, "initech", "champion", True),
            (ada.pk, "hooli", "user", False),
            (ada.pk, "umbrella", "user", False),
        }

    def test_traits_that_are_too_many_together_are_left_behind(self, acme, globex):
        take(Identification(anonymous_id="x", phone="1", traits={"a": "x" * 20_000}))
        take(Identification(user_id="ada", traits={"b": "x" * 20_000}))

        ada = identify(user_id="ada", anonymous_id="x")

        assert (ada.phone, list(ada.traits)) == ("1", ["b"])

    def test_a_second_person_on_the_same_device_is_another_person(self, acme, globex):
        ada = identify(user_id="ada", anonymous_id="x")
        bob = identify(user_id="bob", anonymous_id="x")

        assert ada != bob
        assert names(ada) == ["ada", "x"]
        assert identify(anonymous_id="x", name="Ada") == ada

    def test_somebody_known_by_email_gets_a_user_id(self, acme, globex):
        ada = a_person(email="ada@x.test")

        assert identify(user_id="ada", email="ADA@x.test") == ada

    def test_an_email_address_of_somebody_else_stays_theirs(self, acme, globex):
        ada = identify(user_id="ada", email="team@x.test")
        bob = identify(user_id="bob", email="team@x.test", name="Bob")

        assert ada != bob
        assert (ada.email, bob.email, bob.name) == ("team@x.test", "", "Bob")

    def test_a_new_email_address_takes_the_place_of_the_former(self, acme, globex):
        identify(user_id="ada", email="old@x.test")
        ada = identify(user_id="ada", email="new@x.test")

        assert ada.email == "new@x.test"
        assert identify(email="old@x.test", phone="1") == ada
        assert Person.objects.get(pk=ada.pk).email == "old@x.test"

    def test_what_is_not_said_stays_and_null_forgets(self, acme, globex):
        identify(user_id="ada", name="Ada", phone="1", traits={"plan": "pro", "seats": 3})
        ada = identify(user_id="ada", traits={"plan": None, "team": {"size": 2}})

        assert (ada.name, ada.phone, ada.traits) == ("Ada", "1", {"seats": 3, "team": {"size": 2}})

    def test_saying_the_same_again_is_no_news(self, acme, globex):
        for _ in range(3):
            identify(user_id="ada", anonymous_id="x", name="Ada")

        assert news() == ["person_created"]

    def test_traits_do_not_grow_without_bound(self, acme, globex):
        identify(user_id="ada", traits={"a": "x" * 20_000})
        with pytest.raises(Invalid) as refusal:
            identify(user_id="ada", traits={"b": "x" * 20_000})

        assert refusal.value.field == "traits"
        assert list(Person.objects.get().traits) == ["a"]

    def test_only_who_may_send(self, acme, globex):
        with pytest.raises(Forbidden):
            intake.identify(Identification(user_id="ada"), by=an_actor(Permission.SEE_PEOPLE))


@pytest.mark.django_db
def test_a_batch_is_as_good_as_one_after_the_other(acme, globex):
    said = [
        Identification(anonymous_id="x", traits={"n": 1}),
        Identification(user_id="ada", anonymous_id="x", name="A"),
        Identification(user_id="bob", anonymous_id="x"),
        Identification(user_id="ada", anonymous_id="y", email="ada@x.test", name="Ada", traits={"n": 2}),
        Identification(email="ada@x.test", phone="7"),
    ]
    take(*said)
    with inside(globex):
        for one in said:
            intake.identify(one, by=an_actor())

    def portrait() -> list[tuple[object, ...]]:
        return sorted(
            (person.name, person.email, person.phone, str(person.traits), *names(person))
            for person in Person.objects.active()
        )

    ours = portrait()
    assert len(ours) == 2
    with inside(globex):
        assert portrait() == ours


IDENTITIES = st.tuples(st.sampled_from(["user", "email", "anonymous"]), st.sampled_from("abc"))
TOGETHER = st.lists(IDENTITIES, min_size=1, max_size=3, unique_by=lambda identity: identity[0]).map(
    lambda said: sorted(said, key=lambda identity: ["user", "email", "anonymous"].index(identity[0]))
)


@given(st.lists(TOGETHER, max_size=12))
def test_known_people_are_never_merged_and_user_ids_never_move(said):
    register = Register({("user", "a"): uuid7(), ("anonymous", "b"): uuid7()})
    for together in said:
        before = dict(register.owners)
        person = register.recognise(together)

        assert all(register.owners[identity] is not None for identity in together)
        assert register.owners[together[0]] == person
        moved = {identity for identity, owner in before.items() if register.owners[identity] != owner}
        assert all(kind == "anonymous" for kind, _ in moved)
    for person, held in register.held.items():
        assert all(register.owners[identity] == person for identity in held)
        assert len({value for kind, value in held if kind == "user"}) <= 1


@given(st.lists(TOGETHER, max_size=8))
def test_saying_it_again_changes_nothing(said):
    register = Register({})
    for together in said:
        register.recognise(together)
    again = Register(register.owners)
    for together in said[-1:]:
        again.recognise(together)

    assert not again.added
    assert not again.moved
