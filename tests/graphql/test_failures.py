"""What fails before anybody is known is told: to programs in their own words, to people by a page."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from accounts.tenancy import inside
from tests.factories import a_key, a_write_key

MESSAGE = "Something went wrong on our side. Give support this reference: "


@contextmanager
def without_keys() -> Iterator[None]:
    """Let Postgres fail whoever asks for a key."""
    name = connection.settings_dict["NAME"]
    with psycopg.connect(settings.DATABASE_URL, dbname=name, autocommit=True) as other:
        other.execute("ALTER TABLE public.accounts_apikey RENAME TO gone")
        try:
            yield
        finally:
            other.execute("ALTER TABLE public.gone RENAME TO accounts_apikey")


@pytest.mark.parametrize("schema", ["acme", "globex"])
def test_who_asks_for_json_is_told_in_json(committed, schema):
    with inside(committed[schema]):
        key = a_key(committed[schema])
    headers = {"host": "localhost", "authorization": f"Bearer {key}"}
    client = Client(headers=headers, raise_request_exception=False)
    with without_keys():
        answer = client.post("/graphql/", {"query": "{ viewer { kind } }"}, "application/json")
    assert answer.status_code == 500
    (error,) = answer.json()["errors"]
    assert error["extensions"] == {
        "code": "INTERNAL_SERVER_ERROR",
        "reference": answer["X-Request-ID"],
    }
    assert error["message"] == f"{MESSAGE}{answer['X-Request-ID']}."


def test_who_sends_events_is_told_in_json(committed):
    with inside(committed["acme"]):
        key = a_write_key(committed["acme"])
    call = {"userId": "ada", "event": "opened", "writeKey": key}
    client = Client(headers={"host": "localhost"}, raise_request_exception=False)
    with without_keys():
        answer = client.post("/v1/track", call, "application/json")
    assert answer.status_code == 500
    assert answer.json() == {
        "success": False,
        "code": "internal_server_error",
        "message": f"{MESSAGE}{answer['X-Request-ID']}.",
    }


def test_a_person_is_shown_a_page(committed):
    headers = {"host": "localhost", "accept": "text/html", "authorization": f"Bearer uk_{'0' * 8}_{'A' * 43}"}
    client = Client(headers=headers, raise_request_exception=False)
    with without_keys():
        answer = client.get("/graphql/")
    assert (answer.status_code, answer["Content-Type"][:9]) == (500, "text/html")
