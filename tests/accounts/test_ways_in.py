"""The way of every request: let in by one statement, patient for so long, straight to the view with a key."""

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client

from accounts import keys
from accounts.database import backend
from accounts.database.patience import patience
from accounts.models import ApiKey, Tenant
from accounts.tenancy import inside, public
from tests.accounts.test_hosts import ACME, API, GLOBEX, ask
from tests.client import queries, signed_in
from tests.databases import close_pool
from tests.factories import a_key, a_member, an_actor

pytestmark = pytest.mark.urls("tests.accounts.urls")

WHERE = "SELECT current_user, current_schema(), current_setting('statement_timeout')"


def where(tenant: Tenant, key: str = "", host: str = "", client: Client | None = None) -> list[str]:
    headers = {"host": host or f"{tenant.schema_name}.unison.test"}
    if key:
        headers["authorization"] = f"Bearer {key}"
    return (client or Client()).get("/where", headers=headers).json()


def test_a_key_opens_its_tenant_with_path_role_and_patience(committed):
    for _ in range(8):  # often enough to be prepared, on connections that another tenant has had
        for schema, tenant in committed.items():
            with inside(tenant), transaction.atomic():
                key = a_key(tenant)
            assert where(tenant, key) == [tenant.role_name, schema, "15s"]
            assert where(tenant, key, API) == [tenant.role_name, schema, "15s"]
            assert where(tenant) == [tenant.role_name, schema, "15s"]


def test_a_key_takes_one_question_and_no_setting_of_its_own(acme, globex):
    key = a_key(acme)
    with queries(2):  # whose key it is, and the view's own
        assert where(acme, key)[:2] == [acme.role_name, "acme"]
    with queries(2):
        assert where(acme, key, API)[:2] == [acme.role_name, "acme"]


def test_a_revoked_key_opens_nothing_from_the_next_request_on(committed):
    acme, globex = committed.values()
    issued = {}
    for tenant in committed.values():
        with inside(tenant), transaction.atomic():
            issued[tenant] = keys.issue(keys.KeyDraft(name="k", scopes=["people.see"]), by=an_actor())
    for tenant in committed.values():
        for _ in range(8):
            assert ask(API, issued[tenant].plain)["tenant"] == tenant.schema_name
    with inside(acme), transaction.atomic():
        keys.revoke(issued[acme].key, by=an_actor())

    for _ in range(8):
        assert ask(API, issued[acme].plain) == {"tenant": None, "kind": "nobody", "role": None, "key": False}
        assert ask(ACME, issued[acme].plain)["kind"] == "nobody"
        assert ask(GLOBEX, issued[globex].plain)["kind"] == "key"


def test_the_use_of_a_key_is_noted_after_the_request(committed):
    acme = committed["acme"]
    with inside(acme), transaction.atomic():
        key = a_key(acme)
    assert ask(ACME, key)["kind"] == "key"
    with public():
        noted = ApiKey.objects.get().last_used_at
    assert noted
    assert ask(ACME, key)["kind"] == "key"
    with public():
        assert ApiKey.objects.get().last_used_at == noted  # not at every request


def test_what_a_savepoint_undid_is_set_anew_for_everybody(acme, globex):
    with connection.cursor() as cursor:
        cursor.execute(WHERE)
    with transaction.atomic():
        with public(), connection.cursor() as cursor:
            cursor.execute(WHERE)
        transaction.set_rollback(True)
    with public(), connection.cursor() as cursor:
        cursor.execute(WHERE)
        assert cursor.fetchone()[1] == "public"
    with inside(globex), connection.cursor() as cursor:
        cursor.execute(WHERE)
        assert cursor.fetchone()[:2] == (globex.role_name, "globex")


def test_a_transaction_begins_as_nobodys(committed):
    for tenant in committed.values():
        with inside(tenant), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(WHERE)
        with public(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(WHERE)
            assert cursor.fetchone()[1:] == ("public", "0")


def test_no_statement_takes_longer_than_the_patience(committed):
    acme, globex = committed.values()
    with (
        pytest.raises(OperationalError) as refusal,
        patience(0.05),
        inside(acme),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT pg_sleep(20)")
    assert getattr(refusal.value.__cause__, "sqlstate", "") == "57014"
    with inside(globex), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(WHERE)
        assert cursor.fetchone() == (globex.role_name, "globex", "0")  # a worker, say: it has no limit


def test_a_request_waits_as_long_as_the_setting_says(acme, globex, settings):
    settings.STATEMENT_TIMEOUT = 0.25
    assert where(globex, a_key(globex))[2] == "250ms"


def test_prepared_statements_are_each_tenants_own(committed):
    def read(tenant: Tenant) -> tuple[str, str]:
        with inside(tenant), transaction.atomic(), backend().prepared() as cursor:
            cursor.execute("SELECT current_schema(), name FROM accounts_tenant")
            return cursor.fetchone()

    connection.close()
    close_pool()
    for _ in range(8):
        for schema, tenant in committed.items():
            assert read(tenant) == (schema, tenant.name)
    with public(), connection.cursor() as cursor:
        cursor.execute("SELECT left(statement, 15) FROM pg_prepared_statements ORDER BY statement")
        kept = [row[0] for row in cursor.fetchall()]
    assert "/* acme */ SELE" in kept
    assert "/* globex */ SE" in kept


def test_a_pooler_may_ask_for_none(committed):
    options = connection.settings_dict["OPTIONS"]
    try:
        connection.close()
        close_pool()
        connection.settings_dict["OPTIONS"] = {**options, "prepare_threshold": None}
        for _ in range(8):
            assert ask(ACME)["tenant"] == "acme"
        with public(), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_prepared_statements")
            assert cursor.fetchone() == (0,)
    finally:
        connection.close()
        close_pool()
        connection.settings_dict["OPTIONS"] = options


@pytest.mark.parametrize("query", ["", "?status"])
def test_a_failure_with_a_key_changes_nothing(committed, query):
    acme = committed["acme"]
    with inside(acme), transaction.atomic():
        key = a_key(acme)
    client = Client(raise_request_exception=False, headers={"host": ACME, "authorization": f"Bearer {key}"})
    assert client.get(f"/fail{query}").status_code >= 500
    with public():
        assert Tenant.objects.live().count() == 2


@pytest.mark.urls("config.urls")
def test_pages_for_people_are_pages_with_a_key_as_well(acme, globex):
    client = Client(headers={"host": ACME, "authorization": f"Bearer {a_key(acme)}"})

    assert client.get("/admin/").status_code == 302
    page = client.get("/graphql/", headers={"accept": "text/html"})
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert client.get("/nowhere").status_code == 404


@pytest.mark.urls("config.urls")
def test_a_program_needs_no_token_and_a_browser_does(acme, globex):
    asked = {"query": "{ viewer { kind } }"}
    strict = Client(
        enforce_csrf_checks=True, headers={"host": ACME, "authorization": f"Bearer {a_key(acme)}"}
    )
    answer = strict.post("/graphql/", asked, content_type="application/json")
    assert answer.json()["data"] == {"viewer": {"kind": "KEY"}}
    assert int(answer["Content-Length"]) == len(answer.content)

    browser = signed_in(acme, a_member(acme), enforce_csrf_checks=True)
    assert browser.post("/graphql/", asked, content_type="application/json").status_code == 403
