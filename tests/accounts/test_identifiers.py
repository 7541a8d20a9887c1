"""Primary keys: in the order they were made, also within a millisecond."""

from itertools import pairwise
from types import SimpleNamespace
from uuid import RFC_4122, UUID

import pytest

from accounts import identifiers
from accounts.identifiers import uuid7, uuid7_texts

SOME_DAY = 1_800_000_000_000_000_000


def test_ids_sort_by_when_they_were_made(monkeypatch):
    moments = range(SOME_DAY, SOME_DAY + 3_000_000, 1_000)  # a microsecond apart, over three milliseconds
    clock = iter(moments)
    monkeypatch.setattr(identifiers, "time", SimpleNamespace(time_ns=lambda: next(clock)))

    made = [uuid7() for _ in moments]

    assert made == sorted(made)
    assert {(each.version, each.variant) for each in made} == {(7, RFC_4122)}
    assert [each.int >> 80 for each in made] == [moment // 1_000_000 for moment in moments]
    assert len({each.int & (1 << 62) - 1 for each in made}) == len(made)


@pytest.mark.parametrize("many", [0, 1, 3, 2_500, 4_096, 10_000])
def test_many_at_once_sort_as_they_come(many):
    texts = uuid7_texts(many)

    assert len(set(texts)) == len(texts) == many
    assert {(each.version, each.variant) for each in map(UUID, texts)} <= {(7, RFC_4122)}
    assert len({text[17:] for text in texts}) == many
    to_the_fraction = [text[:16] for text in texts]
    assert to_the_fraction == sorted(to_the_fraction)
    if many <= 4_096:
        assert all(earlier < later for earlier, later in pairwise(texts))
