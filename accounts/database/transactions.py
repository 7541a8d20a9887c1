"""Transactions that know whose data is meant: path and role are set for each, from the scope.

`SET LOCAL` once per transaction is what makes threads, pools and a transaction pooler safe: nothing a tenant
sets outlives its transaction. The settings are forgotten at its end and after a rollback to a savepoint,
because Postgres undoes them there.

A transaction begins with its first statement: in one way to Postgres and back with what sets path and role,
or with what lets its caller in (`accounts.database.admission`).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django_tenants.postgresql_backend import base
from psycopg import RawCursor
from psycopg.pq import TransactionStatus

from accounts.database.admission import Admission
from accounts.database.patience import longest
from accounts.database.pipeline import Answer, Asked, answers, first_row
from accounts.tenancy import PUBLIC, NoTenant, current

BEGIN = Asked(b"BEGIN")
LOCAL = b"SELECT set_config('search_path', $1, true), set_config('role', $2, true)"
LIMITED = LOCAL + b", set_config('statement_timeout', $3, true)"
SESSION = "SELECT set_config('search_path', %s, false)"

type Setting = tuple[str, str]

SESSION_DEFAULT: Setting = (PUBLIC.path, PUBLIC.role)


class ScopedTransactions(base.DatabaseWrapper):
    """A connection whose transactions are the scope's."""

    _exempt = True  # while connecting, and for savepoints: no tenant's SQL is run
    _session: Setting = SESSION_DEFAULT  # what the session has; only migrations ever change it
    _applied: Setting | None = SESSION_DEFAULT  # what the transaction has; None where only Postgres knows
    _admission: Admission | None = None  # who was presumed to be let in, until that is certain
    presumes = False
    """Whether a caller may be presumed to be who they were, until the first statement."""

    @contextmanager
    def _exempted(self) -> Iterator[None]:
        before, self._exempt = self._exempt, True
        try:
            yield
        finally:
            self._exempt = before

    # Who is let in.
    @contextmanager
    def presuming(self) -> Iterator[None]:
        """Let a caller be presumed to be who they were; at the end that is certain, or Stale is raised.

        Not where statements are counted, each of which is to be seen.
        """
        self.presumes, self._admission = not self._is_watched, None
        try:
            try:
                yield
            except Exception:
                self._make_certain()
                raise
            self._make_certain()
        finally:
            self.presumes, self._admission = False, None

    def admit(self, admission: Admission) -> None:
        """Presume that this lets a caller in."""
        self._admission = admission

    def entered(self, setting: Setting) -> None:
        """Know that a statement has set path and role by itself, to what Postgres says they are now."""
        if self.in_atomic_block:
            self._applied = setting
        self._serve(setting)

    def _make_certain(self) -> None:
        admission, self._admission = self._admission, None
        if admission is not None:
            self.ensure_connection()
            with self.wrap_database_errors:
                *_, answer = answers(self.connection, [*self._opening(SESSION_DEFAULT), admission.asked])
                admission.check(answer)
            self._applied = admission.setting
            self._serve(admission.setting)

    # What is asked.
    def row(self, sql: bytes, given: Sequence[Any]) -> Sequence[str | None]:
        """The one row of a statement that is asked often in the very same words, as Postgres writes it.

        Where nothing was asked before it, it goes with what the transaction begins with. With a caller who
        is presumed to be let in, it is even the whole of a transaction, which ends with it.
        """
        self._require_scope()
        self.ensure_connection()
        with self.wrap_database_errors:
            asked = Asked(sql, given)
            answer = self._shown(asked) if self._is_watched else self._answer(asked)
            if answer.problem:
                raise answer.problem
        return [None if value is None else value.decode() for value in answer.row or ()]

    def _shown(self, asked: Asked) -> Answer:
        """The answer to a statement that whoever watches is shown."""
        self._enter_scope()
        with self._prepare_cursor(RawCursor(self.connection)) as cursor:
            cursor.execute(*asked)
            return Answer(first_row(cursor.pgresult))

    @property
    def _is_watched(self) -> bool:
        return self.queries_logged or bool(self.execute_wrappers)

    def _answer(self, asked: Asked) -> Answer:
        scope, admission = current() or PUBLIC, self._admission
        setting = scope.path, scope.role
        if admission is None or admission.setting != setting:
            return self._take(setting, asked)[0]
        is_alone, self._admission = self._is_idle, None
        opening = [] if is_alone else self._opening(SESSION_DEFAULT)
        *_, let_in, answer = answers(self.connection, [*opening, admission.asked, asked])
        admission.check(let_in)
        self._serve(setting)
        if not is_alone:
            self._applied = setting
        return answer

    def _serve(self, setting: Setting) -> None:
        """Note whom the connection has served: it is given up after very many (`DatabaseWrapper.close`)."""
        self.connection.served.add(setting)

    # In which scope it is asked.
    def _require_scope(self) -> None:
        if self._exempt:
            return
        scope = current()
        if scope is None:
            raise NoTenant("A query without a scope: use inside(tenant) or public().")
        if scope.is_walled and not self.in_atomic_block:
            raise NoTenant(f"A query of tenant {scope.schema} outside a transaction.")

    def _enter_scope(self) -> None:
        if self._exempt:
            if beginning := self._beginning():
                answers(self.connection, beginning)
        elif scope := current():
            self._take((scope.path, scope.role))

    def _take(self, setting: Setting, *asked: Asked) -> list[Answer]:
        """Set path and role, unless they are; then ask."""
        if self.autocommit:
            self._take_for_session(setting)
            return answers(self.connection, asked) if asked else []
        self._make_certain()
        opening = self._opening(setting)
        if opening:
            self.validate_no_broken_transaction()
        if not opening and not asked:
            return []
        answered = answers(self.connection, [*opening, *asked])
        for answer in answered[: len(opening)]:
            if answer.problem:
                raise answer.problem
        if opening:
            self._applied = setting
            self._serve(setting)
        return answered[len(opening) :]

    def _opening(self, setting: Setting) -> list[Asked]:
        """What a transaction begins with, as far as it has not."""
        if self._applied == setting:
            return self._beginning()
        limit = longest()
        local = Asked(LIMITED, (*setting, limit)) if limit else Asked(LOCAL, setting)
        return [*self._beginning(), local]

    def _beginning(self) -> list[Asked]:
        return [BEGIN] if not self.autocommit and self._is_idle else []

    @property
    def _is_idle(self) -> bool:
        """Whether no transaction has begun."""
        return self.connection.pgconn.transaction_status == TransactionStatus.IDLE

    def _take_for_session(self, setting: Setting) -> None:
        if self._session != setting:  # an owner outside a transaction, or the way back from it
            self.connection.execute(SESSION, setting[:1])
            self._session = setting

    # Local settings end with the transaction; which of them ROLLBACK TO SAVEPOINT undoes we do not know.
    def set_autocommit(self, *args: Any, **kwargs: Any) -> None:
        """Begin or end a transaction, which has what the session has."""
        super().set_autocommit(*args, **kwargs)
        self._applied = self._session

    def _set_autocommit(self, autocommit: bool) -> None:
        """Have psycopg begin nothing: a transaction begins with its first statement."""
        if not self.connection.autocommit:
            self.connection.autocommit = True

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
