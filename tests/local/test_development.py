"""What developers meet: Django's own server beside `up`, and log lines for people or for programs."""

import json
import subprocess
import sys
from io import StringIO

import pytest

from accounts.management.commands.runserver import NO_DATABASE, Command
from accounts.tenancy import inside
from config.local.addresses import PROJECT
from tests.local.test_up import surroundings

SAY = "import django, logging; django.setup(); logging.getLogger('ours').warning('hello', extra={'n': 1})"


def ran(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """A program of ours, in the environment of somebody who has set this alone."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=PROJECT,
        env=surroundings(UNISON_ENVIRONMENT="own", DJANGO_SETTINGS_MODULE="config.settings", **settings),
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_without_a_database_the_server_says_how_to_get_one(tmp_path):
    refused = ran("manage.py", "runserver", "0", UNISON_DATA=str(tmp_path / "nothing"))

    assert refused.returncode == 1
    assert refused.stderr == f"CommandError: {NO_DATABASE}\n"


def test_the_server_finds_what_is_migrated_without_a_tenant(acme, globex):
    said = StringIO()

    Command(stdout=said).check_migrations()
    with inside(globex):
        Command(stdout=said).check_migrations()

    assert said.getvalue() == ""


@pytest.mark.parametrize("settings", [{}, {"LOG_FORMAT": "json"}])
def test_lines_for_programs_are_json(settings):
    line = json.loads(ran("-c", SAY, **settings).stderr)

    assert (line["event"], line["n"], line["level"]) == ("hello", 1, "warning")


def test_lines_for_people_are_text_without_colours_in_a_pipe():
    line = ran("-c", SAY, LOG_FORMAT="text").stderr

    assert "hello" in line
    assert "n=1" in line
    assert not line.startswith("{")
    assert "\x1b" not in line
