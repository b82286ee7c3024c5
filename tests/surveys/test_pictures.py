from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.comparison import Group, Heading, compare
from surveys.disclosure import Level
from surveys.pictures import bar, tones
from tests.surveys.conftest import LONG

DARK = LONG.items["dark"]


def group(*counts: int) -> Group:
    (made,) = compare(DARK, [Heading(id="a", name="A")], {"a": _counter(counts)}, sum_known=False)
    return made


def _counter(counts: tuple[int, ...]) -> Counter[int]:
    return Counter(dict(enumerate(counts, start=1)))


@given(st.lists(st.integers(5, 99), min_size=4, max_size=4))
def test_a_bar_is_whole_and_its_middle_parts_safe_from_unsafe(counts: list[int]) -> None:
    made = group(*counts)
    parts = bar(made, DARK.scale)
    assert sum(part.width for part in parts) == pytest.approx(100)
    assert sum(part.width for part in parts if part.start > -1e-9) == pytest.approx(
        100 * (made.share or 0)
    )
    ends = [part.start + part.width for part in parts]
    assert [part.start for part in parts[1:]] == pytest.approx(ends[:-1])


def test_a_row_that_shows_its_share_alone_has_two_parts() -> None:
    made = group(10, 10, 3, 4)
    assert made.level == Level.SHARE
    parts = bar(made, DARK.scale)
    assert [part.tone for part in parts] == [-1, 1]
    assert [part.start for part in parts] == pytest.approx([-100 * 20 / 27, 0])


def test_a_hidden_or_empty_row_has_no_bar_at_all() -> None:
    assert not bar(group(3, 3, 1, 1), DARK.scale)
    assert not bar(group(0, 0, 0, 0), DARK.scale)


@pytest.mark.parametrize(
    ("scale", "expected"),
    [
        ("safe", [(1, -2), (2, -1), (3, 1), (4, 2)]),
        ("change", [(1, -3), (2, -2), (3, -1), (4, 1), (5, 2)]),
        ("trust", [(4, -2), (3, -1), (2, 1), (1, 2)]),
    ],
)
def test_the_adverse_end_is_always_on_the_same_side(
    scale: str, expected: list[tuple[int, int]]
) -> None:
    assert [(option.code, tone) for option, tone in tones(LONG.scales[scale])] == expected
