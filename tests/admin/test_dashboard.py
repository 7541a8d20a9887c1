"""The dashboard: figures with their definitions, of the tenant's own rows, for who may see them."""

from datetime import timedelta
from decimal import Decimal

from accounts.admin import words as words_of
from accounts.permissions import Role
from accounts.tenancy import inside
from success.models import FeatureName, HealthRecord
from tests.admin.pages import Browser
from tests.admin.test_account_page import text_of
from tests.experience.factories import a_person, a_response, a_survey
from tests.success.factories import a_contract, a_measure, ago, an_account, happened, published, work


def some_accounts() -> None:
    """One healthy, one at risk, one nothing is known of; each with a contract."""
    published(a_measure(FeatureName.DAYS_SINCE_SEEN, curve=[(0, 100), (30, 0)]))
    for days, revenue, ends in ((0, 1_000, 20), (29, 5_000, 200), (None, 300, 80)):
        account = an_account()
        a_contract(account, recurring_revenue=Decimal(revenue), ends=ends)
        if days is not None:
            happened(account, [days])
    work()


def test_the_figures_are_those_of_the_tenant(acme, globex):
    with inside(globex):
        some_accounts()
    some_accounts()
    survey = a_survey("nps", "csat")
    for score in (10, 9, 3):
        a_response(survey, a_person(), score, 5)

    page = text_of(Browser(acme).page("/admin/"))

    for words in (
        "Recurring revenue per year 6,300 EUR from 3 accounts with a contract",
        "of which at risk 5,000 EUR from 1 account with a contract",
        "Healthy 1 (33 %) Watch 0 (0 %) At risk 1 (33 %) Not known 1 (33 %)",
        "Renewals in the next 90 days: 2 worth 1,300 EUR",
        "NPS +33 ± 68 · n = 3",
        "CSAT 100 %",
        "CES – nobody answered",
        "An empty set has no score.",
    ):
        assert words in page, words


def test_changes_of_band_within_a_week_are_listed(acme, globex):
    some_accounts()
    record = HealthRecord.objects.filter(band="at_risk").get()
    HealthRecord.objects.create(
        account=record.account, day=ago(10), scored_at=record.scored_at - timedelta(days=10), score=80,
        computed_score=80, coverage=1, band="healthy", parts=[8_000], scorecard=record.scorecard,
        values=record.values, ages=record.ages,
    )  # fmt: skip

    page = text_of(Browser(acme).page("/admin/"))

    assert f"Account Was Is {record.account} Healthy At risk Open accounts" in page


def test_events_are_those_of_customers_alone(acme, globex):
    with inside(globex):
        happened(an_account(), [0] * 5)
    happened(an_account(), [0, 0, 1])  # and what is written down of the account and its company
    work()

    page = text_of(Browser(acme).page("/admin/"))

    assert f"{words_of.day(ago(1))} 1 {words_of.day(ago(0))} 2 " in page


def test_an_empty_tenant_has_a_dashboard_without_figures(acme, globex):
    page = text_of(Browser(acme).page("/admin/"))

    for words in (
        "Recurring revenue per year –",
        "There is no open account yet.",
        "No account is at risk.",
        "Nothing comes up within 90 days.",
        "NPS – nobody answered",
        "There is nothing to draw yet.",
    ):
        assert words in page, words


def test_every_role_has_a_dashboard(acme, globex):
    some_accounts()

    for role in Role:
        assert "Health of all accounts" in Browser(acme, role).page("/admin/")


def test_search_finds_people_companies_and_accounts(acme, globex):
    account = an_account()
    browser = Browser(acme)

    found = browser.get("/admin/search/", s=account.company.name.lower()).context["results"]

    assert {(one.title, one.description) for one in found} == {
        (account.company.name, "company"),
        (account.company.name, "account"),
    }
    assert browser.get("/admin/search/").context["results"] == []
    assert "Nothing here is called" in browser.page("/admin/search/", s="<script>", page="x")
    assert "<script>alert" not in browser.page("/admin/search/", s="<script>alert")
