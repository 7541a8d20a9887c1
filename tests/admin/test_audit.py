"""The audit trail: found, filtered, and taken along as a harmless file."""

import csv
import io
import json

import pytest
from django.test import Client

from accounts.actor import Actor
from accounts.admin.export import harmless
from accounts.permissions import Permission, Role
from accounts.tenancy import inside
from integrations.models import OutboxEvent
from journeys import people
from journeys.people import PersonDraft
from tests.admin.pages import Browser, list_of, page_of
from tests.client import signed_in
from tests.factories import a_member
from tests.journeys.factories import a_company, a_person, working_for

TRAIL = "/admin/integrations/outboxevent/"


def lines_of(answer) -> list[dict[str, str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_who_did_what_when_and_from_where(acme, globex):
    browser = Browser(acme)
    browser.post("/admin/journeys/person/add/", name="Ada")

    page = browser.page(TRAIL)

    event = OutboxEvent.objects.get(name="journeys.person_created")
    for words in ("journeys.person_created", browser.user.name, "127.0.0.1", "a person"):
        assert words in page
    assert str(event.person_id) in browser.page(page_of(event))


def test_the_trail_is_searched_by_ids_and_names(acme, globex):
    ada, firm, browser = a_person(name="Ada"), a_company(), Browser(acme)

    def found(**query: str) -> set[str]:
        return {row.name for row in browser.get(TRAIL, **query).context["cl"].result_list}

    assert found(q=str(ada.pk)) == {"journeys.person_created"}
    assert found(q=str(firm.pk)) == {"journeys.company_created"}
    assert found(q="journeys.c") == {"journeys.company_created"}
    assert found(name="accounts.member_added") == {"accounts.member_added"}
    assert found(actor="user") == set()
    assert found(q="01900000-0000-7000-8000-000000000000") == set()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_a_cell_that_a_spreadsheet_would_run_is_text(start):
    assert harmless(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"


def test_other_cells_stay_as_they_are():
    assert [harmless(value) for value in (None, 7, "a=b", "")] == ["", "7", "a=b", ""]


def test_the_file_has_what_the_list_shows(acme, globex):
    with inside(globex):
        a_person(name="Theirs")
    attacker = Actor(kind="key", label='=HYPERLINK("http://evil")', permissions=frozenset(Permission))
    people.create(PersonDraft(name="Ada"), by=attacker)
    a_company()
    browser = Browser(acme)
    address = browser.get(TRAIL, name="journeys.person_created").context["actions_list"][0]["path"]

    answer = browser.get(address)

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="audit-trail.csv"'
    (line,) = lines_of(answer)
    assert line["name"] == "journeys.person_created"
    assert line["actor"] == '\'=HYPERLINK("http://evil")'
    assert json.loads(line["data"])["person_id"] == line["person_id"]


def test_a_long_file_is_streamed_in_batches_after_the_requests_transaction(committed, monkeypatch):
    monkeypatch.setattr("accounts.admin.export.BATCH", 3)
    acme = committed["acme"]
    with working_for(acme):
        for _ in range(7):
            a_person()
    with working_for(committed["globex"]):
        a_person()
    with working_for(acme):
        client = signed_in(acme, a_member(acme))

    lines = lines_of(client.get(f"{TRAIL}export/?name=journeys.person_created"))

    assert len(lines) == 7
    assert [line["id"] for line in lines] == sorted((line["id"] for line in lines), reverse=True)


def test_a_file_has_an_end(acme, globex, monkeypatch):
    monkeypatch.setattr("accounts.admin.export.AT_MOST", 2)
    for _ in range(4):
        a_person()

    assert len(lines_of(Browser(acme).get(f"{TRAIL}export/"))) == 2


def test_the_file_is_for_those_who_may_see_the_trail(acme, globex):
    assert Browser(acme, Role.CSM).get(f"{TRAIL}export/").status_code == 403
    assert Client(headers={"host": "acme.unison.test"}).get(f"{TRAIL}export/").status_code == 302


def test_a_list_counts_no_further_than_it_shows(acme, globex, monkeypatch):
    monkeypatch.setattr("accounts.admin.base.LISTED_AT_MOST", 3)
    for _ in range(5):
        a_person()

    assert Browser(acme).get(list_of(OutboxEvent)).context["cl"].result_count == 3
