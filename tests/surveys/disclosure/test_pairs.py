import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.disclosure.pairs import Paired, control_pair
from surveys.disclosure.rules import showable, sufficient
from surveys.disclosure.shapes import Row

PAIR = Paired(both=20, first=0, second=30, neither=40)  # 20 adverse by day, 50 by night
COUNT = st.one_of(st.just(0), st.integers(1, 14))


def test_a_pair_of_large_counts_is_shown() -> None:
    assert control_pair(PAIR, Row(n=90, adverse=20), Row(n=101, adverse=56)) == PAIR


@pytest.mark.parametrize(
    ("day", "night"),
    [
        (Row(n=93, adverse=20), Row(n=90, adverse=50)),  # three answered only by day
        (Row(n=90, adverse=20), Row(n=100, adverse=52)),  # two are afraid of those only by night
        (Row(n=90, adverse=20), Row(n=95, adverse=55)),  # a base of five answered only by night
        (Row(n=90, adverse=None), Row(n=90, adverse=50)),  # something is hidden
        (Row(), Row(n=90, adverse=50)),
    ],
)
def test_a_pair_is_hidden_where_it_gives_away_who_answered_once(day: Row, night: Row) -> None:
    assert control_pair(PAIR, day, night) is None
    turned = Paired(both=20, first=30, second=0, neither=40)
    assert control_pair(turned, night, day) is None


@pytest.mark.parametrize("counts", [(20, 4, 30, 40), (20, 1, 0, 0), (5, 0, 0, 3), (9, 0, 0, 0)])
def test_a_pair_with_a_small_count_or_base_is_hidden(counts: tuple[int, int, int, int]) -> None:
    pair = Paired(both=counts[0], first=counts[1], second=counts[2], neither=counts[3])
    day = Row(n=pair.n, adverse=pair.both + pair.first)
    night = Row(n=pair.n, adverse=pair.both + pair.second)
    assert control_pair(pair, day, night) is None


def test_more_in_a_pair_than_in_a_row_is_refused() -> None:
    with pytest.raises(ValueError, match="no part"):
        control_pair(PAIR, Row(n=80, adverse=10), Row(n=90, adverse=50))


@given(st.lists(COUNT, min_size=8, max_size=8))
def test_a_shown_pair_leaves_no_small_group_by_subtraction(counts: list[int]) -> None:
    both, first, second, neither, day, day_safe, night, night_safe = counts
    pair = Paired(both=both, first=first, second=second, neither=neither)
    rows = (
        Row(n=pair.n + day + day_safe, adverse=both + first + day),
        Row(n=pair.n + night + night_safe, adverse=both + second + night),
    )
    fit = all(map(showable, counts)) and sufficient(day + day_safe)
    fit = fit and sufficient(night + night_safe) and sufficient(pair.n)
    assert (control_pair(pair, *rows) is not None) == fit
