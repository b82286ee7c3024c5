from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from surveys.statistics import Unsaid, association, cliff, mann_whitney
from surveys.statistics.ordinal import EXACT
from tests.surveys.statistics.strategies import FEW, groups, raw, said, sound, tables

SOME = st.integers(0, 40)


@given(groups(), st.floats(0.5, 0.999))
def test_an_effect_stays_within_bounds_and_turns_its_sign_with_the_groups(
    pair: list[list[int]], level: float
) -> None:
    a, b = pair
    found, swapped, turned = cliff(a, b, level), cliff(b, a, level), cliff(a[::-1], b[::-1], level)
    if isinstance(found, Unsaid):
        assert found == swapped == turned
        return
    assert sound(found.statistic, found.df)
    assert -1 <= found.interval.low <= found.estimate <= found.interval.high <= 1
    assert 0 <= found.p <= 1
    for other in map(said, (swapped, turned)):
        assert other.estimate == pytest.approx(-found.estimate, abs=1e-12)
        mirror = (-other.interval.high, -other.interval.low)
        assert found.interval == pytest.approx(mirror, abs=1e-12)
        assert other.p == pytest.approx(found.p)


@pytest.mark.parametrize(
    ("a", "b", "why"),
    [
        ([0, 0], [1, 2], Unsaid.EMPTY),
        ([1, 2], [0, 0], Unsaid.EMPTY),
        ([], [], Unsaid.EMPTY),
        ([0, 9, 0], [0, 5, 0], Unsaid.TIED),
        ([0, 1, 0], [0, 1, 0], Unsaid.TIED),
        ([3, 4, 0, 0], [0, 0, 5, 1], Unsaid.SEPARATED),
        ([0, 8], [8, 0], Unsaid.SEPARATED),
        ([0, 1, 0], [4, 0, 4], Unsaid.SINGLE),
    ],
)
def test_an_effect_without_a_spread_says_why(a: list[int], b: list[int], why: Unsaid) -> None:
    assert cliff(a, b) == why


@settings(deadline=None)
@given(groups(SOME))
def test_an_effect_agrees_with_scipy(pair: list[list[int]]) -> None:
    a, b = pair
    found = cliff(a, b)
    if not isinstance(found, Unsaid):
        oracle = stats.brunnermunzel(raw(b), raw(a))
        assert (found.statistic, found.p) == pytest.approx((oracle.statistic, oracle.pvalue))


@given(groups())
def test_mann_whitney_is_a_probability_and_the_same_from_either_side(
    pair: list[list[int]],
) -> None:
    a, b = pair
    found, swapped = mann_whitney(a, b), mann_whitney(b, a)
    if isinstance(found, Unsaid):
        assert found == swapped
        return
    other = said(swapped)
    assert found.u + other.u == sum(a) * sum(b)
    assert 0 <= found.p <= 1
    assert 0 <= found.normal <= 1
    assert (found.p, found.normal) == pytest.approx((other.p, other.normal))


@given(groups(FEW))
def test_the_exact_test_is_the_part_of_all_ways_to_share_out_the_answers(
    pair: list[list[int]],
) -> None:
    a, b = pair
    answers = raw([one + other for one, other in zip(a, b, strict=True)])[:10]
    drawn = len(answers) // 2
    ranks = stats.rankdata(answers)
    if len(set(answers)) < 2 or not drawn:
        return
    counts = [sum(1 for answer in answers[:drawn] if answer == code) for code in range(len(a))]
    others = [answers.count(code) - count for code, count in enumerate(counts)]
    mean = drawn * (len(answers) + 1) / 2
    ways = combinations(range(len(answers)), drawn)
    sums = [abs(sum(ranks[list(chosen)]) - mean) for chosen in ways]
    far = sum(each >= abs(sum(ranks[:drawn]) - mean) for each in sums)
    assert said(mann_whitney(counts, others)).p == pytest.approx(far / len(sums))


@settings(deadline=None)
@given(groups(SOME))
def test_the_approximation_agrees_with_scipy(pair: list[list[int]]) -> None:
    a, b = pair
    found = mann_whitney(a, b)
    if not isinstance(found, Unsaid):
        oracle = stats.mannwhitneyu(raw(a), raw(b), method="asymptotic")
        assert (found.u, found.normal) == pytest.approx((oracle.statistic, oracle.pvalue))
        assert sum(a) + sum(b) <= EXACT or found.p == found.normal


@settings(deadline=None)
@given(st.lists(st.booleans(), min_size=2, max_size=EXACT))
def test_without_ties_the_exact_test_is_that_of_scipy(first: list[bool]) -> None:
    a, b = [int(one) for one in first], [int(not one) for one in first]
    if any(a) and any(b):
        oracle = stats.mannwhitneyu(raw(a), raw(b), method="exact")
        assert said(mann_whitney(a, b)).p == pytest.approx(oracle.pvalue)


def test_mann_whitney_says_why_it_cannot_be_said() -> None:
    assert mann_whitney([0, 0], [4, 4]) == mann_whitney([], []) == Unsaid.EMPTY
    assert mann_whitney([0, 3], [0, 5]) == Unsaid.TIED
    assert said(mann_whitney([3, 0], [0, 3])).p == pytest.approx(2 / 20)


@given(tables())
def test_an_association_stays_within_bounds_and_turns_with_a_scale(table: list[list[int]]) -> None:
    found, turned = association(table), association(table[::-1])
    if isinstance(found, Unsaid):
        assert found == turned
        return
    assert -1 <= found.gamma <= 1
    assert abs(found.tau_b) <= abs(found.gamma) + 1e-12
    assert said(turned).gamma == -found.gamma
    flipped = said(association(list(zip(*table, strict=True))))
    assert (flipped.gamma, flipped.tau_b) == pytest.approx((found.gamma, found.tau_b))


@settings(deadline=None)
@given(tables(FEW))
def test_an_association_agrees_with_scipy(table: list[list[int]]) -> None:
    found = association(table)
    if not isinstance(found, Unsaid):
        rows = raw([sum(row) for row in table])
        columns = [code for row in table for code in raw(row)]
        assert found.tau_b == pytest.approx(stats.kendalltau(rows, columns).statistic)


def test_an_association_says_why_it_cannot_be_said() -> None:
    assert association([[0, 0], [0, 0]]) == association([]) == Unsaid.EMPTY
    assert association([[2, 3], [0, 0]]) == association([[2, 0], [4, 0]]) == Unsaid.TIED


@pytest.mark.parametrize("wrong", [-1, 1.5, "2", None])
def test_what_is_no_count_is_refused(wrong: int) -> None:
    with pytest.raises(ValueError, match="is no count"):
        cliff([1, wrong], [1, 2])
    with pytest.raises(ValueError, match="is no count"):
        mann_whitney([1, 2], [1, wrong])
    with pytest.raises(ValueError, match="differ in length"):
        association([[1, 2], [1]])
