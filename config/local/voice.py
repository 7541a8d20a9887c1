"""What `up` says: lines of its own and of its children, each with the name of who speaks."""

import sys
import threading

COLORS = {"unison": 32, "web": 36, "worker": 33, "beat": 35}
WIDTH = 7


class Voice:
    """Standard output for several speakers at once.

    With `hold` everything waits until the one JSON line is out, so that it comes first. When nobody reads
    any more (`up | head -1`) we fall silent and run on.
    """

    def __init__(self, *, hold: bool = False) -> None:
        self._held: list[str] | None = [] if hold else None
        self._lock = threading.Lock()
        self._is_silent = False
        self._color = sys.stdout.isatty()

    def say(self, who: str, line: str) -> None:
        """Say one line."""
        name = f"{who:>{WIDTH}} |"
        if self._color:
            name = f"\x1b[{COLORS.get(who, 37)}m{name}\x1b[0m"
        with self._lock:
            text = f"{name} {line}\n"
            if self._held is None:
                self._write(text)
            else:
                self._held.append(text)

    def show(self, first: str) -> None:
        """Say the line that must be the first, then all that had to wait for it."""
        with self._lock:
            self._write(first + "\n" + "".join(self._held or []))
            self._held = None

    def fail(self, message: str) -> None:
        """Say on standard error why it did not work, after what had been held back."""
        with self._lock:
            sys.stderr.write("".join(self._held or []) + f"\nunison: {message}\n")
            sys.stderr.flush()
            self._held = None

    def flush(self) -> None:
        """Say what is still held back, though its first line never came."""
        with self._lock:
            self._write("".join(self._held or []))
            self._held = None

    def _write(self, text: str) -> None:
        if self._is_silent:
            return
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except OSError:
            self._is_silent = True
            sys.stdout = open("/dev/null", "w")  # noqa: SIM115 - so that Python's own last flush is quiet too
