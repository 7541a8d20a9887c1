"""`manage.py makemigrations`: Django's, which compares with the ledger in `public`."""

from typing import Any

from django.core.management.commands import makemigrations

from accounts.tenancy import public


class Command(makemigrations.Command):
    help = makemigrations.Command.help

    def handle(self, *apps: str, **options: Any) -> None:
        """Make them, reading `public`."""
        with public():
            super().handle(*apps, **options)
