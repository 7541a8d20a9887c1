"""Child processes: heard, ended in order, and never left behind."""

import os
import signal
import subprocess
import sys

import pytest

from config.local.addresses import PROJECT
from tests.local.processes import wait_for_end, with_mark

SUPERVISE = """
import os, sys
from contextlib import ExitStack
from config.local.interrupts import Interrupts
from config.local.lifeline import Lifeline
from config.local.problems import CannotStart, Stopped
from config.local.supervisor import Supervisor
from config.local.voice import Voice

commands = [line.split("=", 1) for line in sys.argv[2:]]
with Interrupts() as interrupts, Lifeline() as lifeline, ExitStack() as stack:
    environment = dict(os.environ, MARK=sys.argv[1])
    supervisor = Supervisor(Voice(), interrupts, lifeline, environment)
    try:
        for name, code in commands:
            stack.enter_context(supervisor.child(name, [sys.executable, "-c", code], grace=0.5))
        while True:
            supervisor.check()
    except Stopped:
        sys.exit(0)
    except CannotStart as problem:
        print(problem, flush=True)
        sys.exit(1)
"""
WAITS = "import signal; print('here', flush=True); signal.pause()"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {WAITS}"
SAYS_WHEN_ENDED = (
    f"import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(print('bye'))); {WAITS}"
)
START = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', {code!r}]); "
WITH_A_CHILD = START.format(code=WAITS) + WAITS
WITH_A_STUBBORN_CHILD = START.format(code=STUBBORN) + WAITS


@pytest.fixture
def supervised(tmp_path):
    """Run children under a supervisor in a process of its own; what they said so far is read up to `here`."""
    started = []

    def run(**children: str) -> subprocess.Popen[str]:
        arguments = [f"{name}={code}" for name, code in children.items()]
        process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISE, str(tmp_path), *arguments],
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        with process:
            pass
    wait_for_end(with_mark(f"MARK={tmp_path}"))


def said(process: subprocess.Popen[str], count: int) -> list[str]:
    """The next lines of a process."""
    assert process.stdout
    return [process.stdout.readline().rstrip() for _ in range(count)]


def test_children_are_heard_by_name_and_ended_in_the_opposite_order(supervised):
    process = supervised(worker=SAYS_WHEN_ENDED, web=SAYS_WHEN_ENDED)
    assert sorted(said(process, 2)) == ["    web | here", " worker | here"]

    process.terminate()

    assert said(process, 2) == ["    web | bye", " worker | bye"]
    assert process.wait() == 0


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_every_way_of_asking_ends_it_in_order(asked, supervised, tmp_path):
    process = supervised(web=WAITS)
    said(process, 1)

    process.send_signal(asked)

    assert process.wait() == 0
    assert with_mark(f"MARK={tmp_path}") == {}


def test_who_does_not_listen_is_ended_all_the_same(supervised, tmp_path):
    process = supervised(web=STUBBORN, worker=WITH_A_STUBBORN_CHILD)
    said(process, 3)

    process.terminate()

    assert process.wait() == 0
    wait_for_end(with_mark(f"MARK={tmp_path}"), within=2)


def test_a_child_that_ends_by_itself_ends_the_others(supervised, tmp_path):
    process = supervised(web=WAITS, worker="raise SystemExit(3)")

    output, _ = process.communicate()

    assert process.returncode == 1
    assert "worker (exit code 3) ended by itself" in output
    assert with_mark(f"MARK={tmp_path}") == {}


def test_a_killed_supervisor_leaves_nobody(supervised, tmp_path):
    process = supervised(web=WITH_A_CHILD, worker=WAITS)
    said(process, 3)
    left = with_mark(f"MARK={tmp_path}")
    assert len(left) == 3

    process.kill()

    wait_for_end(left)
