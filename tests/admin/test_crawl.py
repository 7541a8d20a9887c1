"""Every page of the admin opens: each list, each form for a new row, each row's page, each deed's."""

from collections.abc import Iterator
from decimal import Decimal
from http import HTTPStatus

import pytest

from accounts import keys, members, trusted_documents
from accounts.admin.base import TenantModelAdmin
from accounts.admin.filters import StandingFilter
from accounts.admin.site import site
from accounts.models import ApiKey, Tenant
from accounts.permissions import GRANTS, Role
from accounts.tenancy import inside
from experience import surveys
from integrations.models import Delivery
from journeys import affiliations, companies, people, stages
from journeys.affiliations import AffiliationDraft
from success import accounts, overrides, signals
from success.days import today
from tests.admin.pages import Browser, add_to, list_of, page_of
from tests.experience.factories import a_response, a_survey
from tests.factories import a_key, a_membership, a_trusted_document, a_write_key, an_actor
from tests.integrations.factories import an_endpoint, something_happened
from tests.journeys.factories import a_company, a_person
from tests.success.factories import a_contract, an_account, answered, happened, noon, published, work

ADMINS = [admin for admin in site._registry.values() if isinstance(admin, TenantModelAdmin)]


def a_world(tenant: Tenant) -> None:
    """Rows of every kind that the admin lists, new ones and such as are done with."""
    with inside(tenant):
        _staff(tenant)
        _customers()
        _successes()
        _answers_and_news()


def _staff(tenant: Tenant) -> None:
    by = an_actor()
    a_key(tenant)
    a_write_key(tenant)
    a_trusted_document(tenant)
    members.end(a_membership(tenant, Role.ANALYST), by=by)
    a_key(tenant, "people.see")
    keys.revoke(ApiKey.objects.latest("created_at"), by=by)
    withdrawn = a_trusted_document(tenant, "query Other { viewer { kind } }")
    trusted_documents.withdraw(withdrawn, by=by)


def _customers() -> None:
    by = an_actor()
    stages.install_defaults(by=by)
    person, company = a_person(email="ada@example.com"), a_company(domain="example.com")
    affiliations.affiliate(person, company, AffiliationDraft(), by=by)
    for who in (person, company):
        stages.enter(who, stages.find("trying", by=by), by=by)
        stages.enter(who, stages.find("onboarding", by=by), by=by)
    people.archive(a_person(), by=by)
    companies.archive(a_company(), by=by)


def _successes() -> None:
    by = an_actor()
    published()
    account = an_account()
    a_contract(account)
    happened(account, [1, 2, 30])
    answered(account, "nps", 9, days=3)
    signals.count_as("report_opened", "usage", by=by)
    work()
    reason, score = "They said so.", Decimal(40)
    overrides.override(account, score=score, reason=reason, expires_at=noon(-3), by=by)
    accounts.close(an_account(), closed_on=today(), by=by)
    published()


def _answers_and_news() -> None:
    survey = a_survey("nps", "csat", "text")
    a_response(survey, a_person(), 9, 4, "Fine.")
    surveys.archive(a_survey(), by=an_actor())
    endpoint = an_endpoint("https://example.com/hook").endpoint
    Delivery.objects.create(endpoint=endpoint, event=something_happened())


def everything_of(admin: TenantModelAdmin) -> dict[str, str]:
    """What asks a list for what does not count any more, too."""
    filters = [one for one in admin.list_filter if isinstance(one, type)]
    return {"standing": "all"} if any(issubclass(one, StandingFilter) for one in filters) else {}


def opened(browser: Browser, admin: TenantModelAdmin) -> Iterator[tuple[str, int]]:
    """The addresses of an admin that a member may go to from its list, each with what it answers."""
    answer = browser.get(list_of(admin.model), **everything_of(admin))
    yield list_of(admin.model), answer.status_code
    if answer.status_code != HTTPStatus.OK:
        return
    yield add_to(admin.model), browser.get(add_to(admin.model)).status_code
    rows = list(answer.context["cl"].result_list)
    assert rows, "The world has none of these."
    for row in rows:
        page = browser.get(page_of(row))
        yield page_of(row), page.status_code
        for deed in page.context["actions_detail"] if page.status_code == HTTPStatus.OK else ():
            yield deed["path"], browser.get(deed["path"]).status_code


@pytest.mark.parametrize("role", [Role.OWNER, Role.VIEWER])
@pytest.mark.parametrize("admin", ADMINS, ids=lambda admin: admin.opts.label_lower)
def test_every_page_that_a_member_may_see_opens(acme, globex, admin, role):
    a_world(acme)
    browser = Browser(acme, role)
    found = dict(opened(browser, admin))

    may_see, may_add = admin.see in GRANTS[role], admin.add in GRANTS[role]
    expected = dict.fromkeys(found, HTTPStatus.OK)
    if not may_add:
        expected[add_to(admin.model)] = HTTPStatus.FORBIDDEN
    if not may_see:
        expected = {list_of(admin.model): HTTPStatus.FORBIDDEN}
    assert found == expected
