"""`manage.py migrate` is `migrate_schemas`: there is one way to migrate."""

from accounts.management.commands.migrate_schemas import Command

__all__ = ["Command"]
