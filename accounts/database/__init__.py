"""The database backend that knows whose data is meant (`accounts.tenancy`)."""

from typing import TYPE_CHECKING, cast

from django.db import DEFAULT_DB_ALIAS, connections

if TYPE_CHECKING:
    from accounts.database.base import DatabaseWrapper


def backend() -> "DatabaseWrapper":
    """The running thread's connection, with what only our backend can do."""
    return cast("DatabaseWrapper", connections[DEFAULT_DB_ALIAS])
