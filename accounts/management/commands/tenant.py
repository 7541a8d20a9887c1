"""`manage.py tenant create|owner|list|suspend|resume|delete|repair`: the operator's door."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts import members, provisioning, tenants
from accounts.actor import Actor
from accounts.errors import Conflict, DomainError
from accounts.events import ask
from accounts.models import Tenant
from accounts.tenancy import inside, public


class Command(BaseCommand):
    help = "Create tenants, let their owners in, list, suspend, resume, repair or delete tenants."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        create = actions.add_parser("create", help="a new tenant, with its schema and role")
        create.add_argument("schema", help="small letters, digits and _")
        create.add_argument("--name", help="the business's name (default: the schema's)")
        create.add_argument("--domain", required=True, help="the host it is reached at")
        create.add_argument("--time-zone", default="UTC")
        create.add_argument("--currency", default="EUR")
        create.add_argument("--owner", metavar="EMAIL", help="the first owner; needs --password")
        create.add_argument("--password")
        owner = actions.add_parser("owner", help="a new owner, or another password for one who forgot theirs")
        owner.add_argument("schema")
        owner.add_argument("email")
        owner.add_argument("--password", required=True)
        actions.add_parser("list", help="all tenants")
        for action, text in [
            ("suspend", "shut a tenant; nothing is lost"),
            ("resume", "open a suspended tenant"),
            ("repair", "put a tenant's role and rights right, as after a move to another cluster"),
        ]:
            actions.add_parser(action, help=text).add_argument("schema")
        delete = actions.add_parser("delete", help="delete a suspended tenant and everything of it")
        delete.add_argument("schema")
        delete.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *, action: str, **options: Any) -> None:
        """Do it, or say why not."""
        try:
            getattr(self, action)(**options)
        except DomainError as refusal:
            raise CommandError(f"{refusal.field}: {refusal}" if refusal.field else str(refusal)) from refusal

    def create(self, *, schema: str, domain: str, **options: Any) -> None:
        """Create a tenant, and its first owner if one is named."""
        if bool(options["owner"]) != bool(options["password"]):
            raise CommandError("An owner needs --owner and --password, both.")
        with public(), transaction.atomic():
            tenant = tenants.create(
                options["name"] or schema,
                schema,
                domain,
                time_zone=options["time_zone"],
                currency=options["currency"],
            )
            by = Actor.system("tenant create")
            with inside(tenant):
                ask("success.scorecard_install", by=by)
                ask("journeys.stages_install", by=by)
                if email := options["owner"]:
                    members.make_owner(email, options["password"], by=by)
        self.stdout.write(f"{tenant} is at {domain.lower()}.")

    def owner(self, *, schema: str, email: str, password: str, **_: Any) -> None:
        """Let somebody in as an owner, with this password."""
        with inside(self._tenant(schema)):
            members.make_owner(email, password, by=Actor.system("tenant owner"))
        self.stdout.write(f"{email} is an owner of {schema}.")

    def list(self, **_: Any) -> None:
        """Show all tenants."""
        with public():
            for tenant in Tenant.objects.prefetch_related("domains"):
                hosts = ", ".join(domain.domain for domain in tenant.domains.all())
                state = f"suspended {tenant.suspended_at:%Y-%m-%d}" if tenant.suspended_at else "live"
                self.stdout.write(f"{tenant.schema_name:20} {state:20} {tenant.name} ({hosts})")

    def suspend(self, *, schema: str, **_: Any) -> None:
        """Shut a tenant."""
        tenants.suspend(self._tenant(schema))
        self.stdout.write(f"{schema} is suspended.")

    def resume(self, *, schema: str, **_: Any) -> None:
        """Open a tenant."""
        tenants.resume(self._tenant(schema))
        self.stdout.write(f"{schema} is live.")

    def repair(self, *, schema: str, **_: Any) -> None:
        """Make the role and rights anew, and those that all tenants share."""
        tenant = self._tenant(schema)
        with public(), transaction.atomic():
            provisioning.make_shared()
            provisioning.build_wall(tenant)
        self.stdout.write(f"{schema} has its role and its rights.")

    def delete(self, *, schema: str, yes: bool, **_: Any) -> None:
        """Delete a suspended tenant, after asking."""
        tenant = self._tenant(schema)
        if tenant.suspended_at is None:
            raise Conflict(tenants.LIVE)
        if not yes and _answer(f"Delete {tenant} and everything of it for good? Type {schema}: ") != schema:
            raise CommandError("Nothing was deleted.")
        tenants.delete(tenant)
        self.stdout.write(f"{schema} is gone.")

    def _tenant(self, schema: str) -> Tenant:
        with public():
            tenant = Tenant.objects.filter(schema_name=schema).first()
        if tenant is None:
            raise CommandError(f"There is no tenant {schema}.")
        return tenant


def _answer(question: str) -> str:
    """What is typed; refused where nobody can type."""
    try:
        return input(question)
    except EOFError:
        raise CommandError(
            "Nothing was deleted: nobody is there to be asked. To delete it, add --yes."
        ) from None
