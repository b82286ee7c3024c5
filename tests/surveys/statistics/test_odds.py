from math import log, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from surveys.statistics import Unsaid, proportional_odds
from surveys.statistics.distributions import Array
from surveys.statistics.odds import _derivatives
from tests.surveys.statistics.strategies import groups, said, sound


@settings(deadline=None)
@given(groups())
def test_the_ratio_turns_its_sign_with_the_groups_and_with_the_scale(
    pair: list[list[int]],
) -> None:
    a, b = pair
    found = proportional_odds(a, b)
    others = proportional_odds(b, a), proportional_odds(a[::-1], b[::-1])
    if isinstance(found, Unsaid):
        assert set(others) == {found}
        return
    assert sound(found.log_ratio, found.error)
    assert found.interval.low < found.log_ratio < found.interval.high
    assert 0 <= found.p <= 1
    for other in map(said, others):
        assert other.log_ratio == pytest.approx(-found.log_ratio, rel=1e-4, abs=1e-5)
        assert other.error == pytest.approx(found.error, rel=1e-4)


@settings(deadline=None)
@given(*[st.integers(1, 10**6)] * 4)
def test_with_two_codes_it_is_the_odds_ratio(one: int, two: int, three: int, four: int) -> None:
    found = said(proportional_odds([one, two], [three, four]))
    assert found.log_ratio == pytest.approx(log(two * three / one / four), abs=1e-6)
    assert found.error == pytest.approx(sqrt(1 / one + 1 / two + 1 / three + 1 / four))


def likelihood(pair: list[list[int]], at: Array) -> float:
    """Return it as it is defined: the probability of a code is that between two thresholds."""
    value = 0.0
    for shift, counts in zip((at[-1], 0.0), pair, strict=True):
        ends = expit(np.cumsum(at[:-1]) - shift)
        value += float(np.array(counts) @ np.log(np.diff([0.0, *ends, 1.0])))
    return value


@settings(deadline=None)
@given(groups(st.integers(1, 30)))
def test_the_derivatives_are_those_of_the_likelihood(pair: list[list[int]]) -> None:
    used = list(zip(*pair, strict=True))
    at = np.array([-1.0, *[0.7] * (len(used) - 2), 0.3])
    step = 1e-5
    score, information = _derivatives(used, at)
    for place, unit in enumerate(step * np.eye(len(at))):
        rise = likelihood(pair, at + unit) - likelihood(pair, at - unit)
        assert score[place] == pytest.approx(rise / 2 / step, rel=1e-4, abs=1e-4)
        bend = _derivatives(used, at - unit)[0] - _derivatives(used, at + unit)[0]
        assert information[place] == pytest.approx(bend / 2 / step, rel=1e-4, abs=1e-4)


def test_a_code_that_one_in_millions_gave_does_no_harm() -> None:
    million = 10**7
    found = said(proportional_odds([0, 3, million, 1, million], [1, 10, 0, 0, 1]))
    without = said(proportional_odds([0, 3, million, million], [1, 10, 0, 1]))
    assert found.log_ratio == pytest.approx(without.log_ratio, rel=1e-4)
    assert found.error == pytest.approx(without.error, rel=1e-4)


def test_a_search_that_finds_no_maximum_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("surveys.statistics.odds.STEPS", 1)
    assert proportional_odds([1, 2, 9], [5, 4, 3]) == Unsaid.DIVERGENT


@pytest.mark.parametrize(
    ("a", "b", "why"),
    [
        ([0, 0, 0], [1, 2, 3], Unsaid.EMPTY),
        ([], [], Unsaid.EMPTY),
        ([0, 3, 0], [0, 9, 0], Unsaid.TIED),
        ([4, 2, 0], [0, 3, 5], Unsaid.SEPARATED),
        ([0, 3, 5], [4, 2, 0], Unsaid.SEPARATED),
        ([4, 0, 0], [1, 3, 5], Unsaid.SEPARATED),
    ],
)
def test_groups_without_a_ratio_say_why(a: list[int], b: list[int], why: Unsaid) -> None:
    assert proportional_odds(a, b) == why
