"""The two questions that every request asks, in SQL written once, and kept prepared by Postgres.

Whoever shows a key is let in by the very statement that finds it: it sets path, role and time limit of the
transaction to those of the key's tenant. Asking first and setting them afterwards would be one more way to
Postgres and back for every request.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, models
from django.db.models.base import ModelState

from accounts.database import backend
from accounts.database.patience import longest
from accounts.models import ApiKey, Tenant
from accounts.tenancy import SHARED, public


def _columns(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


_OF_KEY, _OF_TENANT = _columns(ApiKey), _columns(Tenant)

_TENANT_AT = f"""
    SELECT {", ".join(f"tenant.{name}" for name in _OF_TENANT)}
    FROM accounts_domain domain JOIN accounts_tenant tenant ON tenant.id = domain.tenant_id
    WHERE domain.domain = %s AND tenant.suspended_at IS NULL
"""  # noqa: S608  # our own names
_KEY_WITH = f"""
    SELECT {", ".join([*(f"key.{name}" for name in _OF_KEY), *(f"tenant.{name}" for name in _OF_TENANT)])},
        set_config('search_path', format('"%%s", {SHARED}', tenant.schema_name), true),
        set_config('role', 't_' || replace(tenant.id::text, '-', ''), true),
        set_config('statement_timeout', coalesce(%(longest)s, current_setting('statement_timeout')), true)
    FROM accounts_apikey key JOIN accounts_tenant tenant ON tenant.id = key.tenant_id
    WHERE key.digest = %(digest)s AND key.revoked_at IS NULL
        AND (key.expires_at IS NULL OR key.expires_at > %(now)s) AND tenant.suspended_at IS NULL
"""  # noqa: S608  # our own names
_KEY_AT = f"""{_KEY_WITH} AND EXISTS (
    SELECT FROM accounts_domain domain WHERE domain.tenant_id = tenant.id AND domain.domain = %(host)s
)"""


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
    given = {"digest": digest, "now": now, "longest": longest() or None}
    connection = backend()
    with public(), connection.prepared() as cursor:
        if host is None:
            cursor.execute(_KEY_WITH, given)
        else:
            cursor.execute(_KEY_AT, given | {"host": host})
        row = cursor.fetchone()
    if row is None:
        return None
    *columns, path, role, _ = row
    connection.entered((path, role))
    key = _made(ApiKey, zip(_OF_KEY, columns, strict=False))
    key._state.fields_cache["tenant"] = _made(Tenant, zip(_OF_TENANT, columns[len(_OF_KEY) :], strict=True))
    return key


def _made[Row: models.Model](model: type[Row], fields: Iterable[tuple[str, Any]]) -> Row:
    """A row as `from_db` makes it, at a quarter of the cost: nobody listens to its signals."""
    row = model.__new__(model)
    row.__dict__.update(fields)
    row._state = ModelState()
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    return row
