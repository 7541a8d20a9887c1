"""As whom a server runs: Postgres refuses root, so root steps down before it starts.

In a user namespace with one mapped user (nothing changes hands on disk); where the kernel or a container
forbids that, as `nobody`, who is then given the folders.
"""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.local.problems import CannotStart

PR_SET_PDEATHSIG = 1


def die_with_parent(sent: signal.Signals) -> Callable[[], None]:
    """A step between fork and exec: on Linux the kernel sends the signal when our parent dies.

    Elsewhere the lifeline does that work. A change of user takes the setting away, so this comes after it.
    """
    parent, libc = os.getpid(), ctypes.CDLL(None)

    def step() -> None:
        if sys.platform == "linux":
            libc.prctl(PR_SET_PDEATHSIG, sent, 0, 0, 0)
            if os.getppid() != parent:  # it died before we asked
                os._exit(1)

    return step


def enter_namespace() -> None:
    """A step between fork and exec: be nobody, as far as the program can see, and ourselves on disk."""
    uid, gid, inside = os.geteuid(), os.getegid(), nobody()
    os.unshare(os.CLONE_NEWUSER)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{inside.owner} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{inside.group} {gid} 1")


@dataclass(frozen=True, slots=True)
class Identity:
    """As whom to run a program, and who must own its files."""

    owner: int
    group: int
    changes_user: bool = False
    in_namespace: bool = False

    def popen(self, sent: signal.Signals) -> dict[str, Any]:
        """The arguments of `Popen` for it: a session of its own, and an end when ours comes."""
        dies = die_with_parent(sent)

        def before_exec() -> None:
            if self.in_namespace:
                enter_namespace()
            dies()

        return {"start_new_session": True, "preexec_fn": before_exec, **self._change()}

    def _change(self) -> dict[str, Any]:
        return {"user": self.owner, "group": self.group, "extra_groups": []} if self.changes_user else {}

    def own(self, folder: Path) -> None:
        """Make sure that the folder and all in it belong to this user."""
        if folder.stat().st_uid == self.owner:
            return
        if os.geteuid() != 0:
            raise CannotStart(
                f"{folder} belongs to another user. Take it (sudo chown -R {os.geteuid()} {folder}), "
                "or use another folder with --data FOLDER."
            )
        for path in (folder, *folder.rglob("*")):
            os.chown(path, self.owner, self.group, follow_symlinks=False)

    def let_through(self, programs: Path, data: Path) -> None:
        """Let `nobody` pass through the data folder; say so in time when he cannot come that far."""
        if not self.changes_user:
            return
        data.chmod(0o711)
        for path in (programs, data):
            look = ["/bin/sh", "-c", 'test -x "$0"', str(path)]
            if subprocess.run(look, cwd="/", **self._change()).returncode:
                raise CannotStart(
                    f"Postgres refuses to run as root, and the user nobody cannot come to {path}. Run this "
                    "as an ordinary user, or move the project out of root's home (to /srv, say)."
                )


def for_servers(probe: Sequence[str]) -> Identity:
    """Whoever we are, unless that is root or a number without a name: Postgres refuses both.

    The probe is a harmless command to try a namespace with.
    """
    uid, gid = os.geteuid(), os.getegid()
    if uid != 0 and has_name(uid):
        return Identity(uid, gid)
    if sys.platform == "linux" and can_enter_namespace(probe):
        return Identity(uid, gid, in_namespace=True)
    if uid != 0:
        raise CannotStart(
            f"Postgres needs a user with a name, and {uid} is not in /etc/passwd. Run as another user."
        )
    return nobody()


def has_name(uid: int) -> bool:
    """Whether the user is in /etc/passwd; in containers it need not be."""
    try:
        return bool(pwd.getpwuid(uid).pw_name)
    except KeyError:
        return False


def can_enter_namespace(probe: Sequence[str]) -> bool:
    """Whether the kernel lets us; many containers do not."""
    try:
        return subprocess.run(probe, preexec_fn=enter_namespace, capture_output=True).returncode == 0
    except (subprocess.SubprocessError, OSError):
        return False


def nobody() -> Identity:
    """The user who owns nothing else."""
    entry = pwd.getpwnam("nobody")
    return Identity(entry.pw_uid, entry.pw_gid, changes_user=True)
