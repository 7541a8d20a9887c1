"""How many statements a page takes: the same for one row and for twenty."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from accounts.models import ApiKey, Membership
from experience.models import Response, Survey
from integrations.models import Delivery, OutboxEvent, WebhookEndpoint
from journeys import affiliations, stages
from journeys.affiliations import AffiliationDraft
from journeys.models import Company, Event, Person, Stage
from journeys.stages import StageDraft
from success import overrides, signals
from success.models import Account, Contract, HealthOverride, HealthRecord, Signal
from tests.admin.pages import Browser, list_of, page_of
from tests.client import queries
from tests.experience.factories import a_response, a_survey
from tests.factories import a_key, a_member, an_actor
from tests.integrations.factories import an_endpoint, something_happened
from tests.journeys.factories import a_company, a_person
from tests.success.factories import a_contract, an_account, answered, happened, noon, published, work

SIGNED_IN = 4
"""Whose host it is, the session, its user, and what they are here."""
COUNTED = 2
"""How many rows there are, and those of the page."""

type Maker = Callable[[int], object]


def times(make: Callable[[], object]) -> Maker:
    """A maker of so many."""
    return lambda number: [make() for _ in range(number)]


def a_person_somewhere() -> None:
    affiliations.affiliate(a_person(), a_company(), AffiliationDraft(), by=an_actor())


def a_stage(key: str) -> Stage:
    return stages.create(StageDraft(key=key, title=key, kind="customer"), by=an_actor())


def an_account_that_does_well() -> Account:
    account = an_account()
    a_contract(account)
    happened(account, [1])
    return account


def scored(number: int) -> None:
    published()
    for _ in range(number):
        an_account_that_does_well()
    work()


def set_by_hand(number: int) -> None:
    published()
    for _ in range(number):
        overrides.override(
            an_account(), score=Decimal(40), reason="They said so.", expires_at=noon(-3), by=an_actor()
        )


def responses(number: int) -> None:
    survey = a_survey("nps", "text")
    for _ in range(number):
        a_response(survey, a_person(), 9, "Fine.")


def deliveries(number: int) -> None:
    endpoint = an_endpoint("https://example.com/hook").endpoint
    for _ in range(number):
        Delivery.objects.create(endpoint=endpoint, event=something_happened())


LISTS: dict[type, tuple[Maker, int]] = {
    Person: (times(a_person_somewhere), 2),  # their companies; the stages of the filter
    Company: (times(a_company), 1),  # the stages of the filter
    Event: (lambda number: happened(an_account(), range(1, number + 1)), 0),
    Stage: (lambda number: [a_stage(f"s{i}") for i in range(number)], 0),
    Account: (scored, 0),
    Contract: (scored, 0),
    HealthRecord: (scored, 0),
    HealthOverride: (set_by_hand, 0),
    Signal: (lambda number: [signals.count_as(f"e{i}", "usage", by=an_actor()) for i in range(number)], 0),
    Response: (responses, 2),  # their answers; the surveys of the filter
    Survey: (times(a_survey), 0),
    OutboxEvent: (times(something_happened), 0),
    Delivery: (deliveries, 1),  # the endpoints of the filter
    WebhookEndpoint: (times(lambda: an_endpoint("https://example.com/hook")), 0),
}


@pytest.mark.parametrize("number", [1, 20])
@pytest.mark.parametrize("model", LISTS, ids=lambda model: model._meta.model_name)
def test_a_list_takes_the_same_statements_for_one_row_and_for_twenty(acme, globex, model, number):
    make, others = LISTS[model]
    make(number)
    browser = Browser(acme)

    with queries(SIGNED_IN + COUNTED + others):
        rows = browser.get(list_of(model)).context["cl"].result_list

    assert len(rows) >= number


@pytest.mark.parametrize("number", [1, 20])
def test_members_and_keys_take_two_statements_each(acme, globex, number):
    for _ in range(number):
        a_member(acme)
        a_key(acme, "people.see")
    browser = Browser(acme)

    for model in (Membership, ApiKey):
        with queries(SIGNED_IN + COUNTED):
            assert len(browser.get(list_of(model)).context["cl"].result_list) >= number


@pytest.mark.parametrize("number", [1, 20])
def test_the_dashboard_takes_the_same_for_much_and_for_little(acme, globex, number):
    scored(number)
    responses(number)
    browser = Browser(acme)

    with queries(SIGNED_IN + 11):
        page = browser.page("/admin/")

    assert "Health of all accounts" in page


@pytest.mark.parametrize("number", [1, 20])
def test_the_page_of_an_account_takes_the_same_for_much_and_for_little(acme, globex, number):
    published()
    account = an_account_that_does_well()
    for _ in range(number):
        person = answered(account, "nps", 9, days=3)
        affiliations.affiliate(person, account.company, AffiliationDraft(), by=an_actor())
    happened(account, range(1, number + 1), name="opened")
    work()
    browser = Browser(acme)
    browser.page(page_of(account))

    with queries(SIGNED_IN + 18):
        page = browser.page(page_of(account))

    assert "What changed" in page


@pytest.mark.parametrize("number", [1, 20])
def test_the_page_of_a_person_takes_the_same_for_much_and_for_little(acme, globex, number):
    account = an_account()
    person = answered(account, "nps", 9, days=1)
    survey = a_survey("nps")
    for _ in range(number):
        affiliations.affiliate(person, a_company(), AffiliationDraft(), by=an_actor())
        a_response(survey, person, 9)
    browser = Browser(acme)
    browser.page(page_of(person))

    with queries(SIGNED_IN + 9):
        browser.page(page_of(person))
