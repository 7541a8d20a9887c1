"""The embedded servers: started from anything a killed run may leave behind, and never a superuser for us."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import redis

from config.local import privileges, servers
from config.local.addresses import PROJECT, database_url, redis_url, socket_folder
from config.local.lifeline import Lifeline
from config.local.problems import CannotStart, check_room, explained, make_folder
from tests.local.processes import pause, wait_for_end, with_mark

RUN_AND_TELL = """
import sys, time
from pathlib import Path
from config.local import servers
from config.local.lifeline import Lifeline
with Lifeline() as lifeline:
    with servers.running(Path(sys.argv[1]), durable=True, pause=time.sleep, lifeline=lifeline):
        print("ready", flush=True)
        sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def _no_servers_of_others(monkeypatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder in a project that other users can come to, as one in /srv."""
    project = Path(tempfile.mkdtemp(prefix="unison-tests-"))
    project.chmod(0o755)
    make_folder(project / "run")
    yield project / "run"
    assert with_mark(str(project)) == {}
    shutil.rmtree(project)


def ask(folder: Path, question: str) -> tuple:
    """Ask the embedded database as the application does."""
    with psycopg.connect(database_url(folder), autocommit=True) as connection:
        answer = connection.execute(question)
        return (answer.fetchone() if answer.description else None) or ()


@contextmanager
def run(folder: Path) -> Iterator[None]:
    """Run the servers for the length of a block, as `up` does."""
    with Lifeline() as lifeline, servers.running(folder, durable=False, pause=pause, lifeline=lifeline):
        yield


def cluster_of(folder: Path) -> Path:
    """The one cluster of a data folder."""
    (found,) = (path for path in folder.glob("pgdata*") if path.suffix == "")
    return found


def test_the_application_is_owner_and_no_superuser(folder):
    with run(folder):
        assert ask(folder, "SELECT current_setting('is_superuser'), current_setting('timezone')") == (
            "off",
            "UTC",
        )
        assert ask(
            folder,
            "SELECT rolcreaterole, rolcreatedb, rolbypassrls FROM pg_roles WHERE rolname = current_user",
        ) == (True, True, False)
        assert ask(
            folder,
            "SELECT pg_get_userbyid(datdba), pg_get_userbyid(nspowner) FROM pg_database, pg_namespace"
            " WHERE datname = current_database() AND nspname = 'public'",
        ) == ("unison", "unison")
    assert not socket_folder(folder).exists()


def test_a_second_start_finds_what_the_first_one_wrote(folder):
    with run(folder):
        ask(folder, "CREATE TABLE note AS SELECT 'still here' AS text")
    with run(folder):
        assert ask(folder, "SELECT text FROM note") == ("still here",)


def test_a_killed_owner_leaves_nothing_running_and_nothing_lost(folder):
    owner = subprocess.Popen(
        [sys.executable, "-c", RUN_AND_TELL, str(folder)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with owner:
        assert owner.stdout
        assert owner.stdout.readline() == "ready\n"
        ask(folder, "CREATE TABLE note AS SELECT 'still here' AS text")
        left = with_mark(str(folder)) | with_mark(str(socket_folder(folder)))
        assert len(left) > 2
        owner.kill()
        owner.wait()

        with run(folder):  # at once: what is left is still ending
            assert ask(folder, "SELECT text FROM note") == ("still here",)
            wait_for_end(left)


def test_a_half_made_cluster_is_put_aside(folder):
    with run(folder):
        pass
    cluster = cluster_of(folder)
    (cluster / "global" / "pg_control").unlink()
    (folder / f"{cluster.name}.unfinished" / "base").mkdir(parents=True)

    with run(folder):
        assert ask(folder, "SELECT 1") == (1,)
    assert [path.name for path in folder.glob("*.unfinished")] == []
    assert len(list(folder.glob(f"{cluster.name}.broken-*"))) == 1


def test_a_stale_pid_file_with_a_strangers_number_is_no_hindrance(folder):
    with run(folder):
        pass
    cluster = cluster_of(folder)
    sockets = socket_folder(folder)
    sockets.mkdir(mode=0o700)
    (cluster / "postmaster.pid").write_text(f"{os.getpid()}\n{cluster}\n1\n5432\n{sockets}\n\n1 1\nready\n")
    (sockets / ".s.PGSQL.5432.lock").write_text(f"{os.getpid()}\n{cluster}\n1\n5432\n{sockets}\n")

    with run(folder):
        assert ask(folder, "SELECT 1") == (1,)


def test_a_queue_that_cannot_be_read_is_put_aside(folder):
    with run(folder):
        pass
    (folder / "valkey" / "dump.rdb").write_bytes(b"REDIS9999 and no more")

    with run(folder), redis.Redis.from_url(redis_url(folder)) as client:
        assert client.ping()
    assert (folder / "valkey" / "dump.broken").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_root_without_namespaces_runs_postgres_as_nobody(folder, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(privileges, "can_enter_namespace", lambda probe: False)
        with run(folder):
            assert ask(folder, "SELECT 1") == (1,)
    owner = cluster_of(folder).stat().st_uid
    assert owner == privileges.nobody().owner

    with run(folder):  # and back: the files are handed over again
        assert ask(folder, "SELECT 1") == (1,)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_nobody_who_cannot_come_to_the_folder_is_told_so(folder):
    folder.parent.chmod(0o700)

    with pytest.raises(CannotStart, match="the user nobody cannot come to"):
        privileges.nobody().let_through(Path("/usr/bin"), folder)


def test_a_server_of_the_environment_is_not_started(folder, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://db.example/unison")
    with (
        Lifeline() as lifeline,
        servers.running(folder, durable=False, pause=pause, lifeline=lifeline) as found,
    ):
        assert [server.name for server in found] == ["Valkey"]
        with redis.Redis.from_url(redis_url(folder)) as client:
            assert client.ping()


def test_a_socket_folder_of_someone_else_is_refused(folder, tmp_path):
    socket_folder(folder).symlink_to(tmp_path)
    try:
        with pytest.raises(CannotStart, match="put there by another user"), run(folder):
            pass
    finally:
        socket_folder(folder).unlink()


def test_a_full_disk_is_said_before_anything_is_started(tmp_path):
    with pytest.raises(CannotStart, match=r"is full: .* MB are free, at least .* MB are needed"):
        check_room(tmp_path, needed=1 << 60)


def test_a_data_folder_that_cannot_be_one_is_refused(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(CannotStart, match=r"cannot be used: .*--data FOLDER"):
        make_folder(tmp_path / "file" / "data")


def test_a_known_cause_is_said_in_plain_words():
    log = 'FATAL:  could not write lock file "postmaster.pid": No space left on device'

    assert str(explained("Postgres", log)).startswith("The disk is full: free some space")
    assert "No space left on device" in str(explained("Postgres", log))
    assert str(explained("Valkey", "")).startswith("Valkey did not start.")
