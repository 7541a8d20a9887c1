"""Primary keys: in the order they were made, also within a millisecond."""

from types import SimpleNamespace
from uuid import RFC_4122

from accounts import identifiers
from accounts.identifiers import uuid7

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
