"""Servers left over from a run that was killed: found by their own pid file, told from strangers, ended."""

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

from config.local.problems import CannotStart

PATIENCE = 30.0
STEP = 0.05


def runs(pid: int, mark: str) -> bool:
    """Whether the process is there and has the mark in its command line: numbers are used again."""
    folder = Path(f"/proc/{pid}")
    if Path("/proc/self").exists():
        try:
            return mark in folder.joinpath("cmdline").read_bytes().replace(b"\0", b" ").decode(
                errors="replace"
            )
        except OSError:
            return False
    answer = subprocess.run(["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True)
    return mark in answer.stdout


def pid_in(file: Path) -> int | None:
    """The first line of a pid file, if there is one."""
    try:
        return int(file.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None


def end(file: Path, mark: str, sent: signal.Signals, pause: Callable[[float], None]) -> None:
    """End the server that a pid file names, if it still runs, and take a stale file away."""
    pid = pid_in(file)
    if pid is None or not runs(pid, mark):
        file.unlink(missing_ok=True)
        return
    os.kill(pid, sent)
    waited = 0.0
    while runs(pid, mark):
        if waited >= PATIENCE:
            raise CannotStart(
                f"A server of an earlier run (process {pid}) does not end. End it: kill -9 {pid}"
            )
        pause(STEP)
        waited += STEP
