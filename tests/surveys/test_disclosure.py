import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.disclosure import Level, Tally, level, levels, showable, shown

COUNT = st.one_of(st.just(0), st.integers(1, 6), st.integers(5, 60))
ROWS = st.lists(st.lists(COUNT, min_size=4, max_size=4), min_size=1, max_size=7)


def tally(*counts: int) -> Tally:
    return Tally(dict(enumerate(counts, start=1)), frozenset({3, 4}))


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((0, 0, 0, 0), Level.FULL),
        ((5, 0, 0, 4), Level.HIDDEN),  # a base of 9
        ((5, 5, 0, 0), Level.FULL),  # nobody is unsafe: a zero says nothing of single persons
        ((5, 5, 4, 0), Level.HIDDEN),  # four are unsafe
        ((2, 2, 20, 20), Level.HIDDEN),  # four are safe
        ((5, 5, 2, 3), Level.SHARE),  # five are unsafe, in parts too small
        ((5, 5, 5, 5), Level.FULL),
    ],
)
def test_a_row_alone_shows_what_its_counts_allow(counts: tuple[int, ...], expected: Level) -> None:
    assert level(tally(*counts)) == expected


def test_a_hidden_row_takes_the_smallest_other_with_it() -> None:
    rows = [tally(20, 20, 20, 20), tally(1, 1, 1, 1), tally(10, 10, 10, 10)]
    assert levels(rows, sum_known=True) == [Level.FULL, Level.HIDDEN, Level.HIDDEN]


def test_a_row_without_answers_does_not_cover_for_a_hidden_one() -> None:
    rows = [tally(20, 20, 20, 20), tally(1, 1, 1, 1), tally(0, 0, 0, 0)]
    assert levels(rows, sum_known=True) == [Level.HIDDEN, Level.HIDDEN, Level.FULL]


def test_without_a_known_sum_rows_stand_alone() -> None:
    rows = [tally(20, 20, 20, 20), tally(1, 1, 1, 1)]
    assert levels(rows, sum_known=False) == [Level.FULL, Level.HIDDEN]


@settings(max_examples=400)
@given(ROWS)
def test_no_difference_of_what_is_shown_is_a_small_group(rows: list[list[int]]) -> None:
    """The attack: from the known sum, take away every row that is shown."""
    tallies = [tally(*row) for row in rows]
    total = tally(*map(sum, zip(*rows, strict=True)))
    chosen = levels(tallies, sum_known=True)
    for wanted in (Level.SHARE, Level.FULL):
        if level(total) < wanted:
            continue
        rest = [row for row, got in zip(rows, chosen, strict=True) if got < wanted]
        if rest:
            left = tally(*map(sum, zip(*rest, strict=True)))
            assert level(left) >= wanted
            assert sum(1 for row in rest if any(row)) > 1


@given(ROWS)
def test_no_row_shows_more_than_it_may_alone(rows: list[list[int]]) -> None:
    tallies = [tally(*row) for row in rows]
    chosen = levels(tallies, sum_known=True)
    assert all(got <= level(each) for got, each in zip(chosen, tallies, strict=True))


@given(st.lists(COUNT, min_size=1, max_size=8))
def test_no_hidden_count_of_a_column_can_be_worked_out_from_the_sum(column: list[int]) -> None:
    seen = shown(column, sum_known=True)
    hidden = [count for count, got in zip(column, seen, strict=True) if got is None]
    assert all(got == count for count, got in zip(column, seen, strict=True) if got is not None)
    assert all(showable(count) for count in seen if count is not None)
    if hidden and showable(sum(column)):
        assert len(hidden) > 1
        assert showable(sum(hidden))


@given(st.lists(COUNT, min_size=2, max_size=6))
def test_what_is_shown_does_not_depend_on_the_order(column: list[int]) -> None:
    forth = sum(got is None for got in shown(column, sum_known=True))
    back = sum(got is None for got in shown(column[::-1], sum_known=True))
    assert forth == back


def test_a_column_without_small_counts_is_shown_whole() -> None:
    assert shown([0, 5, 17], sum_known=True) == [0, 5, 17]
    assert shown([3, 5, 17], sum_known=False) == [None, 5, 17]
