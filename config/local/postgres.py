"""An embedded Postgres: one cluster in a data folder, reached by a private socket, no port of the machine."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import LiteralString

import psycopg

from config.local import binaries, orphans, privileges
from config.local.addresses import NAME, socket_folder
from config.local.problems import CannotStart, Stopped, explained

READY_WITHIN = 120.0  # long: after a kill -9 it first replays its log
STEP = 0.02
LOCALE = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")  # the same on every machine
ALWAYS = {
    "listen_addresses": "",
    "port": "5432",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",  # two cores, shared with the web and the workers
    "max_locks_per_transaction": "256",  # one transaction may make or drop a tenant's whole schema
    "log_checkpoints": "off",
}
DURABLE = {"wal_compression": "on"}
FLEETING = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum_naptime": "10min",
}
ROLE = f"""
    CREATE ROLE {NAME} LOGIN CREATEROLE CREATEDB;
    ALTER ROLE {NAME} SET search_path = public;
    ALTER ROLE {NAME} SET timezone = 'UTC';
"""


class Postgres:
    """The server of a data folder; `durable=False` for tests, whose data nobody will miss."""

    name = "Postgres"
    ended_by = signal.SIGINT

    def __init__(self, folder: Path, *, durable: bool, pause: Callable[[float], None]) -> None:
        self.folder, self.durable, self.pause = folder, durable, pause
        self.bin = binaries.postgres()
        version = binaries.postgres_version(self.bin)
        self.locale = LOCALE if version > binaries.OLDEST_POSTGRES else LOCALE[-1:]
        self.cluster = folder / f"pgdata{version}"  # a new version never meets an old cluster
        self.sockets = socket_folder(folder)
        self.log = folder / "postgres.log"
        self.identity = privileges.for_servers([str(self.bin / "postgres"), "--version"])
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers; at the first start make cluster, role and database."""
        self.identity.let_through(self.bin, self.folder)
        if self.cluster.exists():
            self.identity.own(self.cluster)
        orphans.end(self.cluster / "postmaster.pid", str(self.cluster), signal.SIGINT, self.pause)
        self._clear_away()
        self._make_cluster()
        self.identity.own(self.sockets)
        self._run()
        self._make_database()

    def _clear_away(self) -> None:
        for left in self.sockets.glob(".s.PGSQL.*"):
            left.unlink()
        if self.cluster.exists() and not (self.cluster / "global" / "pg_control").exists():
            aside = self.cluster.with_name(f"{self.cluster.name}.broken-{time.strftime('%Y%m%d-%H%M%S')}")
            self.cluster.rename(aside)  # not one of ours: we rename a cluster into place when it is whole

    def _make_cluster(self) -> None:
        if self.cluster.exists():
            return
        unfinished = self.cluster.with_name(f"{self.cluster.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        self.identity.own(unfinished)
        options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", *self.locale, "--no-instructions"]
        if not self.durable:
            options.append("--no-sync")
        self._wait_for(self._spawn([str(self.bin / "initdb"), "-D", str(unfinished), *options]))
        unfinished.rename(self.cluster)

    def _wait_for(self, process: subprocess.Popen[bytes]) -> None:
        try:
            while process.poll() is None:
                self.pause(STEP)
        except Stopped:
            process.kill()
            process.wait()
            raise
        if process.returncode:
            raise explained(self.name, self._said())

    def _spawn(self, command: list[str]) -> subprocess.Popen[bytes]:
        self.log.touch(mode=0o600)
        with self.log.open("wb") as log:
            return subprocess.Popen(
                command,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                **self.identity.popen(signal.SIGINT),
            )

    def _said(self) -> str:
        return self.log.read_text(errors="replace")

    def _run(self) -> None:
        settings = (
            ALWAYS | (DURABLE if self.durable else FLEETING) | {"unix_socket_directories": str(self.sockets)}
        )
        command = [str(self.bin / "postgres"), "-D", str(self.cluster)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        self.process = self._spawn(command)
        deadline = time.monotonic() + READY_WITHIN
        while not self._is_ready():
            if self.process.poll() is not None:
                raise explained(self.name, self._said())
            if time.monotonic() > deadline:
                raise CannotStart(f"Postgres did not get ready within {READY_WITHIN:.0f} s; see {self.log}.")
            self.pause(STEP)

    def _is_ready(self) -> bool:
        """Whether the pid file is this very process's, and its last line says so."""
        try:
            lines = (self.cluster / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return (
            self.process is not None
            and len(lines) > 7
            and lines[0] == str(self.process.pid)
            and lines[7].strip() == "ready"
        )

    def _make_database(self) -> None:
        """The role the application signs in with: not a superuser, but owner of its database."""
        with self._superuser("postgres") as connection:
            if not _is_there(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s"):
                with connection.transaction():
                    connection.execute(ROLE)
            if not _is_there(connection, "SELECT 1 FROM pg_database WHERE datname = %s"):
                connection.execute(f"CREATE DATABASE {NAME} OWNER {NAME}")
        with self._superuser(NAME) as connection:
            connection.execute(f"ALTER SCHEMA public OWNER TO {NAME}")

    def _superuser(self, database: str) -> psycopg.Connection:
        return psycopg.connect(host=str(self.sockets), user="postgres", dbname=database, autocommit=True)

    def stop(self) -> None:
        """End it: at once for its clients, in order for its data."""
        if self.process is None or self.process.poll() is not None:
            return
        for sent, patience in ((signal.SIGINT, 15), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
            os.kill(self.process.pid, sent)
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                continue
            return


def _is_there(connection: psycopg.Connection, question: LiteralString) -> bool:
    return connection.execute(question, [NAME]).fetchone() is not None
