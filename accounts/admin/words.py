"""Figures as people read them."""

from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

NONE = "–"


def money(amount: Decimal | None, currency: str) -> str:
    """An amount with its currency, to the cent where there are cents, or a dash."""
    if amount is None:
        return NONE
    return f"{amount:,.{0 if amount == int(amount) else 2}f} {currency}".strip()


def number(value: float | Decimal | None, digits: int = 0) -> str:
    """A number with thousands apart, or a dash."""
    return NONE if value is None else f"{value:,.{digits}f}"


def signed(value: float | Decimal | None, digits: int = 1) -> str:
    """A difference with its sign; a true minus, which screen readers say."""
    if value is None:
        return NONE
    text = f"{abs(value):,.{digits}f}"
    if float(text.replace(",", "")) == 0:
        return "0"
    return f"+{text}" if value > 0 else f"\N{MINUS SIGN}{text}"


def day(value: date | None) -> str:
    """A day as in 3 Nov 2026, or a dash."""
    return NONE if value is None else f"{value.day} {value:%b %Y}"


def moment(value: datetime | None, *, seconds: bool = False) -> str:
    """A moment on the tenant's clock, as in 3 Nov 2026, 14:05, or a dash."""
    if value is None:
        return NONE
    here = timezone.localtime(value)
    return f"{day(here)}, {here:%H:%M:%S}" if seconds else f"{day(here)}, {here:%H:%M}"


def days_until(value: date, today: date) -> str:
    """How far away a day is, in words."""
    days = (value - today).days
    if days == 0:
        return "today"
    words = f"{abs(days)} day" + ("" if abs(days) == 1 else "s")
    return f"in {words}" if days > 0 else f"{words} ago"
