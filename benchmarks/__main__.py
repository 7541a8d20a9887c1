"""`python -m benchmarks [names]`: servers of its own, the data, the measurements, and the table."""

import os
import shutil
import signal
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.data.sizes import FULL, QUICK, fingerprint
from config.local import locks, servers
from config.local.addresses import PROJECT
from config.local.interrupts import Interrupts
from config.local.lifeline import Lifeline
from config.local.privileges import die_with_parent
from config.local.problems import CannotStart, Stopped, check_room, make_folder
from config.local.testing import wait

NAMES = ("reads", "stages", "tenants", "memory", "scoring", "intake", "deliveries", "provisioning")
DATA = PROJECT / ".data" / "bench"
ROOM = 8 * 2**30
ROOM_QUICK = 2**30
STAMP = "fingerprint"


def options_of() -> Namespace:
    """Read the command line."""
    parser = ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"which of {', '.join(NAMES)}; all by default"
    )
    parser.add_argument(
        "--quick", action="store_true", help="little data and short rounds: to see that it works"
    )
    parser.add_argument("--json", action="store_true", help="the ratios as one JSON array on standard output")
    parser.add_argument("--save", action="store_true", help="write the table to benchmarks/results.md")
    parser.add_argument("--data", type=Path, help="another data folder")
    options = parser.parse_args()
    if unknown := set(options.names) - set(NAMES):
        parser.error(f"there is no {min(unknown)}; there are {', '.join(NAMES)}")
    return options


def main() -> int:
    """Measure; 0 when everything could be measured, whether or not it is what it must be."""
    options = options_of()
    folder = (options.data or DATA.with_name("bench-quick" if options.quick else "bench")).absolute()
    try:
        make_folder(folder)
        with locks.held(folder, "python -m benchmarks", refuse):
            check_room(folder, ROOM_QUICK if options.quick else ROOM)
            return run(options, folder)
    except CannotStart as problem:
        sys.stderr.write(f"benchmarks: {problem}\n")
        return 1
    except (KeyboardInterrupt, Stopped):
        return 130


def refuse(holder: locks.Holder) -> None:
    """Two at once would measure each other."""
    raise CannotStart(f"Process {holder['pid']} is measuring already, since {holder['since']}.")


def run(options: Namespace, folder: Path) -> int:
    """Start the servers, make the data where there is none that fits, measure, stop the servers."""
    wanted = fingerprint(QUICK if options.quick else FULL, f"{datetime.now(UTC):%Y-%m}")
    stamp = folder / STAMP
    if not stamp.exists() or stamp.read_text() != wanted:
        stamp.unlink(missing_ok=True)
        for old in folder.glob("pgdata*"):
            shutil.rmtree(old)
    # the names of servers that the environment may hold are those of a system that is not ours to load
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    with (
        Lifeline() as lifeline,
        Interrupts() as interrupts,
        servers.running(folder, durable=True, pause=interrupts.pause, lifeline=lifeline) as running,
    ):
        pids = {server.name: server.process.pid for server in running if server.process}
        env = environment(folder, pids["Postgres"], pids["Valkey"])
        is_made = stamp.exists() or django(["make_data", *(["--quick"] if options.quick else [])], env) == 0
        if not is_made:
            return 1
        stamp.write_text(wanted)
        return django(["measure", *(options.names or NAMES), *flags(options)], env)


def flags(options: Namespace) -> list[str]:
    """The options that the measuring process is given, too."""
    return [f"--{name}" for name in ("quick", "json", "save") if getattr(options, name)]


def environment(folder: Path, postgres: int, valkey: int) -> dict[str, str]:
    """The environment of a production, on one machine and without TLS."""
    return os.environ | {
        "UNISON_DATA": str(folder),
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "DEBUG": "0",
        "SECRET_KEY": "benchmarks-only-" + "0123456789abcdef" * 4,
        "SITE_HOST": "bench.localhost",
        "SSL_REDIRECT": "0",
        "WEBHOOK_REQUIRE_HTTPS": "0",
        "WEBHOOK_ALLOWED_NETWORKS": "127.0.0.0/8",
        "GRAPHQL_COST_PER_MINUTE": "1000000000",
        "TRACKING_CALLS_PER_MINUTE": "1000000000",
        "LOG_LEVEL": "WARNING",
        "BENCHMARK_POSTGRES": str(postgres),
        "BENCHMARK_VALKEY": str(valkey),
    }


def django(arguments: list[str], env: dict[str, str]) -> int:
    """Run one of our commands to its end."""
    process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own commands
        [sys.executable, "-m", "django", *arguments],
        cwd=PROJECT,
        env=env,
        preexec_fn=die_with_parent(signal.SIGTERM),
    )
    return wait(process)


if __name__ == "__main__":
    sys.exit(main())
