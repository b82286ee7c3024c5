from collections import Counter
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.statistics import (
    Cell,
    Unsaid,
    Weights,
    poststratify,
    rake,
    weighted_share,
    wilson,
)
from tests.surveys.statistics.strategies import COUNTS, said

AGES, GENDERS, DIVERS, UNKNOWN = (1, 2, 3), (1, 2), 3, 98
INSIDE: list[Cell] = list(product(AGES, GENDERS))
OUTSIDE: list[Cell] = [(1, DIVERS), (UNKNOWN, 2), (UNKNOWN, DIVERS)]
PEOPLE = st.integers(1, 10**6)
POPULATION = [{1: 5200.0, 2: 9100.0, 3: 3700.0}, {1: 9300.0, 2: 8700.0}]


def counted(counts: st.SearchStrategy[int]) -> st.SearchStrategy[dict[Cell, int]]:
    return st.fixed_dictionaries(dict.fromkeys([*INSIDE, *OUTSIDE], counts))


def sums(cells: dict[Cell, int], found: Weights, dimension: int) -> Counter[int]:
    total: Counter[int] = Counter()
    for cell in INSIDE:
        total[cell[dimension]] += cells[cell] * found.weights[cell]  # type: ignore[assignment]
    return total


@settings(deadline=None)
@given(
    counted(st.integers(1, 500)),
    st.fixed_dictionaries(dict.fromkeys(AGES, PEOPLE)),
    st.fixed_dictionaries(dict.fromkeys(GENDERS, PEOPLE)),
)
def test_raking_reproduces_the_margins_and_leaves_others_the_mean_weight(
    cells: dict[Cell, int], ages: dict[int, float], genders: dict[int, float]
) -> None:
    found = said(rake(cells, [ages, genders]))
    known = sum(cells[cell] for cell in INSIDE)
    for dimension, margin in enumerate([ages, genders]):
        wanted = {key: known * n / sum(margin.values()) for key, n in margin.items()}
        assert sums(cells, found, dimension) == pytest.approx(wanted, rel=1e-9)
    assert {found.weights[cell] for cell in OUTSIDE} == {1.0}
    total = sum(n * found.weights[cell] for cell, n in cells.items())
    assert total == pytest.approx(sum(cells.values()))
    assert found.design_effect >= 1 - 1e-12
    assert 0 < found.effective <= sum(cells.values()) * (1 + 1e-12)
    # odds ratios are those of the sample: raking multiplies by row and by column
    weight = found.weights
    for age in AGES[1:]:
        ratio = weight[1, 1] * weight[age, 2] / weight[1, 2] / weight[age, 1]
        assert ratio == pytest.approx(1)


@settings(deadline=None)
@given(counted(COUNTS))
def test_any_counts_give_weights_or_say_why_not(cells: dict[Cell, int]) -> None:
    found = rake(cells, POPULATION)
    if not any(cells.values()):
        assert found == Unsaid.EMPTY
    elif any(
        not sum(cells[cell] for cell in INSIDE if cell[dimension] == category)
        for dimension, categories in enumerate((AGES, GENDERS))
        for category in categories
    ):
        assert found == Unsaid.UNCOVERED
    elif all(cells[cell] for cell in INSIDE):
        assert isinstance(found, Weights)
    else:
        assert isinstance(found, Weights) or found == Unsaid.DIVERGENT


@given(counted(st.integers(1, 500)), st.sampled_from([0.01, 3.0, 1e6]))
def test_the_unit_of_the_population_does_not_matter(cells: dict[Cell, int], unit: float) -> None:
    scaled = [{key: unit * n for key, n in margin.items()} for margin in POPULATION]
    found, other = said(rake(cells, POPULATION)), said(rake(cells, scaled))
    assert found.weights == pytest.approx(dict(other.weights))


@given(counted(st.integers(1, 500)))
def test_with_one_margin_raking_is_post_stratification(cells: dict[Cell, int]) -> None:
    by_age: Counter[Cell] = Counter()
    for cell, n in cells.items():
        by_age[cell[:1]] += n
    population: dict[Cell, float] = {(age,): n for age, n in POPULATION[0].items()}
    assert poststratify(by_age, population) == rake(by_age, [POPULATION[0]])


def test_post_stratification_gives_each_cell_its_part() -> None:
    found = said(poststratify({(1, 1): 10, (1, 2): 30, (9, 9): 5}, {(1, 1): 700, (1, 2): 300}))
    assert found.weights == pytest.approx({(1, 1): 2.8, (1, 2): 0.4, (9, 9): 1})
    assert found.effective == pytest.approx(45**2 / (10 * 2.8**2 + 30 * 0.4**2 + 5))


def test_margins_that_the_empty_cells_do_not_allow_have_no_weights() -> None:
    # all of the first age are of the first gender, which there are fewer of
    cells: dict[Cell, float] = {(1, 1): 20, (2, 1): 10, (2, 2): 10}
    assert rake(cells, [{1: 90, 2: 10}, {1: 10, 2: 90}]) == Unsaid.DIVERGENT


@pytest.mark.parametrize(
    ("cells", "margins", "sentence"),
    [
        ({(1,): 3}, [{1: 5}, {1: 5}], "one category for each margin"),
        ({(1,): -3}, [{1: 5}], "is no count"),
        ({(1,): float("nan")}, [{1: 5}], "is no count"),
        ({(1,): 3}, [{1: 0}], "no positive number"),
        ({(1,): 3}, [{1: 5, 2: float("inf")}], "no positive number"),
    ],
)
def test_what_is_no_table_is_refused(cells: Any, margins: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        rake(cells, margins)


@settings(deadline=None)
@given(counted(st.integers(1, 200)), st.data())
def test_a_weighted_share_lies_in_its_interval(cells: dict[Cell, int], data: Any) -> None:
    x = {cell: data.draw(st.integers(0, n)) for cell, n in cells.items()}
    found = said(weighted_share(x, cells, said(rake(cells, POPULATION)).weights))
    assert 0 <= found.interval.low <= found.share <= found.interval.high <= 1
    assert found.design_effect >= 1 - 1e-12
    rest = {cell: n - x[cell] for cell, n in cells.items()}
    other = said(weighted_share(rest, cells, said(rake(cells, POPULATION)).weights))
    assert other.share == pytest.approx(1 - found.share)


def test_equal_weights_change_nothing() -> None:
    weights: dict[Cell, float] = {(1,): 1, (2,): 1}
    found = said(weighted_share({(1,): 4}, {(1,): 20, (2,): 10}, weights))
    assert (found.share, found.effective, found.design_effect) == (4 / 30, 30, 1)
    assert found.interval == pytest.approx(wilson(4, 30))


def test_a_weighted_share_of_nothing_is_not_said_and_one_that_is_none_is_refused() -> None:
    assert weighted_share({}, {(1,): 0}, {(1,): 1}) == Unsaid.EMPTY
    with pytest.raises(ValueError, match="5 of 4 is no share"):
        weighted_share({(1,): 5}, {(1,): 4, (2,): 9}, {(1,): 1, (2,): 1})
    with pytest.raises(ValueError, match="5 of 0 is no share"):
        weighted_share({(3,): 5}, {(1,): 4}, {(1,): 1})
