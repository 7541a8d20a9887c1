"""Child processes: each in a session of its own, heard with a prefix, ended in order, never left behind."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from config.local.addresses import PROJECT
from config.local.interrupts import Interrupts
from config.local.lifeline import Lifeline
from config.local.privileges import die_with_parent
from config.local.problems import CannotStart
from config.local.voice import Voice

STEP = 0.1
LAST_WORDS = 2.0


class Child:
    """One process of ours."""

    def __init__(
        self, name: str, command: Sequence[str], environment: Mapping[str, str], voice: Voice
    ) -> None:
        self.name = name
        self.process = subprocess.Popen(
            command,
            cwd=PROJECT,
            env=dict(environment) | {"PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,  # the terminal's Ctrl-C reaches only us
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
        self._listener = threading.Thread(target=self._listen, args=[voice], daemon=True)
        self._listener.start()

    def _listen(self, voice: Voice) -> None:
        for line in self.process.stdout or ():
            voice.say(self.name, line.rstrip())

    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def stop(self, grace: float, is_urgent: Callable[[], bool]) -> None:
        """Ask it to end, wait as long as it may take, then end its whole session for certain."""
        if not self.has_ended():
            self.process.terminate()
        deadline = time.monotonic() + grace
        while not self.has_ended() and time.monotonic() < deadline and not is_urgent():
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(STEP)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._listener.join(LAST_WORDS)


class Supervisor:
    """Starts children and looks after them."""

    def __init__(
        self, voice: Voice, interrupts: Interrupts, lifeline: Lifeline, environment: Mapping[str, str]
    ) -> None:
        self.voice, self.interrupts, self.lifeline, self.environment = (
            voice,
            interrupts,
            lifeline,
            environment,
        )
        self.children: list[Child] = []

    @contextmanager
    def child(self, name: str, command: Sequence[str], grace: float = 5) -> Iterator[Child]:
        """Run a process for as long as the block lasts."""
        child = Child(name, command, self.environment, self.voice)
        self.lifeline.watch(child.process.pid, signal.SIGTERM)
        self.children.append(child)
        try:
            yield child
        finally:
            self.children.remove(child)
            child.stop(grace, lambda: self.interrupts.are_urgent)
            self.lifeline.forget(child.process.pid)

    def run(self, name: str, command: Sequence[str]) -> None:
        """Run a process to its end; it must succeed."""
        with self.child(name, command) as child:
            while not child.has_ended():
                self.interrupts.pause(STEP)
        if child.process.returncode:
            raise CannotStart(f"{name} failed (exit code {child.process.returncode}); its words are above.")

    def dead(self) -> str | None:
        """The name and exit code of a child that ended by itself, if one did."""
        for child in self.children:
            if child.has_ended():
                return f"{child.name} (exit code {child.process.returncode})"
        return None

    def check(self) -> None:
        """Wait a moment; raise `Stopped` when asked to stop, and complain when a child has ended."""
        self.interrupts.pause(STEP)
        if dead := self.dead():
            raise CannotStart(f"{dead} ended by itself; its words are above. Everything else was stopped.")
