"""Documents are parsed and validated once, and the remembered ones stay within bounds."""

import threading

import pytest

from accounts.graphql.documents import Library
from accounts.graphql.errors import Refused
from config.schema import schema


def test_the_same_source_is_read_once():
    library = Library(schema)

    assert library.find("{ viewer { kind } }") is library.find("{ viewer { kind } }")


def test_an_invalid_one_is_not_kept():
    library = Library(schema)

    for _ in range(2):
        with pytest.raises(Refused):
            library.find("{ nothing }")

    assert len(library) == 0


def test_the_least_recently_used_is_forgotten_first():
    sources = [f"{{ viewer {{ a{number}: kind }} }}" for number in range(4)]
    library = Library(schema, room=3 * len(sources[0]))
    kept = [library.find(source) for source in sources[:3]]

    library.find(sources[0])
    library.find(sources[3])

    assert len(library) == 3
    assert library.find(sources[0]) is kept[0]
    assert library.find(sources[1]) is not kept[1]
    assert library.taken <= library.room


def test_threads_share_it():
    library = Library(schema, room=400)

    def ask() -> None:
        for number in range(50):
            library.find(f"{{ viewer {{ a{number % 20}: kind }} }}")

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert library.taken == sum(map(len, library._documents)) <= 400
