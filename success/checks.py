"""Values checked before they are stored, for verbs that take many rows at once."""

from decimal import Decimal

from accounts.errors import Invalid
from journeys.storable import Refused, check_text

LARGEST = Decimal(10) ** 12


def text(field: str, value: str, longest: int, *, needed: bool = False) -> str:
    """A text without spaces around it, or Invalid."""
    value = value.strip()
    if needed and not value:
        raise Invalid("This cannot be empty.", field=field)
    try:
        check_text(field, value, longest)
    except Refused as refused:
        raise Invalid(refused.message, field=field) from refused
    return value


def money(field: str, value: Decimal) -> Decimal:
    """An amount of at most twelve digits and two decimals that is not negative, or Invalid."""
    if not value.is_finite() or not 0 <= value < LARGEST:
        raise Invalid("An amount is not negative and has at most 12 digits.", field=field)
    if value != round(value, 2):
        raise Invalid("An amount has at most 2 decimals.", field=field)
    return round(value, 2)


def currency(field: str, value: str) -> str:
    """The code of a currency, or Invalid."""
    if len(value) != 3 or not (value.isascii() and value.isalpha() and value.isupper()):
        raise Invalid("A currency is three capital letters, such as EUR.", field=field)
    return value
