"""How long one statement may take: those of web requests have a limit, those of workers and commands none.

The backend sets it for the transaction together with path and role. What takes longer is cancelled by
Postgres (`OperationalError`, SQLSTATE 57014).
"""

from contextlib import AbstractContextManager
from contextvars import ContextVar

_longest: ContextVar[str] = ContextVar("longest", default="")


def longest() -> str:
    """The limit as Postgres reads it; empty where there is none."""
    return _longest.get()


class patience(AbstractContextManager[None]):  # noqa: N801 - read as a verb: `with patience(15)`
    """Let no statement of transactions that begin in this block take more seconds; 0 sets no limit."""

    __slots__ = ("limit", "token")

    def __init__(self, seconds: float) -> None:
        self.limit = f"{round(seconds * 1000)}ms" if seconds else ""

    def __enter__(self) -> None:
        self.token = _longest.set(self.limit)

    def __exit__(self, *_: object) -> None:
        _longest.reset(self.token)
