"""The tenant backend: every query is asked in the scope's own transaction, or refused.

How a transaction comes by its path and role is said in `accounts.database.transactions`; here are cursors,
connecting, closing, and what django-tenants calls.
"""

import select
import time
from collections.abc import Callable
from contextvars import copy_context
from typing import Any

from django.utils.functional import cached_property
from psycopg import Connection, Cursor
from psycopg_pool import ConnectionPool

from accounts.database.transactions import SESSION_DEFAULT, ScopedTransactions
from accounts.tenancy import current, enter, owner_scope

PREPARED_AT_MOST = 20
"""Statements that a connection keeps prepared: their plans are memory of its backend."""

TENANTS_AT_MOST = 100
"""Tenants that a connection serves: what Postgres knows of a tenant is 0.2 MB of its backend."""


class PreparedCursor(Cursor):
    """A cursor that binds values in Postgres, which keeps prepared what is asked often.

    Each tenant has its own, by a remark in front: one plan for all would be made anew at every change of
    path.
    """

    tenant = ""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        """Execute a statement."""
        return super().execute(f"/* {self.tenant} */ {query}" if self.tenant else query, params, **options)


def _is_lost(connection: Connection) -> bool:
    """Whether the server has gone away while nothing was asked: all it says unasked is that."""
    said = select.poll()
    said.register(connection.fileno(), select.POLLIN)
    return bool(said.poll(0))


class DatabaseWrapper(ScopedTransactions):
    """A Postgres connection that belongs to nobody, and to one tenant for the length of a transaction."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._exempt = False

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

    def create_cursor(self, name: str | None = None) -> Any:
        """A cursor whose transaction has begun, with the scope's path and role."""
        self._enter_scope()
        return super().create_cursor(name)

    # Connecting and closing.
    def _configure_connection(self, connection: Any) -> Any:
        connection.prepared_max, connection.served = PREPARED_AT_MOST, set()
        return super()._configure_connection(connection)

    def connect(self) -> None:
        """Connect, or take a connection from the pool."""
        self._applied = self._session = SESSION_DEFAULT
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
        taken: Any = pool.getconn()  # which begins nothing by itself
        while _is_lost(taken):
            taken.close()
            pool.putconn(taken)
            taken = pool.getconn()
        self.connection, self.autocommit = taken, True

    @cached_property
    def pg_version(self) -> Any:
        """The server's version, asked for outside any scope."""
        with self._exempted():
            return super().pg_version

    def close(self) -> None:
        """Give the connection back, never with a path on it; one that has served many is not used again."""
        if self.connection is not None and len(self.connection.served) > TENANTS_AT_MOST:
            self.connection._expire_at = 0.0
        if self._session != SESSION_DEFAULT and self.connection is not None and not self.in_atomic_block:
            self._take(SESSION_DEFAULT)
        super().close()

    def on_commit(self, func: Callable[[], Any], robust: bool = False) -> None:
        """Run a callback after the commit, in the scope it was registered in."""
        context = copy_context()

        def run() -> Any:
            return context.copy().run(func)

        run.__qualname__ = getattr(func, "__qualname__", repr(func))
        super().on_commit(run, robust)
