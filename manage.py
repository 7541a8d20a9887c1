#!/usr/bin/env python3
"""The one command of the project: it sets itself up, then runs the system, its tests, or a Django command.

    python3 manage.py up       everything on this machine: servers, demo data, web, worker, beat
    python3 manage.py test     the tests, on servers of their own; arguments go to pytest
    python3 manage.py ...      any Django command

It starts with nothing but the standard library, on any Python from 3.9 on.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent


def main() -> None:
    """Make sure of the environment, then hand over to whoever knows the command."""
    if sys.version_info < (3, 9) or os.name != "posix":
        sys.exit("manage.py needs Python 3.9 or newer on Linux or macOS (on Windows: inside WSL).")
    from config.local import environment  # noqa: PLC0415 - after the check above: older Pythons cannot read it

    environment.ensure(PROJECT, sys.argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    sys.exit(run(sys.argv))


def run(arguments: list[str]) -> int:
    """Run the command in the environment that is now there."""
    name = arguments[1] if len(arguments) > 1 else ""
    if name == "up":
        from config.local import up  # noqa: PLC0415 - needs the environment

        return up.main(arguments[2:])
    if name == "test":
        from config.local import testing  # noqa: PLC0415 - needs the environment

        return testing.main(arguments[2:])
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - needs the environment

    execute_from_command_line(arguments)
    return 0


if __name__ == "__main__":
    main()
