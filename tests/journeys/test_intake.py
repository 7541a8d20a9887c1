"""Taking in events: what is stored, what is known already, what is refused, and whom it is about."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as trials
from hypothesis import strategies as st

from accounts.errors import Forbidden, Invalid, LimitExceeded
from accounts.identifiers import uuid7
from accounts.permissions import Permission
from accounts.tenancy import inside
from journeys import intake
from journeys.incoming import Grouping, Identification, Incoming, Message
from journeys.models import Affiliation, Arrival, Company, Event, Identity, Person
from tests.client import queries
from tests.factories import an_actor
from tests.journeys.factories import DAY, HOUR, NOON, a_company, a_person, an_event, take

pytestmark = pytest.mark.django_db


def test_an_event_is_stored_as_it_was_sent(acme, globex):
    taken = take(
        an_event(
            "invoice_paid",
            key="m1",
            channel="web",
            value=Decimal("12.5"),
            properties={"plan": "pro", "tags": ["ä", None, 1.5, {"deep": True}]},
        )
    )

    assert (taken.stored, taken.repeated, taken.refused) == (1, 0, [])
    event = Event.objects.get()
    assert (event.name, event.occurred_at, event.source, event.key) == ("invoice_paid", NOON, "web", "m1")
    assert (event.channel, event.value, event.is_backfilled) == ("web", Decimal("12.5"), False)
    assert event.properties == {"plan": "pro", "tags": ["ä", None, 1.5, {"deep": True}]}
    assert event.identity is not None
    assert (event.identity.kind, event.identity.value) == ("user", "ada")
    assert abs(event.recorded_at - timezone.now()) < timedelta(minutes=1)
    assert [arrival.event_ids for arrival in Arrival.objects.all()] == [[event.pk]]
    with inside(globex):
        assert not Event.objects.exists()
        assert not Person.objects.exists()


def test_a_key_is_stored_once_in_a_batch_and_ever_after_but_for_another_source(acme, globex):
    first = take(an_event(key="m1"), an_event(key="m1"), an_event(key="m2"), an_event(), an_event())
    second = take(an_event(key="m1"), an_event(key="m3"))
    elsewhere = take(an_event(key="m1"), source="app")
    with inside(globex):
        theirs = take(an_event(key="m1"))

    assert (first.stored, first.repeated) == (4, 1)
    assert (second.stored, second.repeated) == (1, 1)
    assert (elsewhere.stored, theirs.stored) == (1, 1)
    assert Event.objects.count() == 6


def test_a_batch_of_repeats_leaves_no_arrival(acme, globex):
    take(an_event(key="m1"))
    take(an_event(key="m1"))

    assert Arrival.objects.count() == 1


def test_what_does_not_fit_is_refused_by_place_and_field_and_the_rest_stored(acme, globex):
    now = timezone.now()
    deep: dict = {}
    for _ in range(150):
        deep = {"in": deep}
    wrong: list[tuple[Message, str]] = [
        (an_event(""), "name"),
        (an_event(" \u3000"), "name"),
        (an_event("n" * 121), "name"),
        (an_event("nul\0"), "name"),
        (an_event("half \ud800"), "name"),
        (an_event(occurred_at=now + 2 * DAY), "occurred_at"),
        (an_event(occurred_at=NOON.replace(year=1969)), "occurred_at"),
        (an_event(key="k" * 201), "key"),
        (an_event(channel="c" * 41), "channel"),
        (an_event(value=float("nan")), "value"),
        (an_event(value=float("inf")), "value"),
        (an_event(value=Decimal("nan")), "value"),
        (an_event(value=10**400), "value"),
        (an_event(value=10**12), "value"),
        (an_event(value=-(10**12)), "value"),
        (an_event(properties={"long": "x" * 33_000}), "properties"),
        (an_event(properties={"nul": ["\0"]}), "properties"),
        (an_event(properties={"n\0l": 1}), "properties"),
        (an_event(properties={"half": "\ud800"}), "properties"),
        (an_event(properties={"nan": float("nan")}), "properties"),
        (an_event(properties={"set": {1}}), "properties"),
        (an_event(properties=deep), "properties"),
        (an_event(identity=("internal", "x")), "identity.kind"),
        (an_event(identity=("user", "")), "identity.value"),
        (an_event(identity=("user", "u" * 201)), "identity.value"),
        (an_event(identity=None), "identity"),
        (an_event(company_key="c" * 201), "company_key"),
        (an_event(company_id=uuid7()), "company_id"),
        (an_event(person_id=uuid7()), "person_id"),
        (an_event(recorded_at=NOON - HOUR), "recorded_at"),
        (an_event(recorded_at=now + HOUR), "recorded_at"),
        (Grouping(company_key=""), "company_key"),
        (Grouping(company_key="acme", role="king"), "role"),
        (Grouping(company_key="acme", occurred_at=now + 2 * DAY), "occurred_at"),
        (Identification(), "user_id"),
        (Identification(user_id="ada", email="no address"), "email"),
        (Identification(user_id="ada", name="n" * 201), "name"),
        (Identification(user_id="ada", traits={"x": float("inf")}), "traits"),
    ]

    taken = take(an_event(key="first"), *[message for message, _ in wrong], an_event(key="last"))

    assert [(one.index, one.field) for one in taken.refused] == [
        (place, field) for place, (_, field) in enumerate(wrong, start=1)
    ]
    assert all(one.message for one in taken.refused)
    assert (taken.stored, taken.repeated) == (2, 0)


@pytest.mark.parametrize("app", ["accounts", *settings.TENANT_APPS])
def test_names_of_our_own_apps_are_kept_for_their_verbs(acme, globex, app):
    ours = f"{app}.nps_answered"
    for tenant in (acme, globex):
        with inside(tenant):
            taken = take(
                an_event(ours, value=10, channel="email"),
                an_event(ours.title()),
                an_event(app),
                an_event(f"{app}_opened.twice"),
                an_event(f"order.{app}"),
            )

            assert [(one.index, one.field) for one in taken.refused] == [(0, "name"), (1, "name")]
            assert f"“{app}.”" in taken.refused[0].message
            assert not Event.objects.named(ours, ours.title()).exists()
            assert taken.stored == 3
            a_person()
            assert Event.objects.named("journeys.person_created").count() == 1  # which we write ourselves


def test_what_only_looks_like_a_nul_is_stored(acme, globex):
    take(an_event(properties={"path": "C:\\u0000"}))

    assert Event.objects.get().properties == {"path": "C:\\u0000"}


ANYTHING = st.text(alphabet=st.characters(exclude_categories=()), max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANYTHING,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANYTHING, inner, max_size=3),
    max_leaves=8,
)


@trials(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    event=st.builds(
        Incoming,
        name=ANYTHING,
        key=ANYTHING,
        channel=ANYTHING,
        identity=st.none() | st.tuples(st.sampled_from(["user", "anonymous", "email", "odd"]), ANYTHING),
        company_key=ANYTHING,
        value=st.none() | st.booleans() | st.integers() | st.floats() | st.decimals(allow_nan=True),
        properties=st.dictionaries(ANYTHING, JSON, max_size=3),
        occurred_at=st.just(NOON),
    )
)
def test_no_event_whatsoever_brings_the_batch_down(acme, globex, event):
    taken = take(event, an_event())

    assert taken.stored + taken.repeated + len(taken.refused) == 2


def test_a_batch_is_bounded(acme, globex):
    with pytest.raises(LimitExceeded):
        take(*[an_event()] * (intake.MOST + 1))


def test_only_who_may_send_may_send_and_only_who_may_backfill_says_when_it_was_known(acme, globex):
    with pytest.raises(Forbidden):
        intake.take([an_event()], source="web", by=an_actor(Permission.SEE_TIMELINE))
    sender = an_actor(Permission.SEND_EVENTS)
    assert intake.take([an_event()], source="web", by=sender).stored == 1
    with pytest.raises(Forbidden):
        intake.take([an_event(recorded_at=NOON)], source="web", by=sender)


def test_backfilled_events_keep_when_they_were_known(acme, globex):
    take(an_event(recorded_at=NOON + HOUR), an_event())

    assert sorted(Event.objects.values_list("is_backfilled", flat=True)) == [False, True]
    assert Event.objects.as_of(NOON + HOUR).count() == 1


def test_strangers_become_people_once(acme, globex):
    take(an_event(), an_event(), an_event(user="bob"), an_event(identity=("email", " Bob@X.test ")))
    take(an_event(), an_event(identity=("anonymous", "ada")), an_event(identity=("email", "bob@x.test")))

    kinds = sorted(Identity.objects.values_list("kind", "value"))
    assert kinds == [("anonymous", "ada"), ("email", "bob@x.test"), ("user", "ada"), ("user", "bob")]
    assert Person.objects.count() == 4
    assert Person.objects.get(email="bob@x.test").identities.get().kind == "email"


def test_an_event_can_name_people_and_companies_by_our_ids(acme, globex):
    person, company = a_person(), a_company()
    with inside(globex):
        stranger = a_person()

    taken = take(
        an_event(person_id=person.pk, company_id=company.pk),
        an_event(identity=None, company_id=company.pk),
        an_event(person_id=stranger.pk),
    )

    assert [(one.index, one.field) for one in taken.refused] == [(2, "person_id")]
    assert Event.objects.of_person(person).filter(source="web").get().company == company
    assert Event.objects.of_company(company).filter(source="web").count() == 2


def test_a_person_without_any_identity_gets_one(acme, globex):
    person = Person.objects.create(name="Bare")

    take(an_event(person_id=person.pk))

    assert Event.objects.of_person(person).count() == 1


def test_a_mixed_batch_settles_who_is_who_before_its_events(acme, globex):
    taken = take(
        an_event("page_viewed", identity=("anonymous", "a1")),
        an_event("signed_up"),
        Identification(user_id="ada", anonymous_id="a1", email="Ada@X.test", name="Ada"),
        Grouping(company_key="initech", identity=("user", "ada"), name="Initech", occurred_at=NOON - DAY),
    )

    assert (taken.stored, taken.refused) == (2, [])
    ada = Person.objects.get()
    assert (ada.name, ada.email) == ("Ada", "ada@x.test")
    company = Company.objects.get()
    assert company.name == "Initech"
    mine = Event.objects.of_person(ada).filter(source="web")
    assert set(mine.values_list("name", "company")) == {
        ("page_viewed", company.pk),
        ("signed_up", company.pk),
    }
    assert Affiliation.objects.get().is_primary


@pytest.mark.parametrize("size", [1, 20])
def test_known_identities_take_two_statements(acme, globex, size):
    take(*[an_event(user=f"u{number}") for number in range(size)])

    with queries(2):  # nobody is missing; the events
        taken = take(*[an_event(user=f"u{number}") for number in range(size)])

    assert taken.stored == size


@pytest.mark.parametrize("size", [1, 20, 400])
def test_a_mixed_batch_takes_the_same_statements_whatever_its_size(acme, globex, size):
    def batch(name: str) -> Iterator[Message]:
        for number in range(size):
            user = ("user", f"u{number}")
            yield Identification(
                user_id=user[1], anonymous_id=f"a{number}", email=f"{number}@x.test", name=name
            )
            yield Grouping(company_key=f"c{number}", identity=user, name=name, traits={"seats": number})
            yield an_event(identity=user, company_key=f"c{number}")
            yield an_event(identity=("anonymous", f"b{number}"))

    with queries(23):
        take(*batch("first"))
    with queries(16):
        take(*batch("second"))
    with queries(8):
        take(*batch("second"))


def test_nobody_sends_as_unison_itself(acme, globex):
    with pytest.raises(Invalid) as refusal:
        intake.take([], source="unison", by=an_actor())
    assert refusal.value.field == "source"
