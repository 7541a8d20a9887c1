"""`manage.py up`: everything on this machine with one command, and with one Ctrl-C nothing of it."""

import json
import os
import shutil
import subprocess
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from config.local import announcement, locks, servers
from config.local.addresses import PROJECT, RUN
from config.local.interrupts import Interrupts
from config.local.lifeline import Lifeline
from config.local.ports import free_port, is_ready
from config.local.problems import CannotStart, Stopped, check_room, make_folder
from config.local.supervisor import Supervisor
from config.local.voice import Voice

READY_WITHIN = 90.0
ME = "unison"


def options_of(arguments: Sequence[str]) -> Namespace:
    """Read the command line."""
    parser = ArgumentParser(prog="manage.py up", description="Set up and run everything on this machine.")
    parser.add_argument("--port", type=int, default=8000, help="of the web (default 8000; 0: any free one)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    parser.add_argument("--json", action="store_true", help="first line of output: URLs and sign-ins as JSON")
    parser.add_argument("--no-demo", action="store_true", help="do not seed the two demo tenants")
    parser.add_argument("--data", type=Path, default=RUN, metavar="FOLDER", help="of the servers' data")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    """Run until asked to stop: 0 then, 1 when something went wrong."""
    options = options_of(arguments)
    options.data = options.data.absolute()
    voice = Voice(hold=options.json)
    with Interrupts() as interrupts:
        try:
            run(options, voice, interrupts)
        except Stopped:
            voice.say(ME, "stopped")
            voice.flush()
            return 0
        except (CannotStart, OSError) as problem:
            voice.fail(str(problem))
            return 1
    return 0


def run(options: Namespace, voice: Voice, interrupts: Interrupts) -> None:
    """Start everything in order, show where it is, and look after it; ends with an exception only."""
    began = time.monotonic()
    port = free_port(options.host, options.port)
    make_folder(options.data)
    check_room(options.data)
    check_settings(options.data)
    with ExitStack() as stack:
        stack.enter_context(locks.held(options.data, f"manage.py up on http://localhost:{port}", refuse))
        lifeline = stack.enter_context(Lifeline())
        voice.say(ME, f"starting in {options.data}")
        running = stack.enter_context(
            servers.running(options.data, durable=True, pause=interrupts.pause, lifeline=lifeline)
        )
        supervisor = Supervisor(voice, interrupts, lifeline, environment(options.data))
        prepare(supervisor, demo=not options.no_demo)
        start(supervisor, stack, options, port)
        stack.callback(lambda: voice.say(ME, f"{interrupts.name or 'failure'}: stopping"))
        wait_until_ready(supervisor, options.host, port)
        facts = announcement.facts(options.data, port)
        show(voice, facts, options, time.monotonic() - began)
        look_after(supervisor, running)


def refuse(holder: locks.Holder) -> None:
    """Two systems on one folder would be at odds."""
    raise CannotStart(
        f"Unison already runs in this folder: {holder['what']}, process {holder['pid']}, since "
        f"{holder['since']}. Use that one, stop it, or start another one with --data FOLDER --port PORT."
    )


def environment(data: Path) -> dict[str, str]:
    """The environment variables of our children: the settings find the servers by the data folder."""
    development = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DEBUG": "1",
        "LOG_FORMAT": "text" if sys.stdout.isatty() else "json",  # the children speak through a pipe
        "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges",  # as containers do
    }
    return development | os.environ | {"UNISON_DATA": str(data)}


def check_settings(data: Path) -> None:
    """Refuse settings that none of our children could start with; they say by themselves what is wrong."""
    read = [sys.executable, "-c", "import config.settings"]
    told = subprocess.run(
        read, cwd=PROJECT, env=environment(data), capture_output=True, text=True, check=False
    )
    if told.returncode:
        raise CannotStart(f"The settings in the environment are not right.\n{told.stderr.strip()}")


def prepare(supervisor: Supervisor, *, demo: bool) -> None:
    """Bring the database up to date, and fill it at the first run."""
    django = [sys.executable, str(PROJECT / "manage.py")]
    supervisor.run("migrate", [*django, "migrate_schemas"])
    if demo:
        supervisor.run("demo", [*django, "seed_demo"])


def start(supervisor: Supervisor, stack: ExitStack, options: Namespace, port: int) -> None:
    """Start worker, beat and web; they end in the opposite order."""
    celery = [sys.executable, "-m", "celery", "--app", "config", "--quiet"]
    schedule = str(options.data / "beat-schedule")
    figures = options.data / "figures"
    shutil.rmtree(figures, ignore_errors=True)
    figures.mkdir()  # both processes of the web count there, for /metrics
    commands = {
        "worker": [*celery, "worker", "--concurrency", "2", "--loglevel", "INFO"],
        "beat": [*celery, "beat", "--schedule", schedule, "--loglevel", "WARNING"],
        "web": ["env", f"PROMETHEUS_MULTIPROC_DIR={figures}", *web_command(options.host, port)],
    }
    graces = {"worker": 20.0, "beat": 5.0, "web": 10.0}
    for name, command in commands.items():
        stack.enter_context(supervisor.child(name, command, graces[name]))


def web_command(host: str, port: int) -> list[str]:
    """Two processes of three threads: what two cores can serve. One that is killed is replaced.

    A process told to end while it still loads does not hear it: after five seconds it is ended all the same.
    """
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"),
        *("--workers", "2", "--blocking-threads", "3", "--respawn-failed-workers"),
        *("--workers-kill-timeout", "5"),
        *("--host", host, "--port", str(port)),
        "config.wsgi:application",
    ]


def wait_until_ready(supervisor: Supervisor, host: str, port: int) -> None:
    """Wait until the web says that all it needs is there."""
    deadline = time.monotonic() + READY_WITHIN
    while not is_ready(host, port):
        if time.monotonic() > deadline:
            raise CannotStart(f"The web did not get ready within {READY_WITHIN:.0f} s.")
        supervisor.check()


def show(voice: Voice, facts: announcement.Facts, options: Namespace, seconds: float) -> None:
    """Say where everything is and how to get in."""
    if options.json:
        voice.show(json.dumps(facts))
    for line in announcement.lines(facts):
        voice.say(ME, line)
    voice.say(ME, f"ready after {seconds:.0f} s; Ctrl-C stops everything, the data stays in {options.data}")


def look_after(supervisor: Supervisor, running: Sequence[servers.Server]) -> None:
    """Watch over everything until we are asked to stop or something ends by itself."""
    while True:
        supervisor.check()
        for server in running:
            if server.process and server.process.poll() is not None:
                raise CannotStart(
                    f"{server.name} ended by itself; see {server.log}. Everything else was stopped."
                )
