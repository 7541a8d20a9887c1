"""The tenant backend: path and role are set for the transaction, from the scope, or the query is refused.

`SET LOCAL` once per transaction is what makes threads, pools and a transaction pooler safe: nothing a tenant
sets outlives its transaction. The settings are forgotten at its end and after a rollback to a savepoint,
because Postgres undoes them there.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from typing import Any

from django.utils.functional import cached_property
from django_tenants.postgresql_backend import base

from accounts.tenancy import PUBLIC, NoTenant, current, enter, owner_scope

LOCAL = "SELECT set_config('search_path', %s, true), set_config('role', %s, true)"
SESSION = "SELECT set_config('search_path', %s, false)"

type Setting = tuple[str, str]

_SESSION_DEFAULT: Setting = (PUBLIC.path, PUBLIC.role)


class DatabaseWrapper(base.DatabaseWrapper):
    """A Postgres connection that belongs to nobody, and to one tenant for the length of a transaction."""

    _exempt = True  # while connecting, and for savepoints: no tenant's SQL is run
    _applied: Setting | None = None  # what the open transaction has; never trusted from one to the next
    _session: Setting = _SESSION_DEFAULT  # what the session has; only migrations ever change it

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._exempt = False

    @contextmanager
    def _exempted(self) -> Iterator[None]:
        before, self._exempt = self._exempt, True
        try:
            yield
        finally:
            self._exempt = before

    # What django-tenants' router and commands read and call; our own code uses `inside` and `public`.
    @property
    def schema_name(self) -> str | None:
        """The schema of the current scope."""
        scope = current()
        return scope.schema if scope else None

    @schema_name.setter
    def schema_name(self, value: str) -> None:
        """Ignored: the scope says it."""

    @property
    def tenant(self) -> Any:
        """The tenant of the current scope."""
        scope = current()
        return scope.tenant if scope else None

    @tenant.setter
    def tenant(self, value: Any) -> None:
        """Ignored: the scope says it."""

    def set_tenant(self, tenant: Any, include_public: bool = True) -> None:
        """Enter a schema as its owner, as django-tenants' migration commands do."""
        if not self._exempt:
            enter(owner_scope(tenant.schema_name))

    def _handle_search_path(self, cursor: Any = None) -> None:
        """Nothing: the path is set per transaction, before the cursor is made."""

    # Every query comes through here.
    def _cursor(self, name: str | None = None) -> Any:
        if not self._exempt:
            scope = current()
            if scope is None:
                raise NoTenant("A query without a scope: use inside(tenant) or public().")
            if scope.is_walled and not self.in_atomic_block:
                raise NoTenant(f"A query of tenant {scope.schema} outside a transaction.")
        return super()._cursor(name)

    def create_cursor(self, name: str | None = None) -> Any:
        """A cursor whose transaction has the scope's path and role."""
        if not self._exempt and (scope := current()):
            self._take((scope.path, scope.role))
        return super().create_cursor(name)

    def _take(self, setting: Setting) -> None:
        if self.in_atomic_block:
            if self._applied != setting:
                self.validate_no_broken_transaction()
                self.connection.execute(LOCAL, setting)
                self._applied = setting
        elif self._session != setting:  # an owner outside a transaction, or the way back from it
            self.connection.execute(SESSION, setting[:1])
            self._session = setting

    # Local settings end with the transaction, and are undone by ROLLBACK TO SAVEPOINT.
    def set_autocommit(self, *args: Any, **kwargs: Any) -> None:
        """Begin or end a transaction, which has no settings yet or any more."""
        super().set_autocommit(*args, **kwargs)
        self._applied = None

    def _commit(self) -> None:
        super()._commit()
        self._applied = None

    def _rollback(self) -> None:
        super()._rollback()
        self._applied = None

    def _savepoint(self, sid: str) -> None:
        with self._exempted():
            super()._savepoint(sid)

    def _savepoint_commit(self, sid: str) -> None:
        with self._exempted():
            super()._savepoint_commit(sid)

    def _savepoint_rollback(self, sid: str) -> None:
        self._applied = None
        with self._exempted():
            super()._savepoint_rollback(sid)

    def check_constraints(self, table_names: Any = None) -> None:
        """Check deferred constraints; a test case does so after its scope has ended."""
        with self._exempted():
            super().check_constraints(table_names)

    # Connecting and closing.
    def connect(self) -> None:
        """Connect, or take a connection from the pool."""
        self._applied, self._session = None, _SESSION_DEFAULT
        with self._exempted():
            super().connect()

    @cached_property
    def pg_version(self) -> Any:
        """The server's version, asked for outside any scope."""
        with self._exempted():
            return super().pg_version

    def close(self) -> None:
        """Give the connection back, never with a path on it."""
        if self._session != _SESSION_DEFAULT and self.connection is not None and not self.in_atomic_block:
            self._take(_SESSION_DEFAULT)
        super().close()

    def on_commit(self, func: Callable[[], Any], robust: bool = False) -> None:
        """Run a callback after the commit, in the scope it was registered in."""
        context = copy_context()

        def run() -> Any:
            return context.copy().run(func)

        run.__qualname__ = getattr(func, "__qualname__", repr(func))
        super().on_commit(run, robust)
