"""The two tenants, who may ask there, and what may be asked about: ids and cursors that are real."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from accounts.actor import Actor
from accounts.authentication import member_actor
from accounts.graphql.ids import global_id
from accounts.graphql.nodes import NODES, shape_of
from accounts.models import ApiKey, Membership, Tenant, User
from accounts.permissions import WRITE_KEY_GRANTS, Permission, Role
from accounts.tenancy import public
from config.schema import schema
from tests.engines.rows import Builder

SEEDS = {"globex": 20, "acme": 10}
"""The seed of each tenant's rows; acme comes last, because its rows point at users of globex, too."""

FEW_SCOPES: list[tuple[Permission, ...]] = [
    (),
    tuple(WRITE_KEY_GRANTS),
    (Permission.SEE_PEOPLE,),
    (Permission.SEE_COMPANIES,),
    (Permission.SEE_TIMELINE,),
    (Permission.SEE_COMPANIES, Permission.SEE_ACCOUNTS),
    (Permission.SEE_ACCOUNTS, Permission.SEE_HEALTH),
    (Permission.SEE_SURVEYS,),
    (Permission.SEE_RESPONSES, Permission.SEE_PEOPLE),
    (Permission.SEE_MEMBERS, Permission.SEE_KEYS),
    (Permission.SEE_WEBHOOKS,),
    (Permission.SEE_AUDIT,),
]


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody who asks, and where."""

    tenant: Tenant
    actor: Actor
    api_key: ApiKey | None = None

    def __str__(self) -> str:
        actor = self.actor
        what = actor.role or sorted(actor.permissions) if len(actor.permissions) < 26 else "everything"
        return f"{actor.kind} of {self.tenant.schema_name} ({what})"


@dataclass(slots=True)
class Place:
    """A tenant with its rows."""

    tenant: Tenant
    ids: dict[str, list[str]]
    """The rows' ids, by the name of their type."""
    keys: set[str]
    """The rows' keys."""
    mark: str
    """A text that is in many rows, and in none of another tenant."""
    members: dict[Role, Asker] = field(default_factory=dict)
    api_key: ApiKey | None = None

    def key(self, permissions: frozenset[Permission]) -> Asker:
        """An API key that may do just this."""
        assert self.api_key
        actor = Actor(kind="key", id=self.api_key.pk, label=self.api_key.name, permissions=permissions)
        return Asker(self.tenant, actor, self.api_key)

    @property
    def everybody(self) -> list[Asker]:
        """A member of every role, a key that may do everything, and keys that may do little."""
        keys = [self.key(frozenset(each)) for each in FEW_SCOPES]
        return [self.key(frozenset(Permission)), *self.members.values(), *keys]


@dataclass(slots=True, eq=False)
class World:
    """Both tenants."""

    places: dict[str, Place]
    remembered: dict[Any, Any] = field(default_factory=dict)
    """What was found out about it, such as cursors."""

    def neighbour(self, tenant: Tenant) -> Place:
        """The other one."""
        return next(each for each in self.places.values() if each.tenant != tenant)

    def place(self, tenant: Tenant) -> Place:
        """The tenant's own."""
        return self.places[tenant.schema_name]

    @property
    def everybody(self) -> list[Asker]:
        """All who ask, acme's first."""
        return [asker for name in ("acme", "globex") for asker in self.places[name].everybody]


@contextmanager
def a_world() -> Iterator[World]:
    """Both tenants full of rows, for as long as the block runs."""
    with public(), transaction.atomic():
        places: dict[str, Place] = {}
        strangers: list[UUID] = []
        for schema, seed in SEEDS.items():
            place, strangers = _filled(Tenant.objects.get(schema_name=schema), seed, strangers)
            places[schema] = place
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # or the planner takes each table for an empty one
        try:
            yield World(places)
        finally:
            transaction.set_rollback(True)


def _filled(tenant: Tenant, seed: int, strangers: list[UUID]) -> tuple[Place, list[UUID]]:
    builder = Builder(tenant, Random(seed), strangers)  # noqa: S311  # no secret is drawn
    builder.fill()
    rows = {name: builder.made[shape_of(node).model] for name, node in NODES.items()}
    ids = {name: [global_id(name, row.pk) for row in several] for name, several in rows.items()}
    keys = {str(row.pk) for several in rows.values() for row in several}
    place = Place(tenant, ids, keys, builder.mark)
    users = {user.pk: user for user in builder.made[User]}
    members = builder.made[Membership][: len(Role)]
    place.members = {
        Role(each.role): Asker(tenant, member_actor(users[each.user_id], tenant)) for each in members
    }
    place.api_key = builder.made[ApiKey][0]
    return place, list(users)


SCHEMA = schema._schema
"""What is asked of; read here, so that every kind of node is known."""
