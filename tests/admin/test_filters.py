"""Filters of lists: what still counts, and from when to when, on the tenant's clock."""

from datetime import UTC, datetime

import pytest

from integrations.models import OutboxEvent
from journeys import companies
from journeys.models import Company, Event
from success import contracts
from success.contracts import NewTerms
from success.models import Contract
from tests.admin.pages import Browser, browsing_in, list_of
from tests.admin.test_audit import TRAIL, lines_of
from tests.factories import an_actor
from tests.journeys.factories import a_company, a_person, an_event, take
from tests.success.factories import a_contract, ago, an_account

UNREADABLE = "cannot be read, so nothing is shown"


def rows(browser: Browser, model: type, **query: str) -> list:
    """What a list shows."""
    return list(browser.get(list_of(model), **query).context["cl"].result_list)


@pytest.mark.parametrize(
    ("asked", "hours"),
    [
        ({"to_0": "2026-03-31"}, [1, 2]),
        ({"from_0": "2026-04-01"}, [3]),
        ({"from_0": "2026-03-31", "to_0": "2026-03-31"}, [1, 2]),
        ({"from_0": "2026-03-31", "from_1": "20:30"}, [2, 3]),
        ({"from_0": "2026-03-31", "from_1": "20:00", "to_0": "2026-03-31", "to_1": "20:00:00"}, [1]),
        ({"from_0": "0001-01-01", "to_0": "9999-12-31"}, [1, 2, 3]),
    ],
)
def test_moments_are_those_of_the_tenants_clock(acme, globex, asked, hours):
    browser = browsing_in("America/New_York", acme)
    for day, hour, key in ((1, 0, "1"), (1, 3, "2"), (1, 4, "3")):  # 20:00 and 23:00 of the day before, 0:00
        take(an_event(occurred_at=datetime(2026, 4, day, hour, tzinfo=UTC), key=key))

    found = rows(browser, Event, **{f"occurred_at_{part}": text for part, text in asked.items()})

    assert sorted(int(event.key) for event in found) == hours


@pytest.mark.parametrize(
    "asked", [{"from_0": "31.3.2026"}, {"to_1": "12:00"}, {"from_0": "2026-03-31", "from_1": "noon"}]
)
def test_a_moment_that_cannot_be_read_shows_nothing_and_says_so(acme, globex, asked):
    a_person()
    browser, query = Browser(acme), {f"occurred_at_{part}": text for part, text in asked.items()}

    answer = browser.get(list_of(OutboxEvent), **query)

    assert not answer.context["cl"].result_list
    assert answer.content.decode().count(UNREADABLE) == 1
    assert lines_of(browser.get(f"{TRAIL}export/", **query)) == []


def test_days_are_both_included_and_have_to_be_read(acme, globex):
    a_contract(an_account(), ends=3)
    browser, day = Browser(acme), str(ago(-3))

    assert len(rows(browser, Contract, ends_on_from=day, ends_on_to=day)) == 1
    assert rows(browser, Contract, ends_on_from=str(ago(-4))) == []
    assert UNREADABLE in browser.page(list_of(Contract), ends_on_from="tomorrow")


def test_lists_leave_out_what_was_put_away_unless_asked(acme, globex):
    kept, archived, browser = a_company(), a_company(), Browser(acme)
    companies.archive(archived, by=an_actor())

    assert rows(browser, Company) == rows(browser, Company, standing="now") == [kept]
    assert rows(browser, Company, standing="past") == [archived]
    assert set(rows(browser, Company, standing="all")) == {kept, archived}


def test_contracts_are_listed_as_they_are_agreed_now(acme, globex):
    before = a_contract(an_account())
    after = contracts.amend(before, NewTerms(ends_on=ago(-9)), by=an_actor())
    browser = Browser(acme)

    assert rows(browser, Contract) == [after]
    assert rows(browser, Contract, standing="past") == [before]
