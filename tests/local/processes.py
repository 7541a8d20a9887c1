"""Processes as the tests see them: found by a mark, waited for without sleeping."""

import os
import select
import time
from collections.abc import Callable, Iterable
from pathlib import Path

PATIENCE = 20.0


def with_mark(mark: str) -> dict[int, str]:
    """The living processes that have the mark in their command line or environment, but for this one."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command, variables = ((folder / name).read_bytes() for name in ("cmdline", "environ"))
        except OSError:
            continue  # it ended meanwhile
        if mark.encode() in command + variables and int(folder.name) != os.getpid():
            found[int(folder.name)] = command.replace(b"\0", b" ").decode(errors="replace")
    return found


def wait_for_end(pids: Iterable[int], within: float = PATIENCE) -> None:
    """Wait until all of these processes have ended."""
    deadline = time.monotonic() + within
    for pid in pids:
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        try:
            ended, _, _ = select.select([handle], [], [], max(0, deadline - time.monotonic()))
            assert ended, f"process {pid} did not end within {within} s"
        finally:
            os.close(handle)


def pause(seconds: float) -> None:
    """What the servers are given to wait with where nobody interrupts."""
    select.select([], [], [], seconds)


def wait_until(condition: Callable[[], bool], what: str, within: float = 120.0) -> None:
    """Wait until the condition holds: for states that no file handle tells of."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {within} s"
        pause(0.05)
