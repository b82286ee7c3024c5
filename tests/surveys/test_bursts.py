import random
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.bursts import ENOUGH, LEVEL, SMALLEST, Cell, find

FIRST = date(2026, 11, 1)
BANDS = {2: 0.3, 3: 0.6, 4: 1.0, 5: 0.8}  # a day has its quiet and its busy hours


def cell(link: str = "L0", day: int = 0, band: int = 4, place: str = "rabet") -> Cell:
    return Cell(place, link, FIRST + timedelta(day), band)


def poisson(draw: random.Random, rate: float) -> int:
    """Return how many events of a unit rate fall into a time."""
    number, time = 0, draw.expovariate(1)
    while time < rate:
        number, time = number + 1, time + draw.expovariate(1)
    return number


def chance(
    draw: random.Random, rate: Callable[[int], float], links: int = 12, days: int = 14
) -> dict[Cell, int]:
    """Return what chance alone makes of links at two places, each with a rate of its own."""
    counts = {}
    for link in range(links):
        for day in range(days):
            for band, part in BANDS.items():
                n = poisson(draw, rate(link) * part)
                if n:
                    counts[cell(f"L{link}", day, band, f"place{link % 2}")] = n
    return counts


RATES: dict[str, Callable[[int], float]] = {
    "little": lambda _: 0.1,
    "some": lambda _: 1.5,
    "much": lambda _: 12.0,
    "very different": lambda link: (0.1, 0.5, 3.0, 12.0)[link // 2 % 4],
}


@pytest.mark.parametrize("rate", RATES.values(), ids=RATES)
def test_chance_alone_is_flagged_no_more_often_than_the_level_says(
    rate: Callable[[int], float],
) -> None:
    draw = random.Random(7)
    runs = 150
    alarms = sum(bool(find(chance(draw, rate)).flagged) for _ in range(runs))
    # six or more of 150 at 0.01 have a probability of 0.004
    assert alarms <= 5
    assert LEVEL == 0.01


@pytest.mark.parametrize("rate", [0.3, 1.5, 5.0], ids=["little", "some", "more"])
def test_a_planted_burst_of_30_is_found_and_nothing_beside_it(rate: float) -> None:
    draw = random.Random(11)
    beside = 0
    for _ in range(40):
        counts = chance(draw, lambda _: rate)
        planted = cell(f"L{draw.randrange(12)}", draw.randrange(14), draw.choice(list(BANDS)))
        planted = planted._replace(place=f"place{int(planted.link[1:]) % 2}")
        counts[planted] = counts.get(planted, 0) + 30
        found = find(counts)
        assert planted in found.flagged | found.unsaid
        if planted in found.unsaid:
            assert rate < 1  # where hardly anybody answers, no link of the place may have a rate
        beside += len(found.flagged - {planted})
    assert beside <= 2


def test_a_burst_does_not_cover_another() -> None:
    usual = {cell(day=day): 2 for day in range(8)}
    found = find(usual | {cell(day=20): 40, cell(day=21): 40, cell(day=22): 12})
    assert found.flagged == {cell(day=20), cell(day=21), cell(day=22)}


def test_a_sheet_is_compared_with_its_own_days_in_the_same_band() -> None:
    busy = {cell(day=day, band=4): 20 for day in range(8)}
    quiet = {cell(day=day, band=2): 1 for day in range(8)}
    assert find(busy | quiet | {cell(day=9, band=4): 24}).flagged == frozenset()
    assert find(busy | quiet | {cell(day=9, band=2): 24}).flagged == {cell(day=9, band=2)}


def test_a_new_sheet_is_compared_with_the_busiest_of_its_place() -> None:
    slow = {cell("slow", day): 1 for day in range(8)}
    busy = {cell("busy", day): 20 for day in range(8)}
    new = {cell("new"): 24}
    assert find(slow | new).flagged == {cell("new")}
    assert find(slow | busy | new).flagged == frozenset()


@pytest.mark.parametrize(("days", "said"), [(ENOUGH - 1, False), (ENOUGH, True)])
def test_with_few_days_it_cannot_be_said(days: int, said: bool) -> None:
    found = find({cell(day=day): 1 for day in range(days)} | {cell(day=30): 30})
    assert (found.flagged == {cell(day=30)}) is said
    assert (found.unsaid == {cell(day=30)}) is not said


def test_the_days_of_another_place_say_nothing() -> None:
    elsewhere = {cell("other", day, place="platz"): 1 for day in range(8)}
    assert find(elsewhere | {cell(): 30}).unsaid == {cell()}


def test_a_few_responses_are_neither_flagged_nor_worth_a_word() -> None:
    usual = {cell(day=day): 1 for day in range(40)}
    assert find(usual | {cell(day=50): SMALLEST - 1}) == find({}) == find({cell(): SMALLEST - 1})
    assert find(usual | {cell(day=50): SMALLEST}).flagged == {cell(day=50)}


CELLS = st.dictionaries(
    st.builds(
        cell,
        st.sampled_from(["a", "b"]),
        st.integers(0, 12),
        st.sampled_from([3, 4]),
        st.sampled_from(["rabet", "platz"]),
    ),
    st.one_of(st.integers(1, 4), st.integers(1, 200)),
    max_size=30,
)


@settings(max_examples=300, deadline=None)
@given(CELLS)
def test_what_is_flagged_is_a_large_cell_that_was_given_and_not_unsaid(
    counts: dict[Cell, int],
) -> None:
    before = dict(counts)
    found = find(counts)
    assert counts == before
    assert all(counts[each] >= SMALLEST for each in found.flagged | found.unsaid)
    assert not found.flagged & found.unsaid


@settings(max_examples=100, deadline=None)
@given(CELLS, st.randoms(use_true_random=False))
def test_the_order_of_the_cells_does_not_matter(
    counts: dict[Cell, int], draw: random.Random
) -> None:
    turned = list(counts.items())
    draw.shuffle(turned)
    assert find(dict(turned)) == find(counts)
