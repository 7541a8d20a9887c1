"""The page of an account: the score, why, what changed, and what can be done about it."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.permissions import Role
from journeys.models import Event
from success.days import today
from success.models import Account, Contract, FeatureName, Health, HealthOverride
from tests.admin.pages import Browser, errors_of, is_too_late, page_of, told
from tests.factories import a_member
from tests.success.factories import (
    a_company,
    a_contract,
    a_measure,
    an_account,
    answered,
    happened,
    published,
    work,
)


@pytest.fixture
def account(acme, globex) -> Account:
    """An account that is seen often, answered once long ago, and has a contract."""
    published(
        a_measure(weight=30),
        a_measure(FeatureName.NPS, title="NPS", curve=[(-100, 0), (100, 100)], weight=20, max_age_days=30),
        a_measure(FeatureName.DAYS_SINCE_SEEN, title="Last seen", curve=[(0, 100), (30, 0)], weight=50),
    )
    account = an_account()
    a_contract(account)
    for user in ("ada", "bob", "cy"):
        happened(account, [2, 3, 4], user=user)
    answered(account, "nps", 9, days=90)
    work()
    return account


def text_of(page: str) -> str:
    """What a page says, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_score_is_shown_with_its_band_in_words_and_its_coverage(acme, account):
    page = text_of(Browser(acme).page(page_of(account)))

    health = Health.objects.get(account=account)
    assert health.score == Decimal("69.58")
    assert "Watch Health score 69.5 of 100; 80 % of what it looks at is freshly known" in page


def test_the_parts_sum_to_the_score_and_what_is_stale_is_unknown(acme, account):
    banner = Browser(acme).get(page_of(account)).context["banner"].context

    rows = {row.title: row for row in banner["lines"]}
    assert rows["NPS"].seen == "NPS +100 of each person's last answer, 90 days ago: too old to count"
    assert (rows["NPS"].part, rows["NPS"].is_known) == (None, False)
    assert rows["Last seen"].seen == "last seen 2 days ago"
    assert rows["breadth"].seen == "3 people active within 30 days"
    assert sum(row.part or 0 for row in banner["lines"]) == banner["explanation"].score
    whole = sum(part.width for part in banner["stack"].parts)
    assert whole == pytest.approx(float(banner["explanation"].score), abs=0.01)


def test_what_changed_is_split_by_its_causes(acme, account):
    panels = Browser(acme).get(page_of(account)).context["panels"]

    spans = next(panel for panel in panels if panel.title == "What changed").context["spans"]
    assert [span["title"] for span in spans] == ["Since yesterday", "Since 30 days ago"]
    assert spans[0]["change"] is None


def test_the_trend_can_be_read_as_a_table(acme, account):
    page = Browser(acme).page(page_of(account))

    assert page.count("View as table") == 1
    assert f"{today():%b %Y}" in page
    assert "69.58" in page


def test_everything_about_the_company_is_there(acme, account):
    page = text_of(Browser(acme).page(page_of(account)))

    for words in ("Timeline", "NPS answered", "Report opened", "People", "Answers NPS 9 of 10",
                  "12,000 EUR a year", "up for renewal in 180 days", "nobody"):  # fmt: skip
        assert words in page, words


def test_the_timeline_is_paged_by_keyset(acme, account):
    happened(account, range(5, 55), name="opened")
    work()
    browser, seen, address = Browser(acme), [], page_of(account)
    for _ in range(9):
        panels = {panel.title: panel.context for panel in browser.get(address).context["panels"]}
        seen += [line["url"] for line in panels["Timeline"]["lines"]]
        if not (address := panels["Timeline"]["older"]):
            break

    events = Event.objects.of_company(account.company).latest_first()
    assert seen == [f"/admin/journeys/event/{event.pk}/change/" for event in events]
    assert len(set(seen)) > 50


@pytest.mark.parametrize(
    "before", ["x", "2026-01-01~x", "2026-01-01T00:00:00~01900000-0000-7000-8000-000000000000"]
)
def test_a_place_in_the_timeline_that_is_none_is_its_beginning(acme, account, before):
    assert "Report opened" in Browser(acme).page(page_of(account), before=before)


def test_a_score_is_set_by_hand_and_the_computed_one_shown_again(acme, account):
    browser = Browser(acme, Role.CSM)
    until = today() + timedelta(days=7)

    said = told(
        browser.post(page_of(account, "override"), score="20", reason="Their board is angry.", until=until)
    )

    assert "is set by hand until the end of" in said
    made = HealthOverride.objects.get()
    assert (made.score, made.author_id, made.author_label) == (
        Decimal(20),
        browser.user.pk,
        browser.user.name,
    )
    assert made.expires_at.astimezone(acme.zone).date() == until + timedelta(days=1)
    page = text_of(browser.page(page_of(account)))
    assert "At risk Set by hand" in page
    assert "Their board is angry." in page
    assert "The computed score is 69.58" in page
    assert "Set by hand The difference to the computed score -49.58 Score 20.00" in page

    assert told(browser.post(page_of(account, "lift"))) == "The computed score is shown again."
    assert "Set by hand" not in text_of(browser.page(page_of(account))).split("What changed")[0]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"score": "101"}, "score"),
        ({"score": "-1"}, "score"),
        ({"score": "NaN"}, "score"),
        ({"score": "1e9999"}, "score"),
        ({"score": ""}, "score"),
        ({"reason": " "}, "reason"),
        ({"reason": "x" * 1001}, "reason"),
        ({"reason": "a\0b"}, "reason"),
        ({"until": "2020-01-01"}, "until"),
        ({"until": "tomorrow"}, "until"),
        ({"until": "9999-12-31"}, "until"),
    ],
)
def test_a_bad_override_is_refused_at_its_field(acme, account, given, field):
    fine = {"score": "20", "reason": "So.", "until": str(today() + timedelta(days=7))}

    answer = Browser(acme).post(page_of(account, "override"), **{**fine, **given})

    assert list(errors_of(answer)) == [field]
    assert not HealthOverride.objects.exists()


def test_contracts_are_agreed_renewed_changed_and_ended(acme, account):
    browser = Browser(acme)
    terms = {"recurring_revenue": "500", "starts_on": "2026-01-01", "ends_on": "2027-01-01"}

    told(browser.post(page_of(account, "agree"), **terms, currency="EUR"))
    made = Contract.objects.current().get(recurring_revenue=500)
    renewed = {"recurring_revenue": "600", "starts_on": "2027-01-01", "ends_on": "2028-01-01"}
    told(browser.post(page_of(made, "renew"), **renewed))
    amended = browser.post(page_of(made, "amend"), **{**terms, "recurring_revenue": "550.50"})
    renewal = Contract.objects.current().get(renews=made.agreement)
    told(browser.post(page_of(renewal, "end"), ends_on="2027-06-01"))

    assert Contract.objects.current().get(agreement=made.agreement).recurring_revenue == Decimal("550.50")
    ended = Contract.objects.current().get(agreement=renewal.agreement)
    assert (ended.is_final, str(ended.ends_on)) == (True, "2027-06-01")
    made.refresh_from_db()
    assert made.superseded_at
    latest = Contract.objects.current().get(agreement=made.agreement)
    assert amended.headers["Location"] == page_of(latest)
    page = browser.page(page_of(made))
    assert "550.50 EUR" in page
    assert f'href="{page_of(latest)}"' in page
    assert is_too_late(browser.post(page_of(made, "amend"), **terms))


def test_a_contract_that_ends_before_it_starts_is_refused(acme, account):
    answer = Browser(acme).post(
        page_of(account, "agree"), recurring_revenue="5", starts_on="2026-02-01", ends_on="2026-01-01"
    )

    assert errors_of(answer) == {"ends_on": ["A contract cannot end before it starts."]}


def test_owner_and_tier_are_changed_and_the_account_closed(acme, globex, account):
    browser, colleague, stranger = Browser(acme), a_member(acme), a_member(globex)

    told(browser.post(page_of(account, "details"), owner=colleague.pk, tier="gold"))
    wrong = browser.post(page_of(account, "details"), owner=stranger.pk, tier="gold")
    told(browser.post(page_of(account, "close"), closed_on=today(), reason="Bankrupt."))

    assert list(errors_of(wrong)) == ["owner"]
    account.refresh_from_db()
    assert (account.owner_id, account.tier, account.close_reason) == (colleague.pk, "gold", "Bankrupt.")
    assert is_too_late(browser.get(page_of(account, "override")))
    assert "Bankrupt." in browser.page(page_of(account))


def test_an_account_is_opened_with_a_company_once(acme, globex):
    published()
    company, browser = a_company(), Browser(acme)
    data = {"company": company.pk, "owner": "", "tier": "", "opened_on": "2026-01-05"}

    assert browser.post("/admin/success/account/add/", **data).status_code == 302
    again = browser.post("/admin/success/account/add/", **data)

    assert errors_of(again) == {"company": ["There is an account with this company already."]}
    assert Account.objects.get().company == company


def test_a_company_without_a_score_says_so(acme, globex):
    account = an_account()

    page = text_of(Browser(acme).page(page_of(account)))

    assert "Not known Nothing fresh is known, so there is no score." in page


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_no_day_makes_a_page_crash(acme, account, day):
    browser = Browser(acme)
    terms = {"recurring_revenue": "5", "starts_on": day, "ends_on": day, "currency": ""}

    sent = [
        browser.post("/admin/success/account/add/", company=a_company().pk, opened_on=day),
        browser.post(page_of(account, "agree"), **terms),
        browser.post(page_of(account, "close"), closed_on=day),
    ]
    assert {answer.status_code for answer in sent} <= {200, 302}
    for contract in Contract.objects.all():
        assert browser.get(page_of(contract)).status_code == 200
        assert browser.get(page_of(contract, "renew")).status_code == 200
    for other in Account.objects.all():
        assert browser.get(page_of(other)).status_code == 200
    assert browser.get("/admin/").status_code == 200
