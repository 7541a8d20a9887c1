"""Web servers to be compared, all under granian with the same options, and other processes to be watched."""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from config.local.addresses import PROJECT
from config.local.ports import free_port
from config.local.privileges import die_with_parent

APPLICATION = "config.wsgi:application"
WORKERS = 2
READY_WITHIN = 60.0
STEP = 0.1
PATIENCE = 20.0


class Served(NamedTuple):
    """A running web server."""

    port: int
    pid: int


@contextmanager
def serving(application: str, log: Path, workers: int = WORKERS, /, **variables: str) -> Iterator[Served]:
    """Serve a WSGI application for the length of a block; three threads in each worker, as in production."""
    port = free_port("127.0.0.1", 0)
    command = [
        *("granian", "--interface", "wsgi", "--no-ws", "--workers", str(workers), "--blocking-threads", "3"),
        *("--host", "127.0.0.1", "--port", str(port), application),
    ]
    # logs and counts as in production: a line for every request, and figures of all processes in one folder
    with (
        TemporaryDirectory() as figures,
        running(command, log, LOG_LEVEL="INFO", PROMETHEUS_MULTIPROC_DIR=figures, **variables) as process,
    ):
        wait_for(process, port, log)
        yield Served(port, process.pid)


@contextmanager
def sinking(log: Path, delay: float) -> Iterator[Served]:
    """A partner's server, for webhooks to be delivered to."""
    port = free_port("127.0.0.1", 0)
    with running(["benchmarks.sink", str(port), str(delay)], log) as process:
        wait_for(process, port, log)
        yield Served(port, process.pid)


def running(
    module: Sequence[str], log: Path, **variables: str
) -> AbstractContextManager[subprocess.Popen[bytes]]:
    """Run a Python module in a process of its own for the length of a block."""
    return started([sys.executable, "-m", *module], log, **variables)


@contextmanager
def started(command: Sequence[str], log: Path, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program in a process of its own for the length of a block."""
    with log.open("wb") as file:
        process = subprocess.Popen(  # noqa: S603 - our own commands
            command,
            cwd=PROJECT,
            env=os.environ | variables,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Wait until a server answers."""
    deadline = time.monotonic() + READY_WITHIN
    while not _answers(port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"The web server did not start:\n{log.read_text(errors='replace')[-3000:]}")
        time.sleep(STEP)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/livez")
        return connection.getresponse().status in {http.client.OK, http.client.NO_CONTENT}
    except OSError:
        return False
    finally:
        connection.close()
