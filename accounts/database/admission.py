"""Being let in: the statement that enters a caller's tenant, and says whether they are who they were.

Who was let in before is presumed to be the same still, and that is made certain together with the first
statement that they ask: one way to Postgres instead of two. Nothing is told before it is certain, so a key
that is revoked opens nothing from that moment on.
"""

from typing import NamedTuple

from accounts.database.pipeline import Answer, Asked, Row


class Stale(BaseException):
    """A caller is not who they were: what was begun for them has asked nothing yet, and is to begin anew.

    Not an `Exception`: nobody on the way up may take it for a failure of their own and go on.
    """


class Admission(NamedTuple):
    """What lets a caller in again, what it is presumed to answer, and the path and role that it sets."""

    asked: Asked
    row: Row
    setting: tuple[str, str]

    def check(self, answer: Answer) -> None:
        """Raise Stale unless that was the answer."""
        if answer.problem:
            raise answer.problem
        if answer.row != self.row:
            raise Stale
