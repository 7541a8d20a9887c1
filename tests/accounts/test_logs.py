"""Logs name ids and counts, never what people wrote."""

import json
import logging
import logging.config
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

from celery import shared_task
from django.core.handlers.exception import response_for_exception
from django.db import IntegrityError, transaction
from django.test import Client, RequestFactory

from accounts.models import Tenant, User
from accounts.tenancy import public
from config.observability import logging_config
from tests.factories import a_key, a_member, a_write_key


@contextmanager
def lines_of(name: str, formatter: str = "line") -> Iterator[StringIO]:
    """What a logger writes in production."""
    stream, config = StringIO(), logging_config("INFO", as_json=True)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        logging.config.DictConfigurator(config).configure_formatter(config["formatters"][formatter])
    )
    logging.getLogger(name).addHandler(handler)
    try:
        yield stream
    finally:
        logging.getLogger(name).removeHandler(handler)


def break_a_constraint(tenant: Tenant, email: str) -> None:
    with public(), transaction.atomic():
        User.objects.create(tenant=tenant, email=email, name="N")


def test_a_broken_constraint_is_logged_without_its_values(acme, globex):
    user = a_member(acme)
    with lines_of("a test of ours") as written:
        try:
            break_a_constraint(acme, user.email)
        except IntegrityError:
            logging.getLogger("a test of ours").exception("refused")

    line = json.loads(written.getvalue())
    assert line["exception"][0]["exc_type"] == "IntegrityError"
    assert line["tenant"] == "acme"
    assert user.email not in written.getvalue()


def test_a_task_that_breaks_one_is_logged_without_them_too(acme, globex):
    user = a_member(acme)

    @shared_task(name="tests.break_a_constraint")
    def breaking(schema: str) -> None:
        break_a_constraint(acme, user.email)

    with lines_of("celery.app.trace") as written:
        breaking.apply(kwargs={"schema": "acme"})

    line = json.loads(written.getvalue())
    assert line["event"].startswith("Task tests.break_a_constraint[")
    assert line["event"].endswith("] raised unexpected")
    assert line["exception"][0]["exc_type"] == "IntegrityError"
    assert user.email not in written.getvalue()


def test_what_a_failed_request_asked_for_is_not_logged(acme, globex):
    request = RequestFactory().get("/admin/journeys/person/", {"q": "ada@example.com"})
    with lines_of("django.request") as written:
        response_for_exception(request, RuntimeError("of ours"))

    line = json.loads(written.getvalue())
    assert line["exception"][0]["exc_value"] == "of ours"
    assert "ada" not in written.getvalue()


def test_the_line_of_a_request_names_the_tenant_of_its_key(acme, globex):
    browser = Client(headers={"host": "localhost"})
    call = {"userId": "ada", "event": "Report Exported"}
    with lines_of("config.requests", "request") as written:
        browser.post("/v1/track", {"writeKey": a_write_key(globex), **call}, "application/json")
        browser.get("/graphql/", headers={"authorization": f"Bearer {a_key(acme)}"})
        browser.post("/v1/track", {"writeKey": "nobody's", **call}, "application/json")

    lines = map(json.loads, written.getvalue().splitlines())
    assert [(line["path"], line.get("tenant")) for line in lines] == [
        ("/v1/track", "globex"),
        ("/graphql/", "acme"),
        ("/v1/track", None),
    ]
