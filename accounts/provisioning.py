"""Schemas and roles: the wall around each tenant, and the views through which it sees its part of `public`.

A tenant's role has rights in its own schema and on the views of `shared`, none on `public` and none on a
neighbour's schema. It is a wall against mistakes (a query that names another schema, a forgotten path), not
against SQL that somebody could inject, which could put the role off again.
"""

from django.db import connection

from accounts.models import Tenant
from accounts.tenancy import SHARED

GROUP = "unison_tenants"
"""Every tenant's role inherits from this one, so that what all may see is granted once."""

_MINE = "{} = CASE WHEN left(current_user, 2) = 't_' THEN substr(current_user, 3)::uuid END"
"""Whose a row is, in words that an index on the tenant can answer."""

VIEWS = {  # nothing in these comes from outside
    "accounts_tenant": f"SELECT * FROM public.accounts_tenant WHERE {_MINE.format('id')}",
    "accounts_membership": f"SELECT * FROM public.accounts_membership WHERE {_MINE.format('tenant_id')}",
    "accounts_apikey": f"""
        SELECT id, kind, name, source, prefix, ''::bytea AS digest, scopes, trusted_documents_only,
               created_at, expires_at, revoked_at, last_used_at, created_by_id, tenant_id
          FROM public.accounts_apikey WHERE {_MINE.format("tenant_id")}""",
    "accounts_user": f"""
        SELECT id, tenant_id, ''::varchar(128) AS password, NULL::timestamptz AS last_login, email, name,
               is_active, created_at
          FROM public.accounts_user WHERE {_MINE.format("tenant_id")}""",
    "accounts_trusteddocument": f"""
        SELECT * FROM public.accounts_trusteddocument WHERE {_MINE.format("tenant_id")}""",
    "django_content_type": "SELECT * FROM public.django_content_type",
}


def run(sql: str) -> None:
    """Run one or more statements without parameters, in one round trip."""
    with connection.cursor() as cursor:
        cursor.execute(sql)


def make_shared() -> None:
    """Make the schema `shared` and its views anew; needs the public scope and a transaction.

    Views pin the columns of their tables, so this follows every migration of `public`.
    """
    _ensure_role(GROUP, "NOLOGIN")
    run(
        f"CREATE SCHEMA IF NOT EXISTS {SHARED}; GRANT USAGE ON SCHEMA {SHARED} TO {GROUP};"
        f"CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA {SHARED};"
        "REVOKE ALL ON SCHEMA public FROM PUBLIC"
    )
    for name, sql in VIEWS.items():
        run(
            f"DROP VIEW IF EXISTS {SHARED}.{name};"
            f"CREATE VIEW {SHARED}.{name} WITH (security_barrier) AS {sql};"
            f"GRANT SELECT ON {SHARED}.{name} TO {GROUP}"
        )


def drop_shared_views() -> None:
    """Take the views away, so that a migration may change the columns under them."""
    for name in VIEWS:
        run(f"DROP VIEW IF EXISTS {SHARED}.{name}")


def build_wall(tenant: Tenant) -> None:
    """Make the tenant's role and its empty schema, or put right what of them is missing."""
    role, schema = tenant.role_name, tenant.schema_name
    _ensure_role(role, "NOLOGIN INHERIT")
    run(
        f"""
        GRANT {GROUP} TO "{role}";
        GRANT "{role}" TO current_user WITH INHERIT FALSE, SET TRUE;
        CREATE SCHEMA IF NOT EXISTS "{schema}";
        GRANT USAGE ON SCHEMA "{schema}" TO "{role}";
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "{schema}" TO "{role}";
        GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA "{schema}" TO "{role}";
        ALTER DEFAULT PRIVILEGES IN SCHEMA "{schema}" GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO
        "{role}"; ALTER DEFAULT PRIVILEGES IN SCHEMA "{schema}" GRANT USAGE, SELECT ON SEQUENCES TO "{role}";
        """
    )


def raze(tenant: Tenant) -> None:
    """Drop the tenant's schema with everything in it, and its role."""
    # roles belong to the cluster: a copy of this database may need the role still, which then is the copy's
    run(
        f"""
        SET CONSTRAINTS ALL IMMEDIATE; -- no table is dropped while rows of this transaction are unchecked
        DROP SCHEMA IF EXISTS "{tenant.schema_name}" CASCADE;
        DO $$ BEGIN DROP ROLE IF EXISTS "{tenant.role_name}";
        EXCEPTION WHEN dependent_objects_still_exist THEN NULL; END $$
        """
    )


def _ensure_role(name: str, options: str) -> None:
    # roles belong to the cluster: one may be left from a copy of this database, or be made at the same moment
    run(
        f"""
        DO $$ BEGIN CREATE ROLE "{name}" {options};
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$
        """
    )
