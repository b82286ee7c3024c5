from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import Table

from surveys.statistics import Unsaid, cochran_armitage, linear_by_linear, pearson
from tests.surveys.statistics.strategies import FEW, groups, raw, said, sound, tables

SCORES = st.lists(st.integers(-1000, 1000), min_size=5, max_size=5, unique=True)


@given(tables(), SCORES)
def test_a_trend_is_sound_and_turns_its_sign_with_the_scores(
    table: list[list[int]], scores: list[int]
) -> None:
    rows, columns = scores[: len(table)], range(len(table[0]))
    found = linear_by_linear(table, rows, columns)
    turned = linear_by_linear(table, [-score for score in rows], columns)
    if isinstance(found, Unsaid):
        assert found == turned
        return
    assert sound(found.slope, found.chi2)
    assert 0 <= found.p <= 1
    assert said(turned).slope == pytest.approx(-found.slope)
    assert said(turned).chi2 == pytest.approx(found.chi2)


@given(tables(st.integers(0, 50)), SCORES, st.sampled_from([0.001, 7, 365.25]))
def test_a_trend_does_not_depend_on_the_unit_and_the_zero_of_its_scores(
    table: list[list[int]], scores: list[int], unit: float
) -> None:
    rows, columns = scores[: len(table)], range(len(table[0]))
    found = linear_by_linear(table, rows, columns)
    other = linear_by_linear(table, [unit * score + 738000 for score in rows], columns)
    if isinstance(found, Unsaid):
        assert found == other
        return
    assert said(other).chi2 == pytest.approx(found.chi2, rel=1e-4, abs=1e-6)
    assert unit * said(other).slope == pytest.approx(found.slope, rel=1e-4, abs=1e-6)


@settings(deadline=None)
@given(tables(FEW), SCORES)
def test_a_trend_agrees_with_scipy_and_statsmodels(
    table: list[list[int]], scores: list[int]
) -> None:
    rows, columns = scores[: len(table)], range(len(table[0]))
    found = linear_by_linear(table, rows, columns)
    if isinstance(found, Unsaid):
        return
    x = [rows[code] for code in raw([sum(row) for row in table])]
    y = [code for row in table for code in raw(row)]
    line = stats.linregress(x, y)
    assert found.slope == pytest.approx(line.slope, abs=1e-12)
    assert found.chi2 == pytest.approx((len(x) - 1) * line.rvalue**2, abs=1e-9)
    oracle: Any = Table(np.array(table), shift_zeros=False).test_ordinal_association(
        np.array(rows), np.array(columns)
    )
    assert found.chi2 == pytest.approx(oracle.zscore**2, rel=1e-6, abs=1e-9)


@given(groups(st.integers(0, 60)))
def test_with_two_groups_the_trend_of_shares_is_their_difference(pair: list[list[int]]) -> None:
    events, rest = pair[0][:2], pair[1][:2]
    n = [one + other for one, other in zip(events, rest, strict=True)]
    found = cochran_armitage(events, n, [2, 5])
    usual = pearson([[one, other] for one, other in zip(events, rest, strict=True)])
    if isinstance(found, Unsaid):
        assert found == usual
        return
    assert found.chi2 == pytest.approx(said(usual).statistic, abs=1e-9)
    assert found.slope == pytest.approx((events[1] / n[1] - events[0] / n[0]) / 3)


def test_waves_are_as_far_apart_as_their_days() -> None:
    days = [date(2026, 4, 1), date(2026, 11, 1), date(2027, 4, 1)]
    found = said(cochran_armitage([27, 20, 13], [64, 62, 60], [day.toordinal() for day in days]))
    assert 365 * found.slope == pytest.approx(-0.205, abs=0.01)  # 42 % to 22 % in a year
    assert 0.01 < found.p < 0.02


def test_a_trend_says_why_it_cannot_be_said() -> None:
    assert cochran_armitage([], [], []) == cochran_armitage([0, 0], [0, 0], [1, 2]) == Unsaid.EMPTY
    assert cochran_armitage([3, 0], [9, 0], [1, 2]) == Unsaid.SINGLE
    assert cochran_armitage([3, 4], [9, 9], [2, 2]) == Unsaid.SINGLE
    assert cochran_armitage([0, 0], [9, 8], [1, 2]) == Unsaid.TIED
    assert cochran_armitage([9, 8], [9, 8], [1, 2]) == Unsaid.TIED


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (([3, 4], [9, 3], [1, 2]), "more events"),
        (([3, -4], [9, 3], [1, 2]), "is no count"),
        (([3, 4], [9, 9], [1, float("nan")]), "is no number"),
        (([3, 4], [9, 9], [1, 2, 3]), "not as many"),
        (([3, 4], [9], [1, 2]), "shorter"),
    ],
)
def test_a_call_that_makes_no_sense_is_refused(arguments: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        cochran_armitage(*arguments)
