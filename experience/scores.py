"""The arithmetic of answers: NPS, CSAT, CES, ratings and response rate, each with its uncertainty.

Pure functions of counts, without Django, so that SQL does the counting and one place does the sums. An
empty set has no score: every function returns None for it. Scales are never pooled and averages never
averaged; whoever wants the figure of two groups together adds up their counts. Definitions: each result
carries its own in `definition`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import ClassVar

Z95 = 1.96


@dataclass(frozen=True, slots=True)
class Nps:
    """Net Promoter Score of answers on 0-10; `low` and `high` lie around the adjusted `centre`."""

    definition: ClassVar[str] = (
        "NPS on 0-10: 100 x (promoters 9-10 minus detractors 0-6) / answers; 95 % interval by adjusted Wald."
    )

    score: float
    n: int
    promoters: int
    passives: int
    detractors: int
    centre: float
    margin: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Share:
    """A share of answers in per cent with its 95 % Wilson interval; `margin` is half its width."""

    score: float
    n: int
    positive: int
    margin: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Csat(Share):
    """Customer satisfaction: the share of answers on 1-5 that are 4 or 5."""

    definition: ClassVar[str] = "CSAT on 1-5: % of answers that are 4 or 5 (top-2 box); 95 % Wilson interval."


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean on the answers' own scale; `margin` is null for a single answer, which shows no spread."""

    definition: ClassVar[str] = (
        "Rating: mean of the answers on their own scale; 95 % margin 1.96 s / sqrt(n)."
    )

    score: float
    n: int
    margin: float | None


@dataclass(frozen=True, slots=True)
class Ces:
    """Customer effort on 1-7, 7 = easy: mean, index and share agreeing."""

    definition: ClassVar[str] = (
        "CES on 1-7 (7 = easy): mean with 95 % margin 1.96 s / sqrt(n); "
        "index = % 6-7 minus % 1-3, adjusted Wald; agreeing = % 5-7, Wilson."
    )

    score: float
    n: int
    margin: float | None
    index: float
    index_margin: float
    agreeing: Share


@dataclass(frozen=True, slots=True)
class Difference:
    """How two scores differ; `is_real` when it is larger than chance allows (95 %)."""

    definition: ClassVar[str] = (
        "z = (centre a - centre b) / sqrt(se a^2 + se b^2); a real difference when |z| >= 1.96."
    )

    z: float
    is_real: bool


def nps(promoters: int, passives: int, detractors: int) -> Nps | None:
    """The Net Promoter Score of so many promoters, passives and detractors."""
    n = promoters + passives + detractors
    if n == 0:
        return None
    centre, margin = _net(promoters, detractors, n)
    return Nps(
        score=100 * (promoters - detractors) / n,
        n=n,
        promoters=promoters,
        passives=passives,
        detractors=detractors,
        centre=centre,
        margin=margin,
        low=max(-100.0, centre - margin),
        high=min(100.0, centre + margin),
    )


def difference(one: Nps, other: Nps) -> Difference:
    """Whether two scores differ by more than their margins explain.

    The adjusted centres are compared, not the raw scores: the standard errors belong to them, and one
    promoter against one detractor must not count as proof.
    """
    gap, error = one.centre - other.centre, sqrt(one.margin**2 + other.margin**2) / Z95
    return Difference(z=gap / error, is_real=abs(gap / error) >= Z95)


def csat(satisfied: int, n: int) -> Csat | None:
    """Customer satisfaction when `satisfied` of `n` answers are in the top two boxes."""
    if n == 0:
        return None
    low, high = wilson(satisfied, n)
    return Csat(100 * satisfied / n, n, satisfied, (high - low) / 2, low, high)


def ces(counts: Mapping[int, int]) -> Ces | None:
    """Customer effort from the number of answers at each point of 1-7."""
    n = sum(counts.values())
    if n == 0:
        return None
    easy, hard, agreeing = (
        sum(counts.get(p, 0) for p in points) for points in ((6, 7), (1, 2, 3), (5, 6, 7))
    )
    total = sum(point * count for point, count in counts.items())
    squares = sum(point * point * count for point, count in counts.items())
    mean = Mean(total / n, n, _margin_of_mean(n, total, squares))
    low, high = wilson(agreeing, n)
    return Ces(
        score=mean.score,
        n=n,
        margin=mean.margin,
        index=100 * (easy - hard) / n,
        index_margin=_net(easy, hard, n)[1],
        agreeing=Share(100 * agreeing / n, n, agreeing, (high - low) / 2, low, high),
    )


def rating(n: int, total: float, squares: float) -> Mean | None:
    """The mean of `n` ratings of one scale, from their sum and their sum of squares."""
    if n == 0:
        return None
    return Mean(total / n, n, _margin_of_mean(n, total, squares))


def response_rate(complete: int, delivered: int) -> float | None:
    """Per cent of the delivered invitations that were answered; scheduled or bounced is not delivered."""
    return 100 * complete / delivered if delivered else None


def wilson(positive: int, n: int) -> tuple[float, float]:
    """The 95 % Wilson interval of a share, in per cent."""
    share, z2 = positive / n, Z95**2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 / (1 + z2 / n) * sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, 100 * (centre - half)), min(100.0, 100 * (centre + half))


def _net(positive: int, negative: int, n: int) -> tuple[float, float]:
    """Centre and 95 % margin of 100 (positive - negative) / n, by adjusted Wald."""
    larger = n + 3
    p, d = (positive + 0.75) / larger, (negative + 0.75) / larger
    return 100 * (p - d), 100 * Z95 * sqrt((p + d - (p - d) ** 2) / larger)


def _margin_of_mean(n: int, total: float, squares: float) -> float | None:
    """95 % margin of a mean from sums; None for one answer."""
    if n < 2:
        return None
    variance = max(0.0, squares - total * total / n) / (n - 1)
    return Z95 * sqrt(variance / n)
