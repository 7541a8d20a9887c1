"""Interleaved rounds (A B A B ...) and the ratios of what was measured in the same round.

Whatever else the machine does, it does to both of a round; a ratio is therefore worth more than its parts,
which are not shown at all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Self

from benchmarks.harness.samples import Sample

type Rounds = dict[str, list[Sample]]
type Figure = Callable[[Sample], float]


def interleaved(contenders: Mapping[str, Callable[[], Sample]], rounds: int, *, warm: int = 1) -> Rounds:
    """Run each contender once a round, in turn; the first rounds only warm things up and are not kept."""
    samples: Rounds = {name: [] for name in contenders}
    for number in range(warm + rounds):
        for name, run in contenders.items():
            sample = run()
            if number >= warm:
                samples[name].append(sample)
    return samples


@dataclass(frozen=True, slots=True)
class Spread:
    """The least, the middle and the greatest of what was seen."""

    low: float
    middle: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        """The spread of these values."""
        return cls(min(values), median(values), max(values))

    @property
    def as_list(self) -> list[float]:
        """For JSON."""
        return [self.low, self.middle, self.high]


def ratio(rounds: Rounds, ours: str, theirs: str, figure: Figure) -> Spread:
    """Our figure over theirs, round by round."""
    pairs = zip(rounds[ours], rounds[theirs], strict=True)
    return Spread.of([figure(mine) / figure(other) for mine, other in pairs])


def rate(sample: Sample) -> float:
    """How much is done in a second."""
    return sample.rate


def cpu(sample: Sample) -> float:
    """What one unit costs."""
    return sample.cpu_per_unit


def per_cpu(sample: Sample) -> float:
    """How much one CPU second does."""
    return sample.per_cpu_second


def tail(sample: Sample) -> float:
    """How much longer the slow requests take than those in the middle."""
    return sample.p99 / sample.p50
