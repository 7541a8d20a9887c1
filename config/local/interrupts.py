"""Ctrl-C and its kin: noticed at once, acted on at safe points, so that nothing is left half started."""

import signal
import threading
from types import FrameType
from typing import Any, Self

from config.local.problems import Stopped

ASKING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupts:
    """Counts the signals that ask us to stop: one means in order, a second one means now."""

    def __init__(self) -> None:
        self.count = 0
        self.name = ""
        self._asked = threading.Event()
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        self._before = {asking: signal.signal(asking, self._note) for asking in ASKING}
        return self

    def __exit__(self, *_: object) -> None:
        for asking, handler in self._before.items():
            signal.signal(asking, handler)

    def _note(self, number: int, _frame: FrameType | None) -> None:
        self.count += 1
        self.name = signal.Signals(number).name
        self._asked.set()

    @property
    def are_urgent(self) -> bool:
        """Whether we were asked more than once."""
        return self.count > 1

    def pause(self, seconds: float) -> None:
        """Wait a little; raise `Stopped` as soon as we are asked to stop."""
        if self._asked.wait(seconds):
            raise Stopped
