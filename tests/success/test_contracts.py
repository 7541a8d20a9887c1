"""Contracts are versions: what was agreed before stays as it was known then."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.errors import Conflict, Forbidden, Invalid, NotFound
from accounts.permissions import Permission
from accounts.tenancy import inside
from integrations.models import OutboxEvent
from journeys.models import Company, Event
from success import accounts, contracts
from success.contracts import ContractDraft, NewTerms
from success.days import end_of
from success.models import Account, Contract
from tests.client import queries
from tests.factories import an_actor
from tests.success.factories import a_contract, ago, an_account, noon


def company_of(account: Account) -> Company:
    return Company.objects.get(pk=account.company_id)


def test_a_contract_is_what_the_company_pays(acme, globex):
    account = an_account()
    contract = a_contract(account, recurring_revenue=Decimal("1200.50"))
    assert (contract.currency, contract.superseded_at) == ("EUR", None)
    a_contract(account, recurring_revenue=Decimal(99), starts=-10, ends=20)
    company = company_of(account)
    assert (company.recurring_revenue, company.currency) == (Decimal("1200.50"), "EUR")
    assert company.renewal_on == ago(-20)
    line = Event.objects.filter(name="success.contract_agreed").earliest("id")
    assert (line.company_id, line.value) == (account.company_id, Decimal("1200.5"))
    with inside(globex):
        assert not Contract.objects.exists()


def test_a_renewal_is_a_contract_of_its_own(acme, globex):
    account = an_account()
    contract = a_contract(account, ends=30)
    renewal = contracts.renew(
        contract, NewTerms(recurring_revenue=Decimal(15_000), ends_on=ago(-395)), by=an_actor()
    )
    assert (renewal.renews, renewal.starts_on) == (contract.agreement, contract.ends_on)
    assert renewal.recurring_revenue == 15_000
    assert company_of(account).renewal_on == ago(-395)
    told = OutboxEvent.objects.get(name="success.contract_renewed").data
    assert told["renews_agreement_id"] == str(contract.agreement)
    assert (told["recurring_revenue"], told["previous_recurring_revenue"]) == ("15000.00", "12000.00")
    with pytest.raises(Conflict) as refused:
        contracts.renew(contract, NewTerms(ends_on=ago(-395)), by=an_actor())
    assert refused.value.field == "contract_id"


def test_an_amendment_is_a_new_version(acme, globex):
    account = an_account()
    first = a_contract(account, recorded_at=noon(50))
    second = contracts.amend(
        first, NewTerms(recurring_revenue=Decimal(9_000), recorded_at=noon(20)), by=an_actor()
    )
    assert second.agreement == first.agreement
    assert (second.supersedes, second.starts_on, second.ends_on) == (first, first.starts_on, first.ends_on)
    known = [
        [one.recurring_revenue for one in Contract.objects.as_of(end_of(ago(day)))]
        for day in (51, 50, 21, 20, 0)
    ]
    assert known == [[], [12_000], [12_000], [9_000], [9_000]]
    assert company_of(account).recurring_revenue == 9_000
    with pytest.raises(Conflict) as refused:
        contracts.amend(first, NewTerms(recurring_revenue=Decimal(1)), by=an_actor())
    assert refused.value.field == "contract_id"
    line = Event.objects.get(name="success.contract_amended")
    assert (line.occurred_at, line.is_backfilled) == (noon(20), True)


@pytest.mark.parametrize("size", [1, 20])
def test_many_go_on_in_as_many_statements_as_one(acme, globex, size):
    agreed = [a_contract(an_account(), ends=30) for _ in range(size)]
    longer = NewTerms(recurring_revenue=Decimal(15_000), ends_on=ago(-395), recorded_at=noon(1))
    with queries(8):
        renewed = contracts.renew_many([(contract, longer) for contract in agreed], by=an_actor())
    with queries(8):
        amended = contracts.amend_many(
            [(contract, NewTerms(recurring_revenue=Decimal(1))) for contract in renewed], by=an_actor()
        )
    assert [version.account_id for version in amended] == [contract.account_id for contract in agreed]
    assert {version.renews for version in amended} == {contract.agreement for contract in agreed}
    assert OutboxEvent.objects.filter(name="success.contract_renewed").count() == size
    lines = Event.objects.filter(name="success.contract_renewed")
    assert set(lines.values_list("occurred_at", "is_backfilled")) == {(noon(1), True)}


def test_a_refusal_among_many_that_go_on_names_its_place(acme, globex):
    good, other = a_contract(an_account(), ends=30), a_contract(an_account(), ends=30)
    fine = NewTerms(ends_on=ago(-395))
    for terms, field in (
        (NewTerms(), "1.ends_on"),
        (NewTerms(ends_on=ago(-395), recurring_revenue=Decimal(-1)), "1.recurring_revenue"),
        (NewTerms(ends_on=ago(10)), "1.ends_on"),
    ):
        with pytest.raises(Invalid) as refused:
            contracts.renew_many([(good, fine), (other, terms)], by=an_actor())
        assert refused.value.field == field
    with pytest.raises(Conflict) as conflict:
        contracts.amend_many([(good, fine), (good, fine)], by=an_actor())
    assert conflict.value.field == "1.contract_id"
    assert not Contract.objects.exclude(pk__in=[good.pk, other.pk]).exists()


def test_an_end_for_good_expects_no_renewal(acme, globex):
    account = an_account()
    ended = contracts.end(a_contract(account, ends=90), ago(-10), by=an_actor())
    assert (ended.is_final, ended.ends_on) == (True, ago(-10))
    assert company_of(account).renewal_on is None
    with pytest.raises(Conflict):
        contracts.renew(ended, NewTerms(ends_on=ago(-300)), by=an_actor())
    again = contracts.amend(ended, NewTerms(ends_on=ago(-90)), by=an_actor())
    assert not again.is_final
    assert company_of(account).renewal_on == ago(-90)


@pytest.mark.parametrize(
    ("given", "error", "field"),
    [
        ({"recurring_revenue": Decimal(-1)}, Invalid, "recurring_revenue"),
        ({"recurring_revenue": Decimal("NaN")}, Invalid, "recurring_revenue"),
        ({"recurring_revenue": Decimal("1.005")}, Invalid, "recurring_revenue"),
        ({"recurring_revenue": Decimal(10) ** 12}, Invalid, "recurring_revenue"),
        ({"currency": "eur"}, Invalid, "currency"),
        ({"currency": "USD"}, Conflict, "currency"),
        ({"starts": 5, "ends": -6}, Invalid, "ends_on"),
        ({"recorded_at": timezone.now() + timedelta(days=1)}, Invalid, "recorded_at"),
    ],
)
def test_what_does_not_fit_is_refused(acme, globex, given, error, field):
    account = an_account()
    a_contract(account)
    with pytest.raises(error) as refused:
        a_contract(account, **given)
    assert refused.value.field == field
    assert Contract.objects.count() == 1


def test_a_refusal_among_many_names_its_place(acme, globex):
    account = an_account()
    good = ContractDraft(
        account_id=account.pk, recurring_revenue=Decimal(1), starts_on=ago(1), ends_on=ago(-1), currency="EUR"
    )
    other = ContractDraft(
        account_id=account.pk, recurring_revenue=Decimal(1), starts_on=ago(1), ends_on=ago(-1), currency="USD"
    )
    lost = ContractDraft(account_id=uuid4(), recurring_revenue=Decimal(1), starts_on=ago(1), ends_on=ago(-1))
    for wrong, error, field in [(other, Conflict, "1.currency"), (lost, NotFound, "1.account_id")]:
        with pytest.raises(error) as refused:
            contracts.agree_many([good, wrong], by=an_actor())
        assert refused.value.field == field
    assert not Contract.objects.exists()


def test_versions_follow_each_other(acme, globex):
    contract = a_contract(an_account(), recorded_at=noon(5))
    with pytest.raises(Invalid) as refused:
        contracts.amend(contract, NewTerms(ends_on=ago(-1), recorded_at=noon(6)), by=an_actor())
    assert refused.value.field == "recorded_at"
    with pytest.raises(Invalid) as refused:
        contracts.renew(contract, NewTerms(), by=an_actor())
    assert refused.value.field == "ends_on"
    with pytest.raises(Invalid):
        contracts.end(contract, contract.starts_on - timedelta(days=1), by=an_actor())


def test_a_closed_account_agrees_on_nothing(acme, globex):
    account = an_account()
    contract = a_contract(account)
    accounts.close(account, by=an_actor())
    with pytest.raises(Conflict):
        a_contract(account)
    with pytest.raises(Conflict):
        contracts.amend(Contract.objects.current().get(), NewTerms(ends_on=ago(-1)), by=an_actor())
    assert contracts.find(contract.pk, by=an_actor()).superseded_at


def test_only_those_who_may(acme, globex):
    account, somebody = an_account(), an_actor(Permission.SEE_ACCOUNTS)
    contract = a_contract(account)
    draft = ContractDraft(
        account_id=account.pk, recurring_revenue=Decimal(1), starts_on=ago(1), ends_on=ago(-1)
    )
    backdated = replace(draft, recorded_at=noon(3))
    for change in (
        partial(contracts.agree, draft, by=somebody),
        partial(contracts.renew, contract, NewTerms(), by=somebody),
        partial(contracts.amend, contract, NewTerms(), by=somebody),
        partial(contracts.end, contract, ago(0), by=somebody),
        partial(contracts.agree, backdated, by=an_actor(Permission.CHANGE_CONTRACTS)),
    ):
        with pytest.raises(Forbidden):
            change()
    with pytest.raises(NotFound):
        contracts.find(contract.pk, by=an_actor(Permission.SEE_PEOPLE))


def test_the_database_refuses_two_last_versions(acme, globex):
    contract = a_contract(an_account())
    contract.pk = uuid4()
    with pytest.raises(IntegrityError), transaction.atomic():
        contract.save(force_insert=True)


@pytest.mark.parametrize("number", [1, 20])
def test_agreeing_many_takes_the_same_queries_as_one(acme, globex, number):
    drafts = [
        ContractDraft(
            account_id=an_account().pk, recurring_revenue=Decimal(10), starts_on=ago(1), ends_on=ago(-9)
        )
        for _ in range(number)
    ]
    # accounts, currencies; contract, due; two for the company; timeline, outbox
    with queries(8):
        contracts.agree_many(drafts, by=an_actor())
