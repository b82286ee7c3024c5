import io

import numpy as np
import pikepdf
import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from materials.formats import FORMATS
from materials.preflight import PreflightError, prove, scan
from tests.materials.conftest import Print, codes_in, printed_sheet, words

ONE, TWO, THREE = (f"HTTPS://PHILOS.EXAMPLE/00000{n}" for n in range(3))
SAFE = 3  # mm from the edge, where a printer may not reach


def pdf(*pages: list[str], module: float = 0.68, inverted: bool = False) -> bytes:
    """Return pages with QR codes side by side, made without philos; ``module`` is in mm."""
    pictures = []
    for contents in pages:
        codes = [
            np.array(
                zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M").to_image(
                    scale=4, add_quiet_zones=True
                )
            )
            for text in contents
        ]
        joined = np.hstack(codes) if codes else np.full((100, 100), 255, np.uint8)
        pictures.append(Image.fromarray(255 - joined if inverted else joined))
    file = io.BytesIO()
    pictures[0].save(
        file, "PDF", resolution=4 * 25.4 / module, save_all=True, append_images=pictures[1:]
    )
    return file.getvalue()


def test_the_codes_of_all_pages_are_read() -> None:
    assert sorted(scan(pdf([ONE, TWO], [THREE]))) == [ONE, TWO, THREE]


@pytest.mark.parametrize("module", [0.68, 0.40])
def test_the_expected_codes_are_proved(module: float) -> None:
    prove(pdf([ONE, TWO], [ONE], module=module), [TWO, ONE, ONE])


@pytest.mark.parametrize(
    ("found", "expected", "said"),
    [
        pytest.param([TWO], [ONE], "ONE was not read|TWO should not", id="wrong"),
        pytest.param([], [ONE], "ONE was not read", id="missing"),
        pytest.param([ONE], [ONE, TWO], "TWO was not read", id="one of two missing"),
        pytest.param([ONE, TWO], [ONE], "TWO should not be there", id="additional"),
        pytest.param([ONE, ONE], [ONE], "ONE should not be there", id="once too often"),
        pytest.param([ONE], [ONE, ONE], "ONE was not read", id="not often enough"),
        pytest.param([ONE], [], "ONE should not be there", id="none expected"),
        pytest.param([ONE.lower()], [ONE], "was not read|should not", id="another case"),
    ],
)
def test_another_set_of_codes_is_refused(found: list[str], expected: list[str], said: str) -> None:
    said = said.replace("ONE", ONE).replace("TWO", TWO)
    with pytest.raises(PreflightError, match=said):
        prove(pdf(found), expected)


def test_white_modules_on_black_are_no_code() -> None:
    with pytest.raises(PreflightError, match="was not read at 150 dpi"):
        prove(pdf([ONE], inverted=True), [ONE])


def test_a_code_too_small_to_scan_is_refused() -> None:
    with pytest.raises(PreflightError, match="was not read at 150 dpi"):
        prove(pdf([ONE], module=0.12), [ONE])


def test_a_code_without_quiet_zone_is_refused() -> None:
    code = zxingcpp.create_barcode(ONE, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    bare = np.pad(np.array(code.to_image(scale=4, add_quiet_zones=False)), 40)  # black all round
    file = io.BytesIO()
    Image.fromarray(bare).save(file, "PDF", resolution=150)
    with pytest.raises(PreflightError, match="was not read"):
        prove(file.getvalue(), [ONE])


def test_what_is_no_pdf_is_refused() -> None:
    with pytest.raises(pypdfium2.PdfiumError):
        scan(b"no PDF")


def test_a_camera_reads_exactly_the_codes_of_the_sheet(sample: Print) -> None:
    found = codes_in(sample.pdf, 150)
    assert {code.symbology for code in found} == {zxingcpp.BarcodeFormat.QRCode}
    assert sorted(code.text for code in found) == sample.urls


def test_preflight_agrees_with_the_camera(sample: Print) -> None:
    assert sorted(scan(sample.pdf)) == sample.urls


def test_a_sheet_has_the_pages_of_its_format(sample: Print) -> None:
    form = sample.sheet.format
    pages = pypdfium2.PdfDocument(sample.pdf)
    sizes = [(page.get_width() * 25.4 / 72, page.get_height() * 25.4 / 72) for page in pages]
    assert sizes == [pytest.approx((form.width, form.height), abs=0.05)] * sample.sheet.pages


def test_a_sheet_is_sound_pdf_and_says_its_language(sample: Print) -> None:
    with pikepdf.open(io.BytesIO(sample.pdf)) as document:
        assert document.check_pdf_syntax() == []
        assert document.get_warnings() == []
        assert document.Root.Lang == sample.sheet.tag


def test_every_font_of_a_sheet_is_embedded_and_ours(sample: Print) -> None:
    with pikepdf.open(io.BytesIO(sample.pdf)) as document:
        parts = [part for part in document.objects if isinstance(part, pikepdf.Dictionary)]
        fonts = [part for part in parts if part.get("/Type") == "/Font"]
        told = [part for part in parts if part.get("/Type") == "/FontDescriptor"]
        assert len(fonts) >= len(told) > 0
        assert all("/FontFile2" in part or "/FontFile3" in part for part in told)
        assert all("+Philos-Sans" in str(font.BaseFont) for font in fonts)


def test_no_letter_is_the_box_of_a_missing_glyph(sample: Print) -> None:
    with pikepdf.open(io.BytesIO(sample.pdf)) as document:
        forms = [part for part in document.objects if _is_form(part)]
        glyphs = [glyph for part in [*document.pages, *forms] for glyph in _glyphs(part)]
    assert len(glyphs) > 50
    assert 0 not in glyphs


def _is_form(part: pikepdf.Object) -> bool:
    return isinstance(part, pikepdf.Stream) and part.get("/Subtype") == "/Form"


def _glyphs(stream: pikepdf.Page | pikepdf.Object) -> list[int]:
    """Return the glyphs that a content stream shows, two bytes for each."""
    found: list[int] = []
    for said in pikepdf.parse_content_stream(stream):
        if str(said.operator) in {"Tj", "TJ"}:
            parts = said.operands[0] if str(said.operator) == "TJ" else said.operands
            texts = [bytes(part) for part in parts if isinstance(part, pikepdf.String)]
            found += [
                int.from_bytes(text[n : n + 2]) for text in texts for n in range(0, len(text), 2)
            ]
    return found


def test_no_letter_stands_where_a_printer_may_not_reach(sample: Print) -> None:
    margin = SAFE * 72 / 25.4
    for page in pypdfium2.PdfDocument(sample.pdf):
        text = page.get_textpage()
        boxes = np.array([text.get_charbox(n) for n in range(text.count_chars())])
        drawn = boxes[(boxes[:, 0] < boxes[:, 2]) & (boxes[:, 1] < boxes[:, 3])]
        assert len(drawn) > 50
        assert drawn[:, :2].min() >= margin
        assert drawn[:, 2].max() <= page.get_width() - margin
        assert drawn[:, 3].max() <= page.get_height() - margin


def test_a_sheet_names_its_publisher_and_the_address_to_type(sample: Print) -> None:
    said = " ".join(words(sample.pdf))
    assert "Aktionsbündnis" in said
    assert f"philos.example/{sample.sheet.codes[0]}" in said


def test_a_draft_says_so_on_every_page(sample: Print) -> None:
    assert {"Entwurf" in page for page in words(sample.pdf)} == {sample.sheet.tag != "de"}


@pytest.mark.parametrize("form", ["flyer-a6", "poster-a3"])
def test_the_code_of_a_right_to_left_sheet_stands_in_the_mirror(form: str) -> None:
    width = FORMATS[form].width / 25.4 * 150
    german, arabic = (_middle(printed_sheet(form, tag).pdf) for tag in ("de", "ar"))
    assert abs(german - width / 2) > width / 20
    assert arabic == pytest.approx(width - german, abs=3)


def _middle(pdf: bytes) -> float:
    where = codes_in(pdf, 150)[0].position
    return (where.top_left.x + where.bottom_right.x) / 2


def test_the_stickers_stand_in_the_grid_of_their_sheet() -> None:
    form = FORMATS["stickers-a4"]
    found = [code.position.top_left for code in codes_in(printed_sheet(form.id, "de").pdf, 150)]
    places = sorted((round(place.y / 60), round(place.x / 60)) for place in found)
    assert len(set(places)) == form.per_page
    xs = np.array(sorted(place.x for place in found)).reshape(form.columns, form.rows)
    ys = np.array(sorted(place.y for place in found)).reshape(form.rows, form.columns)
    pitches = [np.diff(axis.mean(axis=1)) / 150 * 25.4 for axis in (xs, ys)]
    assert [pitch.tolist() for pitch in pitches] == [
        pytest.approx([form.pitch[0]] * (form.columns - 1), abs=0.3),
        pytest.approx([form.pitch[1]] * (form.rows - 1), abs=0.3),
    ]
