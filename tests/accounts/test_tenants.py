"""Tenants as the operator makes and unmakes them."""

import sys
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.test import Client

from accounts import migrating, tenants
from accounts.errors import Conflict, DomainError
from accounts.identifiers import uuid7
from accounts.models import Membership, Tenant, User
from accounts.permissions import Role
from accounts.tenancy import inside, owning, public
from journeys import stages
from journeys.models import Stage
from success import scorecards
from success.models import Scorecard
from tests.factories import PASSWORD, a_membership


def tables(schema: str) -> set[str]:
    with public(), connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [schema])
        return {name for (name,) in cursor.fetchall()}


def test_a_new_tenant_has_every_table_and_opens(acme, globex):
    tenant = tenants.create("Initech", "initech", "initech.unison.test", time_zone="Asia/Tokyo")

    assert tables("initech") == tables("acme")
    with inside(tenants.live("initech")):
        assert Tenant.objects.get().name == "Initech"
    assert tenant.zone.key == "Asia/Tokyo"


def test_replaying_gives_what_migrating_gives(acme, globex):
    """The replayed script and Django's own executor make the same columns, constraints and indexes."""
    tenants.create("Replayed", "replayed", "replayed.unison.test")
    with public(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA migrated")
        with owning("migrated"):
            executor = MigrationExecutor(connection)
            executor.migrate(executor.loader.graph.leaf_nodes())

    assert shape("replayed") == shape("migrated")


def shape(schema: str) -> list[tuple]:
    sql = """
        SELECT table_name, column_name, data_type, is_nullable, character_maximum_length::text
          FROM information_schema.columns WHERE table_schema = %(schema)s
         UNION ALL
        SELECT tablename, replace(indexdef, %(schema)s, ''), '', '', '' FROM pg_indexes
         WHERE schemaname = %(schema)s
         UNION ALL
        SELECT conrelid::regclass::text, replace(pg_get_constraintdef(c.oid), %(schema)s, ''), '', '', ''
          FROM pg_constraint c JOIN pg_namespace n ON n.oid = connamespace WHERE nspname = %(schema)s"""
    with owning(schema), connection.cursor() as cursor:
        cursor.execute(sql, {"schema": schema})
        # the ledger is written out by us, so that its identity column and index names are ours
        return sorted(row for row in cursor.fetchall() if "django_migrations" not in str(row))


def test_a_tenant_that_is_behind_catches_up(acme, globex):
    with owning("globex"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'integrations'")
        cursor.execute(
            "SELECT string_agg(quote_ident(tablename), ', ') FROM pg_tables"
            " WHERE schemaname = 'globex' AND tablename LIKE 'integrations%%'"
        )
        cursor.execute(f"DROP TABLE {cursor.fetchone()[0]} CASCADE")
    said: list[str] = []

    assert migrating.migrate_tenants([acme, globex], said.append) == 1
    assert tables("globex") == tables("acme")
    assert said == ["[1/1] globex"]
    assert migrating.migrate_tenants([acme, globex], said.append) == 0


def test_a_tenant_that_lacks_the_last_release_alone_catches_up(acme, globex):
    with owning("globex"), connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM django_migrations WHERE name > '0002' AND app IN ('accounts', 'integrations')"
        )
        cursor.execute("ALTER TABLE integrations_outboxevent DROP COLUMN is_backfilled")
    assert shape("globex") != shape("acme")

    assert migrating.migrate_tenants([acme, globex], lambda said: None) == 1
    assert shape("globex") == shape("acme")


@pytest.mark.parametrize(
    "schema", ["public", "shared", "pg_x", "Acme", "a-b", "1a", "", 'a"b', "a" * 49, "acme"]
)
def test_a_name_that_cannot_be_a_schema_is_refused(acme, globex, schema):
    with pytest.raises(DomainError):
        tenants.create("N", schema, "n.unison.test")
    with public():
        assert Tenant.objects.count() == 2


@pytest.mark.parametrize(
    "domain",
    [
        "",
        "https://n.unison.test",
        "n.unison.test/path",
        "n.unison.test:8000",
        "n unison.test",
        ".unison.test",
        "n.unison.test\n",
        "n" * 254,
        "localhost",  # the API's
        "ACME.unison.test",  # taken
    ],
)
def test_a_host_at_which_no_tenant_could_be_reached_is_refused(acme, globex, domain):
    with pytest.raises(DomainError) as refused:
        tenants.create("N", "initech", domain)
    assert refused.value.field == "domain"
    assert not tables("initech")


def test_a_host_is_kept_as_browsers_name_it(acme, globex):
    tenants.create("Initech", "initech", "Initech.Unison.test")

    assert Client().get("/", headers={"host": "initech.unison.test"}).status_code == 302


@pytest.mark.parametrize("currency", ["eur", "E U", "€", ""])
def test_a_currency_is_three_capitals(acme, globex, currency):
    with pytest.raises(DomainError) as refused:
        tenants.create("N", "initech", "n.unison.test", currency=currency)
    assert refused.value.field == "currency"


def test_creating_is_all_or_nothing(acme, globex):
    with pytest.raises(Conflict):
        tenants.create("N", "initech", "acme.unison.test")
    assert not tables("initech")
    with pytest.raises(DomainError):
        tenants.create("N", "initech", "n.unison.test", time_zone="Mars/Olympus")
    assert not tables("initech")


def test_a_live_tenant_is_not_deleted_by_a_slip(acme, globex):
    with pytest.raises(Conflict):
        tenants.delete(acme)
    assert tables("acme")


def test_deleting_leaves_nothing_of_it_and_nothing_else_less(acme, globex):
    tenant = tenants.create("Initech", "initech", "initech.unison.test")
    gone, stays = a_membership(tenant), a_membership(acme)
    tenants.suspend(tenant)

    tenants.delete(tenant)

    assert not tables("initech")
    with public():
        assert not Tenant.objects.filter(schema_name="initech").exists()
        assert not User.objects.filter(pk=gone.user_id).exists()
        assert Membership.objects.filter(pk=stays.pk).exists()
    with pytest.raises(tenants.TenantGone):
        tenants.live("initech")


def test_the_command_makes_a_tenant_that_can_begin(acme, globex):
    given = ("--domain", "initech.unison.test", "--owner", "bill@initech.test", "--password", PASSWORD)
    call_command("tenant", "create", "initech", *given, stdout=StringIO())

    with inside(tenants.live("initech")):
        assert Scorecard.objects.current().get().measures.count() == len(scorecards.DEFAULT)
        assert list(Stage.objects.values_list("key", flat=True)) == [one.key for one in stages.DEFAULTS]
    with inside(globex):
        assert not Scorecard.objects.exists()


@pytest.mark.parametrize("email", ["Ada@acme.test", "new@acme.test"])
def test_the_operator_lets_an_owner_in(acme, globex, email):
    a_membership(acme, Role.VIEWER, email="ada@acme.test")
    wanted = "another horse, another staple"

    call_command("tenant", "owner", "acme", email, "--password", wanted, stdout=StringIO())

    with public():
        owner = Membership.objects.get(tenant=acme, role=Role.OWNER, ended_at=None)
        assert owner.user.email == email.lower()
        assert owner.user.check_password(wanted)
        assert not Membership.objects.filter(tenant=globex).exists()


def test_a_role_that_a_copy_of_the_database_needs_stays_for_it(acme, globex):
    tenant = tenants.create("Initech", "initech", "initech.unison.test")
    tenants.suspend(tenant)
    with public(), connection.cursor() as cursor:  # as the copy would: outside the tenant's own schema
        cursor.execute(f'GRANT SELECT ON django_content_type TO "{tenant.role_name}"')

    tenants.delete(tenant)

    assert not tables("initech")
    with public():
        assert not Tenant.objects.filter(schema_name="initech").exists()


def test_a_tenant_is_repaired_in_a_cluster_that_never_had_one(acme, globex, monkeypatch):
    """A dump holds no roles: neither the tenant's nor that which all tenants share."""
    monkeypatch.setattr("accounts.provisioning.GROUP", f"unison_elsewhere_{uuid7().hex}")

    call_command("tenant", "repair", "acme", stdout=StringIO())

    with public(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("REVOKE unison_tenants FROM " + connection.ops.quote_name(acme.role_name))
    assert Tenant.objects.get() == acme


@pytest.mark.parametrize(("typed", "told"), [("", "add --yes"), ("acme\n", "Nothing was deleted.")])
def test_nothing_is_deleted_where_nobody_says_so(acme, globex, monkeypatch, typed, told):
    tenants.create("Initech", "initech", "initech.unison.test")
    monkeypatch.setattr("sys.stdin", StringIO(typed))

    with pytest.raises(CommandError, match="Suspend the tenant before you delete it"):
        call_command("tenant", "delete", "initech")
    assert sys.stdin.read() == typed, "asked before it was known whether it can be done"

    call_command("tenant", "suspend", "initech")
    monkeypatch.setattr("sys.stdin", StringIO(typed))
    with pytest.raises(CommandError, match=told):
        call_command("tenant", "delete", "initech")
    assert tables("initech")

    monkeypatch.setattr("sys.stdin", StringIO("initech\n"))
    call_command("tenant", "delete", "initech")
    assert not tables("initech")
    assert tables("acme")


def test_the_operators_command(acme, globex):
    out = StringIO()
    options = ["--domain", "initech.unison.test", "--owner", "peter@initech.test", "--password", PASSWORD]
    call_command("tenant", "create", "initech", *options, stdout=out)
    call_command("tenant", "suspend", "initech", stdout=out)
    call_command("tenant", "list", stdout=out)
    call_command("tenant", "resume", "initech", stdout=out)
    call_command("tenant", "repair", "initech", stdout=out)
    assert "initech              suspended" in out.getvalue()

    for refused in (["create", "x"], ["create", "pg_x", "--domain", "d"], ["suspend", "nobody"]):
        with pytest.raises(CommandError):
            call_command("tenant", *refused, stdout=out)
    call_command("tenant", "suspend", "initech", stdout=out)
    with inside(acme):
        connection.check_constraints()  # as the commit of each command does; here all are one transaction
    call_command("tenant", "delete", "initech", "--yes", stdout=out)
    assert not tables("initech")
