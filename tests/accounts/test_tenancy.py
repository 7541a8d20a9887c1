"""The wall between tenants: by scope, by transaction, by role."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import ProgrammingError, connection, transaction

from accounts.models import ApiKey, Membership, Tenant, User
from accounts.tenancy import NoTenant, inside, public
from tests.factories import a_key, a_membership


def _where() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_schema()")
        return cursor.fetchone()


def test_a_query_without_a_scope_is_refused(db):
    with pytest.raises(NoTenant):
        Tenant.objects.count()


def test_a_tenants_query_outside_a_transaction_is_refused(committed):
    with inside(committed["acme"]), pytest.raises(NoTenant):
        ApiKey.objects.count()


def test_path_and_role_are_the_tenants(acme, globex):
    assert _where() == (acme.role_name, "acme")
    with inside(globex):
        assert _where() == (globex.role_name, "globex")
    assert _where() == (acme.role_name, "acme")


def test_they_are_set_again_after_a_rollback_to_a_savepoint(acme, globex):
    with inside(globex), transaction.atomic():
        _where()
        transaction.set_rollback(True)
    assert _where() == (acme.role_name, "acme")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM public.accounts_user",
        "SELECT * FROM public.accounts_apikey",
        "SELECT * FROM public.django_session",
        "SELECT * FROM globex.journeys_person",
        "INSERT INTO globex.journeys_stage (id) VALUES (gen_random_uuid())",
        "UPDATE shared.accounts_tenant SET name = 'mine'",
        "CREATE TABLE acme.mine (id int)",
        "DROP SCHEMA acme CASCADE",
    ],
)
def test_the_database_denies_what_a_tenant_has_no_business_with(acme, globex, sql):
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_a_tenant_sees_its_own_part_of_public(acme, globex):
    ours, theirs = a_membership(acme), a_membership(globex)
    a_key(acme), a_key(globex)

    assert list(Tenant.objects.values_list("schema_name", flat=True)) == ["acme"]
    assert list(Membership.objects.values_list("pk", flat=True)) == [ours.pk]
    assert list(User.objects.values_list("pk", "password")) == [(ours.user_id, "")]
    assert [bytes(key.digest) for key in ApiKey.objects.all()] == [b""]
    assert not User.objects.filter(pk=theirs.user_id).exists()


def test_the_wall_has_no_chinks(acme, globex):
    """What no single statement shows for sure, because the planner decides in which order it looks."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_schema_privilege('public', 'USAGE'), has_schema_privilege('globex', 'USAGE')"
        )
        assert cursor.fetchone() == (False, False)
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'v' AND relnamespace = 'shared'::regnamespace"
            " AND NOT coalesce('security_barrier=true' = ANY (reloptions), false)"
        )
        assert cursor.fetchall() == []
    with public(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT inherit_option, set_option FROM pg_auth_members WHERE member = current_user::regrole"
            " AND roleid = %s::regrole AND grantor = current_user::regrole",
            [acme.role_name],
        )
        assert cursor.fetchall() == [(False, True)]


def test_a_user_read_inside_a_tenant_cannot_be_saved(acme, globex):
    a_membership(acme)
    with pytest.raises(RuntimeError):
        User.objects.get().save()


def _count_where(tenant: Tenant, rounds: int) -> int:
    wrong = 0
    try:
        for _ in range(rounds):
            with inside(tenant), transaction.atomic():
                wrong += _where() != (tenant.role_name, tenant.schema_name)
    finally:
        connection.close()
    return wrong


def test_threads_never_read_a_neighbour(committed):
    both = [*committed.values()] * 8
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda tenant: _count_where(tenant, 20), both)) == 0


def test_nor_do_threads_of_an_event_loop(committed):
    async def ask(tenant: Tenant) -> int:
        with inside(tenant):
            return await asyncio.to_thread(_count_where, tenant, 10)

    async def ask_all() -> list[int]:
        return await asyncio.gather(*(ask(tenant) for tenant in [*committed.values()] * 8))

    assert sum(asyncio.run(ask_all())) == 0


def test_a_connection_back_from_the_pool_remembers_nobody(committed):
    with inside(committed["acme"]), transaction.atomic():
        _where()
    with public(), connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_schema()")
        assert cursor.fetchone()[1] == "public"


def test_what_runs_after_the_commit_runs_in_the_scope_it_came_from(committed):
    seen = []
    with inside(committed["acme"]), transaction.atomic():
        transaction.on_commit(lambda: seen.append(_in_a_transaction()))
        with inside(committed["globex"]):
            transaction.on_commit(lambda: seen.append(_in_a_transaction()))
    assert seen == ["acme", "globex"]


def _in_a_transaction() -> str:
    with transaction.atomic():
        return _where()[1]
