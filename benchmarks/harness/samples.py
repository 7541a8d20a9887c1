"""One measurement: how much was done, in what time, at what CPU, of the application and of Postgres."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from benchmarks.harness.processes import cpu_seconds


@dataclass(slots=True)
class Sample:
    """What a stretch of work took. `units` is how much was done: requests, events, accounts."""

    units: float = 0.0
    wall: float = 0.0
    application: float = 0.0
    postgres: float = 0.0
    p50: float = 0.0
    """Seconds within which half of the requests were answered, where there were requests."""
    p99: float = 0.0
    """Seconds within which all but a hundredth were."""

    @property
    def cpu(self) -> float:
        """CPU seconds of application and Postgres together."""
        return self.application + self.postgres

    @property
    def rate(self) -> float:
        """Units per second."""
        return self.units / self.wall

    @property
    def cpu_per_unit(self) -> float:
        """CPU seconds for one unit."""
        return self.cpu / self.units

    @property
    def per_cpu_second(self) -> float:
        """Units for one CPU second."""
        return self.units / self.cpu


@dataclass(frozen=True, slots=True)
class Meter:
    """Reads the CPU of the application's process trees and of Postgres.

    Without processes named, the application is this very process.
    """

    postgres: int
    application: tuple[int, ...] = field(default=())

    @contextmanager
    def measuring(self) -> Iterator[Sample]:
        """Fill a sample with what the block costs; the block says how many units it did."""
        sample = Sample()
        postgres, application, began = cpu_seconds(self.postgres), self._application(), time.perf_counter()
        yield sample
        sample.wall = time.perf_counter() - began
        sample.application = self._application() - application
        sample.postgres = cpu_seconds(self.postgres) - postgres

    def of(self, work: Callable[[], float]) -> Sample:
        """What some work costs that returns its units."""
        with self.measuring() as sample:
            sample.units = work()
        return sample

    def _application(self) -> float:
        if not self.application:
            return time.process_time()
        return sum(map(cpu_seconds, self.application))
