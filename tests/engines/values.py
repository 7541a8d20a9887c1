"""Values that rows are made of and questions ask for: the same ones, so that questions find something."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

TEXTS = [
    "Ada",
    "ada",
    "ADA lovelace",
    "Grace \U0001f469\U0001f3fd\u200d\U0001f680",
    "e\u0301tude",  # a letter and its accent, apart
    "\u00e9tude",  # and as one
    "\u05e9\u05dc\u05d5\u05dd \u202eabc",
    "line\u2028and\u2029paragraph\u0085",
    "Straße İstanbul ıI",
    'O\'Brien "quoted" \\ back\\\\slash /',
    "100%_of",
    "%",
    "_",
    "\\",
    "tab\tand\nnewline\r\x01\x08\x0c\x1f\x7f",
    " padded ",
    "null",
    "a" * 120,
    "\ufeffbom \ufffd\uffff",
    "-1",
    "<script>&amp;</script>",
    "champion",
    "\ue000private",  # a character that is nobody's, so that anybody may give it a meaning
]
"""No empty one: where a text may be empty is the column's to say."""

LONG = "long \U0001f600 " * 600
"""For columns without a narrow bound."""

MOMENTS = [
    datetime(1900, 1, 1, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
    datetime(2026, 3, 1, 9, 30, 0, 1, tzinfo=UTC),
    datetime(2026, 3, 1, 9, 30, 0, 100_000, tzinfo=UTC),
    datetime(2026, 3, 29, 1, 30, tzinfo=UTC),  # as Berlin's clocks go forward
    datetime(2026, 10, 25, 0, 30, 0, 999_999, tzinfo=UTC),
    datetime(2027, 1, 1, tzinfo=UTC),
    datetime(2999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
]

DAYS = [
    date(1900, 1, 1),
    date(2024, 2, 29),
    date(2026, 3, 1),
    date(2026, 3, 2),
    date(2026, 12, 31),
    date(2027, 2, 1),
    date(2999, 12, 31),
]

DECIMALS = [
    Decimal(0),
    Decimal("0.00"),
    Decimal("0.0001"),
    Decimal("1.10"),
    Decimal("100.00"),
    Decimal("41.5"),
    Decimal("-7.2500"),
    Decimal("1250.50"),
    Decimal("999999999999.99"),
    Decimal("-99999999999999.9999"),
]

INTEGERS = [0, 1, 2, 3, 7, 9, 10, 200, 32_767]

FLOATS = [1.0, 0.1, 10.0, 2.5, 1e-7, 1e21, 123456789.125]

JSONS: list[Any] = [
    {},
    {"a": None},
    {"plan": "gold", "seats": 3},
    {"plan": "gold", "nested": {"list": [1, "x", 1.5, True, None, {}, []], "b": {"a": ""}}},
    {"": "no name", "\u00e4 \U0001f600\u2028": "\u202e", 'quo"te\\': "\x01\x1f\x7f\n"},
    {"big": 2**53 + 1, "bigger": 10**30, "small": 1e-7, "float": 1.0, "tenth": 0.1, "minus": -(2**63)},
    {"zz": 1, "a": 2, "bb": 3, "B": 4},
    {"far": 1e300, "hundred": 100.0, "true": True, "zero": -0.0},
    {"long": LONG},
]
