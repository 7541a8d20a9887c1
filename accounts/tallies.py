"""Tallies: figures still to be counted, so that many of them can be counted at once.

A tally is what the database counts, as groups, and what arithmetic makes of the counted. It keeps the two
apart: the groups may be read by whoever reads other things in the same statement.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet, Value

type Counted = Sequence[Mapping[str, Any]]
"""The rows of groups; numbers are int or Decimal, days are `date` or their ISO text."""


@dataclass(frozen=True, slots=True)
class Tally[T]:
    """A figure still to be counted."""

    groups: QuerySet
    """A queryset of dicts."""
    made: Callable[[Counted], T]
    """What is made of them; of nothing where the actor may see nothing."""

    def count(self) -> T:
        """Count now."""
        return self.made(list(self.groups))


def totals(rows: QuerySet, **figures: Any) -> QuerySet:
    """One group of everything: `totals(answers, n=Count("pk"))`."""
    return rows.order_by().values(everything=Value(1)).annotate(**figures)


def day_of(value: date | str) -> date:
    """A day of a group, however it came."""
    return date.fromisoformat(value) if isinstance(value, str) else value
