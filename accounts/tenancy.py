"""Whose data a piece of code may touch: a ContextVar, entered with `inside(tenant)` or `public()`.

Entering says *whose*, no more: the backend (`accounts.database`) turns it into a search path and a role at
the first query of a transaction. Kept free of imports from Django's apps, because models import it.
"""

from contextlib import AbstractContextManager
from contextvars import ContextVar
from typing import TYPE_CHECKING, NamedTuple

from django.db import InterfaceError

if TYPE_CHECKING:
    from accounts.models import Tenant

SHARED = "shared"
"""The schema of read-only views through which tenants see the few rows of `public` that are theirs."""

NO_ROLE = "none"
"""The role the application signs in with."""


class NoTenant(InterfaceError):
    """A query without a scope, or a tenant's query outside a transaction."""


class Scope(NamedTuple):
    """Whose rows are meant: a schema, the role that may read it, and the path that finds it."""

    schema: str
    role: str = NO_ROLE
    path: str = f"public, {SHARED}"
    tenant: "Tenant | None" = None

    @property
    def is_walled(self) -> bool:
        """Whether the database itself keeps this scope inside its schema."""
        return self.role != NO_ROLE


PUBLIC = Scope("public")
_scope: ContextVar[Scope | None] = ContextVar("scope", default=None)


def current() -> Scope | None:
    """The scope of the running code, or None."""
    return _scope.get()


def tenant() -> "Tenant":
    """The tenant of the running code; raises NoTenant where there is none."""
    scope = _scope.get()
    if scope is None or scope.tenant is None:
        raise NoTenant("This code needs a tenant: use inside(tenant).")
    return scope.tenant


def scope_of(tenant: "Tenant") -> Scope:
    """The scope in which a tenant's own code runs: its schema, its role, and never `public`."""
    return Scope(tenant.schema_name, tenant.role_name, f'"{tenant.schema_name}", {SHARED}', tenant)


def owner_scope(schema: str, tenant: "Tenant | None" = None) -> Scope:
    """The scope of migrations and provisioning: the schema before `public`, as the application's own role."""
    if schema == PUBLIC.schema:
        return PUBLIC
    return Scope(schema, NO_ROLE, f'"{schema}", public, {SHARED}', tenant)


def enter(scope: Scope) -> None:
    """Stay in a scope without an end; only migrations, which know no `with`, may."""
    _scope.set(scope)


class entered(AbstractContextManager[None]):  # noqa: N801 - read as a verb: `with entered(scope)`
    """Run a block in a scope. A class, because every request and verb enters several times."""

    __slots__ = ("scope", "token")

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def __enter__(self) -> None:
        self.token = _scope.set(self.scope)

    def __exit__(self, *_: object) -> None:
        _scope.reset(self.token)


def inside(tenant: "Tenant") -> AbstractContextManager[None]:
    """Run a block as the tenant: its schema, its role."""
    return entered(scope_of(tenant))


def public() -> AbstractContextManager[None]:
    """Run a block on what all tenants share: tenants, users, keys, sessions. Whose turn it is stays known."""
    scope = _scope.get()
    return entered(PUBLIC._replace(tenant=scope.tenant) if scope else PUBLIC)


def owning(schema: str, tenant: "Tenant | None" = None) -> AbstractContextManager[None]:
    """Run a block as the owner of a schema: migrations and provisioning only."""
    return entered(owner_scope(schema, tenant))
