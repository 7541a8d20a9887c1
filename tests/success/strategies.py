"""Cards, curves and readings as hypothesis draws them: whatever may be published, whatever may be known."""

from hypothesis import strategies as st

from success.formulas import VALUES
from success.scoring import Card, Curve, Measure, Reading

FEATURES = sorted(VALUES)
AGED = sorted(name for name, (_, age) in VALUES.items() if age)


def decimals(least: int, most: int, places: int = 4) -> st.SearchStrategy[float]:
    """Numbers with a few decimals."""
    scale = 10**places
    return st.integers(least * scale, most * scale).map(lambda number: number / scale)


@st.composite
def curves(draw) -> Curve:
    xs = sorted(draw(st.sets(decimals(-1_000, 1_000), min_size=2, max_size=4)))
    ys = draw(st.lists(decimals(0, 100), min_size=len(xs), max_size=len(xs)))
    return Curve(tuple(zip(xs, ys, strict=True)))


any_curve = curves()
rising = any_curve.map(
    lambda curve: Curve(tuple(zip(*map(sorted, zip(*curve.points, strict=True)), strict=True)))
)


@st.composite
def cards(draw, curves=any_curve) -> Card:
    features = draw(st.lists(st.sampled_from(FEATURES), min_size=1, max_size=6, unique=True))
    ages = st.none() | st.integers(1, 400)
    weights = decimals(0, 1_000).filter(bool)
    return Card(
        tuple(
            Measure(name, name, draw(curves), draw(weights), draw(ages) if name in AGED else None)
            for name in features
        )
    )


@st.composite
def readings(draw) -> dict[str, Reading]:
    """What may be known: what counts days is whole, what has no age of its own is of today."""
    known = {}
    for name in FEATURES:
        if name in {"days_since_seen", "renewal_nearness"}:
            value = draw(st.none() | st.integers(-3_000, 3_000).map(float))
        else:
            value = draw(st.none() | decimals(-2_000, 2_000, 6))
        if value is not None:
            known[name] = Reading(value, draw(st.integers(0, 500)) if name in AGED else 0)
    return known
