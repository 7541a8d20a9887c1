"""`manage.py runserver`: Django's, which reloads what is changed; beside `manage.py up`, on its database."""

from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import runserver

from accounts.tenancy import public

NO_DATABASE = "No Postgres answers: start one with `python3 manage.py up`, or name yours in DATABASE_URL."
WITHIN = 5
"""Seconds in which it answers."""


class Command(runserver.Command):
    """The plain one, without static files: WhiteNoise has them, as it does in production."""

    def run(self, **options: Any) -> None:
        """Serve, where there is a database to serve from."""
        try:
            psycopg.connect(settings.DATABASE_URL, connect_timeout=WITHIN).close()  # a pool tries on and on
        except psycopg.OperationalError as problem:
            raise CommandError(NO_DATABASE) from problem
        super().run(**options)

    def check_migrations(self) -> None:
        """Compare with the ledger in `public`: tenants are migrated together with it."""
        with public():
            super().check_migrations()
