"""The geometry of charts."""

from hypothesis import given
from hypothesis import strategies as st

from accounts.admin import words
from accounts.admin.charts import Columns, Line, Point, Ring, Stack, ceiling_of

HEADINGS = ("Day", "Score")


def points(*values: float | None) -> list[Point]:
    return [Point(str(i), value) for i, value in enumerate(values)]


def test_a_line_goes_from_corner_to_corner():
    line = Line("Rising", points(0, 50, 100), HEADINGS)

    assert line.path == "M 0.0 100.0 50.0 50.0 100.0 0.0"
    assert line.area == "M 0.0 100 L 0.0 100.0 L 50.0 50.0 L 100.0 0.0 L 100.0 100 Z"
    assert line.latest == line.spots[-1]
    assert line.ends == ("0", "1", "2")


def test_a_line_is_broken_where_there_is_no_value():
    line = Line("Broken", points(10, 10, None, 20, 20), HEADINGS)

    assert line.path.count("M") == 2


def test_a_single_value_is_a_point():
    assert Line("One", points(None, 5, None), HEADINGS).path == "M 50.0 95.0 50.0 95.0"


def test_nothing_is_empty():
    assert Line("None", points(None, None), HEADINGS).is_empty
    assert Columns("Zero", points(0, 0), HEADINGS).is_empty
    assert not Columns("Some", points(0, 1), HEADINGS).is_empty


@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), min_size=1, max_size=40))
def test_whatever_is_drawn_is_within_the_plane(values):
    for chart in (Line("L", points(*values), HEADINGS), Columns("C", points(*values), HEADINGS)):
        placed = chart.spots if isinstance(chart, Line) else chart.columns
        assert all(0 <= p.x <= 100 and 0 <= p.y <= 100 and p.y + p.height <= 100.01 for p in placed)


@given(st.lists(st.floats(0, 1000), min_size=1, max_size=20))
def test_a_stack_is_as_long_as_its_parts_together(values):
    stack = Stack("S", points(*values), HEADINGS, high=sum(values) or 1.0)

    assert abs(sum(part.width for part in stack.parts) - (100 if sum(values) else 0)) < 0.1


@given(st.lists(st.floats(0, 1e9), min_size=1))
def test_the_top_of_an_axis_is_above_everything(values):
    assert ceiling_of(values) >= max(values)


def test_a_ring_is_drawn_as_far_as_the_score():
    assert Ring(0, "0", "").dash.startswith("0.00 ")
    assert Ring(100, "100", "").dash == Ring(250, "250", "").dash == Ring(None, "–", "").whole


def test_figures_are_written_for_people():
    assert words.money(None, "EUR") == "–"
    assert words.signed(-0.5) == "−0.5"
    assert words.signed(0.001, 2) == "0"
    assert words.number(1234.5, 1) == "1,234.5"
