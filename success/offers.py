"""What success does for siblings that ask by name (`accounts.events.ask`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.actor import Actor
from accounts.errors import Conflict, DomainError, Invalid, NotFound
from accounts.events import offers
from accounts.permissions import Permission
from accounts.tenancy import tenant
from journeys.checks import recorded
from journeys.models import Company
from success import accounts, checks, contracts, scorecards
from success.accounts import AccountDraft
from success.contracts import ContractDraft
from success.days import today
from success.models import Account, Contract

offers("success.scorecard_install")(scorecards.install_default)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractRow:
    """A contract with a company, which is named by the tenant's own key of it."""

    company_key: str
    recurring_revenue: Decimal
    starts_on: date
    ends_on: date
    currency: str = ""
    tier: str = ""
    opened_on: date | None = None
    recorded_at: datetime | None = None


@dataclass(slots=True)
class Imported:
    """What came of the rows: how many were there already, and which were refused (place, field, message)."""

    repeated: int = 0
    refused: list[tuple[int, str, str]] = field(default_factory=list)


@offers("success.contracts_import")
@transaction.atomic
def import_contracts(*, rows: Sequence[Mapping[str, Any]], by: Actor) -> Imported:
    """Agree on the contracts that are not there yet, opening accounts where there are none.

    What does not fit is refused by itself. A contract is known by its account and its first day: the same
    terms again change nothing, other terms are refused.
    """
    by.require(Permission.CHANGE_CONTRACTS)
    return _Import(by, [ContractRow(**row) for row in rows]).run()


class _Import:
    def __init__(self, by: Actor, rows: Sequence[ContractRow]) -> None:
        self.by = by
        self.rows = rows
        self.imported = Imported()
        keys = {row.company_key for row in rows if row.company_key}
        self.companies = dict(Company.objects.filter(key__in=keys).order_by().values_list("key", "pk"))

    def run(self) -> Imported:
        """Go through the rows, and agree on what is new in them."""
        fitting = [index for index, row in enumerate(self.rows) if self._passes(index, self._check, row)]
        accounts = self._accounts([self.rows[index] for index in fitting])
        known = self._known(accounts)
        drafts: list[ContractDraft] = []
        for index in fitting:
            row = self.rows[index]
            account = accounts[self.companies[row.company_key]]
            if self._passes(index, self._compare, row, account, known):
                drafts.append(_draft(row, account))
        if drafts:
            contracts.agree_many(drafts, by=self.by)
        return self.imported

    def _passes(self, index: int, check: Any, *given: Any) -> bool:
        """Whether a row passes a check; if it is refused, that is noted."""
        try:
            return bool(check(*given))
        except DomainError as refusal:
            self.imported.refused.append((index, refusal.field or "", refusal.message))
            return False

    def _check(self, row: ContractRow) -> bool:
        """Refuse what could not be agreed upon by itself."""
        if row.company_key not in self.companies:
            raise NotFound("There is no company with this key.", field="company_key")
        checks.money("recurring_revenue", row.recurring_revenue)
        checks.currency("currency", row.currency or tenant().currency)
        checks.text("tier", row.tier, 40)
        recorded("recorded_at", row.recorded_at, by=self.by)
        if row.ends_on < row.starts_on:
            raise Invalid("A contract cannot end before it starts.", field="ends_on")
        if row.opened_on and row.opened_on > today():
            raise Invalid("An account cannot open in the future.", field="opened_on")
        return True

    def _accounts(self, rows: Sequence[ContractRow]) -> dict[UUID, Account]:
        """The accounts of the rows' companies, by company; those that are missing are opened."""
        companies = {self.companies[row.company_key] for row in rows}
        found = {account.company_id: account for account in Account.objects.filter(company__in=companies)}
        missing: dict[UUID, AccountDraft] = {}
        for row in sorted(rows, key=lambda row: row.opened_on or row.starts_on):
            company = self.companies[row.company_key]
            if company not in found:
                opened_on = min(row.opened_on or row.starts_on, today())
                draft = AccountDraft(
                    company_id=company, opened_on=opened_on, tier=row.tier, recorded_at=row.recorded_at
                )
                missing.setdefault(company, draft)
        if missing:
            opened = accounts.open_many(list(missing.values()), by=self.by)
            found |= {account.company_id: account for account in opened}
        return found

    def _known(self, found: Mapping[UUID, Account]) -> dict[UUID, dict[date, Contract]]:
        """The contracts that the accounts have, by account and first day."""
        known: dict[UUID, dict[date, Contract]] = {account.pk: {} for account in found.values()}
        for contract in Contract.objects.current().filter(account__in=known):
            known[contract.account_id][contract.starts_on] = contract
        return known

    def _compare(self, row: ContractRow, account: Account, known: dict[UUID, dict[date, Contract]]) -> bool:
        """Whether a row is new to its account; refused where it contradicts what is agreed."""
        theirs = known[account.pk]
        currency = row.currency or tenant().currency
        if same := theirs.get(row.starts_on):
            if (same.recurring_revenue, same.ends_on, same.currency) == (
                row.recurring_revenue,
                row.ends_on,
                currency,
            ):
                self.imported.repeated += 1
                return False
            raise Conflict("A contract from this day on is there, with other terms.", field="starts_on")
        if account.closed_on:
            raise Conflict("This account is closed.", field="company_key")
        if any(contract.currency != currency for contract in theirs.values()):
            raise Conflict("This account's contracts are in another currency.", field="currency")
        theirs[row.starts_on] = Contract(
            recurring_revenue=row.recurring_revenue, ends_on=row.ends_on, currency=currency
        )
        return True


def _draft(row: ContractRow, account: Account) -> ContractDraft:
    return ContractDraft(
        account_id=account.pk,
        recurring_revenue=row.recurring_revenue,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        currency=row.currency,
        recorded_at=row.recorded_at,
    )
