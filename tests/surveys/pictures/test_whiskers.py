import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.pictures.whiskers import Contrast, whiskers

ends = st.lists(st.floats(-1, 1), min_size=3, max_size=3).map(sorted)


def contrast(low: float, estimate: float, high: float) -> Contrast:
    return Contrast(name="A", estimate=estimate, low=low, high=high)


@given(st.lists(ends, min_size=1, max_size=6))
def test_a_whisker_lies_within_the_plot_and_zero_in_its_middle(rows: list[list[float]]) -> None:
    made = whiskers([contrast(*row) for row in rows])
    most = made.ticks[-1].value
    for (low, estimate, high), whisker in zip(rows, made.whiskers, strict=True):
        assert whisker is not None
        assert -1e-6 <= whisker.left <= whisker.dot <= whisker.right <= 100 + 1e-6
        found = [(at - 50) / 50 * most for at in (whisker.left, whisker.dot, whisker.right)]
        assert found == pytest.approx([low, estimate, high], abs=1e-9)


@given(st.lists(ends, min_size=1, max_size=6))
def test_the_mirror_image_of_whiskers_has_its_ends_exchanged(rows: list[list[float]]) -> None:
    made = whiskers([*(contrast(*row) for row in rows), Contrast(name="B")])
    for one, image in zip(made.whiskers, made.mirrored.whiskers, strict=True):
        if one is None or image is None:
            assert one is image
            continue
        assert (image.left, image.dot, image.right) == pytest.approx(
            (100 - one.right, 100 - one.dot, 100 - one.left)
        )
    assert made.mirrored.rtl


@pytest.mark.parametrize(
    "unsaid",
    [Contrast(name="A"), Contrast(name="A", estimate=0.2), Contrast(name="A", low=0.1, high=0.2)],
)
def test_a_difference_that_cannot_be_said_has_no_whisker(unsaid: Contrast) -> None:
    assert whiskers([unsaid]).rows == ((unsaid, None),)


def test_no_differences_make_an_empty_picture() -> None:
    assert whiskers([]).rows == ()
