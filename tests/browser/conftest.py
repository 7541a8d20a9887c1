"""A tenant with something to look at, and a browser in front of it."""

import os
from collections.abc import Iterator
from decimal import Decimal

import pytest

from journeys import affiliations
from journeys.affiliations import AffiliationDraft
from success.models import Account
from tests.browser.chromium import DESK, EXECUTABLE, PHONE, Visitor, at_the_tenant, chromium
from tests.factories import a_membership, an_actor
from tests.journeys.factories import working_for
from tests.success.factories import a_contract, an_account, answered, happened, published, work

MEMBER = "ada@acme.test"


@pytest.fixture
def account(committed) -> Account:
    """An account with a score, a contract, people, answers and a timeline; and a member to see it."""
    acme = committed["acme"]
    with working_for(acme):
        a_membership(acme, email=MEMBER)
        published()
        account = an_account(opened=200)
        a_contract(account, recurring_revenue=Decimal(48_000), ends=40)
        for user in ("ada", "bob"):
            happened(account, range(3, 60, 2), user=user)
        person = answered(account, "nps", 9, days=5)
        answered(account, "csat", 4, days=6, person=person)
        affiliations.affiliate(person, account.company, AffiliationDraft(role="champion"), by=an_actor())
        work()
    return account


@pytest.fixture(params=["light", "dark", "phone"])
def look(request) -> str:
    """How the page is looked at."""
    return request.param


@pytest.fixture
def visitor(account, server, request) -> Iterator[Visitor]:
    """Somebody at the tenant's host; at the end nothing must have gone wrong.

    Playwright keeps an event loop in this thread, which Django would take for asynchronous code: the
    database is not asked by the test itself while the browser is open.
    """
    if not EXECUTABLE.exists():
        pytest.skip(f"{EXECUTABLE} is not installed")
    look = request.getfixturevalue("look") if "look" in request.fixturenames else "light"
    address = at_the_tenant(server)
    with chromium(address) as browser:
        context = browser.new_context(
            viewport=PHONE if look == "phone" else DESK, color_scheme="dark" if look == "dark" else "light"
        )
        visitor = Visitor(context.new_page(), address)
        yield visitor
        if folder := os.environ.get("UNISON_SCREENSHOTS"):
            visitor.page.screenshot(path=f"{folder}/{request.node.name}.png", full_page=True)
    assert visitor.complaints == []
