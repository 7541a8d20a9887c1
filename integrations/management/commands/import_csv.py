"""`manage.py import_csv`: companies, people, contracts and events from CSV files."""

import csv
import os
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError

from accounts.actor import Actor
from accounts.tenancy import inside
from accounts.tenants import TenantGone, live
from integrations.importing.kinds import KINDS, Context
from integrations.importing.reading import Table, Unreadable
from integrations.importing.running import Import, Mistake, Progress

SHOWN = 20
"""Mistakes on the screen where there is no file for them."""


class Command(BaseCommand):
    help = (
        "Import companies, people, contracts or events from a CSV file, chunk by chunk; safe to run again."
        " Good rows are kept when others are refused; other columns become traits or properties."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the kind of rows, the file, and the tenant."""
        parser.add_argument("kind", choices=list(KINDS))
        parser.add_argument("file", type=Path, help="a CSV file with a header line")
        parser.add_argument("--schema", required=True, help="the tenant")
        parser.add_argument(
            "--map", action="append", default=[], metavar="COLUMN=FIELD", help="what a column is called here"
        )
        parser.add_argument(
            "--errors", type=Path, help="where to write what was refused: line, column, message"
        )
        parser.add_argument("--encoding", default="", help="of the file, if it is not UTF-8")
        parser.add_argument("--source", default="import", help="under which source events are stored")
        parser.add_argument(
            "--backfill",
            action="store_true",
            help="the past was known when it happened, or at its recorded_at",
        )

    def handle(self, *, kind: str, file: Path, schema: str, errors: Path | None, **options: Any) -> None:
        """Import the file, and fail when a row was refused."""
        try:
            tenant = live(schema)
            with inside(tenant), file.open("rb") as content, _written(errors) as write:
                table = Table(
                    content,
                    encoding=options["encoding"],
                    renamed=_renamed(options["map"]),
                    one_line=KINDS[kind].one_line,
                )
                context = Context(tenant.zone, is_backfill=options["backfill"])
                _check_columns(table, kind, is_backfill=context.is_backfill)
                work = Import(KINDS[kind], context, options["source"], Actor.system("import_csv"))
                done = self._follow(work.run(table), content, write)
        except TenantGone as reason:
            raise CommandError(f"There is no live tenant “{schema}”.") from reason
        except (Unreadable, OSError) as reason:
            raise CommandError(str(reason)) from reason
        self.stdout.write(
            f"{done.taken:,} of {done.rows:,} rows taken, {done.repeated:,} of them known already."
        )
        if done.refused:
            where = f"; see {errors}" if errors else ""
            raise CommandError(f"{done.refused:,} rows were refused{where}.")

    def _follow(self, run: Iterator[Progress], content: BinaryIO, write: Any) -> Progress:
        """Show how far it is, and put mistakes where they belong."""
        size, shown, progress = os.fstat(content.fileno()).st_size or 1, 0, Progress()
        for progress in run:  # the last one is the result
            for mistake in progress.mistakes:
                if write:
                    write(mistake)
                elif (shown := shown + 1) <= SHOWN:
                    self.stderr.write(f"line {mistake.line}, {mistake.column or 'row'}: {mistake.message}")
            share = min(100, 100 * content.tell() // size)
            self.stdout.write(f"[{share:3}%] {progress.rows:,} rows, {progress.refused:,} refused")
        return progress


@contextmanager
def _written(errors: Path | None) -> Iterator[Any]:
    """A writer of mistakes into the file, if there is one."""
    if errors is None:
        yield None
        return
    with errors.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(Mistake._fields)
        yield writer.writerow


def _renamed(pairs: list[str]) -> dict[str, str]:
    renamed = {}
    for pair in pairs:
        column, separator, field = pair.partition("=")
        if not separator or not column or not field:
            raise CommandError(f"--map takes COLUMN=FIELD, not “{pair}”.")
        renamed[column.strip()] = field.strip()
    return renamed


def _check_columns(table: Table, kind: str, *, is_backfill: bool) -> None:
    """Refuse a file that cannot be of the kind before anything is read."""
    wanted = KINDS[kind]
    if missing := set(wanted.required) - set(table.columns):
        raise CommandError(f"There is no column “{min(missing)}”; there are {', '.join(table.columns)}.")
    if wanted.any_of and not set(wanted.any_of) & set(table.columns):
        raise CommandError(f"One of the columns {', '.join(wanted.any_of)} is needed.")
    if "recorded_at" in wanted.columns & set(table.columns) and not is_backfill:
        raise CommandError("The column recorded_at states when the past became known: say --backfill.")
