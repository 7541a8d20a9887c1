"""`manage.py migrate_schemas`: ours, which replays instead of migrating each schema by itself."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db.migrations.autodetector import MigrationAutodetector

from accounts.migrating import migrate_public, migrate_tenants
from accounts.models import Tenant
from accounts.tenancy import public


class Command(BaseCommand):
    help = "Bring `public` and every tenant's schema up to date; safe to stop and run again."
    requires_system_checks: list[str] = []
    autodetector = MigrationAutodetector  # Django's own check compares it with makemigrations'

    def handle(self, **_: Any) -> None:
        """Migrate, telling what was done."""
        migrate_public(self.stdout.write)
        with public():
            tenants = list(Tenant.objects.order_by("created_at"))
        behind = migrate_tenants(tenants, self.stdout.write)
        self.stdout.write(f"{len(tenants)} tenants, {behind} of them were behind; all are up to date.")
