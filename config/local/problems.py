"""What can stand in the way of starting, said to the person at the keyboard."""

import errno
import shutil
from pathlib import Path

ROOM_NEEDED = 300 * 1024 * 1024


class CannotStart(Exception):
    """Something the person can mend; the message says what and how."""


class Stopped(Exception):
    """We were asked to stop, by Ctrl-C or a signal, while still starting."""


def check_room(folder: Path, needed: int = ROOM_NEEDED) -> None:
    """Refuse to start on a disk that is as good as full."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise CannotStart(
            f"The disk of {folder} is full: {free >> 20} MB are free, at least {needed >> 20} MB are needed. "
            "Free some space, or use a folder on another disk with --data FOLDER."
        )


def make_folder(folder: Path) -> None:
    """Make the data folder, private to us, or say why it cannot be."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / ".writable").touch()
        (folder / ".writable").unlink()
    except OSError as problem:
        if problem.errno == errno.ENOSPC:
            check_room(folder.parent)
        raise CannotStart(
            f"The data folder {folder} cannot be used: {problem.strerror}. "
            "Mend its owner and rights, or use another one with --data FOLDER."
        ) from problem


CAUSES = {
    "No space left on device": "The disk is full: free some space and start again.",
    "could not map anonymous shared memory": "There is not enough memory left for Postgres.",
    "Cannot allocate memory": "There is not enough memory left.",
    "has wrong ownership": "The data folder belongs to another user: run as that user, or use --data FOLDER.",
    "Permission denied": "The data folder belongs to another user: run as that user, or use --data FOLDER.",
    "incompatible with server": "The data folder was made by another version of Postgres: use --data FOLDER.",
}


def explained(server: str, log: str) -> CannotStart:
    """A server's failure in plain words where we know the cause, and always with its own last words."""
    cause = next((words for sign, words in CAUSES.items() if sign in log), f"{server} did not start.")
    return CannotStart(f"{cause}\n{server}'s last words:\n{log[-1500:].strip() or '(it said nothing)'}")
