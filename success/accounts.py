"""Accounts: opened when the working relationship begins, looked after, closed when it ceases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypedDict
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.actor import Actor
from accounts.errors import Conflict, Invalid, NotFound
from accounts.events import emit, emit_many
from accounts.models import Membership
from accounts.permissions import Permission
from journeys.checks import place_of, recorded
from journeys.models import Company
from success import checks, contracts, health, portraits, standings
from success.days import start_if_past, today
from success.events import AccountClosed, AccountOpened, AccountUpdated
from success.models import Account, Feature, Health


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDraft:
    """An account as somebody describes it; without a day it opens today."""

    company_id: UUID
    opened_on: date | None = None
    tier: str = ""
    owner_id: UUID | None = None
    recorded_at: datetime | None = None


class AccountChanges(TypedDict, total=False):
    """What may be changed; what is left out stays."""

    tier: str
    owner_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """The end of an account; without a day it closes today. `closed_on` is the first day after it."""

    account_id: UUID
    closed_on: date | None = None
    reason: str = ""
    recorded_at: datetime | None = None


def find(id: UUID, *, by: Actor) -> Account:
    """The account with this id; NotFound when there is none, or none that the actor may see."""
    account = Account.objects.visible_to(by).select_related("company").filter(pk=id).first()
    if account is None:
        raise NotFound("There is no such account.")
    return account


def open(draft: AccountDraft, *, by: Actor) -> Account:
    """Open an account with a company."""
    return open_many([draft], by=by)[0]


@transaction.atomic
def open_many(drafts: Sequence[AccountDraft], *, by: Actor) -> list[Account]:
    """Open many accounts, all of them or none; a refusal of one among many names its place."""
    by.require(Permission.CHANGE_ACCOUNTS)
    _check_companies([draft.company_id for draft in drafts])
    _check_owners([draft.owner_id for draft in drafts])
    accounts = [_account(draft, place_of(index, drafts), by) for index, draft in enumerate(drafts)]
    Account.objects.bulk_create(accounts)
    Health.objects.bulk_create(Health(account=account) for account in accounts)
    Feature.objects.bulk_create(Feature(account=account) for account in accounts)
    ids = [account.pk for account in accounts]
    health.mark_due(ids)
    portraits.retell(ids)
    opened = [
        AccountOpened(
            account_id=account.pk,
            company_id=account.company_id,
            tier=account.tier,
            opened_on=account.opened_on,
            happened_at=start_if_past(account.opened_on),
            recorded_at=draft.recorded_at,
        )
        for account, draft in zip(accounts, drafts, strict=True)
    ]
    emit_many(opened, by=by)
    return accounts


@transaction.atomic
def update(account: Account, changes: AccountChanges, *, by: Actor) -> Account:
    """Give an account another owner or tier."""
    by.require(Permission.CHANGE_ACCOUNTS)
    current = Account.objects.select_for_update(no_key=True, of=("self",)).get(pk=account.pk)
    if "owner_id" in changes:
        _check_owners([changes["owner_id"]])
    before = current.tier, current.owner_id
    current.tier = checks.text("tier", changes.get("tier", current.tier), 40)
    current.owner_id = changes.get("owner_id", current.owner_id)
    after = current.tier, current.owner_id
    changed = [name for name, old, new in zip(("tier", "owner_id"), before, after, strict=True) if old != new]
    if not changed:
        return current
    current.save(update_fields=["tier", "owner", "updated_at"])
    portraits.retell([current.pk])
    emit(AccountUpdated(account_id=current.pk, company_id=current.company_id, changed=changed), by=by)
    return current


def close(account: Account, *, closed_on: date | None = None, reason: str = "", by: Actor) -> Account:
    """Close an account; its contracts end with it, and its health stays as it was."""
    return close_many([Closing(account_id=account.pk, closed_on=closed_on, reason=reason)], by=by)[0]


@transaction.atomic
def close_many(closings: Sequence[Closing], *, by: Actor) -> list[Account]:
    """Close many accounts, all of them or none; a refusal of one among many names its place."""
    by.require(Permission.CHANGE_ACCOUNTS)
    ids = [closing.account_id for closing in closings]
    locked = Account.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True, of=("self",))
    found = {account.pk: account for account in locked}
    endings = [
        _ending(closing, found, place_of(index, closings), by) for index, closing in enumerate(closings)
    ]
    Account.objects.bulk_update(found.values(), ["closed_on", "close_reason", "updated_at"])
    standings.hold(ids)
    Feature.objects.filter(pk__in=ids).delete()
    contracts.end_with_accounts(endings, by=by)
    portraits.retell(ids)
    closed = [
        AccountClosed(
            account_id=ending.account_id,
            company_id=found[ending.account_id].company_id,
            closed_on=ending.ends_on,
            happened_at=start_if_past(ending.ends_on),
            recorded_at=ending.stated_at,
        )
        for ending in endings
    ]
    emit_many(closed, by=by)
    return [found[id] for id in ids]


def _account(draft: AccountDraft, place: str, by: Actor) -> Account:
    opened_on = draft.opened_on or today()
    if opened_on > today():
        raise Invalid("An account cannot open in the future.", field=f"{place}opened_on")
    recorded_at = recorded(f"{place}recorded_at", draft.recorded_at, by=by)
    return Account(
        company_id=draft.company_id,
        owner_id=draft.owner_id,
        tier=checks.text(f"{place}tier", draft.tier, 40),
        opened_on=opened_on,
        created_at=recorded_at,
    )


def _ending(closing: Closing, found: dict[UUID, Account], place: str, by: Actor) -> contracts.Ending:
    account = found.get(closing.account_id)
    if account is None:
        raise NotFound("There is no such account.", field=f"{place}account_id")
    if account.closed_on is not None:
        raise Conflict("This account is closed already.", field=f"{place}account_id")
    closed_on = closing.closed_on or today()
    if not account.opened_on <= closed_on <= today():
        message = "An account closes between the day it opened and today."
        raise Invalid(message, field=f"{place}closed_on")
    account.closed_on = closed_on
    account.close_reason = checks.text(f"{place}reason", closing.reason, 1000)
    account.updated_at = timezone.now()
    recorded_at = recorded(f"{place}recorded_at", closing.recorded_at, by=by)
    return contracts.Ending(account.pk, closed_on, recorded_at, closing.recorded_at)


def _check_companies(companies: Sequence[UUID]) -> None:
    """Refuse what is unknown or taken; of two who open an account with one company, the second waits."""
    held = Company.objects.filter(pk__in=companies).order_by("pk").select_for_update(no_key=True)
    known = set(held.values_list("pk", flat=True))
    taken = set(Account.objects.filter(company__in=companies).values_list("company", flat=True))
    for index, company in enumerate(companies):
        field = f"{place_of(index, companies)}company_id"
        if company not in known:
            raise NotFound("There is no such company.", field=field)
        if company in taken:
            raise Conflict("There is an account with this company already.", field=field)
        taken.add(company)


def _check_owners(owners: Sequence[UUID | None]) -> None:
    given = {owner for owner in owners if owner}
    if not given:
        return
    members = set(Membership.objects.active().filter(user__in=given).values_list("user", flat=True))
    for index, owner in enumerate(owners):
        if owner and owner not in members:
            raise NotFound("There is no such member.", field=f"{place_of(index, owners)}owner_id")
