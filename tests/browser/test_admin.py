"""The admin in a browser: it works, without a complaint, and keeps nobody out."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.browser.chromium import Visitor
from tests.browser.conftest import MEMBER
from tests.factories import PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture
def member(visitor: Visitor) -> Visitor:
    """Somebody who has signed in."""
    visitor.go("/admin/")
    visitor.sign_in(MEMBER, PASSWORD)
    return visitor


def test_signing_in_leads_to_the_page_that_was_asked_for(visitor):
    visitor.go("/admin/success/account/")
    assert visitor.barriers() == []

    visitor.sign_in(MEMBER, "not the password")
    alert = visitor.page.get_by_role("alert")
    assert alert.inner_text() == "This e-mail address and password do not belong to a member here."
    assert visitor.barriers() == []

    visitor.sign_in(MEMBER, PASSWORD)
    assert visitor.page.title().startswith("Select account")


def test_the_dashboard_shows_figures_that_can_be_read_as_tables(member, account, look):
    page = member.page

    assert page.get_by_role("heading", name="Health of all accounts").is_visible()
    assert page.get_by_text("48,000 EUR", exact=True).first.is_visible()
    page.get_by_text("View as table").first.click()
    assert page.get_by_role("table").first.is_visible()
    assert member.barriers() == []
    assert not member.overflows()


def test_the_page_of_an_account_explains_its_score(member, account, look):
    member.go(f"/admin/success/account/{account.pk}/change/")
    page = member.page

    parts = page.locator(".u-why tbody tr td:last-child").all_inner_texts()
    score = page.locator(".u-why tfoot td").inner_text()
    assert round(sum(float(part) for part in parts if part != "–"), 2) == float(score)
    assert page.get_by_role("heading", name="Timeline").is_visible()
    assert page.get_by_text("NPS answered").first.is_visible()
    assert member.barriers() == []
    assert not member.overflows()


def test_the_timeline_goes_back_page_by_page(member, account):
    member.go(f"/admin/success/account/{account.pk}/change/")
    page = member.page
    latest = page.locator("#timeline time").first.inner_text()

    page.get_by_role("link", name="Older").click()
    member.settle()
    assert page.locator("#timeline time").first.inner_text() != latest

    page.get_by_role("link", name="Back to the latest").click()
    member.settle()
    assert page.locator("#timeline time").first.inner_text() == latest


def test_a_score_is_set_by_hand_after_a_mistake(member, account):
    member.go(f"/admin/success/account/{account.pk}/override/")
    page = member.page
    page.get_by_label("Score").fill("250")
    page.get_by_role("button", name="Override health").click()
    member.settle()
    assert page.get_by_text("Ensure this value is less than or equal to 100.").is_visible()
    assert member.barriers() == []

    page.get_by_label("Score").fill("20")
    page.get_by_label("Reason").fill("Their board is <angry>.")
    page.get_by_label("Until").fill(f"{timezone.now() + timedelta(days=9):%Y-%m-%d}")
    page.get_by_role("button", name="Override health").click()
    member.settle()

    assert page.get_by_text("Set by hand", exact=True).first.is_visible()
    assert page.get_by_text("“Their board is <angry>.”").is_visible()
    assert page.locator(".u-why tfoot td").inner_text() == "20.00"


def test_lists_and_forms_keep_nobody_out(member, account):
    for path in (
        "/admin/success/account/?band=healthy&standing=now",
        "/admin/journeys/person/",
        "/admin/journeys/person/add/",
        "/admin/journeys/event/",
        "/admin/success/scorecard/",
        "/admin/success/account/add/",
        f"/admin/success/account/{account.pk}/details/",
        "/admin/experience/survey/add/",
        "/admin/integrations/webhookendpoint/add/",
        "/admin/integrations/outboxevent/",
        "/admin/accounts/apikey/add/",
        "/admin/accounts/membership/",
        "/admin/password_change/",
    ):
        member.go(path)
        assert member.barriers() == [], path
        assert not member.overflows(), path


@pytest.mark.parametrize("look", ["phone"])
def test_long_lists_of_boxes_to_tick_fit_on_a_phone(look, member, account):
    for path in ("/admin/integrations/webhookendpoint/add/", "/admin/accounts/apikey/add/"):
        member.go(path)
        assert not member.overflows(), path
    member.go(f"/admin/success/account/{account.pk}/details/")
    label = member.page.locator("label", has_text="Tier")
    label.evaluate("label => label.textContent = 'A question of many words. '.repeat(5)")
    assert not member.overflows()


def test_what_is_written_from_right_to_left_turns_nothing_else_around(member, account):
    member.go(f"/admin/success/account/{account.pk}/override/")
    page = member.page
    page.get_by_label("Score").fill("20")
    page.get_by_label("Reason").fill("\u202eבואו")
    page.get_by_role("button", name="Override health").click()
    member.settle()

    reason = page.locator(".u-score-words bdi", has_text="בואו")
    assert reason.is_visible()
    assert page.evaluate("e => getComputedStyle(e).unicodeBidi", reason.element_handle()) == "isolate"


def test_a_company_is_chosen_by_typing(member, account):
    member.go("/admin/journeys/person/add/")
    page = member.page
    page.get_by_label("Name").fill("Grace")
    page.get_by_role("button", name="Save").click()
    member.settle()
    page.get_by_role("link", name="Grace").first.click()
    member.settle()
    page.get_by_role("link", name="Add to a company").click()
    member.settle()

    page.locator(".select2-selection").first.click()
    page.locator(".select2-search__field").fill("Firm")
    page.locator(".select2-results__option", has_text="Firm").first.click()
    assert member.barriers() == []
    page.get_by_role("button", name="Add to a company").click()
    member.settle()

    assert page.get_by_text("Grace belongs to Firm").is_visible()


def test_search_finds_an_account_from_anywhere(member, account):
    page = member.page

    page.keyboard.press("Control+k")
    page.locator("#search-input-command").press_sequentially(account.company.name)
    page.locator("#command-results a", has_text="Account").click()
    member.settle()

    assert page.get_by_role("heading", name="Timeline").is_visible()


def test_dark_and_light_are_switched_and_remembered(member):
    page = member.page
    dark = "document.documentElement.classList.contains('dark')"

    page.get_by_role("button", name=MEMBER).click()
    page.get_by_text("Dark", exact=True).click()
    assert page.evaluate(dark)

    member.go("/admin/journeys/person/")
    assert page.evaluate(dark)
    assert member.barriers() == []


def test_it_reads_from_right_to_left_as_well(member, account):
    page = member.page
    for path in ("/admin/", f"/admin/success/account/{account.pk}/change/", "/admin/success/account/"):
        member.go(path)
        page.evaluate("document.documentElement.dir = 'rtl'")
        first, last = page.locator("#nav-sidebar"), page.locator("#content")
        assert first.bounding_box()["x"] > last.bounding_box()["x"]
        assert not member.overflows()
