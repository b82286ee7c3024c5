import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep

from surveys.statistics import Unsaid, newcombe, pearson, wilson
from tests.surveys.statistics.strategies import COUNTS, said

LEVELS = st.floats(0.5, 0.999)


def test_without_observation_nothing_is_known() -> None:
    assert wilson(0, 0) == (0, 1)
    assert newcombe(0, 0, 3, 9) == newcombe(3, 9, 0, 0) == Unsaid.EMPTY


@given(COUNTS, COUNTS, LEVELS)
def test_the_interval_holds_the_share_and_is_the_mirror_of_the_complement(
    x: int, rest: int, level: float
) -> None:
    n = x + rest
    low, high = wilson(x, n, level)
    assert 0 <= low <= (x / n if n else 0.5) <= high <= 1
    mirror = wilson(rest, n, level)
    assert (low, high) == pytest.approx((1 - mirror.high, 1 - mirror.low))


@pytest.mark.parametrize(("x", "n"), [(5, 4), (-1, 4), (float("nan"), 4), (1, -4)])
def test_what_is_no_share_is_refused(x: float, n: float) -> None:
    with pytest.raises(ValueError, match="is no share"):
        wilson(x, n)
    with pytest.raises(ValueError, match="is no share"):
        newcombe(1, 2, x, n)


@pytest.mark.parametrize("level", [0, 1, -1, 95])
def test_what_is_no_level_is_refused(level: float) -> None:
    with pytest.raises(ValueError, match="is no confidence level"):
        wilson(0, 0, level)


@given(COUNTS, COUNTS, COUNTS, COUNTS, LEVELS)
def test_a_difference_turns_its_sign_with_the_groups_and_with_the_answers(
    x1: int, rest1: int, x2: int, rest2: int, level: float
) -> None:
    n1, n2 = x1 + rest1, x2 + rest2
    found, swapped = newcombe(x1, n1, x2, n2, level), newcombe(x2, n2, x1, n1, level)
    if not (n1 and n2):
        assert found == swapped == Unsaid.EMPTY
        return
    found, swapped = said(found), said(swapped)
    complement = said(newcombe(rest1, n1, rest2, n2, level))
    assert -1 <= found.interval.low <= found.estimate <= found.interval.high <= 1
    for other in (swapped, complement):
        assert other.estimate == pytest.approx(-found.estimate, abs=1e-12)
        mirror = (-other.interval.high, -other.interval.low)
        assert found.interval == pytest.approx(mirror, abs=1e-9)
        assert found.p == pytest.approx(other.p, rel=1e-4, abs=1e-12)


@given(st.integers(0, 300), st.integers(1, 300), st.integers(0, 300), st.integers(1, 300), LEVELS)
def test_the_difference_agrees_with_statsmodels(
    x1: int, rest1: int, x2: int, rest2: int, level: float
) -> None:
    n1, n2 = x1 + rest1, x2 + rest2
    found = said(newcombe(x1, n1, x2, n2, level))
    oracle = confint_proportions_2indep(x1, n1, x2, n2, method="newcomb", alpha=1 - level)
    assert found.interval == pytest.approx(oracle, abs=1e-9)


@given(st.integers(0, 99), st.integers(1, 99), st.integers(0, 99), st.integers(1, 99), LEVELS)
def test_the_p_value_never_contradicts_the_interval(
    x1: int, rest1: int, x2: int, rest2: int, level: float
) -> None:
    found = said(newcombe(x1, x1 + rest1, x2, x2 + rest2, level))
    assert 0 <= found.p <= 1
    outside = max(found.interval.low, -found.interval.high)
    if abs(outside) > 1e-9:  # else the interval ends at 0
        assert (outside > 0) == (found.p < 1 - level)


def test_equal_shares_do_not_differ_and_certain_ones_do() -> None:
    assert said(newcombe(0, 40, 0, 60)).p == pytest.approx(1)
    assert said(newcombe(7, 7, 70, 70)).p == pytest.approx(1)
    assert said(newcombe(10**7, 10**7, 0, 10**7)).p == 0


@pytest.mark.parametrize(("n1", "n2"), [(30, 30), (30, 60)])
def test_chance_alone_is_called_a_difference_about_as_often_as_by_pearson(n1: int, n2: int) -> None:
    cells = [(x1, x2) for x1 in range(n1 + 1) for x2 in range(n2 + 1)]
    ours = [cell for cell in cells if said(newcombe(cell[0], n1, cell[1], n2)).p < 0.05]
    tests = ((cell, pearson([[cell[0], n1 - cell[0]], [cell[1], n2 - cell[1]]])) for cell in cells)
    theirs = [cell for cell, test in tests if not isinstance(test, Unsaid) and test.p < 0.05]
    for share in (0.1, 0.25, 0.4, 0.5):
        one, other = (list(stats.binom(n, share).pmf(range(n + 1))) for n in (n1, n2))
        size, usual = (sum(one[x1] * other[x2] for x1, x2 in found) for found in (ours, theirs))
        assert usual - 0.03 < size < 0.057
