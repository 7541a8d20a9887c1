"""Two tenants in every test: a template database holds them, each run works on a copy, each test is undone.

The template is named by a hash of every migration, so it is built once per change of the models. Tests that
need real commits ask for `committed`, which empties what they wrote. The whole suite is shared out among
processes, file by file; each is such a run.
"""

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

import psycopg
import pytest
import redis
from celery import current_app
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.management import call_command
from django.db import connection, transaction
from django.test.testcases import LiveServerThread
from hypothesis import settings as trials
from psycopg.conninfo import make_conninfo

from accounts import tenants
from accounts.graphql import budget
from accounts.models import ApiKey, Membership, Tenant, TrustedDocument, User
from accounts.tenancy import inside, owning, public
from integrations.tracking import throttle
from tests.databases import close_pool

# the ids are fixed, because roles are named by them and belong to the cluster, not to one database
TENANTS = {
    "acme": UUID("01900000-0000-7000-8000-0000000000a1"),
    "globex": UUID("01900000-0000-7000-8000-0000000000b2"),
}

MOST = 4
"""Of processes at once: each has a pool of connections, and Postgres takes so many."""

# how long an example takes says something of the machine, and nothing of what is tested
trials.register_profile("unison", deadline=None)
trials.load_profile("unison")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One process for each core; for some tests that are named, to start others would take longer."""
    is_whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    return min(len(os.sched_getaffinity(0)), MOST) if is_whole else 0


def _fingerprint() -> str:
    digest = hashlib.sha256(Path(__file__).read_bytes())
    ours = [settings.BASE_DIR / "accounts" / name for name in ("provisioning.py", "migrating.py")]
    for app in apps.get_app_configs():
        ours += sorted(Path(app.path).glob("migrations/*.py"))
    for path in ours:
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def _use(name: str) -> None:
    close_pool()
    connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = name


def _admin() -> psycopg.Connection:
    return psycopg.connect(make_conninfo(settings.DATABASE_URL, dbname="postgres"), autocommit=True)


def _build(admin: psycopg.Connection, template: str) -> None:
    for (old,) in admin.execute(
        "SELECT datname FROM pg_database WHERE datname ~ '^template_[0-9a-f]{12}'"
    ).fetchall():
        with suppress(psycopg.errors.ObjectInUse):
            admin.execute(f'DROP DATABASE IF EXISTS "{old}"')
    admin.execute(f'CREATE DATABASE "{template}_building"')
    _use(f"{template}_building")
    call_command("migrate_schemas", verbosity=0, stdout=StringIO())
    for schema, key in TENANTS.items():
        zone = "Europe/Berlin" if schema == "globex" else "UTC"
        tenants.create_from(
            Tenant(id=key, schema_name=schema, name=schema.title(), time_zone=zone), f"{schema}.unison.test"
        )
    _use("postgres")
    admin.execute(f'ALTER DATABASE "{template}_building" RENAME TO "{template}"')


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker) -> Iterator[None]:
    """A database of this run's own, copied from the template."""
    template, mine = f"template_{_fingerprint()}", f"test_{os.getpid()}"
    with django_db_blocker.unblock(), _admin() as admin:
        admin.execute("SELECT pg_advisory_lock(740211)")  # of two runs at once, one builds the template
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template]).fetchone():
            _build(admin, template)
        admin.execute(f'DROP DATABASE IF EXISTS "{mine}" WITH (FORCE)')
        admin.execute(f'CREATE DATABASE "{mine}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        admin.execute("SELECT pg_advisory_unlock(740211)")
    settings.CELERY_TASK_DEFAULT_QUEUE = mine
    _use(mine)
    yield
    with django_db_blocker.unblock(), _admin() as admin:
        _use("postgres")
        admin.execute(f'DROP DATABASE IF EXISTS "{mine}" WITH (FORCE)')


def _tenant(schema: str) -> Tenant:
    with public():
        return Tenant.objects.get(schema_name=schema)


@pytest.fixture(autouse=True)
def _nobody_was_called(request: pytest.FixtureRequest) -> None:
    """Let no worker have been called: what an earlier test committed has nobody to begin it."""
    if not {"db", "committed"} & set(request.fixturenames):
        return
    with redis.Redis.from_url(settings.REDIS_URL) as valkey:
        if calls := valkey.keys(f"{current_app.conf.task_default_queue}:*"):
            valkey.delete(*calls)


@pytest.fixture
def one_minute(monkeypatch) -> None:
    """Let no minute end within the test: what is counted by the minute would begin anew."""
    now = time.time()
    for counter in (budget, throttle):
        monkeypatch.setattr(counter, "time", SimpleNamespace(time=lambda: now))


@pytest.fixture
def globex(db) -> Tenant:
    """The other tenant."""
    return _tenant("globex")


@pytest.fixture
def acme(db) -> Iterator[Tenant]:
    """The tenant that the test is about, entered."""
    tenant = _tenant("acme")
    with inside(tenant):
        yield tenant


@contextmanager
def _committing(django_db_blocker) -> Iterator[dict[str, Tenant]]:
    with django_db_blocker.unblock():
        both = {schema: _tenant(schema) for schema in TENANTS}
        try:
            yield both
        finally:
            connection.close()
            for tenant in both.values():
                _empty(tenant)
            with public():
                Session.objects.all().delete()
                ApiKey.objects.all().delete()
                TrustedDocument.objects.all().delete()
                Membership.objects.all().delete()
                User.objects.all().delete()
                Tenant.objects.update(suspended_at=None)
            connection.close()


def _empty(tenant: Tenant) -> None:
    with owning(tenant.schema_name), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(format('%%I', tablename), ', ') FROM pg_tables"
            " WHERE schemaname = %s AND tablename <> 'django_migrations'",
            [tenant.schema_name],
        )
        (tables,) = cursor.fetchone()
        if tables:
            cursor.execute(f"TRUNCATE {tables} CASCADE")


@pytest.fixture
def committed(django_db_setup, django_db_blocker) -> Iterator[dict[str, Tenant]]:
    """Both tenants, by schema, with real transactions: nothing is rolled back, all is emptied afterwards."""
    with _committing(django_db_blocker) as both:
        yield both


@pytest.fixture
def server(committed) -> Iterator[str]:
    """The address of a real web server over the test's database, for clients that are not ours."""
    thread = LiveServerThread("127.0.0.1", StaticFilesHandler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    yield f"http://127.0.0.1:{thread.port}"
    thread.terminate()
