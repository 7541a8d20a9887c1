"""One client of Valkey to a process, however many ask for the first time at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from accounts import valkey


def test_those_who_ask_at_once_are_given_the_same(acme, globex, settings):
    settings.REDIS_URL = f"{settings.REDIS_URL}?client_name=at-once"
    together = Barrier(8)

    def ask(_: int) -> int:
        together.wait()
        client = valkey.client()
        assert client.ping()
        return id(client)

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(ask, range(8)))) == 1
