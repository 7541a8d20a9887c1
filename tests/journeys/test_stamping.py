"""The company of an event: the one it names, else where the person mainly belonged at the time, else none."""

import pytest

from journeys import affiliations
from journeys.affiliations import AffiliationDraft
from journeys.models import Event
from tests.factories import an_actor
from tests.journeys.factories import DAY, HOUR, NOON, a_company, a_person, an_event, take

pytestmark = pytest.mark.django_db


def test_it_is_the_company_that_is_named(acme, globex):
    named = a_company(key="initech")
    home = a_company()
    person = a_person(user_id="ada")
    affiliations.affiliate(person, home, AffiliationDraft(), by=an_actor())

    take(an_event(company_key="initech"), an_event("new_named", company_key="hooli"), an_event("bare"))

    assert Event.objects.get(name="report_opened").company == named
    made = Event.objects.get(name="new_named").company
    assert made is not None
    assert (made.name, made.key) == ("hooli", "hooli")
    assert Event.objects.get(name="bare").company == home


def test_it_is_where_they_mainly_belonged_at_the_time(acme, globex):
    person, former, current, side = a_person(user_id="ada"), a_company(), a_company(), a_company()
    by = an_actor()
    affiliations.affiliate(person, former, AffiliationDraft(since=NOON - 9 * DAY), by=by)
    affiliations.affiliate(person, current, AffiliationDraft(since=NOON - 2 * DAY), by=by)
    affiliations.affiliate(person, side, AffiliationDraft(is_primary=False), by=by)

    take(*[an_event(f"{days}_days_ago", occurred_at=NOON - days * DAY) for days in (1, 2, 3, 9, 10)])

    assert dict(Event.objects.filter(source="web").values_list("name", "company")) == {
        "1_days_ago": current.pk,
        "2_days_ago": current.pk,
        "3_days_ago": former.pk,
        "9_days_ago": former.pk,
        "10_days_ago": None,
    }


def test_from_the_moment_they_left_it_is_nowhere(acme, globex):
    person = a_person(user_id="ada")
    home = affiliations.affiliate(person, a_company(), AffiliationDraft(since=NOON - DAY), by=an_actor())
    affiliations.end(home, at=NOON, by=an_actor())

    moments = {"before": NOON - HOUR, "then": NOON}
    take(*[an_event(name, occurred_at=moment) for name, moment in moments.items()])

    stamped = dict(Event.objects.filter(source="web").values_list("name", "company"))
    assert stamped == {"before": home.company_id, "then": None}


def test_it_is_nowhere(acme, globex):
    take(an_event())

    assert Event.objects.get().company is None
