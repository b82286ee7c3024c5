import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from surveys.statistics import Unsaid, answers_needed
from tests.surveys.statistics.strategies import said


def test_a_change_as_between_spring_and_autumn_needs_eighty_five_answers_each() -> None:
    assert answers_needed(0.42, 0.22) == 85
    assert answers_needed(0.42, 0.37) == 1500
    assert answers_needed(0.42, 0.42) == Unsaid.TIED


@given(st.floats(0.05, 0.95), st.floats(0.05, 0.95))
def test_with_so_many_answers_the_difference_is_found_as_often_as_planned(
    p1: float, p2: float
) -> None:
    if abs(p1 - p2) < 0.01:
        return
    n = said(answers_needed(p1, p2, power=0.8))
    assert n == answers_needed(p2, p1) == answers_needed(1 - p1, 1 - p2)
    pooled, apart = (p1 + p2) * (2 - p1 - p2) / 2, p1 * (1 - p1) + p2 * (1 - p2)

    def power(size: int) -> float:
        reach = stats.norm.ppf(0.975) * (pooled / size) ** 0.5
        return float(stats.norm.sf((reach - abs(p1 - p2)) / (apart / size) ** 0.5))

    assert power(n) >= 0.8 - 1e-9
    assert n == 1 or power(n - 1) < 0.8


@pytest.mark.parametrize(
    ("p1", "p2", "power"), [(-0.1, 0.5, 0.8), (0.5, 1.2, 0.8), (0.2, 0.5, 1), (0.2, 0.5, 0.4)]
)
def test_what_cannot_be_planned_is_refused(p1: float, p2: float, power: float) -> None:
    with pytest.raises(ValueError, match="nothing to plan for"):
        answers_needed(p1, p2, power=power)
