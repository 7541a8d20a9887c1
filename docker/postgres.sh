#!/bin/sh
# Runs once, when the database container is new: the role that the application signs in with. It owns its database
# and may make the tenants' roles, but is not a superuser. The password reaches psql by the environment only.
set -eu

psql --username postgres --set ON_ERROR_STOP=1 --no-psqlrc <<'SQL'
\getenv password POSTGRES_PASSWORD
CREATE ROLE unison LOGIN CREATEROLE CREATEDB PASSWORD :'password';
ALTER ROLE unison SET search_path = public;
ALTER ROLE unison SET timezone = 'UTC';
CREATE DATABASE unison OWNER unison TEMPLATE template0 ENCODING 'UTF8'
    LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C';
\connect unison
ALTER SCHEMA public OWNER TO unison;
SQL
