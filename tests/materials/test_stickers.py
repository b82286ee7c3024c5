"""Stickers on the labels of real sheets, and the page that tells what a printer is off."""

import io
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest
from click.testing import CliRunner, Result
from numpy.typing import NDArray
from pikepdf import Array

from materials.artwork import POINTS, Artwork
from materials.build import plan
from materials.campaign import load
from materials.formats import BLEED, FORMATS, Format
from materials.imposition import ImpositionError, fitted
from materials.labels import LabelSheet, label_sheet
from materials.lettering import lettering
from materials.production import Options, labels_of, produce
from materials.ruler import ruler
from materials.sheets import Output
from materials.stickers import Labels, on_labels
from tests.materials.conftest import changed, codes_in, printed_sheet, raster, sheet_of
from webapp import cli

DPI = 150
STICKER, ROUND = FORMATS["sticker"], FORMATS["sticker-round"]
# As large as the sticker, wider, wider and higher, and larger in its own shape.
REAL = ["L7160", "L7163", "L7165", "L7164"]
BY_NUMBER = pytest.mark.parametrize("number", REAL)


def pixel(mm: float) -> int:
    return round(mm / 25.4 * DPI)


def middles(labels: Labels, form: Format, count: int) -> list[list[tuple[float, float]]]:
    """Return where the middle of each copy comes to stand, page by page, in mm from above."""
    height = labels.sheet.paper[1]
    return [
        [
            (
                matrix.e / POINTS + matrix.a * form.width / 2,
                height - matrix.f / POINTS - matrix.d * form.height / 2,
            )
            for matrix in page
        ]
        for page in labels.matrices(form, count)
    ]


def expected(sheet: LabelSheet, index: int) -> tuple[float, float]:
    """Return the middle of a label as the table of the sheet says it."""
    row, column = divmod(index, sheet.columns)
    x = sheet.origin[0] + column * sheet.pitch[0] + sheet.width / 2
    return x, sheet.origin[1] + row * sheet.pitch[1] + sheet.height / 2


@BY_NUMBER
def test_a_copy_stands_in_the_middle_of_every_label(number: str) -> None:
    sheet = label_sheet(number)
    (found,) = middles(Labels(sheet), STICKER, sheet.per_page)
    places = [expected(sheet, index) for index in range(sheet.per_page)]
    assert found == [pytest.approx(place, abs=0.01) for place in places]


def test_a_round_sticker_stands_on_a_round_label() -> None:
    sheet = label_sheet("L3416")
    (found,) = middles(Labels(sheet), ROUND, 12)
    assert found == [pytest.approx(expected(sheet, index), abs=0.01) for index in range(12)]


@pytest.mark.parametrize("start_at", [1, 2, 5, 21])
@pytest.mark.parametrize("count", [1, 17, 21, 50])
def test_labels_are_used_one_after_the_other_from_the_first_on(start_at: int, count: int) -> None:
    sheet = label_sheet("L7160")
    labels = Labels(sheet, start_at=start_at)
    found = middles(labels, STICKER, count)
    used = [range(start_at - 1, start_at - 1 + count)[n] for n in range(count)]
    assert len(found) == labels.pages(count) == used[-1] // 21 + 1
    for page, placed in enumerate(found):
        here = [expected(sheet, index % 21) for index in used if index // 21 == page]
        assert placed == [pytest.approx(place, abs=0.01) for place in here]


@pytest.mark.parametrize(("number", "zoom"), [("L7160", 1), ("L7163", 1), ("L7165", 1.56)])
def test_a_copy_grows_to_fill_a_label_and_never_shrinks(number: str, zoom: float) -> None:
    sheet = label_sheet(number)
    labels = Labels(sheet)
    assert labels.zoom(STICKER) == pytest.approx(zoom, abs=0.01)
    ((matrix, *_),) = labels.matrices(STICKER, 1)
    wide, high = (matrix.a * STICKER.width, matrix.d * STICKER.height)
    assert matrix.a == matrix.d >= 1
    assert (wide, high) <= (sheet.width + 0.1, sheet.height + 0.1)
    assert min(sheet.width - wide, sheet.height - high) == pytest.approx(0, abs=0.4)


@pytest.mark.parametrize(("width", "height"), [(63.49, 38.1), (63.5, 38.05), (64, 38.2)])
def test_a_hair_between_makers_figures_changes_no_size(width: float, height: float) -> None:
    sheet = replace(label_sheet("L7160"), width=width, height=height)
    assert Labels(sheet).zoom(STICKER) == 1
    Labels(sheet).check(STICKER)


@BY_NUMBER
def test_no_bleed_reaches_the_next_sticker(number: str) -> None:
    sheet = label_sheet(number)
    labels = Labels(sheet)
    zoom = labels.zoom(STICKER)
    across, down = labels.bleed(STICKER)
    assert 0 <= across <= BLEED
    assert 0 <= down <= BLEED
    assert (STICKER.width + 2 * across) * zoom <= sheet.pitch[0] + 1e-6
    assert (STICKER.height + 2 * down) * zoom <= sheet.pitch[1] + 1e-6


def test_the_bleed_is_half_the_gap_where_labels_stand_close() -> None:
    assert Labels(label_sheet("L7160")).bleed(STICKER) == pytest.approx((1.27, 0), abs=0.01)
    assert Labels(label_sheet("L7160"), cut=True).bleed(STICKER) == (0, 0)


@pytest.mark.parametrize("shift", [(2, 3), (-1.5, 0.5)])
def test_a_shift_moves_every_copy_to_the_right_and_down(shift: tuple[float, float]) -> None:
    sheet = label_sheet("L7160")
    ((*still,), (*moved,)) = (
        middles(Labels(sheet, shift=by), STICKER, 21)[0] for by in ((0, 0), shift)
    )
    assert np.subtract(moved, still) == pytest.approx(np.array([shift] * 21))


@pytest.mark.parametrize(
    ("labels", "form", "said"),
    [
        (
            Labels(label_sheet("L7160"), start_at=22),
            STICKER,
            "L7160 has the labels 1 to 21; 22 is none to start at.",
        ),
        (
            Labels(label_sheet("L7160"), start_at=0),
            STICKER,
            "L7160 has the labels 1 to 21; 0 is none to start at.",
        ),
        (
            Labels(label_sheet("L7651")),
            STICKER,
            "sticker needs labels of 63.5 by 38.1 mm; those of L7651 are 38.1 by 21.2 mm.",
        ),
        (
            Labels(label_sheet("L7160")),
            ROUND,
            "needs round labels of 60 by 60 mm; those of L7160 are 63.5 by 38.1 mm.",
        ),
        (
            Labels(label_sheet("3112")),
            ROUND,
            "needs round labels of 60 by 60 mm; those of 3112 are round, 38.1 by 38.1 mm.",
        ),
    ],
)
def test_labels_that_do_not_suit_are_refused_in_a_sentence(
    labels: Labels, form: Format, said: str
) -> None:
    with pytest.raises(ImpositionError) as error:
        labels.check(form)
    assert str(error.value).endswith(said)


@pytest.mark.parametrize("number", [*REAL, "L3416"])
def test_labels_that_suit_are_not_refused(number: str) -> None:
    sheet = label_sheet(number)
    form = ROUND if sheet.round else STICKER
    Labels(sheet, start_at=sheet.per_page).check(form)


def filled(form: Format) -> Artwork:
    """Return an artwork that is black up to the end of its bleed, without any slot."""
    pdf = pikepdf.new()
    rim, width, height = (side * POINTS for side in (BLEED, form.width, form.height))
    page = pdf.add_blank_page(page_size=(width + 2 * rim, height + 2 * rim))
    page.obj.TrimBox = Array([rim, rim, rim + width, rim + height])
    page.obj.Contents = pdf.make_stream(b"0 g 0 0 2000 2000 re f")
    return Artwork(pdf, lettering(frozenset("A")), {})


def seen(form: Format, labels: Labels, count: int) -> list[NDArray[np.bool_]]:
    """Return where the sheets of so many black stickers are black."""
    artwork = filled(form)
    on_labels(artwork, form, labels, count)
    return [grey < 128 for grey in raster(artwork.save(), DPI)]


@pytest.mark.parametrize(("number", "start_at"), [("L7163", 1), ("L7165", 3), ("L7160", 20)])
def test_what_is_printed_covers_its_labels_and_no_others(number: str, start_at: int) -> None:
    sheet = label_sheet(number)
    labels = Labels(sheet, start_at=start_at)
    count = sheet.per_page - start_at + 1
    (black,) = seen(STICKER, labels, count)
    wide, high = (side * labels.zoom(STICKER) for side in (STICKER.width, STICKER.height))
    for index in range(sheet.per_page):
        x, y = expected(sheet, index)
        for dx, dy in [(0, 0), (-1, -1), (1, 1), (-1, 1), (1, -1)]:
            at = pixel(y + dy * (high / 2 - 0.5)), pixel(x + dx * (wide / 2 - 0.5))
            assert black[at] == (index >= start_at - 1)


def test_nothing_is_printed_beyond_the_line_to_cut_along() -> None:
    sheet = replace(label_sheet("L7163"), width=63.5, pitch=(80, 50), rows=5)
    (black,), (bleeding,) = (seen(STICKER, Labels(sheet, cut=cut), 1) for cut in (True, False))
    area = black.sum() / DPI**2 * 25.4**2
    assert area == pytest.approx(63.5 * 38.1, rel=0.01)
    assert bleeding.sum() / DPI**2 * 25.4**2 == pytest.approx(69.5 * 44.1, rel=0.01)


@pytest.mark.parametrize("cut", [True, False])
def test_a_round_sticker_leaves_the_corners_of_its_square_white(cut: bool) -> None:
    grid = fitted(ROUND, "a4", gutter=4)
    plain = replace(
        label_sheet("L3416"),
        columns=grid.columns,
        rows=grid.rows,
        origin=grid.origin,
        pitch=grid.pitch,
    )
    (black,) = seen(ROUND, Labels(plain, cut=cut), plain.per_page)
    radius = 30 if cut else 32  # half of the gap of 4 mm
    angles = np.radians(np.arange(15, 360, 30))  # not where its neighbours touch it
    for index in range(plain.per_page):
        x, y = expected(plain, index)
        for length, inside in [(radius - 0.4, True), (radius + 0.4, False)]:
            at = [(y + length * np.sin(a), x + length * np.cos(a)) for a in angles]
            assert {bool(black[pixel(down), pixel(across)]) for down, across in at} == {inside}
        corners = [(x + dx, y + dy) for dx in (-29, 29) for dy in (-29, 29)]
        assert not any(black[pixel(down), pixel(across)] for across, down in corners)


def test_a_press_gets_each_sticker_on_a_page_with_all_its_bleed() -> None:
    labels = labels_of(STICKER, Output.PRESS, Options(labels="L7160", start_at=5, shift=(2, 2)))
    assert labels
    pictures = seen(STICKER, labels, 3)
    assert len(pictures) == 3
    assert all(picture.all() for picture in pictures)
    height, width = pictures[0].shape
    assert (width, height) == pytest.approx((pixel(69.5), pixel(44.1)), abs=2)


def test_a_round_sticker_of_the_example_has_white_between_the_labels() -> None:
    found = printed_sheet("sticker-round", "de")
    sheet = label_sheet("L3416")
    grey = raster(found.files[Output.OFFICE], DPI)[0]
    for index in range(sheet.per_page):
        x, y = expected(sheet, index)
        assert grey[pixel(y - 29), pixel(x)] < 200
        corners = [(x + dx, y + dy) for dx in (-28, 28) for dy in (-28, 28)]
        assert all(grey[pixel(down), pixel(across)] == 255 for across, down in corners)


@cache
def serials(folder: Path) -> tuple[bytes, tuple[str, ...]]:
    """Return a campaign's stickers from the fifth label on, and their codes."""
    campaign = load(folder)
    sheet = sheet_of(campaign, "sticker", "de")
    (job,) = plan(campaign, folder, [sheet], [Output.OFFICE], Options(start_at=5))
    produce(job, folder / "staging")
    return (folder / "staging" / sheet.file(Output.OFFICE)).read_bytes(), sheet.codes


def test_fifty_serials_are_fifty_codes_each_read_once(small: Path) -> None:
    changed(small, ("materials", 1, "copies"), 50)
    pdf, codes = serials(small)
    assert len(set(codes)) == 50
    read = [code.text for code in codes_in(pdf, DPI)]
    assert sorted(read) == sorted(f"HTTPS://PHILOS.EXAMPLE/{code}" for code in codes)
    said = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)]
    assert [sum(code in page for code in codes) for page in said] == [17, 21, 12]
    assert all(sum(f"philos.example/{code}" in page for page in said) == 1 for code in codes)


def test_a_serials_address_stands_on_the_sticker_of_its_code(small: Path) -> None:
    changed(small, ("materials", 1, "copies"), 21)
    pdf, codes = serials(small)
    page = pypdfium2.PdfDocument(pdf)[0]
    text, height = page.get_textpage(), page.get_height()
    sheet = label_sheet("L7160")
    places = {code.text[-9:]: code.position.top_left for code in codes_in(pdf, DPI)[:17]}
    for code in codes[:17]:
        hit = text.search(code).get_next()
        left, lower, _, _ = text.get_charbox(hit[0])
        on = _label(sheet, left / POINTS, (height - lower) / POINTS)
        assert on == _label(sheet, *(getattr(places[code], k) / DPI * 25.4 for k in "xy"))
        assert on == codes.index(code) + 4


def _label(sheet: LabelSheet, x: float, y: float) -> int:
    return int((y - sheet.origin[1]) // sheet.pitch[1]) * sheet.columns + int(
        (x - sheet.origin[0]) // sheet.pitch[0]
    )


@cache
def page_of(number: str) -> NDArray[np.bool_]:
    """Return where the calibration page of a sheet is not white, at 300 dpi."""
    (grey,) = raster(ruler(label_sheet(number)), 300)
    return grey < 240


def dark(number: str, x: float, y: float, reach: float = 0.15) -> bool:
    """Return whether something is drawn near a place in mm from the upper left."""
    box = [round(side / 25.4 * 300) for side in (y - reach, y + reach, x - reach, x + reach)]
    return bool(page_of(number)[box[0] : box[1] + 1, box[2] : box[3] + 1].any())


@BY_NUMBER
def test_the_ruler_outlines_every_label(number: str) -> None:
    sheet = label_sheet(number)
    wide, high = sheet.width / 2, sheet.height / 2
    for index in range(sheet.per_page):
        x, y = expected(sheet, index)
        for part in (-0.8, 0.31, 0.8):
            for dx, dy in [(-wide, part * high), (wide, part * high)]:
                assert dark(number, x + dx, y + dy)
            for dx, dy in [(part * wide, -high), (part * wide, high)]:
                assert dark(number, x + dx, y + dy)
        assert not dark(number, x + wide / 2, y + high / 2, reach=1)


def test_the_ruler_outlines_round_labels_as_circles() -> None:
    sheet = label_sheet("L3416")
    for index in range(sheet.per_page):
        x, y = expected(sheet, index)
        for angle in np.radians(np.arange(0, 360, 15)):
            across, down = np.cos(angle), np.sin(angle)
            assert dark("L3416", x + 30 * across, y + 30 * down)
            if across > -0.9:  # there its number stands
                assert not dark("L3416", x + 29 * across, y + 29 * down, reach=0.5)
        assert not dark("L3416", x + 28, y + 28, reach=1)


def test_the_ruler_has_a_mark_each_millimetre_and_a_longer_one_each_ten() -> None:
    for mm in range(1, 200):
        long = 5 if mm % 10 == 0 else 3.5 if mm % 5 == 0 else 2
        for depth in (0.5, 1.7, 3.2, 4.6):
            assert dark("L7160", mm, depth, reach=0.08) == (depth < long)
        assert not dark("L7160", mm + 0.5, 0.5, reach=0.08)
    for mm in range(1, 290):
        if mm % 5 == 0:
            assert dark("L7160", 3.2, mm, reach=0.08)
            assert dark("L7160", 4.6, mm, reach=0.08) == (mm % 10 == 0)


@pytest.mark.parametrize(("number", "maker"), [("L7160", "Avery"), ("4606", "Herma")])
def test_the_ruler_says_its_sheet_and_numbers_its_labels(number: str, maker: str) -> None:
    sheet = label_sheet(number)
    document = pypdfium2.PdfDocument(ruler(sheet))
    text = document[0].get_textpage().get_text_range()
    assert f"{maker} {number}" in text
    assert {str(index + 1) for index in range(sheet.per_page)} <= set(text.split())
    assert {"10", "50", "200"} <= set(text.split())
    size = [side / POINTS for side in document[0].get_size()]
    assert size == pytest.approx(sheet.paper, abs=0.01)


def test_the_same_sheet_gives_the_same_ruler() -> None:
    assert ruler(label_sheet("L7160")) == ruler(label_sheet("avery l7160"))


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli.main, ["ruler", *map(str, arguments)])


def test_the_command_writes_the_ruler_of_a_sheet(tmp_path: Path) -> None:
    file = tmp_path / "ruler.pdf"
    result = run("L7160", "--out", file)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(f"{file}: print it on plain paper without scaling")
    assert file.read_bytes() == ruler(label_sheet("L7160"))


def test_a_ruler_of_an_unknown_sheet_is_refused_in_a_sentence(tmp_path: Path) -> None:
    result = run("L7161x", "--out", tmp_path / "ruler.pdf")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("'L7161x' is no label sheet that philos knows; near it are ")
    assert result.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_a_ruler_that_cannot_be_written_is_told_in_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "nowhere" / "ruler.pdf"
    result = run("L7160", "--out", file)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"{file}: No such file or directory.\n"


def test_a_ruler_draws_nothing_but_black_lines_and_letters() -> None:
    with pikepdf.open(io.BytesIO(ruler(label_sheet("L7160")))) as document:
        said = pikepdf.parse_content_stream(document.pages[0])
        used = {str(each.operator) for each in said}
    assert used <= {"w", "RG", "m", "l", "re", "S", "BT", "Tf", "Td", "Tj", "ET"}
