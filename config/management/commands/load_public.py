"""Bring in a public data set: 2,000 accounts with their outcome, or the customers of a web shop."""

from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from datetime import datetime
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.models import Tenant
from accounts.tenancy import inside
from config.demo import hosts, public
from config.demo.public import Loading

LOADERS: dict[str, Callable[[Loading], Iterator[str]]] = {
    "saas": public.load_saas,
    "cdnow": public.load_cdnow,
}


class Command(BaseCommand):
    help = "Bring in a public data set (docs/public-data.md), into a tenant of its own unless one is named."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", choices=LOADERS, help="which set")
        parser.add_argument("--schema", help="into this tenant, which is there already")
        parser.add_argument("--rows", type=int, help="only so many rows of the file")

    def handle(self, *, name: str, schema: str | None, rows: int | None, **_: Any) -> None:
        host, began = public.HOSTS[name], monotonic()
        tenant = hosts.find(schema or host.schema)
        if tenant is None and schema:
            raise CommandError(f"There is no tenant {schema}.")
        if tenant is None and not settings.DEBUG:
            raise CommandError(
                "The password of its members would be known to all: name a tenant with --schema."
            )
        if tenant is None:
            with transaction.atomic():
                tenant = hosts.make(host)
        with inside(tenant), transaction.atomic():
            self._load(name, tenant, rows)
        self.stdout.write(f"{tenant.schema_name}: done in {monotonic() - began:.0f} s")
        if schema is None and tenant.schema_name not in hosts.noted():
            self.stdout.write(f"Sign-ins and keys are in {hosts.write_down(hosts.note(tenant, host))}")

    def _load(self, name: str, tenant: Tenant, rows: int | None) -> None:
        if public.is_loaded(name):
            self.stdout.write(f"{tenant.schema_name}: {name} is there already")
        else:
            loading = Loading(tenant, datetime.now(tenant.zone).date(), rows)
            for line in LOADERS[name](loading):
                self.stdout.write(f"{tenant.schema_name}: {line}")
        if name == "saas":
            for part in public.report():
                self.stdout.write(f"\n{part}")
