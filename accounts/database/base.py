"""The tenant backend: path and role are set for the transaction, from the scope, or the query is refused.

`SET LOCAL` once per transaction is what makes threads, pools and a transaction pooler safe: nothing a tenant
sets outlives its transaction. The settings are forgotten at its end and after a rollback to a savepoint,
because Postgres undoes them there.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from typing import Any

from django.utils.functional import cached_property
from django_tenants.postgresql_backend import base
from psycopg import Cursor
from psycopg_pool import ConnectionPool

from accounts.database.patience import longest
from accounts.tenancy import PUBLIC, NoTenant, current, enter, owner_scope

LOCAL = "SELECT set_config('search_path', %s, true), set_config('role', %s, true)"
LIMITED = f"{LOCAL}, set_config('statement_timeout', %s, true)"
SESSION = "SELECT set_config('search_path', %s, false)"

PREPARED_AT_MOST = 20
"""Statements that a connection keeps prepared: their plans are memory of its backend."""

type Setting = tuple[str, str]

_SESSION_DEFAULT: Setting = (PUBLIC.path, PUBLIC.role)


class PreparedCursor(Cursor):
    """A cursor that binds values in Postgres, which keeps prepared what is asked often.

    Each tenant has its own, by a remark in front: one plan for all would be made anew at every change of
    path.
    """

    tenant = ""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        """Execute a statement."""
        return super().execute(f"/* {self.tenant} */ {query}" if self.tenant else query, params, **options)


class DatabaseWrapper(base.DatabaseWrapper):
    """A Postgres connection that belongs to nobody, and to one tenant for the length of a transaction."""

    _exempt = True  # while connecting, and for savepoints: no tenant's SQL is run
    _session: Setting = _SESSION_DEFAULT  # what the session has; only migrations ever change it
    _applied: Setting | None = _SESSION_DEFAULT  # what the transaction has; None where only Postgres knows

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
        self._require_scope()
        return super()._cursor(name)

    def prepared(self, kind: type[Cursor] = PreparedCursor) -> Any:
        """A cursor for SQL that is asked often in the very same words; in the scope like any other."""
        self._require_scope()
        self.ensure_connection()
        with self.wrap_database_errors:
            self._enter_scope()
            cursor = kind(self.connection)
        if isinstance(cursor, PreparedCursor) and (scope := current()) and scope.is_walled:
            cursor.tenant = scope.schema
        return self._prepare_cursor(cursor)

    def _require_scope(self) -> None:
        if self._exempt:
            return
        scope = current()
        if scope is None:
            raise NoTenant("A query without a scope: use inside(tenant) or public().")
        if scope.is_walled and not self.in_atomic_block:
            raise NoTenant(f"A query of tenant {scope.schema} outside a transaction.")

    def create_cursor(self, name: str | None = None) -> Any:
        """A cursor whose transaction has the scope's path and role."""
        self._enter_scope()
        return super().create_cursor(name)

    def _enter_scope(self) -> None:
        if not self._exempt and (scope := current()):
            self._take((scope.path, scope.role))

    def entered(self, setting: Setting) -> None:
        """Know that a statement has set path and role by itself, to what Postgres says they are now."""
        if self.in_atomic_block:
            self._applied = setting

    def _take(self, setting: Setting) -> None:
        if self.in_atomic_block:
            if self._applied != setting:
                self.validate_no_broken_transaction()
                cursor, limit = PreparedCursor(self.connection), longest()
                cursor.execute(LIMITED if limit else LOCAL, (*setting, limit) if limit else setting)
                self._applied = setting
        elif self._session != setting:  # an owner outside a transaction, or the way back from it
            self.connection.execute(SESSION, setting[:1])
            self._session = setting

    # Local settings end with the transaction; which of them ROLLBACK TO SAVEPOINT undoes we do not know.
    def set_autocommit(self, *args: Any, **kwargs: Any) -> None:
        """Begin or end a transaction, which has what the session has."""
        super().set_autocommit(*args, **kwargs)
        self._applied = self._session

    def _commit(self) -> None:
        super()._commit()
        self._applied = self._session

    def _rollback(self) -> None:
        super()._rollback()
        self._applied = self._session

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
    def _configure_connection(self, connection: Any) -> Any:
        connection.prepared_max = PREPARED_AT_MOST
        return super()._configure_connection(connection)

    def connect(self) -> None:
        """Connect, or take a connection from the pool."""
        self._applied = self._session = _SESSION_DEFAULT
        pool = self._connection_pools.get(self.alias)
        if pool and not pool.closed:
            self._borrow(pool)
        else:
            with self._exempted():
                super().connect()

    def _borrow(self, pool: ConnectionPool) -> None:
        """What Django's `connect` comes to for a connection that the pool has made ready before."""
        self.in_atomic_block = self.needs_rollback = self.closed_in_transaction = self.errors_occurred = False
        self.savepoint_ids: list[str | None] = []
        self.atomic_blocks: list[Any] = []
        self.run_on_commit: list[Any] = []
        self.close_at, self.health_check_done = time.monotonic(), True
        taken: Any = pool.getconn()
        if not taken.autocommit:  # it was given back in the middle of a transaction
            taken.autocommit = True
        self.connection, self.autocommit = taken, True

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
