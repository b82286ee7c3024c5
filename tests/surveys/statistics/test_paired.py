import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import mcnemar as oracle

from surveys.statistics import Unsaid, mcnemar, paired_difference, wilson
from tests.surveys.statistics.strategies import COUNTS, said


@pytest.mark.parametrize(
    ("table", "interval"),
    [
        # Newcombe (1998), Stat Med 17:2635-2650, as it is printed
        ((36, 12, 2, 0), (0.0569, 0.3404)),
        # Altman and others (2000), Statistics with Confidence, table 6.2
        ((14, 5, 0, 22), (0.011, 0.226)),
    ],
)
def test_the_interval_of_a_paired_difference_is_the_published_one(
    table: tuple[int, int, int, int], interval: tuple[float, float]
) -> None:
    digits = len(str(interval[0])) - 2
    found = said(paired_difference(*table)).interval
    assert tuple(round(end, digits) for end in found) == interval


@given(COUNTS, COUNTS, COUNTS, COUNTS, st.floats(0.5, 0.999))
def test_a_paired_difference_turns_its_sign_with_the_questions(
    both: int, one: int, other: int, neither: int, level: float
) -> None:
    found = paired_difference(both, one, other, neither, level)
    if not any([both, one, other, neither]):
        assert found == Unsaid.EMPTY
        return
    found = said(found)
    assert -1 <= found.interval.low <= found.estimate <= found.interval.high <= 1
    assert 0 <= found.p <= 1
    for swapped in (
        said(paired_difference(both, other, one, neither, level)),
        said(paired_difference(neither, one, other, both, level)),
    ):
        assert abs(swapped.estimate) == abs(found.estimate)
        assert swapped.p == found.p
    mirror = said(paired_difference(both, other, one, neither, level))
    assert found.interval == pytest.approx((-mirror.interval.high, -mirror.interval.low), abs=1e-9)


def test_where_nobody_changed_the_interval_still_has_a_width() -> None:
    found = said(paired_difference(0, 0, 0, 20))
    assert found.interval == pytest.approx((-wilson(0, 20).high, wilson(0, 20).high))
    assert found.p == 1


def test_the_same_change_is_told_more_exactly_of_the_same_people() -> None:
    tight, loose = said(paired_difference(40, 10, 2, 48)), said(paired_difference(10, 40, 32, 18))
    assert tight.estimate == loose.estimate == 0.08
    assert tight.interval.low > loose.interval.low
    assert tight.interval.high < loose.interval.high


@given(COUNTS, COUNTS)
def test_mcnemar_agrees_with_statsmodels(one: int, other: int) -> None:
    found = mcnemar(one, other)
    assert found == mcnemar(other, one)
    if one == other == 0:
        assert found == Unsaid.TIED
        return
    found = said(found)
    table = [[0, one], [other, 0]]
    plain = oracle(table, exact=False, correction=False)
    assert (found.chi2, found.p) == pytest.approx((plain.statistic, plain.pvalue))
    assert found.exact == pytest.approx(oracle(table, exact=True).pvalue, rel=1e-6)
    assert found.exact / 2 - 1e-12 <= found.mid <= found.exact
    if one != other:  # where they are equal statsmodels corrects what needs no correction
        corrected = oracle(table, exact=False, correction=True)
        assert (found.corrected, found.corrected_p) == pytest.approx(
            (corrected.statistic, corrected.pvalue)
        )


def test_what_is_no_count_is_refused() -> None:
    with pytest.raises(ValueError, match="-1 is no count"):
        mcnemar(3, -1)
    with pytest.raises(ValueError, match=r"0\.5 is no count"):
        paired_difference(1, 2, 3, 0.5)  # type: ignore[arg-type]
