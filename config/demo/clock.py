"""Days and moments of a story, counted from the day it is told, in the tenant's time zone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Clock:
    """`today` is day 0, and nothing that is told happens on it or after it."""

    today: date
    zone: ZoneInfo

    def date(self, day: int) -> date:
        """The date of a day."""
        return self.today + timedelta(days=day)

    def moment(self, day: int, rng: Random) -> datetime:
        """Some moment of a day, most likely about noon."""
        hour = int(min(20.0, max(7.0, rng.gauss(13, 3))))
        local = datetime.combine(self.date(day), time(hour, rng.randrange(60), rng.randrange(60)), self.zone)
        return local.astimezone(UTC)

    def has_passed(self, moment: datetime) -> bool:
        """Whether a moment lies before today."""
        return moment.astimezone(self.zone).date() < self.today


def soon_after(moment: datetime, rng: Random) -> datetime:
    """When something became known that happened just now."""
    return moment + timedelta(seconds=rng.randint(1, 90))
