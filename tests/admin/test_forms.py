"""Forms: what is typed in goes through a verb, and what the verb refuses is shown at its field."""

import pytest

from accounts.models import ApiKey
from integrations.models import Delivery, OutboxEvent, WebhookEndpoint
from journeys.models import Affiliation, Company, Event, Person, Stage, StageVisit
from success.models import Account, Contract, Signal
from tests.admin.pages import Browser, add_to, errors_of, is_too_late, list_of, page_of, told
from tests.experience.factories import a_survey
from tests.journeys.factories import a_company, a_person
from tests.success.factories import an_account


def announced(name: str) -> OutboxEvent:
    """The last event of this name."""
    return OutboxEvent.objects.filter(name=name).latest("id")


def test_a_new_person_is_made_by_the_verb(acme, globex):
    browser = Browser(acme)

    answer = browser.post(add_to(Person), name=" Ada ", email="Ada@Example.com", phone="", user_id="u1")

    assert answer.status_code == 302
    person = Person.objects.get(name="Ada")
    assert person.email == "ada@example.com"
    assert {str(identity) for identity in person.identities.all()} == {
        "E-mail address ada@example.com",
        "User id u1",
    }
    said = announced("journeys.person_created")
    assert (said.actor_kind, said.actor_id, said.actor_label) == ("user", browser.user.pk, browser.user.name)
    assert said.origin == "127.0.0.1"


def test_a_refusal_is_shown_at_its_field_and_changes_nothing(acme, globex):
    a_person(email="ada@example.com")
    browser = Browser(acme)

    answer = browser.post(add_to(Person), name="Other", email="ada@example.com")

    assert errors_of(answer) == {"email": ["Someone with this e-mail address is already here."]}
    assert 'value="Other"' in answer.content.decode()
    assert not Person.objects.filter(name="Other").exists()


def test_a_person_is_changed_by_the_verb(acme, globex):
    person, browser = a_person(name="Ada", email="ada@example.com"), Browser(acme)

    answer = browser.post(page_of(person), name="Ada L.", email="ada@example.com", phone="+44 1")

    assert answer.status_code == 302
    person.refresh_from_db()
    assert (person.name, person.phone) == ("Ada L.", "+44 1")
    assert announced("journeys.person_updated").data["changed"] == ["name", "phone"]


def test_a_company_key_is_taken_once(acme, globex):
    a_company(key="k1")
    browser = Browser(acme)

    answer = browser.post(add_to(Company), name="Second", domain="", key="k1")

    assert errors_of(answer) == {"key": ["A company with this key is already here."]}


@pytest.mark.parametrize("name", ["", "x" * 201, "a\0b", "\ud800".encode("utf-16", "surrogatepass")])
def test_names_that_do_not_fit_are_refused_not_crashed_on(acme, globex, name):
    answer = Browser(acme).post(add_to(Company), name=name, domain="", key="")

    if answer.status_code == 200:
        assert errors_of(answer)
        assert not Company.objects.exists()


def test_stages_get_the_next_place(acme, globex):
    browser = Browser(acme)
    for key in ("trial", "live"):
        browser.post(add_to(Stage), key=key, title=key.title(), kind="prospect", position="")

    assert list(Stage.objects.values_list("key", "position")) == [("trial", 1), ("live", 2)]
    assert "Live" in browser.page(page_of(Stage.objects.get(key="live")))


def test_signals_say_how_events_count(acme, globex):
    browser = Browser(acme)

    browser.post(add_to(Signal), event_name="ticket_opened", role="support")

    assert Signal.objects.get().role == "support"
    assert announced("success.signal_changed").data == {"event_name": "ticket_opened", "role": "support"}


def test_people_are_archived_and_brought_back(acme, globex):
    person, browser = a_person(), Browser(acme)

    assert "Archive" in browser.page(page_of(person))
    assert told(browser.post(page_of(person, "archive"))) == f"{person} is archived."
    person.refresh_from_db()
    assert person.archived_at
    assert is_too_late(browser.get(page_of(person, "archive")))
    assert told(browser.post(page_of(person, "restore"))) == f"{person} is back."


def test_a_restored_address_that_is_taken_is_a_refusal(acme, globex):
    person, browser = a_person(email="ada@example.com"), Browser(acme)
    browser.post(page_of(person, "archive"))
    Person.objects.create(name="Second", email="ada@example.com")

    answer = browser.post(page_of(person, "restore"))

    assert errors_of(answer) == {"__all__": ["Someone with this e-mail address is already here."]}


def test_people_join_companies_and_enter_stages(acme, globex):
    person, company, browser = a_person(), a_company(), Browser(acme)
    browser.post(add_to(Stage), key="trial", title="Trial", kind="prospect", position="")
    stage = Stage.objects.get()

    told(browser.post(page_of(person, "company"), company=company.pk, role="champion", is_primary="on"))
    told(browser.post(page_of(person, "stage"), stage=stage.pk))

    affiliation = Affiliation.objects.get()
    assert (affiliation.person, affiliation.company, affiliation.role) == (person, company, "champion")
    assert StageVisit.objects.get().stage == stage
    again = browser.post(page_of(person, "stage"), stage=stage.pk)
    assert errors_of(again) == {"stage": [f"{person} is already in {stage}."]}


def test_an_ids_page_of_nobody_leads_back(acme, globex):
    browser = Browser(acme)
    missing = "01900000-0000-7000-8000-000000000000"

    assert browser.get(f"/admin/journeys/person/{missing}/change/").status_code == 302
    assert browser.get("/admin/journeys/person/nonsense/change/").status_code == 302
    assert browser.get(f"/admin/journeys/person/{missing}/archive/").status_code == 404
    assert browser.get("/admin/journeys/person/nonsense/archive/").status_code in {302, 404}


@pytest.mark.parametrize(
    "query",
    ["p=x", "p=99999", "o=9.x.-", "q=%25%27%22", "e=1", "stage=none", "last_seen_at_from_0=nonsense",
     "name__exact=1", "standing=nonsense", "all=", "_popup=1", "_to_field=x"],
)  # fmt: skip
def test_no_address_makes_a_list_crash(acme, globex, query):
    a_person()

    assert Browser(acme).client.get(f"{list_of(Person)}?{query}").status_code in {200, 302, 400}


@pytest.mark.parametrize(
    ("model", "query"),
    [(Account, "company=x"), (Account, "owner=x"), (ApiKey, "expires_at=x"), (Person, "name=Filled+in")],
)
def test_an_address_fills_nothing_in(acme, globex, model, query):
    assert "Filled in" not in Browser(acme).page(f"{add_to(model)}?{query}")


def test_history_is_the_audit_trail(acme, globex):
    person = a_person()

    answer = Browser(acme).get(page_of(person, "history"))

    assert answer.headers["Location"] == f"{list_of(OutboxEvent)}?q={person.pk}"


@pytest.mark.parametrize(
    "query",
    [
        "email__regex=.", "email__startswith=a", "last_seen_at__year=99999999999", "id__in=x", "created_at=x",
        "identities__value=u1", "affiliations__company__name__icontains=x",
    ],
)  # fmt: skip
def test_a_list_answers_its_own_filters_only(acme, globex, query):
    assert Browser(acme).client.get(f"{list_of(Person)}?{query}").status_code == 400


def test_no_list_tells_of_a_secret(acme, globex):
    browser = Browser(acme)

    for query in ("sealed_secret__startswith=g", "sealed_secret__gt=a", "created_by__password__startswith=p"):
        assert browser.client.get(f"{list_of(WebhookEndpoint)}?{query}").status_code == 400


LONG = "9" * 30


@pytest.mark.parametrize("value", ["0001-01-01", "9999-12-31", f"{LONG}-01-01", "1e999999"])
def test_no_value_of_a_filter_makes_a_list_crash(acme, globex, value):
    browser = Browser(acme)
    dates = {
        Person: "last_seen_at",
        Account: "company__renewal_on",
        Event: "occurred_at",
        Contract: "ends_on",
        Delivery: "delivered_at",
    }

    for model, field in dates.items():
        for part in ("_from", "_to", "_from_0", "_to_0", "_from_1"):
            asked = {f"{field}{part}": value, "standing": value, "endpoint__id__exact": value}
            known = {name: text for name, text in asked.items() if name.startswith(field)}
            answers = [browser.client.get(list_of(model), query) for query in (asked, known)]
            assert {answer.status_code for answer in answers} <= {200, 302, 400}


@pytest.mark.parametrize("sent", ["abc", "0", "\u2028", "00000000-0000-7000-8000-000000000000"])
def test_what_is_no_row_is_refused_where_one_is_chosen_by_typing(acme, globex, sent):
    browser, person, survey = Browser(acme), a_person(), a_survey("nps")
    account = an_account()
    before = OutboxEvent.objects.count()

    for address, field in [
        (add_to(Account), "company"),
        (add_to(Account), "owner"),
        (page_of(account, "details"), "owner"),
        (page_of(person, "company"), "company"),
        (page_of(survey, "record"), "person"),
    ]:
        answer = browser.post(address, **{field: sent})
        assert answer.status_code == 200, address
        assert errors_of(answer)[field], address
    assert OutboxEvent.objects.count() == before
