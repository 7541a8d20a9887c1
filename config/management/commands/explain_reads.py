"""Says how each operation in files of documents is read: compiled, mixed or the ordinary way, and why."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.test import RequestFactory

from accounts.actor import Actor
from accounts.graphql.context import Context
from accounts.graphql.errors import Refused
from accounts.graphql.reads.reading import Read
from accounts.models import Tenant
from accounts.permissions import GRANTS, Role
from accounts.tenancy import inside, public
from config.schema import engine


class Command(BaseCommand):
    """Asks every operation once, as a member of a role would, and prints the way and the statement."""

    help = "Say how the operations in GraphQL files are read, and with which SQL."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Read the command line."""
        parser.add_argument("tenant", help="the schema name of the tenant to ask")
        parser.add_argument("files", nargs="+", type=Path, help="files of GraphQL documents")
        parser.add_argument("--role", choices=Role.values, default=Role.OWNER.value, help="who asks")
        parser.add_argument("--variables", type=json.loads, default={}, help="their variables, as JSON")
        parser.add_argument("--no-sql", action="store_true", help="leave the statements out")

    def handle(self, *_: Any, **options: Any) -> None:
        """Explain."""
        with public():
            tenant = Tenant.objects.filter(schema_name=options["tenant"]).first()
        if tenant is None:
            raise CommandError(f"There is no tenant “{options['tenant']}”.")
        role = Role(options["role"])
        actor = Actor(kind="user", label="explain_reads", role=role, permissions=frozenset(GRANTS[role]))
        for file in options["files"]:
            with inside(tenant), transaction.atomic():
                self._explain(file, actor, tenant, options)
                transaction.set_rollback(True)

    def _explain(self, file: Path, actor: Actor, tenant: Tenant, options: dict[str, Any]) -> None:
        try:
            document = engine.library.find(file.read_text())
        except (OSError, UnicodeDecodeError) as problem:
            raise CommandError(f"{file}: {problem}") from problem
        except Refused as refused:
            raise CommandError(f"{file}: {refused.errors[0].message}") from refused
        request: Any = RequestFactory().post("/graphql/")
        request.tenant, request.actor, request.api_key = tenant, actor, None
        for name, operation in document.operations.items():
            read = engine.reader.answer(operation, options["variables"], Context(request, actor, document))
            self._show(f"{file.name} {name or ''}".strip(), read, with_sql=not options["no_sql"])

    def _show(self, title: str, read: Read, *, with_sql: bool) -> None:
        self.stdout.write(f"{title}: {read.summary}")
        for error in read.errors:
            self.stdout.write(f"  error: {error.message}")
        if with_sql and read.sql:
            self.stdout.write(f"{read.sql}\n")
