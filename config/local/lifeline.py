"""The last one out: a small process that ends what we started when we are killed without a chance to do so.

It holds the reading end of a pipe whose writing end is ours alone: the pipe closes when we die, however
we die.
"""

import os
import signal
import subprocess
import sys
import time
from typing import Self

from config.local.addresses import PROJECT

PATIENCE = 10.0
STEP = 0.05


class Lifeline:
    """Our end of the pipe."""

    def __enter__(self) -> Self:
        self._janitor = subprocess.Popen(
            [sys.executable, "-m", "config.local.lifeline"],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._say("bye")
        self._janitor.communicate()

    def watch(self, pid: int, sent: signal.Signals) -> None:
        """Have a process group ended with this signal, should we not be there to do it."""
        self._say(f"{pid} {sent.value}")

    def forget(self, pid: int) -> None:
        """Leave a process group alone from now on: it has ended."""
        self._say(f"{pid} 0")

    def _say(self, line: str) -> None:
        if self._janitor.poll() is None and self._janitor.stdin:
            self._janitor.stdin.write(line + "\n")
            self._janitor.stdin.flush()


def wait_and_end() -> None:
    """What the janitor does: listen until the pipe closes, then end everyone, the youngest first."""
    groups: dict[int, int] = {}
    for line in sys.stdin:
        if line.strip() == "bye":
            return
        pid, number = map(int, line.split())
        groups[pid] = number
    for pid, number in reversed(groups.items()):
        if number:
            end_group(pid, number)


def end_group(pid: int, number: int) -> None:
    """End a process group: first kindly, then for certain."""
    try:
        os.killpg(pid, number)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            time.sleep(STEP)
            os.killpg(pid, 0)
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


if __name__ == "__main__":
    wait_and_end()
