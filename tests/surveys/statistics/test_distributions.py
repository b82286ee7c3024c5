from fractions import Fraction
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from surveys.statistics import binomial_tail


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 150), st.data(), st.floats(0.001, 0.999))
def test_a_binomial_tail_is_the_sum_of_its_parts(n: int, data: DataObject, p: float) -> None:
    x = data.draw(st.integers(0, n))
    exact = sum(
        Fraction(comb(n, k)) * Fraction(p) ** k * (1 - Fraction(p)) ** (n - k)
        for k in range(x, n + 1)
    )
    assert binomial_tail(x, n, p) == pytest.approx(float(exact), rel=1e-9, abs=1e-300)


@pytest.mark.parametrize(("x", "n", "p"), [(-1, 5, 0.5), (6, 5, 0.5), (1, 5, 0.0), (1, 5, 1.0)])
def test_a_binomial_tail_of_no_share_is_refused(x: int, n: int, p: float) -> None:
    with pytest.raises(ValueError, match="is no share"):
        binomial_tail(x, n, p)
