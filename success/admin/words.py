"""A score, and what its measures saw, as people read them."""

from collections.abc import Callable
from decimal import ROUND_FLOOR, Decimal

from accounts.admin.words import number, signed
from success.explanations import Line
from success.models import FeatureName
from success.sentences import trend

UNKNOWN = "not known"


def score(value: Decimal | None) -> str:
    """A score as it is shown beside its band: what is cut off would else round it into the next one."""
    return number(value and value.quantize(Decimal("0.1"), ROUND_FLOOR), 1)


def seen(line: Line) -> str:
    """The raw value of a measure in words, and why it does not count where it is too old."""
    if line.value is None:
        return UNKNOWN
    words = SEEN.get(line.feature, number)(line.value)
    if line.is_fresh:
        return words
    return f"{words}, {line.age_days} days ago: too old to count"


def _since(value: float) -> str:
    days = round(value)
    return "seen today" if days <= 0 else f"last seen {_days(days)} ago"


def _breadth(value: float) -> str:
    people = round(value)
    return f"{people:,} {'person' if people == 1 else 'people'} active within 30 days"


def _support(value: float) -> str:
    calls = round(value)
    return f"{calls:,} {'call' if calls == 1 else 'calls'} for help within 28 days"


def _renewal(value: float) -> str:
    days = round(value)
    if days == 0:
        return "renewal is today"
    return f"renewal in {_days(days)}" if days > 0 else f"renewal was {_days(-days)} ago"


def _days(days: int) -> str:
    return f"{days:,} day{'' if days == 1 else 's'}"


VALUES: dict[str, str] = {
    FeatureName.USAGE_TREND: "Use in the last 28 days against the 28 before:"
    " (last − before) / (last + before). −1 is all gone, 0 as before, 1 all new.",
    FeatureName.DAYS_SINCE_SEEN: "Days since they last used anything.",
    FeatureName.BREADTH: "How many people were active within 30 days.",
    FeatureName.SUPPORT_LOAD: "Calls for help within 28 days.",
    FeatureName.NPS: "NPS of each person's last answer within a year, −100 to 100.",
    FeatureName.CSAT: "CSAT of each person's last answer within a year, 0 to 100 %.",
    FeatureName.CES: "Mean of each person's last answer within a year, 1 to 7; 7 is easy.",
    FeatureName.RATING: "Mean of each person's last answer within a year, 1 to 10.",
    FeatureName.RENEWAL_NEARNESS: "Days to the renewal; below 0 when it is over.",
}
"""What the values of a curve are, for those who draw it."""

SEEN: dict[str, Callable[[float], str]] = {
    FeatureName.USAGE_TREND: trend,
    FeatureName.DAYS_SINCE_SEEN: _since,
    FeatureName.BREADTH: _breadth,
    FeatureName.SUPPORT_LOAD: _support,
    FeatureName.NPS: lambda value: f"NPS {signed(value, 0)} of each person's last answer",
    FeatureName.CSAT: lambda value: f"{number(value)} % satisfied at their last answer",
    FeatureName.CES: lambda value: f"ease of {number(value, 1)} out of 7",
    FeatureName.RATING: lambda value: f"rated {number(value, 1)} out of 10",
    FeatureName.RENEWAL_NEARNESS: _renewal,
}
