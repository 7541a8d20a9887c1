"""What is kept of plans, and for how long.

A plan holds as long as its statement is right. One with a day or a moment in it may be wrong tomorrow or at
once, because they may be those of its making; nobody can tell from the outside. But whatever is made of
the moment comes out differently each time. So such a plan is kept when it has come out the same twice, and
then for a minute of that day.
"""

import time
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from django.utils import timezone

from accounts import tenancy
from accounts.graphql.reads.statements import Statement

ROOM = 16_000_000
"""About how many bytes of plans are kept, with the documents that they hold on to."""

FOR_A_WHILE = 60.0
"""Seconds for which a plan holds that has come out the same twice."""


class Plan(Protocol):
    """Whatever has a statement, or none."""

    @property
    def statement(self) -> Statement | None:
        """The statement that must be right."""

    @property
    def is_timeless(self) -> bool:
        """Whether nothing in it may be of the day or the moment it was made."""


@dataclass(frozen=True, slots=True)
class Kept[P: Plan]:
    """A plan on the shelf."""

    plan: P
    day: date | None = None
    """The day it was made on, where the tenant is; None where it holds on any."""
    until: float = 0.0

    @property
    def holds(self) -> bool:
        """Whether it may be used."""
        return self.day is None or (time.monotonic() < self.until and self.day == _today())


def kept[P: Plan](plan: P, before: "Kept[P] | None") -> Kept[P]:
    """How a plan is kept that was made now; before it, there may have been another in its place."""
    if plan.is_timeless:
        return Kept(plan)
    day = _today()
    is_same = before is not None and before.day == day and _sql(before.plan) == _sql(plan)
    return Kept(plan, day, time.monotonic() + FOR_A_WHILE if is_same else 0.0)


def _sql(plan: Plan) -> bytes:
    return plan.statement.sql if plan.statement else b""


def _today() -> date:
    return timezone.now().astimezone(tenancy.tenant().zone).date()
