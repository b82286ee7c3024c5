from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from surveys.statistics import ChiSquared, Unsaid, kruskal_wallis, pearson
from tests.surveys.statistics.strategies import raw, said, sound, tables

Method = Callable[[Sequence[Sequence[int]]], ChiSquared | Unsaid]
TESTS: list[Method] = [pearson, kruskal_wallis]


@pytest.mark.parametrize("test", TESTS)
@given(table=tables())
def test_any_counts_give_a_probability_or_say_why_not(test: Method, table: list[list[int]]) -> None:
    found = test(table)
    if isinstance(found, Unsaid):
        groups = [row for row in table if any(row)]
        codes = sum(any(column) for column in zip(*groups, strict=True))
        assert not (len(groups) > 1 and codes > 1)
        return
    assert sound(found.statistic)
    assert found.statistic >= 0
    assert found.df >= 1
    assert 0 <= found.p <= 1
    assert said(test(table[::-1])).statistic == pytest.approx(found.statistic, abs=1e-7)


@settings(deadline=None)
@given(tables(st.integers(0, 12)))
def test_both_agree_with_scipy(table: list[list[int]]) -> None:
    rows = [row for row in table if any(row)]
    columns = [column for column in zip(*rows, strict=True) if any(column)]
    if len(rows) < 2 or len(columns) < 2:
        return
    found, ranked = said(pearson(table)), said(kruskal_wallis(table))
    oracle = stats.chi2_contingency(columns, correction=False)
    assert (found.statistic, found.df) == pytest.approx((oracle.statistic, oracle.dof), abs=1e-9)
    assert found.p == pytest.approx(oracle.pvalue)
    ranks = stats.kruskal(*map(raw, rows))
    assert (ranked.statistic, ranked.p) == pytest.approx((ranks.statistic, ranks.pvalue), abs=1e-6)


@pytest.mark.parametrize("test", TESTS)
def test_what_says_nothing_is_told(test: Method) -> None:
    assert test([]) == test([[0, 0], [0, 0]]) == Unsaid.EMPTY
    assert test([[1, 2], [0, 0]]) == Unsaid.SINGLE
    assert test([[0, 2], [0, 7]]) == Unsaid.TIED
    with pytest.raises(ValueError, match="is no count"):
        test([[1, -2], [0, 0]])
