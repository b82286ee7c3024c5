import json
from fractions import Fraction
from math import comb
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from surveys.statistics import binomial_tail, holm, wilson

CASES = json.loads((Path(__file__).parents[1] / "reference" / "statistics.json").read_text("utf-8"))
WILSON = [case for case in CASES["cases"] if "wilson" in case["expected"]]


@pytest.mark.parametrize("case", WILSON, ids=[case["id"] for case in WILSON])
def test_wilson_agrees_with_the_reference(case: dict[str, Any]) -> None:
    found = wilson(**case["inputs"])
    assert found == pytest.approx(case["expected"]["wilson"], abs=case["abs_tolerance"])


def test_without_observation_nothing_is_known() -> None:
    assert wilson(0, 0) == (0, 1)


@given(st.integers(0, 500), st.integers(0, 500), st.floats(0.5, 0.999))
def test_the_interval_holds_the_share_and_is_the_mirror_of_the_complement(
    x: int, rest: int, level: float
) -> None:
    n = x + rest
    low, high = wilson(x, n, level)
    assert 0 <= low <= (x / n if n else 0.5) <= high <= 1
    mirror = wilson(rest, n, level)
    assert (low, high) == pytest.approx((1 - mirror.high, 1 - mirror.low))


@pytest.mark.parametrize(("x", "n", "level"), [(5, 4, 0.95), (-1, 4, 0.95), (1, 4, 0), (1, 4, 1)])
def test_what_is_no_share_is_refused(x: int, n: int, level: float) -> None:
    with pytest.raises(ValueError, match="is no share"):
        wilson(x, n, level)


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


def test_holm_rejects_step_by_step_and_stops_at_the_first_that_stays() -> None:
    values = {"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.005}  # Holm's procedure at 0.05
    assert holm(values, 0.05) == {"a", "d"}
    assert holm({"a": 0.05}, 0.05) == {"a"}
    assert holm({"a": 0.026, "b": 0.001}, 0.05) == {"a", "b"}
    assert holm({}, 0.05) == set()
    assert holm({"a": 0.01, "b": 0.02}, 0.05, others=2) == {"a"}
    assert holm({"a": 0.01}, 0.05, others=5) == set()
