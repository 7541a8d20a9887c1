"""Write the catalogue of public events down, for partners to read."""

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from integrations.catalogue import public_events

PATH = settings.BASE_DIR / "docs" / "events.md"

HEAD = """# Events that webhooks carry

Written by `manage.py export_events` from the code; `GET /v1/event-types` gives the same with a JSON Schema
each. Fields may be added to an event; anything else becomes a new event. `sequence` counts the events of one
company, or of one person without a company, so that you can put them in order.
"""


class Command(BaseCommand):
    help = "Write docs/events.md, or check that it is up to date."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--check` writes nothing."""
        parser.add_argument("--check", action="store_true", help="fail if the file differs")

    def handle(self, *, check: bool, **_: Any) -> None:
        """Write, or compare."""
        text = document()
        if not check:
            PATH.write_text(text)
            self.stdout.write(f"{PATH.relative_to(settings.BASE_DIR)}: {len(public_events())} events")
        elif not PATH.exists() or PATH.read_text() != text:
            raise CommandError("docs/events.md is out of date: run `manage.py export_events`.")


def document() -> str:
    """The page: a name, a sentence and an example for each event."""
    parts = [HEAD]
    for entry in public_events():
        example = json.dumps(entry.example, indent=2, ensure_ascii=False)
        parts.append(f"\n## {entry.name}\n{entry.description}\n\n```json\n{example}\n```\n")
    return "".join(parts)
