"""Does the score tell who leaves? Churn by band and by decile of health, and the AUC. Pure arithmetic."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby, pairwise


@dataclass(frozen=True, slots=True)
class Fared:
    """An account's score before the outcome was known, its band, and whether it then left."""

    score: Decimal
    band: str
    has_churned: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: a group of accounts, their range of scores, and how many of them left."""

    group: str
    low: Decimal
    high: Decimal
    accounts: int
    churned: int

    @property
    def rate(self) -> float:
        """Per cent that left."""
        return 100 * self.churned / self.accounts


def by_band(fared: Sequence[Fared]) -> list[Line]:
    """A line for each band, the lowest first."""
    ordered = sorted(fared, key=lambda one: one.score)
    return [_line(band, list(group)) for band, group in groupby(ordered, key=lambda one: one.band)]


def by_decile(fared: Sequence[Fared]) -> list[Line]:
    """Ten lines of as many accounts each, the least healthy first; of equal scores, those given first."""
    ordered = sorted(fared, key=lambda one: one.score)
    cuts = [round(tenth * len(ordered) / 10) for tenth in range(11)]
    parts = [ordered[start:end] for start, end in pairwise(cuts)]
    return [_line(str(number), part) for number, part in enumerate(parts, start=1) if part]


def auc(fared: Sequence[Fared]) -> float | None:
    """How often one who left scored lower than one who stayed; equal counts half. None if all fared alike."""
    left = sum(one.has_churned for one in fared)
    stayed = len(fared) - left
    if not left or not stayed:
        return None
    wins, below = 0.0, 0
    for _, group in groupby(sorted(fared, key=lambda one: one.score), key=lambda one: one.score):
        equals = list(group)
        gone = sum(one.has_churned for one in equals)
        wins += (len(equals) - gone) * (below + gone / 2)
        below += gone
    return wins / (left * stayed)


def table(lines: Sequence[Line], title: str) -> str:
    """The lines as a table that reads as text and as Markdown."""
    head = f"| {title} | score | accounts | churned | rate |\n| --- | --- | ---: | ---: | ---: |\n"
    return head + "\n".join(
        f"| {line.group} | {line.low}-{line.high} | {line.accounts} | {line.churned} | {line.rate:.1f} % |"
        for line in lines
    )


def _line(group: str, part: Sequence[Fared]) -> Line:
    return Line(group, part[0].score, part[-1].score, len(part), sum(one.has_churned for one in part))
