"""Versions of contracts: held, followed by the next, never rewritten. What `contracts` is made of."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.actor import Actor
from accounts.errors import Conflict, Invalid
from accounts.identifiers import uuid7
from accounts.permissions import Permission
from journeys.checks import place_of, recorded
from success.models import Account, Contract

type Terms = dict[str, Any]


def locked(accounts: Sequence[UUID]) -> dict[UUID, Account]:
    """Accounts, locked in the order of their ids: whoever changes contracts holds their accounts."""
    rows = Account.objects.filter(pk__in=accounts).order_by("pk").select_for_update(no_key=True, of=("self",))
    return {account.pk: account for account in rows}


def hold(contracts: Sequence[Contract], by: Actor) -> list[Contract]:
    """The last versions of contracts, their accounts locked; a Conflict where somebody else changed one."""
    by.require(Permission.CHANGE_CONTRACTS)
    accounts = locked([contract.account_id for contract in contracts])
    versions = Contract.objects.in_bulk([contract.pk for contract in contracts])
    held = []
    for index, contract in enumerate(contracts):
        current, field = versions.pop(contract.pk, None), f"{place_of(index, contracts)}contract_id"
        if current is None or current.superseded_at:
            raise Conflict("This contract has been changed since: look at it again.", field=field)
        current.account = accounts[current.account_id]
        if current.account.closed_on:
            raise Conflict("This account is closed.", field=field)
        held.append(current)
    return held


def following(
    current: Contract, stated: datetime | None, terms: Terms, place: str = "", *, by: Actor
) -> Contract:
    """The version after this one, with other terms."""
    recorded_at = recorded(f"{place}recorded_at", stated, by=by)
    if recorded_at < current.recorded_at:
        raise Invalid("The version before it was agreed later.", field=f"{place}recorded_at")
    version = copied(current, recorded_at)
    for name, value in terms.items():
        setattr(version, name, value)
    return version


def copied(contract: Contract, recorded_at: datetime) -> Contract:
    """The version after this one, with the same terms so far."""
    names = ("account_id", "agreement", "renews", "recurring_revenue", "currency", "starts_on", "ends_on")
    copied = {name: getattr(contract, name) for name in names}
    return Contract(**copied, recorded_at=recorded_at, supersedes=contract, id=uuid7())


def replace(current: Sequence[Contract], versions: Sequence[Contract]) -> None:
    """Let versions take the place of those before them."""
    for contract, version in zip(current, versions, strict=True):
        contract.superseded_at = version.recorded_at
    Contract.objects.bulk_update(current, ["superseded_at"])
    Contract.objects.bulk_create(versions)


def check_dates(contract: Contract, place: str = "") -> None:
    """Refuse an end before the start."""
    if contract.ends_on < contract.starts_on:
        raise Invalid("A contract cannot end before it starts.", field=f"{place}ends_on")
