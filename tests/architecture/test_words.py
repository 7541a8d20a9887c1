"""The project speaks of itself alone, and in whole sentences."""

import re
import subprocess

import pytest
from django.conf import settings

KINDS = ("*.py", "*.md", "*.html", "*.toml", "*.yaml", "*.sh", "*.css")
TRACKED = subprocess.run(
    ["git", "ls-files", "--", *KINDS],
    cwd=settings.BASE_DIR,
    capture_output=True,
    text=True,
    check=False,
).stdout.split()
LEFTOVERS = re.compile(
    r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b|NotImplemented" + "Error|^<<<<<<<", re.MULTILINE
)


@pytest.mark.parametrize("name", TRACKED)
def test_nothing_is_left_for_later(name):
    path = settings.BASE_DIR / name
    if path.exists() and "static" not in path.parts:
        assert not LEFTOVERS.search(path.read_text(errors="replace")), name
