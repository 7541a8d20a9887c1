"""The commercial half of a story: accounts, contracts, their ends, and health on the days behind."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from accounts.actor import Actor
from config.demo.cast import Agreement, Firm, Story
from success import accounts, contracts, health, history, scorecards, signals
from success.accounts import AccountDraft, Closing
from success.contracts import Change, ContractDraft, NewTerms
from success.models import Account, Contract

type GoingOn = tuple[Contract, Sequence[Agreement]]
"""A contract, and what is yet to be agreed on it."""


@dataclass(slots=True)
class Commerce:
    """The accounts of a story's firms, written into the current tenant; needs a transaction around it."""

    story: Story
    companies: dict[str, UUID]
    owners: Sequence[UUID]
    by: Actor
    accounts: dict[str, Account] = field(default_factory=dict)

    def open(self) -> Iterator[str]:
        """Open an account for each firm, agree on its contracts and renewals, and close what was closed."""
        drafts = [self._draft(number, firm) for number, firm in enumerate(self.story.firms)]
        opened = accounts.open_many(drafts, by=self.by)
        self.accounts = {firm.key: account for firm, account in zip(self.story.firms, opened, strict=True)}
        yield f"{len(opened):,} accounts"
        yield f"{self._agree():,} contracts, renewals and changes of terms"
        closings = [self._closing(firm) for firm in self.story.firms if firm.closed_on]
        accounts.close_many(closings, by=self.by)
        yield f"{len(closings):,} accounts closed"

    def _draft(self, number: int, firm: Firm) -> AccountDraft:
        return AccountDraft(
            company_id=self.companies[firm.key],
            opened_on=firm.opened_on,
            tier=firm.tier,
            owner_id=self.owners[number % len(self.owners)] if self.owners else None,
            recorded_at=noon(firm.opened_on),
        )

    def _agree(self) -> int:
        first = [(firm, firm.agreements[0]) for firm in self.story.firms if firm.agreements]
        drafts = [
            ContractDraft(
                account_id=self.accounts[firm.key].pk,
                recurring_revenue=agreement.recurring_revenue,
                starts_on=agreement.starts_on,
                ends_on=agreement.ends_on,
                recorded_at=agreement.agreed_at,
            )
            for firm, agreement in first
        ]
        agreed = contracts.agree_many(drafts, by=self.by)
        going_on: list[GoingOn] = [
            (contract, firm.agreements[1:]) for (firm, _), contract in zip(first, agreed, strict=True)
        ]
        while going_on := [(contract, to_come) for contract, to_come in going_on if to_come]:
            going_on = self._go_on(going_on)
        return sum(len(firm.agreements) for firm, _ in first)

    def _go_on(self, contracts_of: Sequence[GoingOn]) -> list[GoingOn]:
        """Take the next step of each contract: a renewal, or a change of terms."""
        renewals: list[tuple[Change, Sequence[Agreement]]] = []
        amendments: list[tuple[Change, Sequence[Agreement]]] = []
        for contract, (agreement, *to_come) in contracts_of:
            steps = renewals if agreement.starts_on == contract.ends_on else amendments
            steps.append(((contract, _terms(agreement)), to_come))
        renewed = contracts.renew_many([change for change, _ in renewals], by=self.by)
        amended = contracts.amend_many([change for change, _ in amendments], by=self.by)
        rest = [to_come for _, to_come in (*renewals, *amendments)]
        return list(zip([*renewed, *amended], rest, strict=True))

    def _closing(self, firm: Firm) -> Closing:
        return Closing(
            account_id=self.accounts[firm.key].pk,
            closed_on=firm.closed_on,
            reason=firm.close_reason,
            recorded_at=noon(firm.closed_on) if firm.closed_on else None,
        )


def _terms(agreement: Agreement) -> NewTerms:
    return NewTerms(
        recurring_revenue=agreement.recurring_revenue,
        ends_on=agreement.ends_on,
        recorded_at=agreement.agreed_at,
    )


def read_events_as(roles: dict[str, str], by: Actor) -> None:
    """Put the default scorecard in force, and say which events are calls for help or count for nothing."""
    scorecards.install_default(by=by)
    for name, role in roles.items():
        signals.count_as(name, role, by=by)


def look_back(days: Sequence[date], by: Actor) -> str:
    """Work out health as it would have been shown on these days."""
    records = history.rebuild(days, by=by)
    return f"{records:,} scores of {len(days)} past days"


def score() -> str:
    """Work out health as it is now, until nobody is waiting for it."""
    accounts = 0
    while True:
        scored = health.score_due(limit=20_000)
        accounts += scored.accounts
        if not scored.more:
            return f"{accounts:,} accounts scored"


def noon(day: date) -> datetime:
    """A moment of the day that lies on that day nearly everywhere."""
    return datetime.combine(day, time(12), UTC)


def days_behind(today: date, history_days: int) -> list[date]:
    """Each of the last 14 days, each week of half a year before, and every other week before that."""
    ages = [*range(1, 15), *range(21, 190, 7), *range(203, history_days, 14)]
    return [today - timedelta(days=age) for age in reversed(ages)]
