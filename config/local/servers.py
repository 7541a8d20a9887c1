"""The servers that the environment does not name: started before everything else, ended after it."""

import os
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from config.local.addresses import database_url, redis_url, socket_folder
from config.local.lifeline import Lifeline
from config.local.postgres import Postgres
from config.local.problems import CannotStart
from config.local.valkey import Valkey

Server = Postgres | Valkey


def addresses(folder: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """The servers' addresses: the environment's where it names them, else the data folder's own."""
    return {
        "DATABASE_URL": environment.get("DATABASE_URL") or database_url(folder),
        "REDIS_URL": environment.get("REDIS_URL") or redis_url(folder),
    }


@contextmanager
def running(
    folder: Path, *, durable: bool, pause: Callable[[float], None], lifeline: Lifeline
) -> Iterator[list[Server]]:
    """Run the servers that the environment does not name, for as long as the block lasts."""
    kinds: list[type[Server]] = []
    if not os.environ.get("DATABASE_URL"):
        kinds.append(Postgres)
    if not os.environ.get("REDIS_URL"):
        kinds.append(Valkey)
    with ExitStack() as stack:
        if kinds:
            stack.enter_context(private_folder(socket_folder(folder)))
        started: list[Server] = []
        for kind in kinds:
            server = kind(folder, durable=durable, pause=pause)
            stack.callback(server.stop)
            server.start()
            if server.process:
                lifeline.watch(server.process.pid, server.ended_by)
            started.append(server)
        yield started


@contextmanager
def private_folder(folder: Path) -> Iterator[None]:
    """The folder of the sockets: ours alone, and gone when the servers are."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    ours = found.st_uid == os.geteuid() or os.geteuid() == 0
    if not stat.S_ISDIR(found.st_mode) or not ours:
        raise CannotStart(f"{folder} was put there by another user; have it removed, or use --data FOLDER.")
    folder.chmod(0o700)
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)
