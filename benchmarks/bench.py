"""What every measurement is given: the data, the processes to watch, and how long to look."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from django.conf import settings

from accounts import keys
from accounts.actor import Actor
from accounts.models import Tenant
from accounts.permissions import Permission
from accounts.tenancy import inside, public
from benchmarks.data.sizes import FULL, QUICK, Plan
from benchmarks.harness import load
from benchmarks.harness.samples import Meter, Sample

US = Actor.system("benchmarks")


@dataclass(frozen=True, slots=True)
class Bench:
    """One run of the benchmarks."""

    plan: Plan
    folder: Path
    postgres: int
    valkey: int
    rounds: int
    seconds: float

    @classmethod
    def here(cls, *, quick: bool) -> Self:
        """As the command line and the environment say."""
        return cls(
            plan=QUICK if quick else FULL,
            folder=settings.DATA_DIR,
            postgres=int(os.environ["BENCHMARK_POSTGRES"]),
            valkey=int(os.environ["BENCHMARK_VALKEY"]),
            rounds=2 if quick else 7,
            seconds=0.5 if quick else 4.0,
        )

    @property
    def is_quick(self) -> bool:
        """Whether it is only to be seen that everything works."""
        return self.plan is QUICK

    def meter(self, *application: int) -> Meter:
        """Watches these process trees, or this very process, and Postgres."""
        return Meter(self.postgres, application)

    def log(self, name: str) -> Path:
        """Where a server writes what it has to say."""
        return self.folder / f"{name}.log"


def tenant_named(schema: str) -> Tenant:
    """A tenant of the data."""
    with public():
        return Tenant.objects.get(schema_name=schema)


def a_key(tenant: Tenant) -> str:
    """A new API key that opens everything."""
    with inside(tenant):
        return keys.issue(keys.KeyDraft(name="benchmarks", scopes=[*Permission.values]), by=US).plain


def a_write_key(tenant: Tenant, source: str) -> str:
    """A new write key."""
    with inside(tenant):
        return keys.issue(keys.KeyDraft(name="benchmarks", kind="write", source=source), by=US).plain


def asked(bench: Bench, pid: int, orders: load.Orders, units: float = 1) -> Sample:
    """What a server and Postgres take to answer; the time is the client's own."""
    with bench.meter(pid).measuring() as sample:
        answers = load.ask(orders)
    sample.units, sample.wall = answers.count * units, answers.seconds
    sample.p50, sample.p99 = answers.p50, answers.p99
    return sample
