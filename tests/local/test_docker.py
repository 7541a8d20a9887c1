"""The image's files, tried without Docker: the entry point, the database's first script, compose."""

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import psycopg
import pytest
import redis
import yaml

from config.local import binaries, ports, servers
from config.local.addresses import PROJECT, redis_url, socket_folder
from config.local.lifeline import Lifeline
from tests.local.processes import pause, wait_until
from tests.local.test_up import surroundings

DOCKER = PROJECT / "docker"
PASSWORD = "it's a secret"  # with a quote in it, on purpose
COMPOSE = yaml.safe_load((DOCKER / "compose.yaml").read_text())
OURS = {name: service for name, service in COMPOSE["services"].items() if service["image"] == "unison"}


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A data folder with servers of its own, whose database is new."""
    with (
        tempfile.TemporaryDirectory(prefix="unison-docker-") as name,
        pytest.MonkeyPatch.context() as patch,
        Lifeline() as lifeline,
    ):
        for variable in ("DATABASE_URL", "REDIS_URL"):
            patch.delenv(variable, raising=False)
        found = Path(name)
        found.chmod(0o755)
        with servers.running(found, durable=False, pause=pause, lifeline=lifeline):
            yield found


@pytest.fixture(scope="module")
def container(folder) -> dict[str, str]:
    """The environment of a container: the database made as the database's container makes it."""
    sockets = str(socket_folder(folder))
    with psycopg.connect(host=sockets, user="postgres", dbname="postgres", autocommit=True) as superuser:
        superuser.execute("DROP DATABASE unison")
        superuser.execute("DROP ROLE unison")
    variables = {
        "PATH": f"{binaries.postgres()}:/usr/bin:/bin",
        "PGHOST": sockets,
        "POSTGRES_PASSWORD": PASSWORD,
    }
    subprocess.run([DOCKER / "postgres.sh"], env=variables, check=True, capture_output=True)
    return surroundings(
        PATH=f"{Path(sys.executable).parent}:/usr/bin:/bin",
        PYTHONUNBUFFERED="1",
        UNISON_ENVIRONMENT="own",
        UNISON_DATA=str(folder),
        DJANGO_SETTINGS_MODULE="config.settings",
        DATABASE_URL=f"postgresql://unison:it%27s%20a%20secret@/unison?host={sockets}",
        REDIS_URL=redis_url(folder),
        SECRET_KEY="only-for-this-test-and-long-enough-for-the-check-at-start",
        STATIC_ROOT=str(folder / "static"),
        BEAT_SCHEDULE=str(folder / "beat-schedule"),
        HOST="127.0.0.1",
        WEB_PROCESSES="2",
        WORKER_PROCESSES="1",
    )


@contextmanager
def role(container: dict[str, str], *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Start the entry point as the container would; it is over with the block."""
    process = subprocess.Popen(
        [DOCKER / "entrypoint.sh", *arguments],
        cwd=PROJECT,
        env=container,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def is_listening(container: dict[str, str]) -> bool:
    """Whether a worker listens to the queue."""
    with redis.Redis.from_url(container["REDIS_URL"]) as client:
        return bool(client.exists("_kombu.binding.celery.pidbox"))


def requests_counted(port: int) -> float:
    """How many requests `/metrics` tells of, asked over a connection of its own."""
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        told = re.findall(r"^unison_requests_total{.*} (.+)$", answer.read().decode(), re.MULTILINE)
    return sum(map(float, told))


def test_migrate_then_web_worker_and_beat(container):
    with (
        role(container, "migrate") as migrate,
        role(container, "python", "manage.py", "collectstatic") as collect,
    ):
        said, collected = migrate.communicate()[0], collect.communicate()[0]
    assert migrate.returncode == 0, said
    assert "all are up to date" in said
    assert "static files copied" in collected, collected

    port = ports.free_port("127.0.0.1", 0)
    with (
        role(container | {"PORT": str(port)}) as web,
        role(container, "worker") as worker,
        role(container, "beat") as beat,
    ):
        wait_until(lambda: ports.is_ready("127.0.0.1", port), "web")
        wait_until(lambda: is_listening(container), "worker")
        wait_until(Path(container["BEAT_SCHEDULE"]).exists, "beat")
        for _ in range(20):
            with suppress(HTTPError):
                urlopen(f"http://127.0.0.1:{port}/", timeout=5)
        assert {requests_counted(port) for _ in range(20)} == {20}, "each process tells of its own requests"
        for process in (web, worker, beat):
            process.terminate()
        words = [process.communicate(timeout=60)[0] for process in (web, worker, beat)]
        assert [process.returncode for process in (web, worker, beat)] == [0, 0, 0], words


def test_any_other_command_is_run_as_it_is(container):
    with role(container, "python", "-c", "import sys; print(sys.argv[1:])", "a word", "b") as process:
        assert process.communicate()[0] == "['a word', 'b']\n"


def test_the_databases_container_makes_the_role_we_need(container, folder):
    with psycopg.connect(container["DATABASE_URL"]) as connection:
        row = connection.execute(
            "SELECT rolsuper, rolcreaterole, rolcreatedb, current_setting('search_path'),"
            " current_setting('timezone') FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert row == (False, True, True, "public", "UTC")


@pytest.mark.parametrize("name", OURS)
def test_each_service_of_ours_has_a_role_and_all_it_needs(name):
    service = OURS[name]
    roles = set(re.findall(r"^(\w+)\)$", (DOCKER / "entrypoint.sh").read_text(), re.MULTILINE))

    assert roles == {"web", "worker", "beat", "migrate"}
    assert service["command"] == [name]
    assert name in roles
    assert {"DATABASE_URL", "REDIS_URL", "SECRET_KEY"} <= set(service["environment"])
    assert service["read_only"]
    assert set(service["depends_on"]) <= set(COMPOSE["services"])


def test_the_servers_are_the_versions_we_develop_with():
    assert (
        COMPOSE["services"]["postgres"]["image"]
        == f"postgres:{binaries.postgres_version(binaries.postgres())}"
    )
    said = subprocess.run([binaries.valkey(), "--version"], capture_output=True, text=True, check=True).stdout
    major = re.search(r"v=(\d+)", said)
    assert major
    assert COMPOSE["services"]["valkey"]["image"] == f"valkey/valkey:{major[1]}"


def test_the_image_holds_what_the_checkout_needs_and_no_more():
    allowed = {
        line.removeprefix("!").rstrip("/")
        for line in (PROJECT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    }
    copied = set(re.findall(r"compileall -q ([\w ]+)", (DOCKER / "Dockerfile").read_text())[0].split())

    assert copied == {name for name in allowed if (PROJECT / name / "__init__.py").exists()}
    assert all((PROJECT / name).exists() for name in allowed)
