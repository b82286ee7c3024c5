from itertools import combinations

import pytest

from materials.formats import FORMATS, Format
from materials.qr import SMALLEST_OUTDOORS, symbol
from surveys.links import url

BY_ID = pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
STICKERS = FORMATS["stickers-a4"]


def test_each_format_is_known_by_its_id() -> None:
    assert {name: form.id for name, form in FORMATS.items()} == {name: name for name in FORMATS}


def test_there_are_three_formats() -> None:
    assert set(FORMATS) == {"flyer-a6", "poster-a3", "stickers-a4"}


@pytest.mark.parametrize(
    ("name", "size"),
    [("flyer-a6", (105, 148)), ("poster-a3", (297, 420)), ("stickers-a4", (210, 297))],
)
def test_a_format_is_as_large_as_the_paper_of_its_name(name: str, size: tuple[int, int]) -> None:
    assert (FORMATS[name].width, FORMATS[name].height) == size


@BY_ID
def test_copy_fitting_begins_with_the_full_size_and_goes_down(form: Format) -> None:
    assert form.steps[0] == 1
    assert list(form.steps) == sorted(set(form.steps), reverse=True)
    assert form.steps[-1] >= 0.65  # the headline of a sticker then stands in 9.75 pt


@BY_ID
def test_a_code_of_a_serial_number_scans_outdoors_in_every_format(form: Format) -> None:
    size = symbol(url("philos.example", "ABC12345Z"), "Q").size
    assert form.qr_box / size >= SMALLEST_OUTDOORS


@BY_ID
def test_every_code_box_stands_on_the_page(form: Format) -> None:
    for index in range(form.per_page):
        assert 0 <= form.left(index) <= form.width - form.qr_box
        assert 0 <= form.top(index) <= form.height - form.qr_box


def test_no_two_stickers_share_paper() -> None:
    places = [(STICKERS.left(n), STICKERS.top(n)) for n in range(STICKERS.per_page)]
    wide, high = STICKERS.qr_box, STICKERS.qr_box
    assert all(
        abs(x - a) >= wide or abs(y - b) >= high for (x, y), (a, b) in combinations(places, 2)
    )


def test_stickers_fill_a_row_before_the_next() -> None:
    assert STICKERS.top(0) == STICKERS.top(STICKERS.columns - 1) < STICKERS.top(STICKERS.columns)
    assert STICKERS.left(0) == STICKERS.left(STICKERS.columns)


def test_the_grid_of_stickers_stands_in_the_middle_of_the_sheet() -> None:
    label_width, label_height = 63.5, 38.1  # the label that the sheet is cut into
    last = STICKERS.per_page - 1
    right = STICKERS.width - STICKERS.left(last) - label_width
    bottom = STICKERS.height - STICKERS.top(last) - label_height
    assert right == pytest.approx(STICKERS.left(0), abs=0.2)
    assert bottom == pytest.approx(STICKERS.top(0), abs=0.2)
