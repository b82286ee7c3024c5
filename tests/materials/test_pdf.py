import io
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pypdfium2
import pytest
from PIL import Image

from materials.library import font_faces, home
from materials.pdf import LayoutError, Typesetter, sized, typesetter

STYLES = """
@page { size: 100mm 60mm; margin: 0 }
html { font-family: "Philos Sans", "Philos Sans Arabic"; line-height: 1.2; }
body, p { margin: 0 }
.box { width: 20mm; height: 10mm; margin: 20mm }
"""
FITS = '<p class="box">Kurz</p>'
LONG = "wort " * 9


@pytest.fixture
def setter() -> Typesetter:
    return typesetter(font_faces(), home())


def fit(setter: Typesetter, html: str, least: float = 10, most: float = 10, **others: Any) -> bytes:
    """Return a document whose type lies between two sizes in pt."""
    styles = f"{STYLES} html {{ font-size: fit({least}pt, {most}pt) }}"
    whole = f'<html lang="de"><title>Probe</title><body>{html}'
    return setter.set(whole, styles, **{"pages": 1, **others})


def size_of_type(pdf: bytes) -> float:
    """Return the size of the first letter in points."""
    page = pypdfium2.PdfDocument(pdf)[0]
    text = page.get_textpage()
    return float(text.get_textobj(0).get_font_size() * text.get_textobj(0).get_matrix().get()[0])


def lines_of(pdf: bytes) -> list[str]:
    """Return what stands on each line of a page, by the height of its letters, from the top."""
    text = pypdfium2.PdfDocument(pdf)[0].get_textpage()
    found: dict[int, str] = {}
    for number in range(text.count_chars()):
        _, bottom, _, top = text.get_charbox(number, loose=True)
        height = round(bottom + top)
        found[height] = found.get(height, "") + text.get_text_range(number, 1)
    shown = [line.strip().replace("‐", "-") for _, line in sorted(found.items(), reverse=True)]
    return [line for line in shown if line]


def picture(width: int) -> str:
    """Return an image of so many millimetres as a data URI."""
    return (
        f'<img style="width: {width}mm; display: block" src="data:image/svg+xml,'
        "%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'/%3E\">"
    )


def test_a_text_that_fits_is_set_in_the_largest_type(setter: Typesetter) -> None:
    assert size_of_type(fit(setter, FITS, 5, 12)) == pytest.approx(12, rel=1e-3)


def test_a_text_that_overflows_is_set_in_the_largest_type_that_fits(setter: Typesetter) -> None:
    """Two lines of 1.2 em fit 10 mm up to 11.8 pt, and two of its words the width."""
    html = f'<p class="box">{"wort " * 4}</p>'
    size = size_of_type(fit(setter, html, 5, 21))
    assert size == pytest.approx(11, rel=1e-3)
    fit(setter, html, size, size)
    with pytest.raises(LayoutError):
        fit(setter, html, size + 2, size + 2)


@pytest.mark.parametrize("words", range(1, 12))
def test_no_larger_step_would_have_fitted(setter: Typesetter, words: int) -> None:
    html = f'<p class="box">{"wort " * words}</p>'
    tried = [_size(setter, html, 4 + step) for step in range(9)]
    assert size_of_type(fit(setter, html, 4, 12)) == pytest.approx(max(filter(None, tried)), 1e-3)


def _size(setter: Typesetter, html: str, size: float) -> float:
    try:
        return size_of_type(fit(setter, html, size, size))
    except LayoutError:
        return 0


@pytest.mark.parametrize(
    ("word", "width", "lines"),
    [
        ("Straßensozialarbeit", 30, ["Straßensozial-", "arbeit"]),
        ("Straßensozialarbeit", 21, ["Straßenso-", "zialarbeit"]),
        ("Zusammenarbeit", 22, ["Zusammen-", "arbeit"]),
        ("Präventionsarbeit", 25, ["Präventions-", "arbeit"]),
        ("Stadtteilkulturarbeit", 30, ["Stadtteilkultur-", "arbeit"]),
        ("Überarbeitungen", 20, ["Überarbei-", "tungen"]),
        ("Bereitschaftsdienst", 25, ["Bereitschafts-", "dienst"]),
    ],
)
def test_a_long_word_is_divided_as_its_language_does(
    setter: Typesetter, word: str, width: float, lines: list[str]
) -> None:
    styles = "hyphens: auto; hyphenate-limit-chars: 12 5 5; height: 20mm"
    pdf = fit(setter, f'<p class="box" style="{styles}; width: {width}mm">{word}</p>')
    assert lines_of(pdf) == lines


def test_all_boxes_go_the_same_part_of_their_way() -> None:
    styles = "h1 { font-size: fit(20pt, 40pt) } p { font-size: fit(8.000pt, 9pt) }"
    assert sized(styles, 0.25) == "h1 { font-size: 25.000pt } p { font-size: 8.250pt }"
    assert sized("img { height: fit(2mm, 4mm) }", 0.5) == "img { height: 3.000mm }"
    assert sized("p { font-size: 5pt }", 0) == "p { font-size: 5pt }"


def test_of_two_boxes_the_fuller_one_decides_for_both(setter: Typesetter) -> None:
    pdf = fit(setter, f'<p class="box">Kurz</p><p class="box">{"wort " * 4}</p>', 5, 21)
    assert size_of_type(pdf) == pytest.approx(11, rel=1e-3)


@pytest.mark.parametrize(
    ("html", "said"),
    [
        pytest.param(f'<p class="box">{LONG}Ende</p>', "wort .*box", id="too many lines"),
        pytest.param(
            f'<div class="box">{"<p>Absatz</p>" * 5}</div>', "Absatz.*box", id="too many paragraphs"
        ),
        pytest.param(f'<p class="box">{"M" * 10}</p>', "'M+'.*box", id="too long a word"),
        pytest.param(f'<p class="box" dir="rtl">{"ب" * 24}</p>', "ب+.*box", id="RTL, to the left"),
        pytest.param(f'<div class="box">{picture(25)}</div>', "a picture.*box", id="picture"),
        pytest.param(
            '<p style="position: absolute; left: 95mm">Draußen</p>', "Draußen.*page", id="off page"
        ),
        pytest.param(
            '<p style="position: absolute; top: -3mm">Oben</p>', "Oben.*page", id="above the page"
        ),
        pytest.param(
            f'<p class="box" style="height: auto; max-height: 10mm">{LONG}</p>', "box", id="maximum"
        ),
        pytest.param(
            '<p class="box" style="white-space: nowrap">Nummer 0341 112</p>',
            "Nummer 0341 112.*box",
            id="nowrap",
        ),
    ],
)
def test_what_fits_in_no_step_is_refused_by_name(setter: Typesetter, html: str, said: str) -> None:
    with pytest.raises(LayoutError, match=f"(?s){said}"):
        fit(setter, html, 9.5)


def test_it_is_told_by_how_much_a_text_stands_out(setter: Typesetter) -> None:
    html = '<div class="box"><p style="padding-top: 8mm; line-height: 7mm">Tief</p></div>'
    said = r"'Tief' \(de\) stands 5\.0 mm out of its box, 'box', in the smallest type; shorten it\."
    with pytest.raises(LayoutError, match=said):
        fit(setter, html)


def test_the_language_is_that_of_the_part_which_does_not_fit(setter: Typesetter) -> None:
    html = f'<div lang="tr" class="box"><p lang="ar" dir="rtl">{"ب" * 24}</p></div>'
    with pytest.raises(LayoutError, match=r"'ب+' \(ar\) stands"):
        fit(setter, html)


def test_a_box_that_is_put_somewhere_is_bound_by_the_page_alone(setter: Typesetter) -> None:
    html = '<div class="box"><p style="position: absolute; top: 40mm">Unten</p></div>'
    assert size_of_type(fit(setter, html)) == pytest.approx(10, rel=1e-3)


@pytest.mark.parametrize("pages", [1, 3])
def test_another_number_of_pages_is_refused(setter: Typesetter, pages: int) -> None:
    html = f'<p style="break-after: page">Eins</p>{FITS}'
    with pytest.raises(LayoutError, match=f"needs 2 pages instead of {pages}"):
        fit(setter, html, 5, pages=pages)


def test_the_same_document_gives_the_same_bytes(setter: Typesetter) -> None:
    assert fit(setter, FITS) == fit(setter, FITS)


def test_a_typesetter_is_made_once_for_its_fonts() -> None:
    assert typesetter(font_faces(), home()) is typesetter(font_faces(), home())
    assert typesetter(font_faces(), home()) is not typesetter("", home())


def test_a_zoom_enlarges_page_type_and_overrun(setter: Typesetter) -> None:
    assert size_of_type(fit(setter, FITS, zoom=2)) == pytest.approx(20, rel=1e-3)
    html = '<div class="box"><p style="padding-top: 8mm; line-height: 7mm">Tief</p></div>'
    with pytest.raises(LayoutError, match=r"'Tief' \(de\) stands 10\.0 mm out of"):
        fit(setter, html, zoom=2)


def test_a_text_that_is_turned_must_stay_within_its_own_box(setter: Typesetter) -> None:
    style = "transform: rotate(-90deg); position: absolute; left: 95mm; width: 20mm; height: 5mm"
    assert fit(setter, f'<div style="{style}">Kurz</div>')
    with pytest.raises(LayoutError, match=r"'wort.*out of"):
        fit(setter, f'<div style="{style}">{LONG}</div>')


@pytest.fixture
def inside(tmp_path: Path) -> Path:
    """Return a folder that may be read, beside a secret that may not."""
    (tmp_path / "secret.png").write_bytes(b"secret")
    (tmp_path / "inside-not").mkdir()
    (tmp_path / "inside-not" / "a.png").write_bytes(b"secret")
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "own.png").write_bytes(b"own")
    return tmp_path / "inside"


def test_a_file_of_the_folder_is_fetched(inside: Path) -> None:
    fetched = typesetter("", inside).fetcher.fetch((inside / "own.png").as_uri())
    assert fetched.read() == b"own"


@pytest.mark.parametrize(
    "url",
    [
        "http://philos.example/own.png",
        "https://philos.example/own.png",
        "ftp://philos.example/own.png",
        "//philos.example/own.png",
        "own.png",
        "file:///etc/passwd",
        "file://localhost{inside}/own.png",
        "file://{inside}/../secret.png",
        "file://{inside}/%2e%2e/secret.png",
        "file://{inside}/.%2E/secret.png",
        "file://{inside}-not/a.png",
        "file://{inside}",
    ],
)
def test_nothing_else_is_fetched(inside: Path, url: str) -> None:
    with pytest.raises(ValueError, match="not one of our own files"):
        typesetter("", inside).fetcher.fetch(url.format(inside=inside))


@pytest.mark.parametrize(("name", "drawn"), [("inside/own.png", 1), ("outside.png", 0)])
def test_a_picture_from_outside_is_not_in_the_pdf(inside: Path, name: str, drawn: int) -> None:
    for path in (inside / "own.png", inside.parent / "outside.png"):
        Image.fromarray(np.zeros((4, 4), np.uint8)).save(path)
    html = f'<img src="{(inside.parent / name).as_uri()}">'
    setter = typesetter("", inside)
    pdf = setter.set(f"<title>Probe</title>{html}", "@page { size: 100mm }", pages=1)
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert len(document.pages[0].get_images()) == drawn
