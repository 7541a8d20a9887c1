"""Statements ready to be sent.

What a request gives goes as parameters; all else is written into the text, by psycopg, exactly as Django
would have sent it. So the text is the same for every request of its kind, and Postgres can keep it prepared.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from django.db import connection
from psycopg.sql import Literal

from accounts.database import backend
from accounts.graphql.reads.slots import Given, Own, Use
from accounts.graphql.reads.sql import Sql

CLOCK = (date, time, timedelta)
"""Types of values that may be the clock's."""

PLACE = re.compile(r"%(%|s)")


@dataclass(slots=True)
class Statement:
    """SQL with `$1`, `$2`, ... for what a request gives."""

    sql: bytes
    given: Sequence[Given]
    uses: Sequence[Use | Own]
    is_timeless: bool
    """Whether there is no day and no moment in it; either may be that of its making."""

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return len(self.sql) + 100 * len(self.given) + sum(use.size for use in self.uses)

    def fetch(self, variables: Mapping[str, Any]) -> Sequence[str | None]:
        """The one row that it answers; raises Invalid where a variable is not what it was taken for."""
        values = [use.values(variables) for use in self.uses]
        return backend().row(self.sql, [values[use][place] for use, place in self.given])


def statement_of(columns: Sequence[Sql], uses: Sequence[Use | Own], comment: str) -> Statement:
    """One statement with these columns."""
    parts = [f"({sql})::text" for sql, _ in columns]
    values = [value for _, given in columns for value in given]
    opened: list[Given] = []
    left = iter(values)

    def place(found: re.Match[str]) -> str:
        if found[1] == "%":
            return "%"
        value = next(left)
        if isinstance(value, Given):
            opened.append(value)
            return f"${len(opened)}"
        return Literal(value).as_string(connection.connection)

    connection.ensure_connection()
    sql = PLACE.sub(place, f"SELECT {', '.join(parts)} /* {comment} */")
    is_timeless = not any(isinstance(value, CLOCK) for value in values)
    return Statement(sql.encode(), opened, uses, is_timeless)
