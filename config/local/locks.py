"""One process at a time on a data folder, and a word about who it is for the others."""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

Holder = dict[str, str]


@contextmanager
def held(folder: Path, what: str, when_taken: Callable[[Holder], None]) -> Iterator[None]:
    """Hold the folder's lock. When another holds it, `when_taken` is told who, and may refuse; then we wait.

    The kernel frees the lock with its holder, however that dies, so it is never stale; the file goes with it.
    """
    path = folder / "lock"
    file = _take(path, when_taken)
    try:
        json.dump(
            {"pid": str(os.getpid()), "what": what, "since": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"}, file
        )
        file.flush()
        yield
    finally:
        path.unlink(missing_ok=True)
        file.close()


def _take(path: Path, when_taken: Callable[[Holder], None]) -> TextIO:
    while True:
        file = path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            when_taken(_read(path))
            fcntl.flock(file, fcntl.LOCK_EX)
        if _is_same(path, file):
            file.truncate(0)
            return file
        file.close()  # the holder before us took the file away: lock the one that is there now


def _is_same(path: Path, file: TextIO) -> bool:
    with suppress(FileNotFoundError):
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    return False


def _read(path: Path) -> Holder:
    try:
        return dict(json.loads(path.read_text()))
    except (OSError, ValueError):
        return {"pid": "?", "what": "another process", "since": "just now"}
