"""What we write down ourselves becomes JSON: ids, amounts and days as texts, dataclasses as objects."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from accounts.plain import encoded


@dataclass(frozen=True, slots=True)
class Part:
    measure: str
    part: Decimal | None


@dataclass(frozen=True, slots=True)
class Told:
    account_id: UUID
    on: date
    at: datetime
    label: str
    parts: list[Part]
    counts: dict[str, int]
    is_overridden: bool


def test_it_is_read_again_as_what_was_meant():
    told = Told(
        UUID(int=7),
        date(2026, 3, 14),
        datetime(2026, 3, 14, 9, 26, 53, 589793, tzinfo=UTC),
        'Zoë "said"',
        [Part("nps", Decimal("7.50")), Part("ces", None)],
        {"a": 1},
        False,
    )
    assert json.loads(encoded(told)) == {
        "account_id": "00000000-0000-0000-0000-000000000007",
        "on": "2026-03-14",
        "at": "2026-03-14T09:26:53.589793+00:00",
        "label": 'Zoë "said"',
        "parts": [{"measure": "nps", "part": "7.50"}, {"measure": "ces", "part": None}],
        "counts": {"a": 1},
        "is_overridden": False,
    }


@pytest.mark.parametrize(("given", "refusal"), [({1, 2}, TypeError), (float("nan"), ValueError)])
def test_what_has_no_json_is_refused(given: Any, refusal: type[Exception]):
    with pytest.raises(refusal):
        encoded({"value": given})
