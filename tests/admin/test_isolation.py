"""Nothing of another tenant is found on any page, by any id."""

import pytest

from accounts.models import ApiKey, Membership
from accounts.tenancy import inside
from integrations.models import OutboxEvent
from journeys.models import Company, Event, Person
from success.models import Account
from tests.admin.pages import Browser, list_of, page_of
from tests.factories import a_key, a_membership
from tests.integrations.factories import an_endpoint
from tests.journeys.factories import a_person, an_event, take
from tests.success.factories import an_account


@pytest.fixture
def theirs(globex):
    """One row of each kind in the other tenant."""
    with inside(globex):
        a_key(globex, "people.see")
        account = an_account()
        take(an_event())
        return [
            account,
            account.company,
            a_person(name="Secret Agent"),
            an_endpoint("https://example.com/theirs").endpoint,
            Event.objects.first(),
            OutboxEvent.objects.first(),
            a_membership(globex, email="agent@globex.test"),
            ApiKey.objects.get(),
        ]


def test_ids_of_another_tenant_are_as_if_unknown(acme, theirs):
    browser = Browser(acme)

    for row in theirs:
        answer = browser.get(page_of(row))
        assert answer.status_code == 302, row
        assert answer.headers["Location"] == "/admin/"
    assert browser.get(page_of(theirs[0], "override")).status_code == 404
    assert browser.post(page_of(theirs[2], "archive")).status_code == 404
    assert browser.post(page_of(theirs[7], "revoke")).status_code == 404
    assert browser.post(page_of(theirs[6], "end")).status_code == 404


def test_lists_and_searches_show_our_own_only(acme, theirs):
    browser = Browser(acme)

    for model in (Account, Company, Person, Event, OutboxEvent, ApiKey):
        rows = browser.get(list_of(model)).context["cl"].result_list
        assert not {row.pk for row in rows} & {row.pk for row in theirs}
    members = browser.get(list_of(Membership)).context["cl"].result_list
    assert [member.user for member in members] == [browser.user]
    assert "Secret Agent" not in browser.page("/admin/search/", s="secret")
    found = browser.get(
        "/admin/autocomplete/", app_label="success", model_name="account", field_name="company", term="Firm"
    )
    assert found.json()["results"] == []


def test_another_tenants_company_cannot_be_chosen(acme, theirs):
    browser = Browser(acme)
    ours = a_person()

    answer = browser.post(page_of(ours, "company"), company=theirs[1].pk, role="user")

    assert answer.context["form"].errors["company"]
