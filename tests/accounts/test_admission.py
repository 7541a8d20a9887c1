"""Callers who were let in before: presumed to be who they were, and told nothing before it is certain."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.utils import timezone
from psycopg.pq import TransactionStatus

from accounts import keys
from accounts.callers import served
from accounts.database import backend, base
from accounts.database.base import PREPARED_AT_MOST
from accounts.database.pipeline import Asked, answers
from accounts.models import ApiKey, Tenant
from accounts.permissions import Permission
from accounts.tenancy import inside, public
from journeys.models import Company
from tests.databases import close_pool
from tests.factories import a_key, a_write_key
from tests.journeys.factories import a_company

COMPANIES = "{ companies { totalCount nodes { name } } }"
CREATE = """mutation($name: String!) {
    companyCreate(input: {name: $name}) { company { name } errors { code } }
}"""
ONE = b"SELECT name FROM journeys_company ORDER BY name"


def post(tenant: Tenant, key: str, query: str = COMPANIES, **variables: str) -> Any:
    headers = {"host": f"{tenant.schema_name}.unison.test", "authorization": f"Bearer {key}"}
    body = {"query": query, "variables": variables}
    client = Client(headers=headers, raise_request_exception=False)
    return client.post("/graphql/", body, content_type="application/json")


def names(response: Any) -> list[str]:
    return [each["name"] for each in response.json()["data"]["companies"]["nodes"]]


@pytest.fixture
def known(committed) -> dict[str, str]:
    """A key of each tenant that was let in before, and a company of the tenant's name."""
    opened = {}
    for schema, tenant in committed.items():
        with inside(tenant), transaction.atomic():
            a_company(name=schema)
            opened[schema] = a_key(tenant)
        for _ in range(8):  # often enough to be prepared
            assert names(post(tenant, opened[schema])) == [schema]
    return opened


def of_acme() -> Any:
    return ApiKey.objects.filter(tenant__schema_name="acme")


@pytest.mark.parametrize(
    "change",
    [
        lambda: of_acme().update(revoked_at=timezone.now()),
        lambda: of_acme().update(expires_at=timezone.now()),
        lambda: of_acme().delete(),
    ],
    ids=["revoked", "expired", "deleted"],
)
def test_who_is_not_who_they_were_is_told_nothing(committed, known, change: Callable[[], object]):
    acme, globex = committed.values()
    with public():
        change()
    for _ in range(3):
        for answer in (post(acme, known["acme"]), post(acme, known["acme"], CREATE, name="Not to be")):
            assert answer.status_code == 401
            assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
            assert "data" not in answer.json()
        assert names(post(globex, known["globex"])) == ["globex"]
    with inside(acme), transaction.atomic():
        assert list(Company.objects.values_list("name", flat=True)) == ["acme"]


def test_what_was_taken_from_a_key_it_has_no_more(committed, known):
    acme, globex = committed.values()
    with public():
        of_acme().update(scopes=[Permission.SEE_HEALTH])
    for _ in range(3):
        assert names(post(acme, known["acme"])) == []
        refused = post(acme, known["acme"], CREATE, name="Not to be").json()
        assert refused["data"]["companyCreate"]["errors"] == [{"code": "FORBIDDEN"}]
        assert names(post(globex, known["globex"])) == ["globex"]


def test_what_its_tenant_has_become_a_key_is_told_at_once(committed, known):
    acme = committed["acme"]

    def currency() -> str:
        asked = post(acme, known["acme"], "{ viewer { tenant { currency } } }").json()
        return asked["data"]["viewer"]["tenant"]["currency"]

    before = currency()
    try:
        with public():
            Tenant.objects.filter(pk=acme.pk).update(currency="JPY")
        assert [before, currency()] == ["EUR", "JPY"]
    finally:
        with public():
            Tenant.objects.filter(pk=acme.pk).update(currency=before)


def test_a_suspended_tenant_is_gone_at_once(committed, known):
    acme, globex = committed.values()
    with public():
        Tenant.objects.filter(pk=acme.pk).update(suspended_at=timezone.now())
    assert post(acme, known["acme"]).status_code in {401, 404}
    assert names(post(globex, known["globex"])) == ["globex"]


def test_what_a_known_key_may_do_now_it_does(committed, known):
    acme = committed["acme"]
    created = post(acme, known["acme"], CREATE, name="Zeta").json()
    assert created["data"]["companyCreate"]["company"] == {"name": "Zeta"}
    assert names(post(acme, known["acme"])) == ["acme", "Zeta"]


def test_a_question_of_a_known_caller_is_a_transaction_of_its_own(committed, known):
    def work() -> tuple[list, int]:
        resolved = keys.resolve(known["acme"])
        assert resolved
        with inside(resolved.tenant):
            found = list(backend().row(ONE, ()))
        return found, connection.connection.pgconn.transaction_status

    assert served(work) == (["acme"], TransactionStatus.INTRANS)  # whose key it is was asked first
    assert served(work) == (["acme"], TransactionStatus.IDLE)
    with public(), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('role')")
        assert cursor.fetchone() == ("none",)


def test_who_asks_nothing_is_made_certain_as_well(committed, known):
    assert served(lambda: keys.resolve(known["acme"]))
    with public():
        of_acme().update(revoked_at=timezone.now())
    assert served(lambda: keys.resolve(known["acme"])) is None
    assert served(lambda: keys.resolve(known["globex"]))


def test_a_refusal_is_for_who_they_are(committed, known):
    def refuse() -> None:
        raise PermissionError(keys.resolve(known["acme"]) is not None)

    with pytest.raises(PermissionError, match="True"):
        served(refuse)
    with public():
        of_acme().update(revoked_at=timezone.now())
    with pytest.raises(PermissionError, match="False"):
        served(refuse)


def test_what_is_done_anew_is_paid_for_once(committed, known, one_minute):
    def remaining() -> int:
        return post(committed["acme"], known["acme"]).json()["extensions"]["cost"]["remaining"]

    before = remaining()
    price = before - remaining()
    with public():
        of_acme().update(name="renamed")
    assert remaining() == before - 2 * price


def test_what_is_done_anew_is_one_call(committed, settings, one_minute):
    settings.TRACKING_CALLS_PER_MINUTE = 3
    with inside(committed["acme"]), transaction.atomic():
        key = a_write_key(committed["acme"])

    def send() -> int:
        call = {"userId": "ada", "event": "opened", "writeKey": key}
        client = Client(headers={"host": "localhost"})
        return client.post("/v1/track", call, content_type="application/json").status_code

    assert [send(), send()] == [200, 200]
    with public():
        of_acme().update(name="renamed")
    assert [send(), send()] == [200, 429]


def test_a_connection_lost_on_the_way_is_one_failure(committed, known):
    def lose() -> None:
        with inside(committed["acme"]), transaction.atomic():
            connection.ensure_connection()
            end_all_other_sessions()
            backend().row(ONE, ())

    with pytest.raises(OperationalError):
        lose()
    connection.close()
    assert names(post(committed["acme"], known["acme"])) == ["acme"]


def test_connections_lost_while_nobody_asked_are_no_failure(committed, known):
    connections = [connection, *(backend().copy() for _ in range(3))]
    for each in connections:
        with public():
            each.ensure_connection()
    for each in connections:
        each.close()
    end_all_other_sessions()
    for schema, tenant in committed.items():
        assert names(post(tenant, known[schema])) == [schema]


def end_all_other_sessions() -> None:
    """As a restart of Postgres does."""
    with psycopg.connect(settings.DATABASE_URL, dbname=connection.settings_dict["NAME"]) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_what_fails_is_not_kept_prepared(committed):
    connection.close()
    close_pool()
    with public(), transaction.atomic():
        connection.ensure_connection()
    raw = connection.connection
    for _ in range(8):
        good, bad, after = answers(
            raw, [Asked(b"SELECT $1::int", (1,)), Asked(b"SELECT 1 / $1::int", (0,)), Asked(b"SELECT 3")]
        )
        assert good.row == (b"1",)
        assert bad.problem is not None
        assert bad.problem.sqlstate == "22012"
        assert after.problem is not None
    for _ in range(8):
        (missing,) = answers(raw, [Asked(b"SELECT * FROM nowhere")])
        assert missing.problem is not None
        assert missing.problem.sqlstate == "42P01"
    assert answers(raw, [Asked(b"SELECT 1 / $1::int", (1,))])[0].row == (b"1",)
    assert answers(raw, [Asked(b"SELECT 1 WHERE false")])[0].row is None


def test_no_more_is_kept_prepared_than_so_much(committed):
    connection.close()
    close_pool()
    with public(), transaction.atomic():
        connection.ensure_connection()
        for number in range(PREPARED_AT_MOST + 10):
            for _ in range(8):
                assert backend().row(b"SELECT %d + $1::int" % number, (1,)) == [str(number + 1)]
        kept = backend().row(b"SELECT count(*) FROM pg_prepared_statements", ())
        assert int(kept[0] or 0) in range(PREPARED_AT_MOST - 2, PREPARED_AT_MOST + 2)


def test_a_rollback_forgets_what_was_prepared_and_nothing_else(committed, known):
    acme = committed["acme"]
    for _ in range(12):
        with inside(acme), transaction.atomic():
            assert backend().row(ONE, ()) == ["acme"]
            transaction.set_rollback(True)
        assert names(post(acme, known["acme"])) == ["acme"]


def test_a_long_question_goes_there_whole(committed):
    with public(), transaction.atomic():
        text = "é" * 3_000_000
        assert backend().row(b"SELECT length($1::text), $1::text", (text,)) == ["3000000", text]


def test_a_connection_that_has_served_very_many_is_not_used_again(committed, monkeypatch):
    def served_by() -> str | None:
        pids = set()
        for tenant in committed.values():
            with inside(tenant), transaction.atomic():
                pids.add(backend().row(b"SELECT pg_backend_pid()", ())[0])
        connection.close()
        (pid,) = pids
        return pid

    connection.close()
    close_pool()
    assert len({served_by() for _ in range(8)}) <= 2
    monkeypatch.setattr(base, "TENANTS_AT_MOST", 1)
    assert len({served_by() for _ in range(8)}) == 8


def test_a_known_caller_waits_no_longer_either(committed, known, settings):
    settings.STATEMENT_TIMEOUT = 0.2

    def work(sql: bytes) -> list[str | None]:
        resolved = keys.resolve(known["acme"])
        assert resolved
        with inside(resolved.tenant):
            return list(backend().row(sql, ()))

    assert served(lambda: work(ONE)) == ["acme"]
    for _ in range(2):
        with pytest.raises(OperationalError) as refusal:
            served(lambda: work(b"SELECT pg_sleep(20)"))
        assert getattr(refusal.value.__cause__, "sqlstate", "") == "57014"
        assert served(lambda: work(ONE)) == ["acme"]
