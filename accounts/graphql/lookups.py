"""Lookups: what may be asked of one column. Our own, because stock ones offer regular expressions."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

import strawberry
from django.db.models import Q
from strawberry import UNSET

from accounts.errors import LimitExceeded
from accounts.graphql import limits
from accounts.graphql.ids import key_of


def checked[T](values: Sequence[T]) -> Sequence[T]:
    """The values, if they are not too many."""
    if len(values) > limits.LIST_MOST:
        raise LimitExceeded(f"A list holds at most {limits.LIST_MOST} values.")
    return values


class Lookup:
    """Conditions on one column, all of which hold together."""

    asks: ClassVar[Mapping[str, str]] = {
        "exact": "exact",
        "in_": "in",
        "gt": "gt",
        "gte": "gte",
        "lt": "lt",
        "lte": "lte",
        "is_null": "isnull",
        "contains": "icontains",
        "starts_with": "istartswith",
    }

    def on(self, path: str) -> Q:
        """The conditions on a column."""
        found = Q()
        for name, lookup in self.asks.items():
            value = getattr(self, name, UNSET)
            if value is not UNSET and value is not None:
                found &= self._ask(path, lookup, value)
        return found

    def _ask(self, path: str, lookup: str, value: Any) -> Q:
        return Q((f"{path}__{lookup}", checked(value) if lookup == "in" else value))


def _asked(description: str, name: str | None = None) -> Any:
    return strawberry.field(default=UNSET, description=description, name=name)


EXACT, IN = "Equal to this.", "One of these, at most 100."
IS_NULL = "Whether it is unknown."


@strawberry.input(description="Conditions on a text.")
class TextLookup(Lookup):
    exact: str | None = _asked("Equal to this, to the letter.")
    in_: list[str] | None = _asked(IN, "in")
    contains: str | None = _asked("Contains this, whatever its case.")
    starts_with: str | None = _asked("Begins with this, whatever its case.")


@strawberry.input(description="Conditions on a whole number.")
class IntLookup(Lookup):
    exact: int | None = _asked(EXACT)
    in_: list[int] | None = _asked(IN, "in")
    gt: int | None = _asked("Greater than this.")
    gte: int | None = _asked("At least this.")
    lt: int | None = _asked("Less than this.")
    lte: int | None = _asked("At most this.")
    is_null: bool | None = _asked(IS_NULL)


@strawberry.input(description="Conditions on an exact number.")
class DecimalLookup(Lookup):
    exact: Decimal | None = _asked(EXACT)
    gt: Decimal | None = _asked("Greater than this.")
    gte: Decimal | None = _asked("At least this.")
    lt: Decimal | None = _asked("Less than this.")
    lte: Decimal | None = _asked("At most this.")
    is_null: bool | None = _asked(IS_NULL)


@strawberry.input(description="Conditions on a moment.")
class TimeLookup(Lookup):
    gt: datetime | None = _asked("Later than this.")
    gte: datetime | None = _asked("At this moment, or later.")
    lt: datetime | None = _asked("Earlier than this.")
    lte: datetime | None = _asked("At this moment, or earlier.")
    is_null: bool | None = _asked(IS_NULL)


@strawberry.input(description="Conditions on a day.")
class DateLookup(Lookup):
    exact: date | None = _asked("This day.")
    gt: date | None = _asked("A later day.")
    gte: date | None = _asked("This day, or later.")
    lt: date | None = _asked("An earlier day.")
    lte: date | None = _asked("This day, or earlier.")
    is_null: bool | None = _asked(IS_NULL)


@strawberry.input(description="Which of a closed list.")
class OneOf[T](Lookup):
    exact: T | None = _asked(EXACT)
    in_: list[T] | None = _asked(IN, "in")


@strawberry.input(description="Which object.")
class IdLookup(Lookup):
    exact: strawberry.ID | None = _asked("The object with this id.")
    in_: list[strawberry.ID] | None = _asked("One of the objects with these ids, at most 100.", "in")
    is_null: bool | None = _asked("Whether there is none.")

    def of(self, name: str, path: str) -> Q:
        """The conditions on a column that holds keys of this type's rows."""
        found = Q()
        if self.exact is not UNSET and self.exact is not None:
            found &= Q((path, key_of(self.exact, name)))
        if self.in_ is not UNSET and self.in_ is not None:
            found &= Q((f"{path}__in", [key_of(each, name) for each in checked(self.in_)]))
        if self.is_null is not UNSET and self.is_null is not None:
            found &= Q((f"{path}__isnull", self.is_null))
        return found
