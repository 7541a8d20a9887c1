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
INSIDE = 1000  # our user's number in the namespace: any but root's


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
    """A step between fork and exec: be an ordinary user, as far as the program can see."""
    uid, gid = os.geteuid(), os.getegid()
    os.unshare(os.CLONE_NEWUSER)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{INSIDE} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{INSIDE} {gid} 1")


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

        user: dict[str, Any] = (
            {"user": self.owner, "group": self.group, "extra_groups": []} if self.changes_user else {}
        )
        return {"start_new_session": True, "preexec_fn": before_exec, **user}

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


def for_servers(probe: Sequence[str]) -> Identity:
    """Whoever we are, unless we are root; the probe is a harmless command to try a namespace with."""
    if os.geteuid() != 0:
        return Identity(os.geteuid(), os.getegid())
    if sys.platform == "linux" and can_enter_namespace(probe):
        return Identity(os.geteuid(), os.getegid(), in_namespace=True)
    return nobody()


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


def check_reach(identity: Identity, *paths: Path) -> None:
    """Say in time that `nobody` cannot come to the folders, as when the project lies in root's home."""
    if not identity.changes_user:
        return
    user: dict[str, Any] = {"user": identity.owner, "group": identity.group, "extra_groups": []}
    for path in paths:
        if subprocess.run(["/bin/sh", "-c", 'test -x "$0"', str(path)], cwd="/", **user).returncode:
            raise CannotStart(
                f"Postgres refuses to run as root, and the user nobody cannot come to {path}. Run this as an "
                "ordinary user, or move the project out of root's home (to /srv, say)."
            )
