"""A body that is refused unread: its answer arrives, and the connection goes on or is said to end."""

import http.client
import socket
import subprocess
from collections.abc import Iterator

import pytest
from django.test import Client

from config.leftovers import MOST, SMALL
from config.local import ports
from config.local.addresses import PROJECT
from config.local.up import web_command
from tests.local.processes import wait_until
from tests.local.test_up import surroundings

TOO_LONG = 1_200_000


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Where a web listens that has no servers behind it: what is tried here is refused without them."""
    found = ports.free_port("127.0.0.1", 0)
    nowhere = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1"}
    given = surroundings(DJANGO_SETTINGS_MODULE="config.settings", DEBUG="1", LOG_LEVEL="ERROR", **nowhere)
    *command, application = web_command("127.0.0.1", found)
    with subprocess.Popen([*command, "--workers", "1", application], cwd=PROJECT, env=given) as web:
        try:
            wait_until(lambda: _is_there(found), "web")
            yield found
        finally:
            web.terminate()
            web.wait(30)


def _is_there(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("length", [SMALL, TOO_LONG, 5 * TOO_LONG])
def test_the_connection_goes_on(port, length):
    for _ in range(5):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("POST", "/v1/batch", body=b"x" * length)
        refused = connection.getresponse()
        assert (refused.status, refused.getheader("Connection")) == (400 if length == SMALL else 413, None)
        assert b"success" in refused.read()

        kept = connection.sock
        connection.request("GET", "/livez")
        assert connection.getresponse().read() == b"ok"
        assert connection.sock is kept
        connection.close()


@pytest.mark.parametrize(("length", "more"), [(MOST + 1, ""), (TOO_LONG, "Expect: 100-continue\r\n")])
def test_where_the_body_is_not_waited_for_the_end_is_said(port, length, more):
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        head = f"POST /v1/batch HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n{more}\r\n"
        connection.sendall(head.encode())

        answer = b"".join(iter(lambda: connection.recv(65_536), b""))

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"\r\nconnection: close\r\n" in answer.lower()


def test_a_server_that_does_not_let_us_say_so_is_not_told(acme, globex):
    answer = Client().post("/v1/batch", b"x" * (MOST + 1), content_type="text/plain")

    assert answer.status_code == 413
    assert "Connection" not in answer.headers
