import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.statistics import Weighted
from surveys.weighting import Population, Unweighted, weighted
from tests.surveys.conftest import LONG

Strata = dict[tuple[int, ...], tuple[int, int]]  # adverse answers, and all on the scale

# Two ages and two genders, a hundred people of each pair of them
EVEN = Population(source="test", people={(a, g): 100 for a in (1, 2) for g in (1, 2)})


def of(adverse: int, n: int) -> Strata:
    """Return four strata in which every second answer of the first age is adverse."""
    return {(1, 1): (adverse, n), (1, 2): (adverse, n), (2, 1): (0, n), (2, 2): (0, n)}


def test_answers_that_are_a_cross_section_keep_their_share() -> None:
    found = weighted(of(10, 20), EVEN, adverse=20, n=80)
    assert isinstance(found, Weighted)
    assert found.share == pytest.approx(20 / 80)
    assert found.effective == pytest.approx(80)
    assert found.design_effect == pytest.approx(1)


def test_one_age_that_answers_three_times_as_readily_counts_for_no_more_than_it_is() -> None:
    """Worked out by hand.

    Of 60 answers of the first age and 20 of the second, half of the first are adverse. Each age is
    a half of the people: their weights are (80 / 2) / 60 = 2/3 and (80 / 2) / 20 = 2. The share is
    30 x 2/3 / 80 = 1/4. Kish: the sum of weights squared is 80^2, that of squares
    60 x 4/9 + 20 x 4 = 106 2/3, so that 6400 / 106.67 = 60 answers are left and the design effect
    is 80 / 60.
    """
    strata: Strata = {(1, 1): (15, 30), (1, 2): (15, 30), (2, 1): (0, 10), (2, 2): (0, 10)}
    found = weighted(strata, EVEN, adverse=30, n=80)
    assert isinstance(found, Weighted)
    assert found.share == pytest.approx(0.25)
    assert found.effective == pytest.approx(60)
    assert found.design_effect == pytest.approx(80 / 60, abs=0.05)


def test_who_does_not_say_her_age_keeps_the_mean_weight() -> None:
    """Worked out by hand: the 20 without age are a fifth of 100 and stay one, all of them adverse.

    The other 80 weigh as above together as much as they are: (20 x 1 + 30 x 2/3) / 100 = 0.4.
    """
    strata: Strata = {(1, 1): (15, 30), (1, 2): (15, 30), (2, 1): (0, 10), (2, 2): (0, 10)}
    found = weighted(strata, EVEN, adverse=50, n=100)
    assert isinstance(found, Weighted)
    assert found.share == pytest.approx(0.4)


@pytest.mark.parametrize(("unknown", "refused"), [(20, False), (21, True)])
def test_more_than_a_fifth_without_age_or_gender_is_not_weighted(
    unknown: int, refused: bool
) -> None:
    n = 80 + unknown
    found = weighted(of(10, 20), EVEN, adverse=20, n=n)
    assert (found is Unweighted.UNKNOWN) == refused


@pytest.mark.parametrize(("few", "refused"), [(5, False), (4, True), (0, True)])
def test_an_age_with_fewer_than_five_answers_is_not_weighted(few: int, refused: bool) -> None:
    strata: Strata = {(1, 1): (10, 40), (1, 2): (10, 40), (2, 1): (0, few), (2, 2): (0, 0)}
    found = weighted(strata, EVEN, adverse=20, n=80 + few)
    assert (found is Unweighted.FEW) == refused


def test_a_population_of_one_gender_needs_answers_of_that_gender_alone() -> None:
    women = Population(source="test", people={(1, 1): 100, (2, 1): 100, (1, 2): 0, (2, 2): 0})
    found = weighted({(1, 1): (10, 20), (2, 1): (0, 20)}, women, adverse=10, n=40)
    assert isinstance(found, Weighted)
    assert found.share == pytest.approx(0.25)


def test_answers_that_no_weights_bring_to_the_population_are_not_weighted() -> None:
    """Every young person answered as a man, every old one as a woman: margins cannot be met."""
    crossed = Population(source="test", people={(1, 1): 10, (1, 2): 190, (2, 1): 10, (2, 2): 190})
    found = weighted({(1, 1): (10, 40), (2, 2): (0, 40)}, crossed, adverse=10, n=80)
    assert found is Unweighted.IMPOSSIBLE


def test_the_strata_of_a_survey_are_all_that_its_answers_can_have() -> None:
    strata = list(EVEN.strata(LONG))
    assert len(strata) == len(set(strata)) == 5 * 3
    assert {age for age, _ in strata} == {1, 2, 3, 4, 5}
    assert {gender for _, gender in strata} == {1, 2, 3}


@given(
    st.lists(st.tuples(st.integers(5, 60), st.integers(0, 60)), min_size=4, max_size=4),
    st.lists(st.integers(1, 1000), min_size=4, max_size=4),
)
def test_a_weighted_share_is_one_between_the_strata_and_costs_precision(
    answers: list[tuple[int, int]], people: list[int]
) -> None:
    keys = list(EVEN.people)
    strata: Strata = {key: (min(x, n), n) for key, (n, x) in zip(keys, answers, strict=True)}
    population = Population(source="test", people=dict(zip(keys, people, strict=True)))
    adverse, n = (sum(each[place] for each in strata.values()) for place in (0, 1))
    found = weighted(strata, population, adverse=adverse, n=n)
    assert isinstance(found, Weighted)
    shares = [x / of_all for x, of_all in strata.values()]
    assert min(shares) - 0.005 <= found.share <= max(shares) + 0.005  # it is told in whole percent
    assert found.design_effect >= 1
    assert found.effective <= max(10, n + 5)


def test_a_weighted_share_has_no_digits_that_would_tell_what_a_stratum_said() -> None:
    """All tables that have the same margins and the same answers look alike, or nearly so.

    To the last digit, share and effective number would name one table of these alone.
    """
    seen = set()
    for more in range(-4, 5):
        strata: Strata = {
            (1, 1): (9, 20 + more),
            (1, 2): (5, 20 - more),
            (2, 1): (4, 12 - more),
            (2, 2): (3, 12 + more),
        }
        people: dict[tuple[int, ...], int] = {(1, 1): 90, (1, 2): 110, (2, 1): 100, (2, 2): 100}
        population = Population(source="test", people=people)
        found = weighted(strata, population, adverse=21, n=64)
        assert isinstance(found, Weighted)
        seen.add(found)
        figures = (found.share, *found.interval)
        assert all(round(figure, 2) == figure for figure in figures)
        assert found.effective % 10 == 0
    assert len(seen) < 5
