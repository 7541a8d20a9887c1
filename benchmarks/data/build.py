"""Makes the tenants and fills them: rows by SQL; rollups, features and health by the real code."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from accounts import tenants
from accounts.models import Membership, Tenant, User
from accounts.permissions import Role
from accounts.tenancy import inside, owning, public
from benchmarks.bench import US
from benchmarks.data.sizes import Plan, Size
from journeys import rollups
from success import health, rollout, scorecards, signals, standings
from success.days import today
from success.models import Scorecard

HERE = Path(__file__).parent
DAYS = 540
OWNERS = 12
TABLES = (
    "SELECT string_agg(format('%%I.%%I', schemaname, tablename), ', ') FROM pg_tables WHERE schemaname = %s"
)
MAIN, BUSY, TENFOLD, MILLION = "main", "busy", "tenfold", "million"
SMALL, EMPTY = "small", "empty"

type Progress = Callable[[str], None]


def host_of(schema: str) -> str:
    """Where a tenant is reached."""
    return f"{schema}.bench.localhost"


def make_all(plan: Plan, tell: Progress) -> None:
    """Make every tenant there is to measure on."""
    made = [(MAIN, plan.main), (BUSY, plan.main)]
    made += [(f"{SMALL}{number}", plan.small) for number in range(plan.small_tenants)]
    for schema, size in made:
        tell(f"{schema}: {size.in_words}")
        fill(create(schema), size)
    tell(f"{TENFOLD}: ten times the events, as rollups")
    fill(create(TENFOLD), plan.main, "tenfold")
    tell(f"{MILLION}: {plan.features:,} rows of features")
    fill_features(create(MILLION), plan)
    tell(f"{plan.empty_tenants} empty tenants")
    for number in range(plan.empty_tenants):
        create(f"{EMPTY}{number}")
    vacuum("public")


def create(schema: str) -> Tenant:
    """A tenant without anything in it."""
    return tenants.create(schema.title(), schema, host_of(schema))


def fill(tenant: Tenant, size: Size, *more: str) -> None:
    """Fill an empty tenant: everything it has, up to health that is worked out."""
    owners = _members(tenant)
    with owner_of(tenant):
        for name in ("people", "answers", "accounts", "events", *more):
            run(name, size, owners=owners)
        vacuum(tenant.schema_name)
    prepare(tenant)
    work_out(tenant)
    with owner_of(tenant):
        vacuum(tenant.schema_name)


def fill_features(tenant: Tenant, plan: Plan) -> None:
    """Fill an empty tenant with features and health of very many accounts, scored on an earlier day."""
    with owner_of(tenant):
        run("million", plan.main, features=plan.features)
        vacuum(tenant.schema_name)
    prepare(tenant)
    with inside(tenant), transaction.atomic():
        score_in_silence()
    with owner_of(tenant):
        vacuum(tenant.schema_name)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE success_healthrecord SET day = day - 30")
            cursor.execute("UPDATE success_health SET scored_at = scored_at - interval '30 days'")
            cursor.execute("TRUNCATE success_due")
        vacuum(tenant.schema_name)


def score_in_silence() -> None:
    """Score all accounts for the first time and tell nobody: that many lines would be data of their own."""
    everybody = standings.Range(standings.FIRST, standings.LAST)
    standings.hold_all()
    standings.write_range(Scorecard.objects.current().get(), today(), everybody)
    Scorecard.objects.current().update(applied_at=timezone.now())


def prepare(tenant: Tenant) -> None:
    """The default scorecard, and what one of the events means."""
    with inside(tenant), transaction.atomic():
        scorecards.install_default(by=US)
        signals.count_as("ticket_opened", "support", by=US)


def work_out(tenant: Tenant) -> None:
    """Fold what arrived and score whom it touched, as workers do, until nothing is left."""
    with inside(tenant):
        while rollups.fold(limit=100_000).more or health.score_due().more or rollout.advance().more:
            pass


@contextmanager
def owner_of(tenant: Tenant) -> Iterator[None]:
    """As the owner of a tenant's tables, on one connection that has the functions of `tools.sql`."""
    with owning(tenant.schema_name, tenant):
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute((HERE / "tools.sql").read_text())
            yield


def run(name: str, size: Size, **more: Any) -> None:
    """Run one of the files in this folder."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    given: dict[str, Any] = {
        "accounts": size.accounts,
        "people": size.people,
        "events": size.events,
        "answers": size.answers,
        "today": today,
        "began": today - timedelta(days=DAYS + 1),
        "days": DAYS,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in (HERE / f"{name}.sql").read_text().split(";\n\n"):
            if statement.strip():
                cursor.execute(statement, given | more)


def vacuum(schema: str) -> None:
    """Bring visibility and statistics up to date, so that no later measurement pays for it."""
    with owning(schema), connection.cursor() as cursor:
        cursor.execute(TABLES, [schema])
        (tables,) = cursor.fetchone()
        cursor.execute(f"VACUUM (ANALYZE) {tables}")


def _members(tenant: Tenant) -> Sequence[UUID]:
    """Those who look after the accounts; nobody ever signs in as one of them."""
    with public():
        users = [
            User(tenant=tenant, email=f"owner{number}@bench.example", name=f"Owner {number}", password="!")  # noqa: S106
            for number in range(OWNERS)
        ]
        User.objects.bulk_create(users, ignore_conflicts=False)
        Membership.objects.bulk_create(
            [Membership(user=user, tenant=tenant, role=Role.CSM) for user in users]
        )
    return [user.pk for user in users]
