"""The environment's variables, each read and checked; what is wrong with any is told for all at once.

An empty variable is the same as none. No message repeats a value: it may be a secret.
"""

import math
import os
import re
import sys
from collections.abc import Callable, Collection
from urllib.parse import urlsplit

from environ import Env

YES = frozenset({"1", "on", "true", "yes", "y", "t"})
NO = frozenset({"0", "off", "false", "no", "n", "f"})
LABEL = r"[a-z0-9]([a-z0-9_-]*[a-z0-9])?"
HOST = re.compile(rf"{LABEL}(\.{LABEL})*|\[[0-9a-f:.]+\]", re.IGNORECASE)
SHORTEST_KEY = 50

type Check = Callable[[str], object]


class Variables:
    """Reads variables; one that is wrong is noted, and its default stands in for it until `finish`."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def __call__(self, name: str, default: str = "", *, check: Check = str, must: str = "") -> str:
        """Read a text; a check that raises ValueError refuses it."""
        return self._read(name, lambda text: (check(text), text)[1], default, must)

    def choice(self, name: str, choices: Collection[str], default: str) -> str:
        """Read one of a few words."""
        known = {word.lower(): word for word in choices}
        return self._read(name, lambda text: known[text.lower()], default, f"be one of {', '.join(choices)}")

    def flag(self, name: str, *, default: bool) -> bool:
        """Read a yes or no."""
        return self._read(name, _flag, default, "be 1 or 0 (on or off, true or false, yes or no)")

    def whole(self, name: str, default: int, *, least: int) -> int:
        """Read a whole number."""
        must = f"be a whole number, {least} or more"
        return self._read(name, lambda text: int(_at_least(least, int(text))), default, must)

    def number(self, name: str, default: float, *, least: float) -> float:
        """Read a number."""
        must = f"be a number, {least:g} or more"
        return self._read(name, lambda text: _at_least(least, float(text)), default, must)

    def listed(self, name: str, default: list[str], *, check: Check = str, must: str = "") -> list[str]:
        """Read texts between commas, each of which is checked."""

        def read(text: str) -> list[str]:
            texts = [each.strip() for each in text.split(",") if each.strip()]
            for each in texts:
                check(each)
            return texts

        return self._read(name, read, default, must)

    def refuse(self, name: str, must: str) -> None:
        """Note what is wrong with a variable."""
        self.problems.append(f"{name} must {must}.")

    def finish(self) -> None:
        """End the process with one line for each problem, if there is any."""
        if self.problems:
            sys.exit("\n".join(self.problems))

    def _read[T](self, name: str, read: Callable[[str], T], default: T, must: str) -> T:
        if not (text := os.environ.get(name, "").strip()):
            return default
        try:
            return read(text)
        except (ValueError, KeyError):
            self.refuse(name, must)
            return default


def _flag(text: str) -> bool:
    if text.lower() not in YES | NO:
        raise ValueError
    return text.lower() in YES


def _at_least(least: float, found: float) -> float:
    if not least <= found < math.inf:
        raise ValueError
    return found


def database(text: str) -> None:
    """Refuse what is not the address of a Postgres database."""
    if urlsplit(text).scheme not in {"postgresql", "postgres"} or not Env.db_url_config(text)["NAME"]:
        raise ValueError


def queue(text: str) -> None:
    """Refuse what is not the address of a Valkey or Redis."""
    parts = urlsplit(text)
    place = {"redis": parts.hostname, "rediss": parts.hostname, "unix": parts.path.strip("/")}
    if not place.get(parts.scheme) or parts.port == 0:
        raise ValueError


def broker(address: str) -> str:
    """The queue's address in Celery's words, which by itself would believe any certificate."""
    if address.startswith("rediss://") and "ssl_cert_reqs=" not in address:
        return f"{address}{'&' if '?' in address else '?'}ssl_cert_reqs=required"
    return address.replace("unix://", "redis+socket://", 1)


def host(text: str) -> None:
    """Refuse what is not the name of a host: an address with a scheme or a port is not."""
    if not HOST.fullmatch(text):
        raise ValueError


def hosts(text: str) -> None:
    """Refuse what is neither a host, nor a dot and all hosts below it, nor the star for all there are."""
    if text != "*":
        host(text.removeprefix("."))


def key(text: str) -> None:
    """Refuse a key that could be guessed."""
    if len(text) < SHORTEST_KEY:
        raise ValueError
