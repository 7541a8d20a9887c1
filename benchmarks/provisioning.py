"""A new tenant: its tables by replaying collected statements, and by Django's executor."""

from collections.abc import Callable
from itertools import count

from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from accounts import migrating, provisioning
from accounts.models import Tenant
from accounts.tenancy import owning, public
from benchmarks.bench import Bench
from benchmarks.harness.results import Finding
from benchmarks.harness.rounds import cpu, interleaved, ratio
from benchmarks.harness.samples import Sample

REPLAYED, EXECUTED = "replaying", "Django's executor"

_numbers = count(1)


def measure(bench: Bench) -> list[Finding]:
    """Time and CPU of filling an empty schema, as multiples of replaying."""

    def contender(migrate: Callable[[Tenant], None]) -> Callable[[], Sample]:
        def once() -> Sample:
            with public(), transaction.atomic():
                tenant = empty(f"fresh{next(_numbers)}")
                sample = bench.meter().of(lambda: done(migrate, tenant))
                transaction.set_rollback(True)
            return sample

        return once

    contenders = {EXECUTED: contender(execute), REPLAYED: contender(migrating.migrate_new)}
    rounds = interleaved(contenders, bench.rounds)
    return [
        Finding(
            "a new tenant's tables by Django's executor: time",
            REPLAYED,
            ratio(rounds, EXECUTED, REPLAYED, wall),
        ),
        Finding(
            "a new tenant's tables by Django's executor: CPU",
            REPLAYED,
            ratio(rounds, EXECUTED, REPLAYED, cpu),
        ),
    ]


def wall(sample: Sample) -> float:
    """How long it took."""
    return sample.wall


def empty(schema: str) -> Tenant:
    """A tenant with a schema and a role, and nothing in it."""
    tenant = Tenant(name=schema, schema_name=schema)
    tenant.save(force_insert=True)
    provisioning.build_wall(tenant)
    return tenant


def done(migrate: Callable[[Tenant], None], tenant: Tenant) -> float:
    """Fill one schema."""
    migrate(tenant)
    return 1


def execute(tenant: Tenant) -> None:
    """As `migrate` does it, migration by migration."""
    with owning(tenant.schema_name, tenant):
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())
