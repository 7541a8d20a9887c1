"""The file `saas_churn.csv` as a story, row by row; docs/public-data.md says why it is mapped so.

`months_active` and `churned` know the outcome: the one only dates the account's opening, the other is not
told here at all, and neither reaches a measure of health.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

from config.demo.cast import Firm, Happening, Reply, Someone, Story
from config.demo.clock import Clock

FILE = Path(__file__).parent / "data" / "saas_churn.csv"
WINDOW = 90
"""Days over which the counts of a row are spread."""

MODULES = ("travel_expense", "payroll", "accounting")
PACE = {"Active": 13, "Free-Trial": 3, "No": 0}
"""Times a module is used in the window: once a week, once a month, never."""

COUNTS = {  # column: event, channel
    "articles_viewed": ("article.viewed", "help"),
    "smartphone_notifications_viewed": ("notification.viewed", "mobile"),
    "marketing_emails_clicked": ("email.clicked", "email"),
    "social_media_ads_viewed": ("ad.viewed", "social"),
}
SUPPORT = "support.call_ended"
CALL = Decimal(10)
"""Minutes of one call."""

SURVEY = "satisfaction"


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One row of the file, numbered from 1."""

    number: int
    row: dict[str, str]

    @property
    def key(self) -> str:
        return f"saas-{self.number:04d}"

    @property
    def months_active(self) -> int:
        return int(float(self.row["months_active"]))

    @property
    def has_churned(self) -> bool:
        return float(self.row["churned"]) == 1


def read(lines: Iterable[str]) -> list[Subscriber]:
    """The rows of the file."""
    return [Subscriber(number, row) for number, row in enumerate(csv.DictReader(lines), start=1)]


def tell(subscribers: Iterable[Subscriber], clock: Clock) -> Story:
    """What the rows say happened in the window that ends with the day before the clock's."""
    story = Story()
    for subscriber in subscribers:
        story.firms.append(_firm(subscriber, clock.date(-1)))
        story.people += _people(subscriber, clock.date(-1))
        rng = Random(subscriber.key)  # noqa: S311 - the same days every time
        story.happenings += _happenings(subscriber, clock, rng)
        story.replies.append(_reply(subscriber, clock, rng))
    return story


def _firm(subscriber: Subscriber, day: date) -> Firm:
    return Firm(
        key=subscriber.key,
        name=f"Subscriber {subscriber.number:04d}",
        domain="",
        tier="",
        plot="",
        traits={
            "company_size": subscriber.row["company_size"],
            "us_region": subscriber.row["us_region"],
            "data_storage": subscriber.row["product_data_storage"],
            **{module: subscriber.row[f"product_{module}"] for module in MODULES},
        },
        opened_on=_months_before(day, subscriber.months_active),
        closed_on=None,
        close_reason="",
        agreements=(),
    )


def _people(subscriber: Subscriber, day: date) -> list[Someone]:
    """The contact, who reads, calls and answers, and one user for each module that is used at all."""
    roles = {"contact": "champion"} | {module: "user" for module, _ in _used(subscriber)}
    since = min(_months_before(day, subscriber.months_active), day - timedelta(days=WINDOW))
    return [
        Someone(
            key=f"{subscriber.key}-{part}",
            name=f"{part.replace('_', ' ').capitalize()} of subscriber {subscriber.number:04d}",
            email="",
            firm=subscriber.key,
            role=role,
            since=since,
            until=None,
        )
        for part, role in roles.items()
    ]


def _used(subscriber: Subscriber) -> Iterator[tuple[str, int]]:
    for module in MODULES:
        if times := PACE[subscriber.row[f"product_{module}"]]:
            yield module, times


def _happenings(subscriber: Subscriber, clock: Clock, rng: Random) -> Iterator[Happening]:
    number = 0
    for name, channel, part, values in _uses(subscriber):
        for at, value in zip(_spread(len(values), clock, rng), values, strict=True):
            number += 1
            yield Happening(
                name=name,
                at=at,
                known_at=at,
                key=f"{subscriber.key}-{number}",
                who=f"{subscriber.key}-{part}",
                firm=subscriber.key,
                channel=channel,
                value=value,
            )


def _uses(subscriber: Subscriber) -> Iterator[tuple[str, str, str, list[Decimal | None]]]:
    """Each kind of event the row speaks of: name, channel, whose it is, and the value of each of them."""
    for module, times in _used(subscriber):
        yield f"{module}.used", "app", module, [None] * times
    for column, (name, channel) in COUNTS.items():
        yield name, channel, "contact", [None] * int(subscriber.row[column])
    yield SUPPORT, "support", "contact", [*_calls(Decimal(subscriber.row["minutes_customer_support"]))]


def _calls(minutes: Decimal) -> Iterator[Decimal]:
    """Support minutes as calls of ten minutes, and one for what is left."""
    while minutes > 0:
        yield min(minutes, CALL)
        minutes -= CALL


def _reply(subscriber: Subscriber, clock: Clock, rng: Random) -> Reply:
    (at,) = _spread(1, clock, rng)
    return Reply(
        survey=SURVEY,
        at=at,
        key=f"{subscriber.key}-satisfaction",
        who=f"{subscriber.key}-contact",
        channel="email",
        answers=((1, int(subscriber.row["csat_score"]), ""),),
    )


def _spread(times: int, clock: Clock, rng: Random) -> list[datetime]:
    """So many moments, spread evenly over the window with some chance in each."""
    return [clock.moment(-1 - int((number + rng.random()) * WINDOW / times), rng) for number in range(times)]


def _months_before(day: date, months: int) -> date:
    """The same day of an earlier month; where that month is too short, its 28th."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, 28) if months else day.day)
