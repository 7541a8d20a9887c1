"""The project's own environment in `.venv`: made from the lock by uv, and made again when the lock changes.

Only the standard library, and nothing newer than Python 3.9: this runs before anything is installed.
Where you made the environment yourself (the Docker image does), set UNISON_ENVIRONMENT=own.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

PYTHON = "3.13"
ALSO_WORKS = ">=3.12,<3.15"
OLDEST_UV = (0, 8)
VERSION_MANAGERS = (".pyenv/versions", ".asdf/installs/python", ".local/share/mise/installs/python")
NO_UV = """uv, which makes the project's environment, could not be found or installed.
Install it in one of these ways, and run the same command again:
    curl -LsSf https://astral.sh/uv/install.sh | sh
    {python} -m pip install uv        (Debian and Ubuntu: first apt-get install python3-pip python3-venv)
{reason}"""
NO_ENVIRONMENT = """The environment could not be made: uv's own words are above.
It needs Python {python} (3.12 works too; uv downloads one where none is installed) and the packages of
uv.lock, so the usual reasons are no way to the network, or a full disk. When that is mended, run the same
command again."""


class NotReady(Exception):
    """The environment could not be made; the message says what to do."""


def ensure(project: Path, arguments: list[str]) -> None:
    """Go on in the project's own Python, making or refreshing its environment first where that is needed."""
    if os.environ.get("UNISON_ENVIRONMENT") == "own":
        return
    was_fresh = is_fresh(project)
    if not was_fresh:
        try:
            refresh(project, quiet="--json" in arguments)
        except NotReady as problem:
            sys.exit(str(problem))
    environment = project / ".venv"
    if not (was_fresh and is_running_in(environment)):
        python = str(interpreter(environment))
        os.execv(python, [python, *arguments])  # noqa: S606 - our own interpreter, our own arguments


def interpreter(environment: Path) -> Path:
    """The Python of an environment."""
    return environment / "bin" / "python"


def is_running_in(environment: Path) -> bool:
    """Whether this process is the environment's Python already."""
    return Path(sys.prefix).resolve() == environment.resolve()


def fingerprint(project: Path) -> str:
    """What the environment is made from, in one line."""
    digest = hashlib.sha256()
    for name in ("uv.lock", "pyproject.toml", ".python-version"):
        digest.update((project / name).read_bytes())
    return digest.hexdigest()


def is_fresh(project: Path) -> bool:
    """Whether the environment is there and made from the lock as it is now."""
    environment = project / ".venv"
    stamp = environment / "unison.stamp"
    return interpreter(environment).exists() and stamp.is_file() and stamp.read_text() == fingerprint(project)


def refresh(project: Path, *, quiet: bool) -> None:
    """Make or refresh the environment, and stamp it; of several processes one does it and the others wait."""
    with (project / "uv.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_fresh(project):
            return
        if not quiet:
            tell("Setting up the environment from uv.lock (the first time this takes a minute) ...")
        made_from = fingerprint(project)
        sync(find_uv(project, quiet=quiet), project, quiet=quiet)
        (project / ".venv" / "unison.stamp").write_text(made_from)


def sync(uv: str, project: Path, *, quiet: bool) -> None:
    """Install what the lock names: on the Python we want, else on one that is here and works too."""
    here = sys.executable if sys.version_info >= (3, 12) else ALSO_WORKS
    attempts = [(PYTHON, {}), (here, {"UV_PYTHON_DOWNLOADS": "never"})]
    for python, extra in attempts:
        command = [uv, "sync", "--frozen", "--python", python, *(["--quiet"] if quiet else [])]
        if subprocess.run(command, cwd=project, env=uv_settings(project, extra)).returncode == 0:
            return
    raise NotReady(NO_ENVIRONMENT.format(python=PYTHON))


def uv_settings(project: Path, extra: dict[str, str]) -> dict[str, str]:
    """The environment variables for uv: the project's `.venv`, and every Python that a version manager has.

    Version managers put only shims on the PATH, and those of the versions not chosen do not run.
    """
    ours = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    managed = [str(path) for place in VERSION_MANAGERS for path in Path.home().glob(f"{place}/3.1[234]*/bin")]
    path = os.pathsep.join([ours.get("PATH", os.defpath), *managed])
    return {**ours, "PATH": path, "UV_PROJECT_ENVIRONMENT": str(project / ".venv"), **extra}


def find_uv(project: Path, *, quiet: bool) -> str:
    """Find uv on the PATH or where its installer puts it; else install it into a folder of the project."""
    tools = project / ".data" / "tools"
    for candidate in (shutil.which("uv"), Path.home() / ".local/bin/uv", tools / "bin/uv"):
        if candidate and is_new_enough(str(candidate)):
            return str(candidate)
    if not quiet:
        tell(f"Installing uv into {tools} ...")
    reason = install_uv(tools)
    if is_new_enough(str(tools / "bin/uv")):
        return str(tools / "bin/uv")
    raise NotReady(NO_UV.format(python=sys.executable, reason=reason))


def is_new_enough(uv: str) -> bool:
    """Whether this uv runs and can read our lock."""
    try:
        answer = subprocess.run([uv, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return False
    numbers = re.search(r"(\d+)\.(\d+)", answer)
    return numbers is not None and tuple(map(int, numbers.groups())) >= OLDEST_UV


def install_uv(tools: Path) -> str:
    """Install uv with this Python's pip, or with a pip of its own; say what went wrong, if anything did.

    A folder of our own is allowed also where the system's Python is managed by its packager.
    """
    tools.mkdir(parents=True, exist_ok=True)
    said = pip_install(sys.executable, tools)
    if not said:
        return ""
    own = tools / "pip"
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", str(own)], capture_output=True, text=True)
    if made.returncode:
        return said + made.stdout + made.stderr
    return pip_install(str(interpreter(own)), tools)


def pip_install(python: str, tools: Path) -> str:
    """Install uv into the folder; return pip's complaint, or nothing."""
    command = [python, "-m", "pip", "install", "--quiet", "--upgrade", "--target", str(tools), "uv>=0.8"]
    settings = {**os.environ, "PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0"}
    run = subprocess.run(command, env=settings, capture_output=True, text=True)
    return run.stdout + run.stderr if run.returncode else ""


def tell(line: str) -> None:
    """Say something on standard error: standard output belongs to the command."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
