"""An amount from two columns: how much, and in which currency."""

from dataclasses import dataclass
from typing import Any

from accounts.graphql.nodes import Column
from accounts.graphql.scalars import Money


@dataclass(frozen=True, slots=True)
class Amount:
    """Money, declared: the columns of the amount and of its currency."""

    amount: str
    currency: str


class MoneyField(Column):
    """An amount and its currency; null where there is no amount."""

    columns: Amount

    def get_result(self, source: Any, info: Any, args: list[Any], kwargs: dict[str, Any]) -> Money | None:
        """The two columns as one value."""
        amount = getattr(source, self.columns.amount)
        return (
            None if amount is None else Money(amount=amount, currency=getattr(source, self.columns.currency))
        )


def money(amount: str, currency: str, description: str = "") -> Any:
    """A field of two columns; described by the amount's help text, if nothing is said."""
    made = MoneyField(description=description or None, django_name=amount)
    made.columns = Amount(amount, currency)
    return made
