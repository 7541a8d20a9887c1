"""What success does on news: the touched are marked in the same transaction, a worker is woken after it."""

from uuid import UUID

from accounts.events import Envelope, on
from accounts.tenancy import tenant
from accounts.waking import wake
from journeys import rollups
from success import health, tasks


def listen() -> None:
    """Register as a follower of the rollups."""
    rollups.follower(touched)


def touched(companies: list[UUID]) -> None:
    """Have the health of companies that something happened to worked out again."""
    if health.mark_touched(companies):
        wake(tasks.score_due, schema=tenant().schema_name)


@on("success.account_opened")
@on("success.contract_agreed")
@on("success.contract_renewed")
@on("success.contract_amended")
@on("success.contract_ended")
@on("success.signal_changed")
def score_soon(envelope: Envelope) -> None:
    """Wake the worker; the verb that said this has marked the accounts."""
    wake(tasks.score_due, schema=tenant().schema_name)


@on("success.scorecard_published")
def apply_soon(envelope: Envelope) -> None:
    """Wake the worker that scores all accounts with it."""
    wake(tasks.apply_scorecard, schema=tenant().schema_name)
