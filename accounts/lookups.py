"""The two questions that every request asks, in SQL written once, and kept prepared by Postgres.

Whoever shows a key is let in by the very statement that finds it: it sets path, role and time limit of the
transaction to those of the key's tenant. Asking first and setting them afterwards would be one more way to
Postgres and back for every request. Where a key was known before, it is only asked whether its row and its
tenant's are what they were, together with the first thing that is asked (`accounts.database.admission`).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, models
from django.db.models.base import ModelState
from psycopg import RawCursor

from accounts.database import backend
from accounts.database.admission import Admission
from accounts.database.patience import longest
from accounts.database.pipeline import Asked, Row, first_row
from accounts.models import ApiKey, Tenant
from accounts.shelves import Shelf
from accounts.tenancy import SHARED, public


def _columns(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


_OF_KEY, _OF_TENANT = _columns(ApiKey), _columns(Tenant)

_TENANT_AT = f"""
    SELECT {", ".join(f"tenant.{name}" for name in _OF_TENANT)}
    FROM accounts_domain domain JOIN accounts_tenant tenant ON tenant.id = domain.tenant_id
    WHERE domain.domain = %s AND tenant.suspended_at IS NULL
"""  # noqa: S608  # our own names
_KEY = ", ".join([*(f"key.{name}" for name in _OF_KEY), *(f"tenant.{name}" for name in _OF_TENANT)])
_ENTERS = f"""
    key.xmin::text || ' ' || tenant.xmin AS version,
    set_config('search_path', format('"%s", {SHARED}', tenant.schema_name), true),
    set_config('role', 't_' || replace(tenant.id::text, '-', ''), true),
    set_config('statement_timeout', coalesce($3::text, current_setting('statement_timeout')), true)
"""
_OPENS = """
    FROM accounts_apikey key JOIN accounts_tenant tenant ON tenant.id = key.tenant_id
    WHERE key.digest = $1::bytea AND key.revoked_at IS NULL
        AND (key.expires_at IS NULL OR key.expires_at > $2::timestamptz) AND tenant.suspended_at IS NULL
"""
_OPENS_AT = f"""{_OPENS} AND EXISTS (
    SELECT FROM accounts_domain domain WHERE domain.tenant_id = tenant.id AND domain.domain = $4::text
)"""


class _Way(NamedTuple):
    """How a key is let in: found; or, where it was found before, only made certain."""

    finds: bytes
    checks: bytes

    @classmethod
    def of(cls, opens: str) -> "_Way":
        return cls(f"SELECT {_KEY}, {_ENTERS} {opens}".encode(), f"SELECT {_ENTERS} {opens}".encode())


_ANYWHERE, _AT_A_HOST = _Way.of(_OPENS), _Way.of(_OPENS_AT)

MOST = 1_000
"""Keys that a process remembers."""


class _Known(NamedTuple):
    """What the statement that finds a key answered last.

    That is the key, its tenant, their version, which no row keeps that is changed, and what it set; and of
    the last two, which are enough to know them again, how Postgres wrote them.
    """

    columns: Sequence[Any]
    entered: Row

    @property
    def setting(self) -> tuple[str, str]:
        """The path and role that it set."""
        path, role, _ = self.columns[-3:]
        return path, role

    @property
    def key(self) -> ApiKey:
        """The key with its tenant, made anew for each who asks: they may change it."""
        of_key, of_tenant = self.columns[: len(_OF_KEY)], self.columns[len(_OF_KEY) : -4]
        key = _made(ApiKey, zip(_OF_KEY, of_key, strict=True))
        key._state.fields_cache["tenant"] = _made(Tenant, zip(_OF_TENANT, of_tenant, strict=True))
        return key


_shelf: Shelf[_Known] = Shelf(MOST)


def tenant_at(host: str) -> Tenant | None:
    """The live tenant that is reached at a host."""
    with public(), backend().prepared() as cursor:
        cursor.execute(_TENANT_AT, [host])
        row = cursor.fetchone()
    return _made(Tenant, zip(_OF_TENANT, row, strict=True)) if row else None


def key_with(digest: bytes, *, now: datetime, host: str | None = None) -> ApiKey | None:
    """The key with this digest, if it opens something now: at this host, where one is named.

    In a transaction, its tenant is entered with it: the backend is told what Postgres says path and role are,
    and sets them anew whenever that is not the scope in which something is asked.
    """
    connection, limit = backend(), longest() or None
    way = _ANYWHERE if host is None else _AT_A_HOST
    given = (digest, now, limit, *([] if host is None else [host]))
    place = digest, host, limit
    if connection.presumes and (known := _shelf.get(place)):
        connection.admit(Admission(Asked(way.checks, given), known.entered, known.setting))
        return known.key
    with public(), connection.prepared(RawCursor) as cursor:
        cursor.execute(way.finds, given)
        columns, row = cursor.fetchone(), first_row(cursor.pgresult)
    if row is None:
        _shelf.drop(place)
        return None
    known = _Known(columns, row[-4:])
    _shelf.put(place, known, 1)
    connection.entered(known.setting)
    return known.key


def _made[Row: models.Model](model: type[Row], fields: Iterable[tuple[str, Any]]) -> Row:
    """A row as `from_db` makes it, at a quarter of the cost: nobody listens to its signals."""
    row = model.__new__(model)
    row.__dict__.update(fields)
    row._state = ModelState()
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    return row
