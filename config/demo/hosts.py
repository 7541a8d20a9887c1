"""The tenants of the demo: made with a member for each role and two keys, and noted down."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts import keys, members, tenants
from accounts.actor import Actor
from accounts.keys import KeyDraft
from accounts.members import Hashed
from accounts.models import Membership, Tenant
from accounts.permissions import Permission, Role
from accounts.tenancy import inside, public

PASSWORD = "a-good-look-around"  # noqa: S105 - of the demo alone, which is not for machines that others reach
STAFF = {
    Role.OWNER: "Olivia Okoro",
    Role.ADMIN: "Adam Adeyemi",
    Role.CS_MANAGER: "Mona Marin",
    Role.CSM: "Sam Castellano",
    Role.CX_MANAGER: "Xenia Martell",
    Role.ANALYST: "Anika Lysenko",
    Role.VIEWER: "Viggo Ewers",
    Role.INTEGRATION: "Ines Grant",
}
DEMO = Actor.system("demo")


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A tenant that is to be there: its name, schema, time zone and currency, and who works there."""

    name: str
    schema: str
    time_zone: str
    currency: str
    roles: Sequence[Role] = tuple(STAFF)

    @property
    def domain(self) -> str:
        """Where it is reached."""
        return f"{self.schema.replace('_', '-')}.{settings.SITE_HOST}"

    def email(self, role: Role) -> str:
        """The address with which its member of a role signs in."""
        return f"{role}@{self.schema.replace('_', '-')}.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """How to get in, as somebody."""

    email: str
    password: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What one needs to know to look at a tenant of the demo."""

    name: str
    schema: str
    domain: str
    sign_ins: Sequence[SignIn]
    api_key: str
    write_key: str


def find(schema: str) -> Tenant | None:
    """The tenant of this schema, if there is one."""
    with public():
        return Tenant.objects.filter(schema_name=schema).first()


def make(host: Host) -> Tenant:
    """Make the tenant with its members; needs a transaction around it, to be all there or not at all."""
    tenant = tenants.create(
        host.name, host.schema, host.domain, time_zone=host.time_zone, currency=host.currency
    )
    # hashed once for all: equal hashes tell that passwords are equal, and this one anybody can read above
    password = Hashed(make_password(PASSWORD))
    with inside(tenant):
        for role in host.roles:
            members.add(host.email(role), STAFF[role], role, password=password, by=DEMO)
    return tenant


def is_ours(tenant: Tenant, host: Host) -> bool:
    """Whether the tenant is the demo's own, and not somebody's of the same name."""
    with public():
        return Membership.objects.filter(tenant=tenant, user__email=host.email(Role.OWNER)).exists()


def note(tenant: Tenant, host: Host) -> Note:
    """Issue a key of each kind, and say how to get in: keys are shown here and never again."""
    with inside(tenant), transaction.atomic():
        scopes = sorted(set(Permission) - {Permission.MANAGE_OWNERS, Permission.MANAGE_KEYS})
        secret = keys.issue(KeyDraft(name="Demo", scopes=scopes), by=DEMO)
        write = keys.issue(KeyDraft(name="Demo website", kind="write", source="website"), by=DEMO)
    return Note(
        name=host.name,
        schema=host.schema,
        domain=host.domain,
        sign_ins=[SignIn(email=host.email(role), password=PASSWORD, role=role) for role in host.roles],
        api_key=secret.plain,
        write_key=write.plain,
    )


def noted() -> dict[str, dict[str, object]]:
    """What has been noted so far, by schema."""
    try:
        return {one["schema"]: one for one in json.loads(file().read_text())["tenants"]}
    except (OSError, ValueError, LookupError, TypeError):
        return {}


def write_down(new: Note) -> Path:
    """Put the note into the file that only we may read, in the place of an older one of the same tenant."""
    path, draft = file(), file().with_suffix(".new")
    path.parent.mkdir(parents=True, exist_ok=True)
    notes = noted() | {new.schema: asdict(new)}
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        json.dump({"tenants": [notes[schema] for schema in sorted(notes)]}, out, indent=2)
    draft.replace(path)
    return path


def file() -> Path:
    """The file of notes, in the data folder."""
    return Path(settings.DATA_DIR) / "demo.json"
