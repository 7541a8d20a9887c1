"""Accounts are opened, looked after and closed; the company knows what it is to us."""

from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.errors import Conflict, Forbidden, Invalid, NotFound
from accounts.permissions import Permission, Role
from accounts.tenancy import inside
from integrations.models import OutboxEvent
from journeys.models import Company, Event
from success import accounts
from success.accounts import AccountDraft, Closing
from success.models import Account, Contract, Feature, Health
from tests.client import queries
from tests.factories import a_member, an_actor
from tests.success.factories import a_company, a_contract, ago, an_account, noon


def test_an_account_begins_with_health_and_the_company_knows_it(acme, globex):
    owner = a_member(acme, Role.CSM)
    account = an_account(tier="gold", owner_id=owner.pk, opened=30)
    assert (account.opened_on, account.tier, account.owner_id) == (ago(30), "gold", owner.pk)
    assert Health.objects.get(account=account).score is None
    assert Feature.objects.filter(account=account).exists()
    company = Company.objects.get(pk=account.company_id)
    assert (company.is_customer, company.tier, company.owner_id) == (True, "gold", owner.pk)
    line = Event.objects.get(name="success.account_opened")
    assert (line.company_id, line.occurred_at.date(), line.is_backfilled) == (company.pk, ago(30), False)
    with inside(globex):
        assert not Account.objects.exists()


def test_history_may_state_when_it_became_known(acme, globex):
    an_account(opened=30, recorded_at=noon(29))
    line = Event.objects.get(name="success.account_opened")
    assert (line.recorded_at, line.is_backfilled) == (noon(29), True)
    draft = AccountDraft(company_id=a_company().pk, recorded_at=noon(2))
    with pytest.raises(Forbidden):
        accounts.open(draft, by=an_actor(Permission.CHANGE_ACCOUNTS))
    with pytest.raises(Invalid):
        an_account(recorded_at=timezone.now() + timedelta(days=1))


def test_many_are_opened_or_none(acme, globex):
    known = an_account()
    drafts = [AccountDraft(company_id=a_company().pk) for _ in range(3)]
    for wrong, error, field in [
        (AccountDraft(company_id=known.company_id), Conflict, "3.company_id"),
        (AccountDraft(company_id=drafts[0].company_id), Conflict, "3.company_id"),
        (AccountDraft(company_id=uuid4()), NotFound, "3.company_id"),
        (AccountDraft(company_id=a_company().pk, owner_id=uuid4()), NotFound, "3.owner_id"),
        (AccountDraft(company_id=a_company().pk, opened_on=ago(-1)), Invalid, "3.opened_on"),
        (AccountDraft(company_id=a_company().pk, tier="x" * 41), Invalid, "3.tier"),
    ]:
        with pytest.raises(error) as refused:
            accounts.open_many([*drafts, wrong], by=an_actor())
        assert refused.value.field == field
    assert Account.objects.count() == 1
    assert len(accounts.open_many(drafts, by=an_actor())) == 3


def test_a_member_of_another_tenant_owns_nothing_here(acme, globex):
    stranger = a_member(globex)
    with pytest.raises(NotFound) as refused:
        an_account(owner_id=stranger.pk)
    assert refused.value.field == "owner_id"


def test_owner_and_tier_change(acme, globex):
    account, owner = an_account(tier="gold"), a_member(acme)
    accounts.update(account, {"owner_id": owner.pk}, by=an_actor())
    accounts.update(account, {"tier": " silver "}, by=an_actor())
    accounts.update(account, {"tier": "silver"}, by=an_actor())
    account.refresh_from_db()
    assert (account.tier, account.owner_id) == ("silver", owner.pk)
    company = Company.objects.get(pk=account.company_id)
    assert (company.tier, company.owner_id) == ("silver", owner.pk)
    told = OutboxEvent.objects.filter(name="success.account_updated").order_by("id")
    assert [event.data["changed"] for event in told] == [["owner_id"], ["tier"]]


def test_closing_ends_what_runs(acme, globex):
    account = an_account()
    running = a_contract(account, starts=100, ends=100)
    over = a_contract(account, starts=300, ends=-200)
    later = a_contract(account, starts=-10, ends=400)
    accounts.close(account, closed_on=ago(5), reason="Went elsewhere", by=an_actor())

    account.refresh_from_db()
    assert (account.closed_on, account.close_reason) == (ago(5), "Went elsewhere")
    ends = {one.agreement: (one.ends_on, one.is_final) for one in Contract.objects.current()}
    assert ends == {
        running.agreement: (ago(5), True),
        over.agreement: (ago(200), False),
        later.agreement: (ago(-10), True),
    }
    company = Company.objects.get(pk=account.company_id)
    assert (company.is_customer, company.recurring_revenue, company.renewal_on) == (False, None, None)
    assert not Feature.objects.exists()
    assert "Went" not in str(list(OutboxEvent.objects.values_list("data", flat=True)))
    with pytest.raises(Conflict):
        accounts.close(account, by=an_actor())


@pytest.mark.parametrize("day", [401, -1])
def test_an_account_closes_between_its_opening_and_today(acme, globex, day):
    with pytest.raises(Invalid) as refused:
        accounts.close(an_account(opened=400), closed_on=ago(day), by=an_actor())
    assert refused.value.field == "closed_on"


def test_many_are_closed_or_none(acme, globex):
    first, second = an_account(), an_account()
    with pytest.raises(NotFound) as refused:
        accounts.close_many([Closing(account_id=first.pk), Closing(account_id=uuid4())], by=an_actor())
    assert refused.value.field == "1.account_id"
    accounts.close_many([Closing(account_id=one.pk) for one in (second, first)], by=an_actor())
    assert not Account.objects.open().exists()


def test_only_those_who_may(acme, globex):
    account, somebody = an_account(), an_actor(Permission.SEE_ACCOUNTS)
    for change in (
        partial(accounts.open, AccountDraft(company_id=a_company().pk), by=somebody),
        partial(accounts.update, account, {"tier": "x"}, by=somebody),
        partial(accounts.close, account, by=somebody),
    ):
        with pytest.raises(Forbidden):
            change()
    assert accounts.find(account.pk, by=somebody) == account
    with pytest.raises(NotFound):
        accounts.find(account.pk, by=an_actor(Permission.SEE_PEOPLE))


@pytest.mark.parametrize("number", [1, 20])
def test_opening_many_takes_the_same_queries_as_one(acme, globex, number):
    drafts = [AccountDraft(company_id=a_company().pk, tier="gold") for _ in range(number)]
    an_account()
    # companies, taken; account, health, feature, due; two for the company; timeline, outbox
    with queries(10):
        accounts.open_many(drafts, by=an_actor())


def test_accounts_are_asked_for_in_the_words_of_the_business(acme, globex):
    account, closed = an_account(opened=40), an_account(opened=90)
    accounts.close(closed, closed_on=ago(50), by=an_actor())
    active = [set(Account.objects.active_on(ago(day))) for day in (100, 90, 51, 50, 40)]
    assert active == [set(), {closed}, {closed}, set(), {account}]
    assert list(Account.objects.matching(account.company.key.upper())) == [account]
