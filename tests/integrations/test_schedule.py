"""What a receiver says of when to come again is a wish, whatever it looks like."""

from datetime import UTC, datetime

import pytest

from integrations.schedule import LONGEST_PAUSE, pause_asked

NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)


@pytest.mark.parametrize(
    "said",
    [
        "Mon, 01 Jan 99999999999999999999 00:00:00 GMT",
        "Mon, 01 Jan 2027 99999999999999999999:00:00 GMT",
        "Mon, 01 Jan 2027 00:00:00 +99999999999999999999",
        "soon",
        "-5",
        "\u0664",
        "",
    ],
)
def test_what_is_no_time_is_no_wish(said):
    assert pause_asked(503, said, NOW) is None


def test_a_wish_is_granted_for_a_day_at_most():
    assert pause_asked(429, "9" * 400, NOW) == NOW + LONGEST_PAUSE
    assert pause_asked(429, "Fri, 01 Jan 2100 00:00:00 GMT", NOW) == NOW + LONGEST_PAUSE
    assert pause_asked(200, "60", NOW) is None
