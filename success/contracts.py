"""Contracts: agreed, renewed, amended, ended. Each change is a new version; none is ever rewritten."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.actor import Actor
from accounts.errors import Conflict, Invalid, NotFound
from accounts.events import emit, emit_many
from accounts.permissions import Permission
from accounts.tenancy import tenant
from journeys.checks import conflicts, place_of, recorded
from success import checks, health, portraits, versions
from success.events import ContractAgreed, ContractAmended, ContractEnded, ContractRenewed
from success.models import Account, Contract


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractDraft:
    """A contract as somebody describes it; without a currency it is in the tenant's own."""

    account_id: UUID
    recurring_revenue: Decimal
    starts_on: date
    ends_on: date
    currency: str = ""
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTerms:
    """What becomes of a contract; what is left out stays. A renewal begins when the contract ends."""

    recurring_revenue: Decimal | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    recorded_at: datetime | None = None


type Change = tuple[Contract, NewTerms]
"""A contract, and what is to become of it."""


@dataclass(frozen=True, slots=True)
class Ending:
    """An account that ends, and its contracts with it."""

    account_id: UUID
    ends_on: date
    recorded_at: datetime
    stated_at: datetime | None


def find(id: UUID, *, by: Actor) -> Contract:
    """The version of a contract with this id; NotFound when there is none, or none that the actor may see."""
    contract = Contract.objects.visible_to(by).select_related("account__company").filter(pk=id).first()
    if contract is None:
        raise NotFound("There is no such contract.")
    return contract


def agree(draft: ContractDraft, *, by: Actor) -> Contract:
    """Agree on a new contract."""
    return agree_many([draft], by=by)[0]


@transaction.atomic
def agree_many(drafts: Sequence[ContractDraft], *, by: Actor) -> list[Contract]:
    """Agree on many new contracts, all of them or none; a refusal of one among many names its place."""
    by.require(Permission.CHANGE_CONTRACTS)
    accounts = versions.locked([draft.account_id for draft in drafts])
    currencies = _currencies(accounts)
    agreed = [
        _agreed(draft, accounts, currencies, place_of(index, drafts), by)
        for index, draft in enumerate(drafts)
    ]
    Contract.objects.bulk_create(agreed)
    _pass_on(list(accounts))
    told = [
        ContractAgreed(**_said(contract, accounts[contract.account_id], draft.recorded_at))
        for contract, draft in zip(agreed, drafts, strict=True)
    ]
    emit_many(told, by=by)
    return agreed


def renew(contract: Contract, terms: NewTerms, *, by: Actor) -> Contract:
    """Renew a contract: a new one begins where it ends, or on the day that is named."""
    return renew_many([(contract, terms)], by=by)[0]


@transaction.atomic
def renew_many(renewals: Sequence[Change], *, by: Actor) -> list[Contract]:
    """Renew many contracts, all of them or none; a refusal of one among many names its place."""
    held = versions.hold([contract for contract, _ in renewals], by)
    made = [
        _renewal(current, terms, place_of(index, renewals), by)
        for index, (current, (_, terms)) in enumerate(zip(held, renewals, strict=True))
    ]
    with conflicts(Contract, {"contract_renewed_once": "contract_id"}):
        Contract.objects.bulk_create(made)
    _pass_on([contract.account_id for contract in made])
    told = [
        ContractRenewed(
            **_said(renewal, renewal.account, terms.recorded_at),
            renews_agreement_id=current.agreement,
            previous_recurring_revenue=current.recurring_revenue,
        )
        for renewal, current, (_, terms) in zip(made, held, renewals, strict=True)
    ]
    emit_many(told, by=by)
    return made


def amend(contract: Contract, terms: NewTerms, *, by: Actor) -> Contract:
    """Change the terms of a contract; one that was ended goes on to the end it is given."""
    return amend_many([(contract, terms)], by=by)[0]


@transaction.atomic
def amend_many(amendments: Sequence[Change], *, by: Actor) -> list[Contract]:
    """Change the terms of many contracts, all or none; a refusal of one among many names its place."""
    held = versions.hold([contract for contract, _ in amendments], by)
    amended = [
        _amended(current, terms, place_of(index, amendments), by)
        for index, (current, (_, terms)) in enumerate(zip(held, amendments, strict=True))
    ]
    versions.replace(held, amended)
    _pass_on([contract.account_id for contract in amended])
    told = [
        ContractAmended(
            **_said(version, current.account, terms.recorded_at),
            previous_recurring_revenue=current.recurring_revenue,
        )
        for version, current, (_, terms) in zip(amended, held, amendments, strict=True)
    ]
    emit_many(told, by=by)
    return amended


@transaction.atomic
def end(contract: Contract, ends_on: date, *, recorded_at: datetime | None = None, by: Actor) -> Contract:
    """Give a contract an end for good: it is not expected to be renewed."""
    (current,) = versions.hold([contract], by)
    ended = versions.following(current, recorded_at, {"ends_on": ends_on, "is_final": True}, by=by)
    versions.check_dates(ended)
    versions.replace([current], [ended])
    _pass_on([current.account_id])
    emit(ContractEnded(**_said(ended, current.account, recorded_at)), by=by)
    return ended


def end_with_accounts(endings: Sequence[Ending], *, by: Actor) -> None:
    """End what still runs of accounts that end; for `accounts`, which has asked and holds them."""
    of = {ending.account_id: ending for ending in endings}
    running = Contract.objects.current().filter(account__in=of).select_related("account").order_by("pk")
    current = [contract for contract in running if contract.ends_on > of[contract.account_id].ends_on]
    ended = []
    for contract in current:
        ending = of[contract.account_id]
        version = versions.copied(contract, max(ending.recorded_at, contract.recorded_at))
        version.ends_on, version.is_final = max(ending.ends_on, contract.starts_on), True
        ended.append(version)
    versions.replace(current, ended)
    told = [
        ContractEnded(**_said(version, contract.account, of[contract.account_id].stated_at))
        for contract, version in zip(current, ended, strict=True)
    ]
    emit_many(told, by=by)


def _renewal(current: Contract, terms: NewTerms, place: str, by: Actor) -> Contract:
    if current.is_final:
        raise Conflict("This contract has been ended.", field=f"{place}contract_id" if place else None)
    if terms.ends_on is None:
        raise Invalid("Name the day on which the renewal ends.", field=f"{place}ends_on")
    renewal = Contract(
        account=current.account,
        renews=current.agreement,
        currency=current.currency,
        **_terms(terms, current, place, starts_on=current.ends_on),
        recorded_at=recorded(f"{place}recorded_at", terms.recorded_at, by=by),
    )
    versions.check_dates(renewal, place)
    return renewal


def _amended(current: Contract, terms: NewTerms, place: str, by: Actor) -> Contract:
    changed = _terms(terms, current, place, starts_on=current.starts_on)
    amended = versions.following(current, terms.recorded_at, changed, place, by=by)
    amended.is_final = current.is_final and terms.ends_on is None
    versions.check_dates(amended, place)
    return amended


def _agreed(
    draft: ContractDraft, accounts: dict[UUID, Account], currencies: dict[UUID, str], place: str, by: Actor
) -> Contract:
    account = accounts.get(draft.account_id)
    if account is None:
        raise NotFound("There is no such account.", field=f"{place}account_id")
    if account.closed_on:
        raise Conflict("This account is closed.", field=f"{place}account_id")
    currency = checks.currency(f"{place}currency", draft.currency or tenant().currency)
    if currencies.setdefault(account.pk, currency) != currency:
        message = f"This account's contracts are in {currencies[account.pk]}."
        raise Conflict(message, field=f"{place}currency")
    contract = Contract(
        account=account,
        recurring_revenue=checks.money(f"{place}recurring_revenue", draft.recurring_revenue),
        currency=currency,
        starts_on=draft.starts_on,
        ends_on=draft.ends_on,
        recorded_at=recorded(f"{place}recorded_at", draft.recorded_at, by=by),
    )
    versions.check_dates(contract, place)
    return contract


def _currencies(accounts: dict[UUID, Account]) -> dict[UUID, str]:
    rows = Contract.objects.current().filter(account__in=accounts)
    return dict(rows.values_list("account", "currency"))


def _terms(terms: NewTerms, current: Contract, place: str, *, starts_on: date) -> versions.Terms:
    revenue = current.recurring_revenue
    if terms.recurring_revenue is not None:
        revenue = checks.money(f"{place}recurring_revenue", terms.recurring_revenue)
    return {
        "recurring_revenue": revenue,
        "starts_on": terms.starts_on or starts_on,
        "ends_on": terms.ends_on or current.ends_on,
    }


def _pass_on(accounts: Sequence[UUID]) -> None:
    health.mark_due(accounts)
    portraits.retell(accounts)


def _said(contract: Contract, account: Account, stated_at: datetime | None) -> dict[str, Any]:
    return {
        "account_id": account.pk,
        "company_id": account.company_id,
        "contract_id": contract.pk,
        "agreement_id": contract.agreement,
        "recurring_revenue": contract.recurring_revenue,
        "currency": contract.currency,
        "starts_on": contract.starts_on,
        "ends_on": contract.ends_on,
        "happened_at": stated_at,
        "recorded_at": stated_at,
    }
