"""`manage.py up` as a process: ready, stopped, killed, started again, with its data and without orphans."""

import http.client
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from config.local.addresses import PROJECT, database_url, socket_folder
from tests.local.processes import wait_for_end, with_mark

WITHIN = 120.0
OURS = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DEBUG", "UNISON_DATA", "DJANGO_SETTINGS_MODULE"}


def surroundings(**more: str) -> dict[str, str]:
    """The environment of somebody who has set nothing."""
    return {name: value for name, value in os.environ.items() if name not in OURS} | more


class System:
    """A running `up`, as another program would use it."""

    def __init__(self, data: Path, log: Path, *arguments: str, port: int = 0) -> None:
        self.data, self.log = data, log
        options = ["--no-demo", "--data", str(data), "--port", str(port), *arguments]
        with log.open("w") as errors:
            self.process = subprocess.Popen(
                [sys.executable, str(PROJECT / "manage.py"), "up", *options],
                env=surroundings(),
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )

    def first_line(self) -> str:
        """What it says first."""
        assert self.process.stdout
        said, _, _ = select.select([self.process.stdout], [], [], WITHIN)
        assert said, f"nothing said within {WITHIN} s"
        return self.process.stdout.readline()

    def facts(self) -> dict[str, Any]:
        """What it says when it is ready, with `--json`."""
        line = self.first_line()
        assert line, self.log.read_text()
        return json.loads(line)

    def stop(self, asked: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to stop, and take what it still says off its hands."""
        self.process.send_signal(asked)
        self.process.communicate()
        return self.process.returncode

    def ask(self, question: str) -> tuple:
        """Ask its database, as from a second terminal."""
        with psycopg.connect(database_url(self.data), autocommit=True) as connection:
            answer = connection.execute(question)
            return (answer.fetchone() if answer.description else None) or ()


@pytest.fixture
def folder(tmp_path) -> Iterator[Path]:
    """The data folder; nothing of it may run when the test is over."""
    data = tmp_path / "run"
    yield data
    left = with_mark(str(data)) | with_mark(str(socket_folder(data)))
    for pid in left:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    assert left == {}


def status(facts: dict[str, Any], path: str) -> int:
    """What the web answers there."""
    connection = http.client.HTTPConnection("127.0.0.1", int(facts["url"].rpartition(":")[2]), timeout=10)
    try:
        connection.request("GET", path, headers={"Host": facts["url"].removeprefix("http://")})
        return connection.getresponse().status
    finally:
        connection.close()


def test_it_runs_is_killed_and_runs_again_with_its_data(folder, tmp_path):
    first = System(folder, tmp_path / "first.log", "--json")
    facts = first.facts()
    assert status(facts, "/readyz") == 200
    first.ask("CREATE TABLE note AS SELECT 'still here' AS text")
    everything = with_mark(str(folder)) | with_mark(str(socket_folder(folder)))
    words = {Path(word).name for command in everything.values() for word in command.split()}
    assert {"granian", "worker", "beat", "postgres", "valkey-server"} <= words
    assert first.stop(signal.SIGKILL) == -signal.SIGKILL

    second = System(
        folder, tmp_path / "second.log", "--json"
    )  # at once: what is left of the first is still ending
    assert status(second.facts(), "/livez") == 200
    wait_for_end(everything)
    assert second.ask("SELECT text FROM note") == ("still here",)
    assert refused_beside(second) == 1

    assert second.stop() == 0
    assert with_mark(str(folder)) == {}
    assert not socket_folder(folder).exists()
    assert {path.name for path in folder.iterdir()} & {"lock", "postmaster.pid"} == set()


def refused_beside(system: System) -> int:
    """The exit code of a second one in the same folder, which is told who is there."""
    other = System(system.data, system.log.with_name("other.log"))
    other.process.communicate()
    assert f"process {system.process.pid}" in other.log.read_text()
    return other.process.returncode


def test_a_taken_port_is_refused_before_anything_is_started(folder, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        system = System(folder, tmp_path / "log", port=port)
        output, _ = system.process.communicate()

    assert system.process.returncode == 1
    assert output == ""
    assert f"Port {port} on 127.0.0.1 is taken" in system.log.read_text()
    assert not folder.exists()


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_it_can_be_stopped_while_still_starting(asked, folder, tmp_path):
    system = System(folder, tmp_path / "log")
    assert "starting in" in system.first_line()

    assert system.stop(asked) == 0
    assert not (folder / "lock").exists()
