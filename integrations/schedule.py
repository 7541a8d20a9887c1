"""When a failed delivery is tried again: arithmetic without Django."""

import random
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

DELAYS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""After each failed attempt but the last: ten attempts over 75 hours, as Standard Webhooks suggests."""

MOST_ATTEMPTS = len(DELAYS) + 1
JITTER = 0.1
LONGEST_PAUSE = timedelta(hours=24)
ASK_TO_WAIT = frozenset({429, 503})
GONE = 410


def next_delay(attempts: int, *, chance: float | None = None) -> timedelta | None:
    """How long to wait after so many failed attempts; None when that was the last.

    `chance` between 0 and 1 says where in the jitter the delay falls.
    """
    if attempts >= MOST_ATTEMPTS:
        return None
    spread = random.random() if chance is None else chance  # noqa: S311  # spreads load, guards nothing
    return DELAYS[max(attempts, 1) - 1] * (1 + JITTER * (2 * spread - 1))


def pause_asked(status: int | None, retry_after: str, now: datetime) -> datetime | None:
    """Until when a receiver asked us to wait, by `Retry-After` in seconds or as a date; at most a day."""
    if status not in ASK_TO_WAIT or not retry_after:
        return None
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        wait = timedelta(seconds=min(int(text[:9]), int(LONGEST_PAUSE.total_seconds())))
        return now + wait
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # a year beyond all years is one, too
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(moment, now + LONGEST_PAUSE) if moment > now else None


def telling_delay(attempts: int) -> timedelta:
    """How long a listener that failed so often steps aside: 2, 4, 8 ... seconds, at most an hour."""
    return timedelta(seconds=min(2 ** min(attempts, 12), 3600))
