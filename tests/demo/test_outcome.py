"""The table of who left, and the AUC."""

from decimal import Decimal
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from config.demo.outcome import Fared, auc, by_band, by_decile, table

fared = st.lists(
    st.builds(Fared, st.integers(0, 100).map(Decimal), st.just("watch"), st.booleans()),
    min_size=1,
    max_size=60,
)


def test_perfect_useless_and_unanswerable():
    bad, good = Fared(Decimal(10), "at_risk", True), Fared(Decimal(90), "healthy", False)
    assert auc([bad, good]) == 1.0
    assert auc([Fared(Decimal(10), "at_risk", False), Fared(Decimal(90), "healthy", True)]) == 0.0
    assert auc([Fared(Decimal(50), "watch", True), Fared(Decimal(50), "watch", False)]) == 0.5
    assert auc([bad]) is None
    assert auc([]) is None


@given(fared)
def test_auc_is_the_share_of_pairs_told_apart(accounts):
    gone = [one.score for one in accounts if one.has_churned]
    stayed = [one.score for one in accounts if not one.has_churned]
    pairs = [1.0 if g < s else 0.5 if g == s else 0.0 for g, s in product(gone, stayed)]
    found = auc(accounts)
    assert (found is None) == (not pairs)
    if found is not None:
        assert abs(found - sum(pairs) / len(pairs)) < 1e-9


@given(fared)
def test_deciles_hold_everybody_once(accounts):
    lines = by_decile(accounts)
    assert sum(line.accounts for line in lines) == len(accounts)
    assert sum(line.churned for line in lines) == sum(one.has_churned for one in accounts)
    assert [line.low for line in lines] == sorted(line.low for line in lines)


def test_a_table_of_bands():
    accounts = [
        Fared(Decimal("20.00"), "at_risk", True),
        Fared(Decimal("60.00"), "watch", True),
        Fared(Decimal("70.00"), "watch", False),
        Fared(Decimal("80.00"), "healthy", False),
    ]
    text = table(by_band(accounts), "band")
    assert "| at_risk | 20.00-20.00 | 1 | 1 | 100.0 % |" in text
    assert "| watch | 60.00-70.00 | 2 | 1 | 50.0 % |" in text
    assert text.splitlines()[-1].startswith("| healthy")
