"""Importing a table: chunk by chunk, each in its own transaction, so that good rows stay when others fail."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import batched
from typing import Any, NamedTuple

from django.db import transaction

from accounts.actor import Actor
from integrations.importing.kinds import Context, Kind, checked
from integrations.importing.reading import Row, Table, Wrong
from journeys.incoming import Refused

CHUNK = 5_000


class Mistake(NamedTuple):
    """Why a row was not taken: where it is, in which column, and what is wrong."""

    line: int
    column: str
    message: str


@dataclass(slots=True)
class Progress:
    """How far an import is. `taken` rows are kept; of those, `repeated` changed nothing."""

    rows: int = 0
    taken: int = 0
    repeated: int = 0
    mistakes: list[Mistake] = field(default_factory=list)
    """Of the last chunk."""

    @property
    def refused(self) -> int:
        """How many rows were not taken."""
        return self.rows - self.taken


@dataclass(frozen=True, slots=True)
class Import:
    """One file of one kind, on its way into the current tenant."""

    kind: Kind
    context: Context
    source: str
    by: Actor

    def run(self, table: Table) -> Iterator[Progress]:
        """Take in the rows of a table; gives the progress after each chunk."""
        progress = Progress()
        for chunk in batched(table, CHUNK):
            with transaction.atomic():
                repeated, mistakes = self._take(chunk)
            refused = {mistake.line for mistake in mistakes}
            progress.rows += len(chunk)
            progress.taken += len(chunk) - len(refused)
            progress.repeated += repeated
            progress.mistakes = [one._replace(column=table.called(one.column)) for one in mistakes]
            yield progress

    def _take(self, rows: Iterable[Row]) -> tuple[int, list[Mistake]]:
        meant: list[Any] = []
        sources: list[Row] = []
        mistakes: dict[int, Mistake] = {}
        for row in rows:
            try:
                read = self.kind.read(checked(row, self.kind), self.context)
            except Wrong as wrong:
                mistakes[row.line] = Mistake(row.line, wrong.column, wrong.message)
            except Refused as refused:
                column = self.kind.column(refused.field, row)
                mistakes[row.line] = Mistake(row.line, column, refused.message)
            else:
                meant += read
                sources += [row] * len(read)
        stored = self.kind.store(meant, self.source, self.by)
        for index, name, message in stored.refused:
            row = sources[index]
            mistakes.setdefault(row.line, Mistake(row.line, self.kind.column(name, row), message))
        return stored.repeated, sorted(mistakes.values())
