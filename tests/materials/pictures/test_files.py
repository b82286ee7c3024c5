import io
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from markupsafe import Markup
from PIL import Image
from playwright.sync_api import Browser

from materials.pdf import LayoutError
from materials.pictures import module, sketch_map
from materials.pictures.canvas import PAD
from materials.pictures.files import png, svg
from materials.pictures.flat import flat
from materials.pictures.measure import lines, soft, width
from surveys.pictures.bars import Answered, bars
from surveys.pictures.sketch import Spot
from tests.materials.pictures.conftest import ADVERSE, SCALE, empty, of_kind, picture, texts
from translations.languages import language

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert(1)</script>\"'& ]]>"


def tree(document: str) -> etree._Element:
    return etree.fromstring(document.encode(), etree.XMLParser(resolve_entities=False))


def told(root: etree._Element) -> str:
    return " ".join("".join(text.itertext()) for text in root.iter(f"{SVG}text"))


def test_a_file_of_svg_needs_nothing_but_itself(kind: str, tag: str) -> None:
    root = tree(svg(picture(of_kind(kind, tag), tag), texts(tag)))
    allowed = {"svg", "title", "desc", "rect", "line", "circle", "path", "g", "text"}
    assert {etree.QName(each).localname for each in root.iter()} <= allowed
    assert len(list(root.iter(f"{SVG}svg"))) == 1
    plots = [each for each in root.iter() if each.getparent() is not root]
    assert not [value for each in plots for value in each.attrib.values() if "%" in value]
    names = {name for each in root.iter() for name in each.attrib}
    assert not names & {"style", "id", "href", "{http://www.w3.org/1999/xlink}href"}
    assert root.get("direction") == language(tag).direction
    assert "Freiwillige Antworten." in told(root)


def test_a_file_of_svg_says_its_figures_in_its_description(kind: str) -> None:
    root = tree(svg(picture(of_kind(kind)), texts("de")))
    said = root.findtext(f"{SVG}desc")
    assert said
    assert "Rabet" in said
    assert "Köhlerplatz" in said


@pytest.mark.parametrize("tag", ["de", "ar"])
def test_hostile_names_are_text_in_a_file(kind: str, tag: str) -> None:
    made = of_kind(kind, tag, HOSTILE + "\x00\x0b\ufffe")
    root = tree(svg(picture(made, tag, title=HOSTILE), texts(tag)))
    assert not list(root.iter(f"{SVG}script"))
    assert root.findtext(f"{SVG}title") == HOSTILE
    assert "<script>alert(1)" in told(root).replace(" ", "")


@pytest.mark.parametrize("tag", ["de", "ar"])
def test_texts_stay_within_the_file(browser: Browser, kind: str, tag: str) -> None:
    document = svg(picture(of_kind(kind, tag), tag), texts(tag))
    page = browser.new_page(viewport={"width": 1000, "height": 900})
    page.set_content(f'<body style="margin: 0">{document}</body>')
    boxes = [text.bounding_box() for text in page.locator("text").all()]
    frame = page.locator("svg").first.bounding_box()
    page.close()
    assert frame
    for box in filter(None, boxes):
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= frame["width"]
        assert box["y"] + box["height"] <= frame["height"]


def test_a_map_without_room_for_words_has_them_below() -> None:
    spots = [Spot(name=f"Platz {n}", latitude=51.34, longitude=12.4, share=0.5, n=40)
             for n in range(1, 41)]  # fmt: skip
    made = sketch_map(spots, texts("de"))
    assert made.unlabelled
    said = told(tree(svg(picture(made), texts("de"))))
    for spot in spots:
        assert said.count(f"{spot.name}\u2069") == 1
    number = made.unlabelled[0].number
    assert f" {number} " in said


def test_a_flat_drawing_is_where_the_one_in_percent_is() -> None:
    drawn = Markup(
        '<rect x="25%" y="0" width="50%" height="100%"/><circle cx="50%" cy="50%" r="5"/>'
        '<svg x="10%" y="20%" width="50%" height="50%">'
        '<line x1="50%" x2="50%" y1="0" y2="100%"/></svg>'
    )
    assert flat(drawn, 200, 40) == (
        '<g><rect x="50" y="0" width="100" height="40" /><circle cx="100" cy="20" r="5" />'
        '<g transform="translate(20 8)"><line x1="50" x2="50" y1="0" y2="20" /></g></g>'
    )
    assert flat(Markup('<circle cx="50" cy="30" r="2"/>'), 600, 360, "0 0 100 60").startswith(
        '<g transform="scale(6)"><circle cx="50" cy="30"'
    )


@given(st.floats(1, 300), st.floats(5, 60))
def test_the_lines_of_a_hatching_stay_within_its_part(wide: float, high: float) -> None:
    part = module("geometry", texts("de")).part(0, 100, 2)
    path = etree.fromstring(flat(part, wide, high)).find(".//path")
    ends = [float(each) for each in re.findall(r"[\d.]+", path.get("d"))]
    assert len(ends) % 4 == 0
    assert all(0 <= x <= wide + 0.01 for x in ends[::2])
    assert all(-0.01 <= y <= high + 0.01 for y in ends[1::2])
    slants = zip(ends[::4], ends[1::4], ends[2::4], ends[3::4], strict=True)
    assert all(a - c == pytest.approx(d - b, abs=0.03) for a, b, c, d in slants)


def test_an_empty_picture_makes_files(kind: str) -> None:
    made = picture(empty(kind))
    assert tree(svg(made, texts("de"))).tag == f"{SVG}svg"
    assert Image.open(io.BytesIO(png(made, texts("de")))).width == 2 * 820


@pytest.mark.parametrize("tag", ["de", "ar"])
def test_a_png_has_two_dots_to_a_pixel_and_no_empty_foot(kind: str, tag: str) -> None:
    made = Image.open(io.BytesIO(png(picture(of_kind(kind, tag), tag), texts(tag), across=700)))
    assert made.width == 1400
    grey = np.asarray(made.convert("L"))
    rows = np.flatnonzero((grey < 128).any(axis=1))
    assert rows[0] >= 2 * PAD - 2
    assert 2 * PAD - 2 <= len(grey) - rows[-1] <= 2 * PAD + 24
    columns = np.flatnonzero((grey < 128).any(axis=0))
    assert columns[0] >= 2 * PAD - 4
    assert columns[-1] <= 1400 - 2 * PAD + 4


def test_a_png_says_what_it_shows() -> None:
    made = Image.open(io.BytesIO(png(picture(of_kind("bars")), texts("de"))))
    assert made.info["Title"] == "Wie sicher?"
    assert "Rabet\u2069: 72 % unsicher" in made.info["Description"]


def test_files_are_the_same_each_time(kind: str) -> None:
    made = picture(of_kind(kind))
    assert svg(made, texts("de")) == svg(made, texts("de"))
    assert png(made, texts("de")) == png(made, texts("de"))


def test_a_picture_that_no_page_holds_is_refused() -> None:
    rows = [Answered(name=str(n)) for n in range(600)]
    made = picture(bars(rows, scale=SCALE, adverse=ADVERSE))
    with pytest.raises(LayoutError, match="show fewer groups"):
        png(made, texts("de"))


@pytest.mark.parametrize("tag", ["de", "ar"])
def test_lines_are_as_wide_as_they_may_be_and_lose_no_letter(tag: str) -> None:
    row = language(tag)
    text = "Haltestelle Torgauer Platz Donaudampfschifffahrtsgesellschaft"
    found = lines(text, 8, row)
    assert "".join(found).replace(" ", "").replace("-", "") == text.replace(" ", "")
    assert all(width(line, row) <= 8 for line in found)
    assert lines("", 8, row) == []


@pytest.mark.parametrize(
    ("text", "tag", "expected"),
    [
        ("Sommerhalbjahr 2025", "de", ["Sommer-", "halbjahr", "2025"]),
        ("Winterhalbjahr 2025/26", "de", ["Winter-", "halbjahr", "2025/26"]),
        (soft("Sommerhalbjahr", language("de")), "ar", ["Sommer-", "halbjahr"]),
        ("Straßensozialarbeit", "de", ["Straßenso-", "zialarbeit"]),
        ("Nord/Südplatz", "ar", ["Nord/", "Südplatz"]),
        ("Alt-Lindenau", "ar", ["Alt-", "Lindenau"]),
        ("Ost", "de", ["Ost"]),
    ],
)
def test_a_word_is_divided_only_where_it_may_be(text: str, tag: str, expected: list[str]) -> None:
    assert lines(text, 5.5, language(tag)) == expected


def test_a_word_that_fits_is_not_divided_and_shows_no_soft_hyphen() -> None:
    row = language("de")
    assert lines(soft("Sommerhalbjahr 2025", row), 20, row) == ["Sommerhalbjahr 2025"]


def test_characters_that_only_steer_take_no_room() -> None:
    row = language("ar")
    assert width("\u2068A\u2069", row) == width("A", row)
    assert width("\U0001f600", row) == 1
