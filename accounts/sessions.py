"""Sessions: kept in `public`, each bound to the tenant it was opened on."""

import re
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from accounts.tenancy import current, public

BOUND_TO = "_tenant"
SHAPE = re.compile(r"[0-9a-z]{8,40}")


def _here() -> str | None:
    scope = current()
    return str(scope.tenant.pk) if scope and scope.tenant else None


class SessionStore(DatabaseStore):
    """A session that goes to `public` by itself, and is empty on any host but its own tenant's."""

    def _validate_session_key(self, key: str | None) -> bool:
        # a cookie can hold anything, also what Postgres would not take
        return bool(key and SHAPE.fullmatch(key))

    def load(self) -> dict[str, Any]:
        """The session's data; a session of another tenant is as if unknown."""
        with public():
            data = super().load()
        if data and data.get(BOUND_TO) != _here():
            self._session_key = None
            return {}
        return data

    def exists(self, session_key: str) -> bool:
        """Whether the key is taken."""
        with public():
            return super().exists(session_key)

    def create(self) -> None:
        """Begin a session under a new key."""
        with public():
            super().create()

    def save(self, must_create: bool = False) -> None:
        """Write the session down, bound to the current tenant."""
        self[BOUND_TO] = _here()
        with public():
            super().save(must_create)

    def delete(self, session_key: str | None = None) -> None:
        """Forget a session."""
        with public():
            super().delete(session_key)

    @classmethod
    def clear_expired(cls) -> None:
        """Forget the sessions that have ended."""
        with public():
            super().clear_expired()
