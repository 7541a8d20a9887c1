"""How long one statement may take: those of web requests have a limit, those of workers and commands none.

The backend sets it for the transaction together with path and role. What takes longer is cancelled by
Postgres (`OperationalError`, SQLSTATE 57014).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_longest: ContextVar[str] = ContextVar("longest", default="")


def longest() -> str:
    """The limit as Postgres reads it; empty where there is none."""
    return _longest.get()


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Let no statement of transactions that begin in this block take longer; 0 sets no limit."""
    token = _longest.set(f"{round(seconds * 1000)}ms" if seconds else "")
    try:
        yield
    finally:
        _longest.reset(token)
