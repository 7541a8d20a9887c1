"""How tests ask: GraphQL over Django's client, and an exact count of queries."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Tenant, User
from accounts.tenancy import inside

BOOKKEEPING = re.compile(r"(SAVEPOINT|RELEASE|ROLLBACK|SELECT set_config)", re.IGNORECASE)


def signed_in(tenant: Tenant, user: User, **kwargs: Any) -> Client:
    """A browser of a member, signed in at the tenant's host."""
    client = Client(headers={"host": f"{tenant.schema_name}.unison.test"}, **kwargs)
    with inside(tenant):
        client.force_login(user)
    return client


class Api:
    """GraphQL as a member (by session) or as a program (by key) asks it."""

    def __init__(self, tenant: Tenant, who: User | str | None = None) -> None:
        if isinstance(who, get_user_model()):
            self.client = signed_in(tenant, who)
        else:
            headers = {"host": f"{tenant.schema_name}.unison.test"}
            if who:
                headers["authorization"] = f"Bearer {who}"
            self.client = Client(headers=headers)

    def __call__(self, document: str, **variables: Any) -> dict[str, Any]:
        """The answer's JSON."""
        body = {"query": document, "variables": variables}
        return self.client.post("/graphql/", body, content_type="application/json").json()


@contextmanager
def queries(expected: int) -> Iterator[None]:
    """Fail, and show them, unless the block runs exactly this many queries."""
    with CaptureQueriesContext(connection) as seen:
        yield
    sql = [q["sql"] for q in seen if not BOOKKEEPING.match(q["sql"])]
    assert len(sql) == expected, "\n".join([f"{len(sql)} queries, expected {expected}:", *sql])
