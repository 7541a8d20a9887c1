"""The peer: PostGraphile 5, which makes SQL of GraphQL as well, over the same tables on as many processes.

Its version and all that it needs, Node included, are locked in this folder and installed into the data
folder, where npm is there to do it. It runs with its settings of production and is asked in its own words, by
the plain keys of rows, which cost it less than ids of the whole graph. It signs in as the tenant's own role,
once for each connection. What it has not: keys, limits, cost, permissions, a log line for every request.
"""

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from django.conf import settings
from psycopg.conninfo import conninfo_to_dict

from accounts.models import Tenant
from accounts.tenancy import SHARED
from benchmarks import web
from benchmarks.bench import Bench
from benchmarks.harness import load
from benchmarks.reads.questions import Question
from config.local.ports import free_port

NAME = "PostGraphile 5"
HERE = Path(__file__).parent
FILES = ("package.json", "package-lock.json", "server.mjs")
STAMP = "installed"
INSTALL = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error")
INSTALLED_WITHIN = 600.0


@contextmanager
def serving(bench: Bench, tenant: Tenant) -> Iterator[web.Served | None]:
    """Serve a tenant's tables for the length of a block; None where it cannot be had."""
    folder = bench.folder / "postgraphile"
    if not is_installed(folder):
        yield None
        return
    port, log = free_port("127.0.0.1", 0), bench.log("postgraphile")
    command = [str(folder / "node_modules" / ".bin" / "node"), str(folder / "server.mjs")]
    command += [str(port), str(web.WORKERS), tenant.schema_name, SHARED]
    with web.started(command, log, **signing_in(settings.DATABASE_URL, tenant)) as process:
        web.wait_for(process, port, log)
        yield web.Served(port, process.pid)


def is_installed(folder: Path) -> bool:
    """Install what is locked, where that has not been done; whether it is there."""
    wanted = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in FILES)).hexdigest()
    stamp = folder / STAMP
    if stamp.exists() and stamp.read_text() == wanted:
        return True
    npm = shutil.which("npm")
    if npm is None:
        return _without("there is no npm")
    folder.mkdir(exist_ok=True)
    for name in FILES:
        shutil.copy(HERE / name, folder)
    done = subprocess.run(  # noqa: S603 - what our lock file names, without any script of theirs
        [npm, *INSTALL], cwd=folder, capture_output=True, text=True, timeout=INSTALLED_WITHIN, check=False
    )
    if done.returncode:
        return _without(done.stderr.strip()[-500:])
    stamp.write_text(wanted)
    return True


def _without(reason: str) -> bool:
    sys.stderr.write(f"{NAME} is not measured: {reason}\n")
    return False


def signing_in(address: str, tenant: Tenant) -> dict[str, str]:
    """The variables by which libpq and its like sign in, as the tenant's role from the start."""
    given = conninfo_to_dict(address)
    names = {
        "host": "PGHOST",
        "port": "PGPORT",
        "user": "PGUSER",
        "password": "PGPASSWORD",
        "dbname": "PGDATABASE",
    }
    known = {variable: str(given[name]) for name, variable in names.items() if given.get(name)}
    return known | {"PGOPTIONS": f"-c role={tenant.role_name}", "GRAPHILE_ENV": "production"}


def ask(question: Question, key: UUID) -> bytes:
    """A question in its words."""
    body = {"query": question.in_words_of("postgraphile"), "variables": question.variables(str(key))}
    return load.post("localhost", "/graphql", json.dumps(body).encode())
