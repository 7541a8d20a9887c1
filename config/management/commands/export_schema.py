"""Write the schema down, for reviews and for clients' code generators."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.schema import schema

PATH = settings.BASE_DIR / "config" / "schema.graphql"


class Command(BaseCommand):
    help = "Write the GraphQL schema to config/schema.graphql, or check that it is up to date."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--check` writes nothing."""
        parser.add_argument("--check", action="store_true", help="fail if the file differs")

    def handle(self, *, check: bool, **_: Any) -> None:
        """Write, or compare."""
        text = f"{schema.as_str().rstrip()}\n"
        if not check:
            PATH.write_text(text)
            self.stdout.write(f"{PATH.relative_to(settings.BASE_DIR)}: {len(text.splitlines())} lines")
        elif not PATH.exists() or PATH.read_text() != text:
            raise CommandError("config/schema.graphql is out of date: run `manage.py export_schema`.")
