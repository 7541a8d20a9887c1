"""`manage.py test`: pytest on servers of its own, which hold nothing of the running system's."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from types import FrameType

from config.local import locks, servers
from config.local.addresses import PROJECT, TEST
from config.local.interrupts import Interrupts
from config.local.lifeline import Lifeline
from config.local.privileges import die_with_parent
from config.local.problems import CannotStart, Stopped, check_room, make_folder


def main(arguments: Sequence[str]) -> int:
    """Run pytest with these arguments; its exit code is ours."""
    try:
        make_folder(TEST)
        check_room(TEST)
        with locks.held(TEST, "manage.py test", wait_for):
            return run(arguments)
    except (CannotStart, OSError) as problem:
        sys.stderr.write(f"unison: {problem}\n")
        return 1
    except (KeyboardInterrupt, Stopped):
        return 130


def wait_for(holder: locks.Holder) -> None:
    """Two runs at once would slow each other down and share a server: the later one waits."""
    sys.stderr.write(f"Another test run (process {holder['pid']}) is going on; waiting for it to end ...\n")
    sys.stderr.flush()


def run(arguments: Sequence[str]) -> int:
    """Start the servers, run pytest, stop the servers."""
    with (
        Lifeline() as lifeline,
        Interrupts() as interrupts,
        servers.running(TEST, durable=False, pause=interrupts.pause, lifeline=lifeline),
    ):
        pytest = subprocess.Popen(
            [sys.executable, "-m", "pytest", *arguments],
            cwd=PROJECT,
            env=os.environ | {"UNISON_DATA": str(TEST)},
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
        return wait(pytest)


def wait(pytest: subprocess.Popen[bytes]) -> int:
    """Wait for pytest, which shares our terminal and so hears Ctrl-C itself; other signals are passed on."""

    def pass_on(number: int, _frame: FrameType | None) -> None:
        pytest.send_signal(signal.SIGINT if number == signal.SIGHUP else number)

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for passed in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(passed, pass_on)
    code = pytest.wait()
    return code if code >= 0 else 128 - code
