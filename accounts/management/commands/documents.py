"""`manage.py documents trust TENANT FILE`: trust the documents that a front end was built with."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts import manifests, trusted_documents
from accounts.actor import Actor
from accounts.errors import DomainError
from accounts.manifests import Manifest
from accounts.tenancy import inside
from accounts.tenants import TenantGone, live


class Command(BaseCommand):
    help = (
        "Trust the GraphQL documents of a manifest of Apollo's, Relay's or graphql-codegen's; safe to repeat."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the tenant and the manifest."""
        actions = parser.add_subparsers(dest="action", required=True)
        trust = actions.add_parser("trust", help="trust all documents of a manifest, or none")
        trust.add_argument("tenant", help="the tenant's schema")
        trust.add_argument("file", type=Path, help="the manifest, as JSON")

    def handle(self, *, action: str, tenant: str, file: Path, **_: Any) -> None:
        """Trust them, or say which one cannot be."""
        try:
            manifest = manifests.read(file.read_text())
            with inside(live(tenant)), transaction.atomic():
                trusted = trusted_documents.trust(manifest.documents, by=Actor.system("documents trust"))
        except (OSError, UnicodeDecodeError) as problem:
            raise CommandError(f"{file} could not be read: {problem}") from problem
        except TenantGone as gone:
            raise CommandError(f"There is no live tenant {tenant}.") from gone
        except DomainError as refusal:
            raise CommandError(f"{refusal.field}: {refusal}" if refusal.field else str(refusal)) from refusal
        self.stdout.write(f"{tenant} trusts {len(trusted)} documents of {file.name}.")
        self._warn(manifest)

    def _warn(self, manifest: Manifest) -> None:
        if manifest.called_otherwise:
            self.stdout.write(
                f"{manifest.called_otherwise} of them have another id than their SHA-256: clients must ask by"
                " the SHA-256, or send the text. See “Trusted documents” in docs/front-end.md."
            )
