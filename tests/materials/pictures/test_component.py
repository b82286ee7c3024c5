import io
import re
from itertools import pairwise
from typing import cast

import numpy as np
import pypdfium2
import pytest
import weasyprint
from lxml import html as parser
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser

from materials.library import font_faces, font_stack
from materials.pictures import LOOKS, Drawn, component, module, styles
from surveys.pictures.bars import WHOLE, Answered, Bars, bars
from tests.materials.pictures.conftest import (
    ADVERSE,
    SCALE,
    empty,
    groups,
    named,
    of_kind,
    texts,
)
from translations.languages import language

HOSTILE = "<script>alert(1)</script>\"'&amp; ]]> </svg>"
BAR = re.compile(r'<svg[^>]*class="pic-drawn pic-bar".*?</svg>(?=\s*</div>)', re.DOTALL)
WIDE, HIGH, DOTS = 600, 30, 2


def shown(drawn: Drawn, tag: str = "de") -> str:
    return str(component(texts(tag)).with_table(drawn, named(tag)))


def document(body: str, tag: str = "de", *, screen: bool = False) -> str:
    row = language(tag)
    sheet = (
        styles("screen" if screen else "print")
        + f"body {{ margin: 0; width: {WIDE}px; font: 16px {font_stack(row)} }}"
    )
    return (
        f'<!doctype html><html lang="{tag}" dir="{row.direction}"><meta charset="utf-8">'
        f"<title>x</title><style>{sheet}</style><body>{body}</body></html>"
    )


def printed(html: str) -> NDArray[np.uint8]:
    """Return the first page as WeasyPrint sets it, in dots."""
    page = weasyprint.CSS(string=f"@page {{ size: {WIDE}px 400px; margin: 0 }} {font_faces()}")
    pdf = weasyprint.HTML(string=html).write_pdf(stylesheets=[page])
    drawn = pypdfium2.PdfDocument(pdf)[0].render(scale=DOTS * 96 / 72).to_pil()
    return np.asarray(drawn.convert("RGB"))


def browsed(browser: Browser, html: str) -> NDArray[np.uint8]:
    """Return what Chromium shows, in dots."""
    page = browser.new_page(
        viewport={"width": WIDE, "height": 400}, device_scale_factor=DOTS, color_scheme="light"
    )
    page.set_content(html)
    taken = page.screenshot()
    page.close()
    return np.asarray(Image.open(io.BytesIO(taken)).convert("RGB"))


def extent(picture: NDArray[np.uint8], colour: str) -> tuple[float, float]:
    """Return from where to where a colour stands in the row through a bar's middle, in px."""
    wanted = [int(colour[n : n + 2], 16) for n in (1, 3, 5)]
    rows = picture[: HIGH * DOTS].astype(int)
    found = (abs(rows - wanted).max(axis=2) < 12).sum(axis=0) > 2
    # a single column is where two other colours blend
    columns = np.flatnonzero(found & (np.roll(found, 1) | np.roll(found, -1)))
    return cast("float", columns[0] / DOTS), cast("float", (columns[-1] + 1) / DOTS)


@pytest.mark.parametrize("tag", ["de", "ar"])
def test_weasyprint_and_chromium_draw_each_part_where_the_geometry_says(
    browser: Browser, tag: str
) -> None:
    made = cast("Bars", of_kind("bars"))
    found = BAR.search(shown(made, tag))
    assert found
    html = document(found[0], tag)
    bar = (made.mirrored if tag == "ar" else made).bars[0]
    for picture in (printed(html), browsed(browser, html)):
        for part in bar.parts:
            left, right = extent(picture, LOOKS[part.tone].fill)
            # the lines of a hatching may cover its first and last pixels
            slack = 6 if LOOKS[part.tone].gap else 1.6
            assert left == pytest.approx(part.left * WIDE / 100, abs=slack)
            assert right == pytest.approx((part.left + part.width) * WIDE / 100, abs=slack)


def test_neighbours_differ_in_grey_by_their_tone_or_by_their_texture() -> None:
    """Grey alone: the mean of two neighbours differs, or how much each varies within."""
    geometry = module("geometry", texts("de"))
    textures = {}
    for tone in LOOKS:
        svg = '<svg style="display: block; width: 200px; height: 40px">{}</svg>'
        html = document(svg.format(geometry.part(0, 100, tone)))
        grey = printed(html)[4:76, 4:396] @ [0.299, 0.587, 0.114]
        textures[tone] = grey.mean(), grey.std()
    orders = [[-2, -1, 1, 2], [-3, -2, -1, 1, 2, 3], [-WHOLE, WHOLE], [-1, WHOLE], [-WHOLE, 1]]
    for order in orders:
        for one, other in pairwise(order):
            mean = abs(textures[one][0] - textures[other][0])
            spread = abs(textures[one][1] - textures[other][1])
            assert mean > 40 or spread > 15, (one, other)
    # both ends are alike in PuOr, so it is the hatching that tells them apart
    assert abs(textures[-2][1] - textures[2][1]) > 40


def test_a_picture_is_read_as_one_sentence_of_its_figures(kind: str, tag: str) -> None:
    tree = parser.fromstring(shown(of_kind(kind, tag), tag))
    (image,) = tree.xpath('//*[@role="img"]')
    said = image.get("aria-label")
    assert "Rabet" in said
    assert {"whiskers": "-17"}.get(kind, "72") in said
    assert all(svg.get("aria-hidden") for svg in tree.xpath("//svg[not(ancestor::svg)]"))
    assert not image.xpath(".//a | .//button | .//*[@tabindex]")


def test_every_label_is_in_the_language_of_its_reader(kind: str, tag: str) -> None:
    reader = texts(tag)
    component(reader).with_table(of_kind(kind, tag), named(tag))
    lacking = [key for key, state in reader.used.items() if state.value == "missing"]
    assert lacking == []


def test_a_table_has_the_figures_and_none_that_is_hidden() -> None:
    tree = parser.fromstring(str(component(texts("de")).table(of_kind("bars"), named("de"))))
    rows = {
        row.xpath("string(th)"): [cell.text_content() for cell in row.xpath("td")]
        for row in tree.xpath("//tbody/tr")
    }
    assert rows["Rabet"] == [
        "58",
        "5",
        "11",
        "24",
        "18",
        "72\xa0%",
        "60\xa0% bis 82\xa0%",
        "9",
        "5",
    ]
    assert rows["Schulhof (Nord)"] == ["36", "8", "16", "–", "–", "33\xa0%", "–", "–", "–"]
    assert set(rows["Köhlerplatz"]) == {"–"}


@pytest.mark.parametrize(
    ("drawn", "words"),
    [
        (
            "bars",
            ["Verborgen: zu wenige", "Noch keine Antworten", "steht für eine verborgene Zahl"],
        ),
        ("whiskers", ["Ob es einen Unterschied gibt", "kleinerer Anteil: unsicher"]),
        ("multiples", ["Die Linie zeigt die Spanne", "steht für eine verborgene Zahl"]),
        ("map", ["verborgen", "Norden ist oben", "72\xa0% von 58"]),
    ],
)
def test_what_is_hidden_is_said_in_words(drawn: str, words: list[str]) -> None:
    text = parser.fromstring(shown(of_kind(drawn))).text_content()
    for said in words:
        assert said in text


def test_a_bar_that_shows_less_leaves_no_part_of_what_it_hides() -> None:
    hidden = bars(groups()[1:], scale=SCALE, adverse=ADVERSE)
    html = shown(hidden)
    assert 'class="pic-tone4"' in html
    assert "sind dort Antworten zusammengefasst" in html


@pytest.mark.parametrize("tag", ["de", "ar"])
def test_hostile_names_are_text_and_nothing_else(kind: str, tag: str) -> None:
    tree = parser.fromstring(shown(of_kind(kind, tag, HOSTILE), tag))
    assert not tree.xpath("//script")
    assert HOSTILE in tree.text_content()
    assert HOSTILE in tree.xpath('//*[@role="img"]')[0].get("aria-label")


def test_an_empty_picture_is_drawn_all_the_same(kind: str, tag: str) -> None:
    tree = parser.fromstring(shown(empty(kind, tag), tag))
    assert tree.xpath('//*[@role="img"]')


def test_a_picture_allows_a_page_to_forbid_styles_scripts_and_ids(kind: str) -> None:
    html = shown(of_kind(kind))
    assert not re.search(r"\s(style|id|on\w+|href)=", html)


def test_every_class_for_a_place_is_in_the_stylesheet(kind: str, tag: str) -> None:
    placed = set(re.findall(r"pic-(?:x|y|ratio|to-)\w+", shown(of_kind(kind, tag), tag)))
    assert placed <= set(re.findall(r"\.(pic-[\w-]+)", styles()))


def test_arabic_runs_from_right_to_left_except_on_the_map() -> None:
    made = of_kind("bars")
    left = f'x="{made.bars[0].parts[0].left:.2f}%"'  # type: ignore[union-attr]
    assert left in shown(made)
    assert left not in shown(made, "ar")
    here = re.compile(r'<circle class="pic-shade3" cx="([\d.]+)"')
    german, arabic = (here.findall(shown(of_kind("map", tag), tag)) for tag in ("de", "ar"))
    assert german == arabic


def test_labels_stand_over_no_other_label_in_a_browser(browser: Browser, tag: str) -> None:
    page = browser.new_page(viewport={"width": 1000, "height": 800})
    page.set_content(document(shown(of_kind("map", tag), tag), tag, screen=True))
    boxes = [box.bounding_box() for box in page.locator(".pic-at").all()]
    ground = page.locator(".pic-ground").bounding_box()
    page.close()
    assert ground
    for index, one in enumerate(boxes):
        assert one
        assert ground["x"] <= one["x"] <= one["x"] + one["width"] <= ground["x"] + ground["width"]
        for other in boxes[:index]:
            assert other
            assert (
                one["x"] + one["width"] <= other["x"]
                or other["x"] + other["width"] <= one["x"]
                or one["y"] + one["height"] <= other["y"]
                or other["y"] + other["height"] <= one["y"]
            )


@pytest.mark.parametrize("tag", ["de", "ar"])
def test_nothing_of_a_picture_is_wider_than_a_phone_but_the_map(
    browser: Browser, kind: str, tag: str
) -> None:
    page = browser.new_page(viewport={"width": 320, "height": 700})
    html = document(shown(of_kind(kind, tag), tag), tag, screen=True)
    page.set_content(html.replace(f"{WIDE}px", "320px"))
    wide = page.evaluate("document.querySelector('.picture').scrollWidth")
    page.close()
    assert (wide > 320) == (kind == "map")


@pytest.mark.parametrize("tag", ["de", "ar"])
def test_a_flyer_is_wide_enough_for_bars_in_narrow_print(tag: str) -> None:
    body = component(texts(tag)).bars(of_kind("bars", tag), named(tag))
    html = document(str(body), tag).replace(styles(), styles("narrow"))
    html = html.replace(f"width: {WIDE}px", "margin: 0 132px !important; width: 336px")
    grey = printed(html).min(axis=2) < 100
    columns = np.flatnonzero(grey.any(axis=0)) / DOTS
    assert columns[0] >= 132
    assert columns[-1] <= 132 + 336


def test_answers_beside_the_scale_have_columns_of_their_own() -> None:
    known = Answered(name="A", n=40, adverse=20, beside={97: 7}, unsaid=3)
    made = bars([known], scale=SCALE, adverse=ADVERSE, beside=[97])
    tree = parser.fromstring(shown(made))
    cells = tree.xpath('//*[contains(@class, "pic-aside")][@data-head]')
    assert [cell.text_content() for cell in cells] == ["7", "3"]
