import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.pictures.multiples import Moment, Series, multiples

WAVES = ("spring", "autumn", "winter")
moments = st.one_of(
    st.just(Moment()),
    st.lists(st.floats(0, 1), min_size=3, max_size=3)
    .map(sorted)
    .map(lambda ends: Moment(low=ends[0], share=ends[1], high=ends[2], n=40)),
)
series = st.lists(st.tuples(moments, moments, moments), min_size=1, max_size=5)


@given(series)
def test_all_panels_share_an_axis_that_holds_every_interval(
    rows: list[tuple[Moment, Moment, Moment]],
) -> None:
    made = multiples([Series(name="A", moments=row) for row in rows], WAVES)
    most = made.ticks[0].value
    assert [tick.position for tick in made.ticks] == [0, 50, 100]
    for row, panel in zip(rows, made.panels, strict=True):
        for moment, dot in zip(row, panel.dots, strict=True):
            if moment.share is None:
                assert dot is None
                continue
            assert dot is not None
            assert -1e-6 <= dot.high <= dot.top <= dot.low <= 100 + 1e-6
            assert (100 - dot.top) / 100 * most == pytest.approx(moment.share, abs=1e-9)


def test_a_hidden_wave_leaves_a_gap_that_no_line_crosses() -> None:
    known = Moment(share=0.5, low=0.4, high=0.6, n=50)
    rows = [(known, Moment(), known), (known, known, Moment(share=0.5))]
    gap, two = multiples([Series(name="A", moments=row) for row in rows], WAVES).panels
    assert gap.lines == ()
    ((one, other),) = two.lines
    assert (one.left, other.left) == pytest.approx((100 / 6, 50))


def test_time_runs_to_the_left_for_a_reader_from_right_to_left() -> None:
    known = Moment(share=0.5, low=0.4, high=0.6, n=50)
    made = multiples([Series(name="A", moments=(known, Moment(), known))], WAVES)
    assert made.lacking
    lefts = [dot.left for dot in made.mirrored.panels[0].dots if dot]
    assert lefts == pytest.approx([500 / 6, 100 / 6])
    assert made.mirrored.rtl
    assert made.mirrored.ticks == made.ticks


def test_a_series_that_lacks_a_wave_is_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        multiples([Series(name="A", moments=())], WAVES)


def test_no_series_make_an_empty_picture() -> None:
    assert multiples([], WAVES).panels == ()
    assert not multiples([], ()).lacking
