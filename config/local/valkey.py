"""An embedded Valkey, for the queue and the cache: its data may be lost, since the truth is in Postgres."""

import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from config.local import binaries, orphans, privileges
from config.local.addresses import socket_folder
from config.local.problems import CannotStart, explained

READY_WITHIN = 30.0
STEP = 0.01


class Valkey:
    """The server of a data folder; `durable=False` keeps nothing on disk."""

    name = "Valkey"
    ended_by = signal.SIGTERM

    def __init__(self, folder: Path, *, durable: bool, pause: Callable[[float], None]) -> None:
        self.folder, self.durable, self.pause = folder / "valkey", durable, pause
        self.binary = binaries.valkey()
        self.socket = socket_folder(folder) / "valkey.sock"
        self.log = folder / "valkey.log"
        self.pid_file = self.folder / "valkey.pid"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers; a saved queue that it cannot read is put aside."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        orphans.end(self.pid_file, str(self.socket), signal.SIGTERM, self.pause)
        self.socket.unlink(missing_ok=True)
        for unfinished in self.folder.glob("temp-*.rdb"):
            unfinished.unlink()
        if self._run():
            return
        saved = self.folder / "dump.rdb"
        if saved.exists():
            saved.rename(saved.with_suffix(".broken"))
            if self._run():
                return
        raise explained(self.name, self.log.read_text(errors="replace"))

    def _run(self) -> bool:
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [str(self.binary), *self._options()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=privileges.die_with_parent(signal.SIGTERM),
            )
        deadline = time.monotonic() + READY_WITHIN
        while not self._answers():
            if self.process.poll() is not None:
                return False
            if time.monotonic() > deadline:
                raise CannotStart(f"Valkey did not get ready within {READY_WITHIN:.0f} s; see {self.log}.")
            self.pause(STEP)
        return True

    def _options(self) -> list[str]:
        options = {
            "--port": "0",
            "--unixsocket": str(self.socket),
            "--unixsocketperm": "700",
            "--dir": str(self.folder),
            "--pidfile": str(self.pid_file),
            "--save": "60 1" if self.durable else "",
            "--appendonly": "no",
            "--loglevel": "warning",
            "--stop-writes-on-bgsave-error": "no",
            "--shutdown-on-sigterm": "force",  # else it refuses to end when it cannot save
            "--shutdown-on-sigint": "force",
        }
        return [word for pair in options.items() for word in pair]

    def _answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(1)
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def stop(self) -> None:
        """End it."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
