"""How `manage.py` sets itself up: with any old Python and some uv, once per change of the lock."""

import ast
import os
import shutil
import stat
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from config.local import environment
from config.local.addresses import PROJECT

EARLY = ["manage.py", "config/__init__.py", "config/local/__init__.py", "config/local/environment.py"]
UV = """#!/bin/sh
# stands in for uv: makes an environment that sees the packages of the one that runs the tests
[ "$1" = --version ] && echo "uv {version}" && exit
echo "$@" >> "{calls}"
[ -e "{broken}" ] && echo "no network" >&2 && exit 2
"{python}" -m venv --without-pip "$UV_PROJECT_ENVIRONMENT"
echo "{packages}" > "$UV_PROJECT_ENVIRONMENT"/lib/python{minor}/site-packages/tests.pth
"""


@pytest.fixture
def project(tmp_path) -> Path:
    """A checkout with nothing but what starts it."""
    root = tmp_path / "checkout"
    for name in EARLY:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / name, root / name)
    for name in ("uv.lock", "pyproject.toml", ".python-version"):
        (root / name).write_text(f"# {name}\n")
    (root / "config" / "settings.py").write_text("INSTALLED_APPS = []\n")
    return root


@pytest.fixture
def tools(tmp_path) -> Path:
    """A folder with a uv, to be put on the PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    return folder


def a_uv(tools: Path, version: str = "0.13.9") -> Path:
    """Put a uv there; the file returned has a line for each time it was asked to sync."""
    calls, broken = tools / "calls", tools / "broken"
    minor = f"{sys.version_info[0]}.{sys.version_info[1]}"
    packages = sysconfig.get_paths()["purelib"]
    names = {"calls": calls, "broken": broken, "python": sys.executable, "packages": packages, "minor": minor}
    script = tools / "uv"
    script.write_text(UV.format(version=version, **names))
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return calls


def manage(project: Path, tools: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command as on a machine that has this Python and these tools, and no environment."""
    variables = {"PATH": f"{tools}:/usr/bin:/bin", "HOME": str(tools), "PIP_NO_INDEX": "1"}
    command = [getattr(sys, "_base_executable", sys.executable), str(project / "manage.py"), *arguments]
    return subprocess.run(command, env=variables, capture_output=True, text=True)


@pytest.mark.parametrize("name", EARLY)
def test_what_runs_first_can_be_read_by_an_old_python(name):
    ast.parse((PROJECT / name).read_text(), feature_version=(3, 9))


def test_what_runs_first_needs_only_the_standard_library():
    tree = ast.parse((PROJECT / "config/local/environment.py").read_text())
    modules = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    modules |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}

    assert {name.split(".")[0] for name in modules} <= sys.stdlib_module_names


@pytest.mark.parametrize("version", ["3.9", "3.10", "3.12"])
def test_an_older_python_starts_it(version, project, tools):
    a_uv(tools)
    versions = Path.home() / ".pyenv" / "versions"
    found = [str(path) for path in versions.glob(f"{version}.*/bin/python")]
    python = next(iter(found), None) or shutil.which(f"python{version}", path="/usr/local/bin:/usr/bin")
    if python is None:
        pytest.skip(f"no Python {version} on this machine")

    ran = subprocess.run(
        [python, str(project / "manage.py"), "check", "--help"],
        env={"PATH": f"{tools}:/usr/bin:/bin", "HOME": str(tools)},
        capture_output=True,
        text=True,
    )

    assert "usage: manage.py check" in ran.stdout, ran.stderr


def test_the_environment_is_made_once(project, tools):
    calls = a_uv(tools)

    first, second = (manage(project, tools, "check", "--help") for _ in range(2))

    assert "usage: manage.py check" in first.stdout
    assert "Setting up" in first.stderr
    assert "usage: manage.py check" in second.stdout
    assert second.stderr == ""
    assert calls.read_text().splitlines() == ["sync --frozen --python 3.13"]


def test_a_changed_lock_refreshes_it(project, tools):
    calls = a_uv(tools)
    manage(project, tools, "check", "--help")
    assert environment.is_fresh(project)

    (project / "uv.lock").write_text("# another lock\n")
    assert not environment.is_fresh(project)
    manage(project, tools, "check", "--help")

    assert environment.is_fresh(project)
    assert len(calls.read_text().splitlines()) == 2


def test_nothing_is_said_when_the_output_is_for_a_program(project, tools):
    calls = a_uv(tools)

    ran = manage(project, tools, "check", "--help", "--json")

    assert ran.stderr == ""
    assert calls.read_text().splitlines() == ["sync --frozen --python 3.13 --quiet"]


def test_a_failure_is_said_and_tried_on_another_python(project, tools):
    calls = a_uv(tools)
    (tools / "broken").touch()

    ran = manage(project, tools, "check")

    assert ran.returncode == 1
    assert "no network" in ran.stderr
    assert "The environment could not be made" in ran.stderr
    first, second = (line.split()[3] for line in calls.read_text().splitlines())
    assert (first, Path(second).name[:6]) == ("3.13", "python")
    assert not environment.is_fresh(project)


def test_without_uv_and_without_a_way_to_get_it_we_say_what_to_do(project, tools):
    a_uv(tools, version="0.4.1")  # too old to read the lock

    ran = manage(project, tools, "check")

    assert ran.returncode == 1
    assert "install.sh" in ran.stderr
    assert "No matching distribution found for uv" in ran.stderr


def test_who_made_the_environment_himself_is_left_alone(project, tools):
    variables = dict(os.environ) | {"UNISON_ENVIRONMENT": "own"}
    ran = subprocess.run(
        [sys.executable, str(project / "manage.py"), "check", "--help"],
        env=variables,
        capture_output=True,
        text=True,
    )

    assert "usage: manage.py check" in ran.stdout
    assert not (project / ".venv").exists()
