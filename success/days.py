"""Days, as the tenant's clocks cut them."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from accounts.errors import Invalid
from accounts.tenancy import tenant


def today() -> date:
    """The day it is where the tenant is."""
    return timezone.now().astimezone(tenant().zone).date()


def known(day: date, *, field: str = "day") -> date:
    """The day itself; refused where it is still to come, for nothing is known of it."""
    if day > today():
        raise Invalid(f"`{field}` is in the future: health is known up to today.", field=field)
    return day


def end_of(day: date) -> datetime:
    """The moment at which the day is over."""
    return datetime.combine(day + timedelta(days=1), time.min, tenant().zone)


def day_of(moment: datetime) -> date:
    """The day on which the moment falls where the tenant is."""
    return moment.astimezone(tenant().zone).date()


def start_of(day: date) -> datetime:
    """The moment at which the day begins."""
    return datetime.combine(day, time.min, tenant().zone)


def start_if_past(day: date) -> datetime | None:
    """The moment at which a past day began; None for today, when it is happening just now."""
    return start_of(day) if day < today() else None
