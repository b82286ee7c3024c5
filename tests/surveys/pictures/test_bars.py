from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.pictures.axis import reach, ticks
from surveys.pictures.bars import WHOLE, Answered, Bars, bars, tones
from tests.surveys.conftest import LONG

SCALE, ADVERSE = (1, 2, 3, 4), frozenset({3, 4})
UNKNOWN = {1: None, 2: None, 3: None, 4: None}

counts = st.lists(st.integers(0, 99), min_size=4, max_size=4)


def group(found: list[int], name: str = "A") -> Answered:
    low, high = (0.1, 0.9) if sum(found) else (None, None)
    return Answered(
        name=name,
        n=sum(found),
        adverse=found[2] + found[3],
        low=low,
        high=high,
        counts=dict(zip(SCALE, found, strict=True)),
    )


def drawn(*groups: Answered) -> Bars:
    return bars(groups, scale=SCALE, adverse=ADVERSE)


@given(st.lists(counts, min_size=1, max_size=6))
def test_a_bar_is_whole_and_the_zero_line_parts_its_sides(rows: list[list[int]]) -> None:
    made = drawn(*map(group, rows))
    most = made.ticks[-1].value
    for row, bar in zip(rows, made.bars, strict=True):
        if not sum(row):
            assert not bar.parts
            continue
        assert sum(part.width for part in bar.parts) * most / 50 == pytest.approx(1)
        worse = [part for part in bar.parts if part.tone > 0]
        assert sum(part.width for part in worse) * most / 50 == pytest.approx(
            (row[2] + row[3]) / sum(row)
        )
        assert all(part.left >= 50 - 1e-9 for part in worse)
        assert all(part.left + part.width <= 50 + 1e-9 for part in bar.parts if part.tone < 0)


@given(st.lists(counts, min_size=1, max_size=6))
def test_the_parts_of_a_bar_follow_each_other_within_the_plot(rows: list[list[int]]) -> None:
    for bar in drawn(*map(group, rows)).bars:
        for one, other in pairwise(bar.parts):
            assert one.left + one.width == pytest.approx(other.left)
        assert [part.left for part in bar.parts[1:]] == pytest.approx(list(bar.seams))
        for part in bar.parts:
            assert -1e-9 <= part.left <= part.left + part.width <= 100 + 1e-9
        assert bar.span is None or 0 <= bar.span[0] <= bar.span[1] <= 100


@given(st.lists(counts, min_size=1, max_size=6))
def test_the_mirror_image_has_each_point_at_a_hundred_minus_it(rows: list[list[int]]) -> None:
    made = drawn(*map(group, rows))
    for bar, mirror in zip(made.bars, made.mirrored.bars, strict=True):
        for part, image in zip(bar.parts, mirror.parts, strict=True):
            assert image.left == pytest.approx(100 - part.left - part.width)
            assert (image.width, image.tone) == (part.width, part.tone)
        assert mirror.seams == pytest.approx([100 - seam for seam in bar.seams])
        assert mirror.span == (bar.span and (100 - bar.span[1], 100 - bar.span[0]))
    assert [tick.position for tick in made.mirrored.ticks] == [100, 75, 50, 25, 0]
    assert made.mirrored.rtl
    assert not made.mirrored.mirrored.rtl


@given(counts, counts, st.sets(st.sampled_from(SCALE)))
def test_what_is_hidden_leaves_no_trace_in_a_picture(
    one: list[int], other: list[int], masked: set[int]
) -> None:
    """Two groups that are alike in all that is shown are drawn alike, whatever is hidden."""
    shown = {code: n for code, n in zip(SCALE, one, strict=True) if code not in masked}
    raws = [{**dict(zip(SCALE, raw, strict=True)), **shown} for raw in (one, other)]
    groups = [
        Answered(
            name="A",
            n=100,
            adverse=40,
            counts={code: None if code in masked else raw[code] for code in SCALE},
        )
        for raw in raws
    ]
    assert drawn(groups[0]) == drawn(groups[1])


@pytest.mark.parametrize(
    ("hidden", "expected"),
    [
        ({1}, [(-WHOLE, None), (1, 3), (2, 4)]),
        ({4}, [(-2, 1), (-1, 2), (WHOLE, None)]),
        ({1, 4}, [(-WHOLE, None), (WHOLE, None)]),
    ],
)
def test_a_side_with_a_hidden_answer_is_summed_up(
    hidden: set[int], expected: list[tuple[int, int | None]]
) -> None:
    known = {code: None if code in hidden else 25 for code in SCALE}
    made = drawn(Answered(name="A", n=100, adverse=50, counts=known))
    assert [(part.tone, part.code) for part in made.bars[0].parts] == expected
    assert made.summed_up


@pytest.mark.parametrize(
    "hidden",
    [
        Answered(name="A"),
        Answered(name="A", n=0, adverse=0, counts=dict.fromkeys(SCALE, 0)),
        Answered(name="A", n=30, counts=UNKNOWN),
        Answered(name="A", adverse=10, low=0.2, high=0.4, counts=dict.fromkeys(SCALE, 5)),
    ],
)
def test_a_hidden_or_empty_group_has_neither_bar_nor_span(hidden: Answered) -> None:
    made = drawn(hidden)
    assert made.bars[0].parts == ()
    assert made.bars[0].span is None
    assert made.lacking
    assert not made.summed_up
    assert not made.spanned


def test_a_picture_of_nothing_has_an_axis() -> None:
    assert [tick.value for tick in drawn().ticks] == pytest.approx([-0.6, -0.3, 0, 0.3, 0.6])


def test_a_figure_beside_the_bars_is_lacking_only_where_it_is_hidden() -> None:
    known = {"name": "A", "n": 40, "adverse": 20, "unsaid": 3}
    full = bars([Answered(**known, beside={97: 7})], scale=SCALE, adverse=ADVERSE, beside=[97])  # type: ignore[arg-type]
    part = bars([Answered(**known, beside={97: None})], scale=SCALE, adverse=ADVERSE, beside=[97])  # type: ignore[arg-type]
    assert (full.lacking, part.lacking) == (False, True)


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
    found = LONG.scales[scale]
    codes = [option.code for option in found.choices]
    assert list(tones(codes, frozenset(found.adverse))) == expected


def test_a_long_scale_shares_three_tones_on_each_side() -> None:
    found = [tone for _, tone in tones(range(11), frozenset(range(6, 11)))]
    assert found == [-3, -3, -2, -2, -1, -1, 1, 2, 2, 3, 3]
    assert tones((), frozenset()) == ()


@pytest.mark.parametrize(
    ("values", "expected"), [([], 0.5), ([0.5, -0.2], 0.5), ([-0.51], 1.0), ([7.0], 1.0)]
)
def test_an_axis_reaches_as_far_as_it_must(values: list[float], expected: float) -> None:
    assert reach(values, (0.5, 1.0)) == expected


def test_marks_stand_an_even_distance_apart() -> None:
    assert [(tick.position, tick.value) for tick in ticks(0, 8)] == [
        (0, 0), (25, 2), (50, 4), (75, 6), (100, 8),
    ]  # fmt: skip
