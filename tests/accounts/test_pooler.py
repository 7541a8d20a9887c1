"""Behind a pooler in transaction mode, every transaction may meet another tenant's connection."""

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection, transaction
from psycopg.conninfo import conninfo_to_dict

from accounts.models import Tenant
from accounts.tenancy import inside
from config.local.privileges import for_servers
from tests.databases import close_pool

PGBOUNCER = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin:/usr/local/sbin")

pytestmark = pytest.mark.skipif(not PGBOUNCER, reason="pgbouncer is not installed")


@pytest.fixture
def pooled(committed, tmp_path: Path) -> Iterator[None]:
    """The application's connections go through a pooler that has two of its own."""
    server = conninfo_to_dict(settings.DATABASE_URL)
    user, database = server["user"], settings.DATABASES["default"]["NAME"]
    (tmp_path / "users.txt").write_text(f'"{user}" "{server.get("password", "")}"\n')
    upstream = " ".join(f"{key}={server[key]}" for key in ("host", "port", "password") if server.get(key))
    (tmp_path / "pgbouncer.ini").write_text(
        f"[databases]\n{database} = {upstream} dbname={database} user={user}\n"
        f"[pgbouncer]\nunix_socket_dir = {tmp_path}\nlisten_port = 6432\npool_mode = transaction\n"
        f"default_pool_size = 2\nauth_type = any\nauth_file = {tmp_path}/users.txt\n"
    )
    process = subprocess.Popen(
        [str(PGBOUNCER), str(tmp_path / "pgbouncer.ini")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **for_servers(["true"]).popen(signal.SIGTERM),
    )
    before = {key: connection.settings_dict.get(key) for key in ("HOST", "PORT", "OPTIONS")}
    try:
        _wait_for(tmp_path, database, str(user))
        close_pool()
        options = dict(connection.settings_dict["OPTIONS"]) | {"prepare_threshold": None}
        options.pop("host", None)
        connection.settings_dict.update(HOST=str(tmp_path), PORT="6432", OPTIONS=options)
        yield
    finally:
        close_pool()
        connection.settings_dict.update(before)
        process.terminate()
        process.wait(10)


def _wait_for(folder: Path, database: str, user: str) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            psycopg.connect(host=str(folder), port=6432, dbname=database, user=user).close()
        except psycopg.OperationalError:
            assert time.monotonic() < deadline, "the pooler did not come up"
        else:
            return


def test_every_read_is_the_tenants_own_behind_a_pooler(pooled, committed):
    def read(tenant: Tenant) -> bool:
        try:
            right = True
            for _ in range(20):
                with inside(tenant), transaction.atomic():
                    right &= Tenant.objects.get() == tenant
                    with connection.cursor() as cursor:
                        cursor.execute("SELECT current_schema()")
                        right &= cursor.fetchone() == (tenant.schema_name,)
            return right
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(read, [*committed.values()] * 8))
