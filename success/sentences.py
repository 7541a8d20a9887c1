"""What a measure brings to a score, said in one sentence for people."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Protocol


class Line(Protocol):
    """The line of an explanation, as far as a sentence tells it."""

    @property
    def title(self) -> str: ...
    @property
    def feature(self) -> str: ...
    @property
    def value(self) -> float | None: ...
    @property
    def age_days(self) -> int | None: ...
    @property
    def is_fresh(self) -> bool: ...
    @property
    def points(self) -> Decimal | None: ...
    @property
    def part(self) -> Decimal | None: ...


def sentence(line: Line) -> str:
    """What is known, what it is worth, and what it brings; or why it does not count."""
    if line.value is None:
        return f"{line.title}: nothing is known, so it does not count."
    said = _said(line.feature, line.value)
    if not line.is_fresh or line.points is None or line.part is None:
        return f"{line.title}: {said}, but this is {_days(line.age_days or 0)} old, so it does not count."
    return f"{line.title}: {said}, worth {line.points} of 100; it brings {line.part} points of the score."


def _said(feature: str, value: float) -> str:
    return WORDS.get(feature, _plain)(value)


def _plain(value: float) -> str:
    return f"{value:g}"


def _days(days: float) -> str:
    return f"{days:.0f} day" if round(days) == 1 else f"{days:.0f} days"


def trend(value: float) -> str:
    """How much more or less use there is, from a value of -1 (ceased) to 1 (all new)."""
    if value <= -1:
        return "use has ceased"
    if value >= 1:
        return "all of the use is new"
    change = max(-99, round(200 * value / (1 - value)))  # of (r - b) / (r + b), this is r / b - 1
    if change == 0:
        return "as much use as in the 28 days before"
    return f"{abs(change):,} % {'more' if change > 0 else 'less'} use than in the 28 days before"


def _breadth(value: float) -> str:
    return "1 person is active" if value == 1 else f"{value:.0f} people are active"


def _support(value: float) -> str:
    return "1 call for help" if value == 1 else f"{value:.0f} calls for help"


def _renewal(value: float) -> str:
    return f"the renewal is {_days(-value)} overdue" if value < 0 else f"{_days(value)} until the renewal"


WORDS: Mapping[str, Callable[[float], str]] = {
    "usage_trend": trend,
    "days_since_seen": lambda value: f"last seen {_days(value)} ago",
    "breadth": _breadth,
    "support_load": _support,
    "nps": lambda value: f"NPS of {round(value)}",
    "csat": lambda value: f"{value:.0f} % are satisfied",
    "ces": lambda value: f"ease of {value:.1f} on 1-7",
    "rating": lambda value: f"rated {value:.1f} on 1-10",
    "renewal_nearness": _renewal,
}
