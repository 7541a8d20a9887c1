"""How much data there is, and the fingerprint of its recipe. No Django, so that it can be asked for first."""

import hashlib
from dataclasses import astuple, dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
MADE_BY = ("*/migrations/*.py", "accounts/migrating.py", "accounts/provisioning.py", "benchmarks/data/*")


@dataclass(frozen=True, slots=True)
class Size:
    """How many rows a tenant has; answers are lines of the timeline besides the events."""

    accounts: int
    people: int
    events: int
    answers: int

    @property
    def in_words(self) -> str:
        """For the report."""
        return (
            f"{self.accounts:,} accounts, {self.people:,} people, "
            f"{self.events + self.answers:,} events, {self.answers:,} answers"
        )

    def times(self, factor: int) -> "Size":
        """The same customers with so many times the events."""
        return Size(self.accounts, self.people, self.events * factor, self.answers)


@dataclass(frozen=True, slots=True)
class Plan:
    """The sizes of everything that is made."""

    main: Size
    small: Size
    small_tenants: int
    empty_tenants: int
    features: int


FULL = Plan(Size(5_000, 50_000, 400_000, 100_000), Size(100, 500, 2_000, 500), 20, 200, 1_000_000)
QUICK = Plan(Size(200, 1_000, 8_000, 2_000), Size(20, 60, 200, 60), 4, 6, 5_000)


def fingerprint(plan: Plan, month: str) -> str:
    """What the data is made from: whatever changes here makes it anew, and so does a new month."""
    digest = hashlib.sha256(f"{astuple(plan)} {month}".encode())
    for pattern in MADE_BY:
        for path in sorted(PROJECT.glob(pattern)):
            if path.is_file():
                digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()
