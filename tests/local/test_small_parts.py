"""What `up` is put together from: the port, the lock on the folder, what is said and where."""

import json
import os
import select
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from config.local import announcement, locks
from config.local.addresses import PROJECT
from config.local.ports import free_port, is_ready
from config.local.problems import CannotStart
from config.local.voice import Voice

HOLD = """
import sys
from pathlib import Path
from config.local import locks
def wait(holder):
    print("waiting for", holder["what"], flush=True)
with locks.held(Path(sys.argv[1]), "another run", wait):
    print("mine", flush=True)
    sys.stdin.readline()
"""


def test_a_taken_port_is_said_with_another_one_to_try():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotStart, match=rf"Port {port} on 127.0.0.1 is taken.*--port {port + 1}"):
            free_port("127.0.0.1", port)
        assert not is_ready("127.0.0.1", free_port("127.0.0.1", 0))


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 70_000), ("192.0.2.1", 8000), ("no host", 8000)])
def test_a_place_where_nobody_can_listen_is_refused(host, port):
    with pytest.raises(CannotStart):
        free_port(host, port)


def holder_of(folder: Path) -> subprocess.Popen[str]:
    """A process that takes the folder's lock and holds it until told to let go."""
    return subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def line_of(process: subprocess.Popen[str]) -> str:
    """Its next line."""
    assert process.stdout
    return process.stdout.readline().rstrip()


def test_who_comes_second_learns_who_is_there_and_waits(tmp_path):
    with holder_of(tmp_path) as first:
        assert line_of(first) == "mine"
        with holder_of(tmp_path) as second:
            assert line_of(second) == "waiting for another run"
            first.communicate("go\n")
            assert line_of(second) == "mine"
            second.communicate("go\n")
    assert list(tmp_path.iterdir()) == []


def test_a_killed_holder_holds_nothing(tmp_path):
    with holder_of(tmp_path) as first:
        assert line_of(first) == "mine"
        first.kill()
    assert (tmp_path / "lock").exists()

    with locks.held(tmp_path, "this test", lambda holder: pytest.fail(str(holder))):
        assert json.loads((tmp_path / "lock").read_text())["pid"] == str(os.getpid())


def test_the_held_line_comes_first(capsys):
    voice = Voice(hold=True)
    voice.say("web", "starting")
    voice.show('{"url": "here"}')
    voice.say("web", "started")

    assert capsys.readouterr().out.splitlines() == [
        '{"url": "here"}',
        "    web | starting",
        "    web | started",
    ]


def test_what_was_held_is_said_when_it_fails(capsys):
    voice = Voice(hold=True)
    voice.say("web", "starting")
    voice.fail("No room.")

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == ["    web | starting", "", "unison: No room."]


def test_we_run_on_when_nobody_reads_any_more():
    code = (
        "from config.local.voice import Voice\nv = Voice()\nfor _ in range(9999): v.say('web', 'x')\nexit(7)"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=PROJECT, stdout=subprocess.PIPE) as process:
        assert process.stdout
        select.select([process.stdout], [], [])
        process.stdout.close()
        assert process.wait() == 7


def test_everything_is_announced(tmp_path):
    person = {"email": "ada@acme.example", "password": "correct horse", "role": "owner"}
    acme = {
        "schema": "acme",
        "name": "Acme",
        "domain": "acme.localhost",
        "sign_ins": [person],
        "api_key": "uk_1",
    }
    (tmp_path / "demo.json").write_text(json.dumps({"tenants": [acme]}))

    facts = announcement.facts(tmp_path, 8000)
    text = "\n".join(announcement.lines(facts))

    assert facts["graphql"] == "http://localhost:8000/graphql/"
    assert facts["tenants"][0]["admin"] == "http://acme.localhost:8000/admin/"
    assert facts["tenants"][0]["api_key"] == "uk_1"
    assert {"http://acme.localhost:8000/admin/", "ada@acme.example", "uk_1"} <= set(text.split())


def test_without_a_demo_there_are_addresses_all_the_same(tmp_path):
    assert announcement.facts(tmp_path, 8000)["tenants"] == []
