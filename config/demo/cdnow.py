"""The CDNOW sample as a story: people without companies, and what they bought. See docs/public-data.md."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

from config.demo.cast import Happening, Someone, Story

FILE = Path(__file__).parent / "data" / "cdnow_sample.txt"
NAME = "order.placed"


def tell(lines: Iterable[str]) -> Story:
    """A person for each customer, an event for each line: customer, sample id, date, discs, dollars."""
    story, known = Story(), set[str]()
    for number, line in enumerate(lines, start=1):
        _, customer, day, count, dollars = line.split()
        key = f"cdnow-{customer}"
        at = datetime.combine(_date(day), time(12), UTC)
        if key not in known:
            known.add(key)
            story.people.append(
                Someone(
                    key=key,
                    name=f"Customer {customer}",
                    email="",
                    firm=None,
                    role="",
                    since=_date(day),
                    until=None,
                )
            )
        story.happenings.append(
            Happening(
                name=NAME,
                at=at,
                known_at=at,
                key=f"cdnow-line-{number}",
                who=key,
                firm=None,
                channel="web",
                value=Decimal(dollars),
                properties={"quantity": count},
            )
        )
    return story


def _date(text: str) -> date:
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))
