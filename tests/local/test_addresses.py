"""The addresses of embedded servers: the same for whoever knows the folder, never too long for a socket."""

from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from config.local.addresses import RUN, TEST, database_url, redis_url, socket_folder
from config.local.servers import addresses

LONGEST_SOCKET = 103


def test_each_folder_has_addresses_of_its_own():
    assert database_url(RUN) == database_url(RUN)
    assert len({database_url(RUN), database_url(TEST)}) == 2
    assert len({redis_url(RUN), redis_url(TEST)}) == 2


def test_it_does_not_matter_how_the_folder_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert database_url(Path("data")) == database_url(tmp_path / "other" / ".." / "data")


def test_a_deep_folder_still_has_short_sockets():
    deep = Path("/") / "/".join(["a-rather-long-name"] * 20)

    assert len(str(socket_folder(deep) / ".s.PGSQL.5432.lock")) < LONGEST_SOCKET


def test_the_application_signs_in_as_itself():
    found = conninfo_to_dict(database_url(RUN))

    assert (found["user"], found["dbname"], found["host"]) == ("unison", "unison", str(socket_folder(RUN)))


def test_the_environment_comes_first():
    theirs = {"DATABASE_URL": "postgresql://db/theirs", "REDIS_URL": ""}

    assert addresses(RUN, theirs) == {"DATABASE_URL": "postgresql://db/theirs", "REDIS_URL": redis_url(RUN)}
