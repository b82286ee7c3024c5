"""Slots that are filled for one copy after the other, and the letters that are stamped."""

import io
from base64 import b64encode
from functools import cache
from pathlib import Path
from typing import cast

import numpy as np
import pikepdf
import pypdfium2
import pytest
from fontTools.ttLib import TTFont
from numpy.typing import NDArray
from pikepdf import Pdf
from PIL import Image

from materials.artwork import (
    ON_SCREEN,
    POINTS,
    SLACK,
    Artwork,
    Kind,
    Paint,
    Side,
    Slot,
    Stamp,
    prepare,
    slot,
    slots,
    to_bytes,
)
from materials.build import build
from materials.campaign import Campaign, load
from materials.conversion import ON_PRESS
from materials.formats import BLEED, FORMATS
from materials.ink import ink
from materials.lettering import FONT, lettering, stampable
from materials.library import font_faces, home
from materials.pdf import typesetter
from materials.press import press
from materials.render import RenderError, render
from materials.sheets import Output
from tests.materials.conftest import codes_in as codes_of
from tests.materials.conftest import edit, printed_sheet, raster, sheet_of, words

DPI = 150
ROOM = 14.0  # em, of the slots of text
SIZE = 12  # pt
GREEN = (0, 122, 61)
CARD = FORMATS["card"]
SOLID = b"0 0 1 1 re\n"  # a symbol of one dark module, without quiet zone
NAMES = ["Köhlerplatz", "Łódź", "Площадь", "Çağlayan 3–5"]
FIRST = Stamp(SOLID, 1, "philos.example/HAK9HX", "Köhlerplatz")
SECOND = Stamp(b"0 0 1 .5 re\n", 1, "philos.example/00000Z", "Rabet")
LETTERS = frozenset("".join([FIRST.address, SECOND.address, SECOND.place, *NAMES]))
STYLE = f"""
@page {{ size: {CARD.width}mm {CARD.height * (1 + SLACK)}mm; margin: 0; bleed: {BLEED}mm }}
body {{ margin: 0; font: 600 {SIZE}pt "Philos Sans" }}
div {{ position: absolute; left: 10mm; white-space: nowrap; line-height: 1.2 }}
.code .slot {{ display: block; width: 12mm; height: 12mm }}
"""
COLOUR = "#{:02x}{:02x}{:02x}".format(*GREEN)
BODY = f"""<html lang="de"><head><title>Probe</title></head><body>
<div class="code" style="top: 5mm">{slot(Kind.QR, COLOUR)}</div>
<div class="code" style="top: 5mm; left: 40mm">{slot(Kind.QR)}</div>
<div style="top: 20mm">{slot(Kind.ADDRESS, COLOUR, ROOM, Side.LEFT)}</div>
<div style="top: 28mm">{slot(Kind.ADDRESS, COLOUR, ROOM, Side.MIDDLE)}</div>
<div style="top: 36mm">{slot(Kind.ADDRESS, COLOUR, ROOM, Side.RIGHT)}</div>
<div style="top: 44mm">{slot(Kind.PLACE, COLOUR, ROOM)}HHH</div>
</body></html>"""


@cache
def card() -> bytes:
    """Return a card with two codes, three addresses and a place, all of them empty slots."""
    laid_out = typesetter(font_faces(), home()).set(BODY, STYLE, pages=1)
    return to_bytes(prepare(laid_out, CARD))


def opened(pdf: bytes) -> Pdf:
    return pikepdf.open(io.BytesIO(pdf))


def artwork(pdf: bytes, paint: Paint = ON_SCREEN) -> Artwork:
    widths = {Kind.ADDRESS: ROOM, Kind.PLACE: ROOM}
    return Artwork(opened(pdf), lettering(LETTERS), widths, paint)


def stamped(*copies: Stamp) -> bytes:
    """Return the card, stamped with one copy after the other."""
    made = artwork(card())
    for copy in copies:
        made.stamp(copy)
    return made.save()


def boxes(pdf: bytes, wanted: str, page: int = 0) -> list[NDArray[np.float64]]:
    """Return left, lower, right and upper edge of each letter of a text, wherever it stands.

    They are in mm from the lower left corner of the trimmed page.
    """
    text = pypdfium2.PdfDocument(pdf)[page].get_textpage()
    found, searcher = [], text.search(wanted, match_case=True)
    while hit := searcher.get_next():
        each = [text.get_charbox(n) for n in range(hit[0], sum(hit))]
        found.append(np.array(each) / POINTS)
    return found


def on_card(kind: Kind) -> list[Slot]:
    with opened(card()) as document:
        return [found for found in slots(document.pages[0]) if found.kind is kind]


def alts(pdf: bytes) -> list[str]:
    """Return what each figure of a file says to those who do not see."""
    with opened(pdf) as document:
        things = [thing for thing in document.objects if isinstance(thing, pikepdf.Dictionary)]
        return [str(thing.Alt) for thing in things if thing.get("/S") == "/Figure"]


SHEETS = [
    ("flyer-a6", "de"),
    ("flyer-a6", "ar"),
    ("flyer-a5", "de"),
    ("bilingual-a5", "ar"),
    ("poster-a3", "de"),
    ("tear-off", "de"),
    ("leaflet-wickelfalz", "ar"),
]


@pytest.mark.parametrize(("form", "tag"), SHEETS)
def test_a_camera_finds_each_code_where_its_slot_is(form: str, tag: str) -> None:
    found = printed_sheet(form, tag)
    pdf = found.files[Output.PRESS]
    with opened(pdf) as document:
        matrices = [
            (number, each.matrix)
            for number, page in enumerate(document.pages)
            for each in slots(page)
            if each.kind is Kind.QR
        ]
    height = found.sheet.format.height
    expected = [
        (page, (m.e + m.a / 2) / POINTS, height - (m.f + m.d / 2) / POINTS, m.a / POINTS)
        for page, m in matrices
    ]
    seen = sorted(_seen(pdf))
    assert len(expected) == len(seen) == found.made[Output.PRESS].instances
    for (*place, side), (*wanted, width) in zip(seen, sorted(expected), strict=True):
        assert place == pytest.approx(wanted, abs=0.25)
        assert side == pytest.approx(width, rel=0.03)  # a pixel is 0.17 mm


def _seen(pdf: bytes) -> list[tuple[int, float, float, float]]:
    """Return page, middle and width with quiet zone of each code in mm, from the upper left."""
    seen = []
    with opened(pdf) as document:
        for number in range(len(document.pages)):
            alone, data = pikepdf.new(), io.BytesIO()
            alone.pages.append(document.pages[number])
            alone.save(data)
            for code in codes_of(data.getvalue(), DPI):
                at = code.position
                x, y = (
                    (getattr(at.top_left, k) + getattr(at.bottom_right, k) + 1) / 2 for k in "xy"
                )
                modules = 17 + 4 * int(cast("dict[str, str]", code.extra)["Version"])
                side = (at.top_right.x - at.top_left.x + 1) * (modules + 8) / modules
                mm = [length / DPI * 25.4 for length in (x, y, side)]
                seen.append((number, mm[0] - BLEED, mm[1] - BLEED, mm[2]))
    return seen


def test_a_slot_is_found_where_the_layout_puts_it() -> None:
    left, right = (found.matrix for found in on_card(Kind.QR))
    corner = (12, 0, 0, 12, 10, CARD.height - 5 - 12)
    assert [side / POINTS for side in left.shorthand] == pytest.approx(corner, abs=0.01)
    assert (right.e - left.e) / POINTS == pytest.approx(30, abs=0.01)
    found = on_card(Kind.ADDRESS)
    assert [each.side for each in found] == list(Side)
    assert [each.matrix.a / SIZE for each in found] == [pytest.approx(ROOM, abs=0.001)] * 3


def test_a_press_moves_no_slot_off_the_trimmed_page() -> None:
    with opened(press(card())) as document:
        page = document.pages[0]
        assert [float(side) for side in page.trimbox[:2]] == pytest.approx(
            [BLEED * POINTS] * 2, abs=0.01
        )
        moved = list(slots(page))
    stayed = [found for kind in Kind for found in on_card(kind)]
    pairs = list(zip(moved, stayed, strict=True))
    assert len(pairs) == 6
    for here, there in pairs:
        assert here.matrix.shorthand == pytest.approx(there.matrix.shorthand, abs=0.01)
        assert (here.kind, here.side, here.colour) == (there.kind, there.side, there.colour)


def test_a_slot_within_saved_states_has_their_matrix() -> None:
    pdf = opened(card())
    page = pdf.pages[0]
    name = next(iter(page.Resources.XObject.keys()))
    page.Contents = pdf.make_stream(
        f"q 2 0 0 3 10 20 cm q 5 0 0 5 1 1 cm Q 1 0 0 1 4 5 cm {name} Do Q {name} Do".encode()
    )
    inner, outer = (found.matrix.shorthand for found in slots(page))
    assert inner == pytest.approx((2, 0, 0, 3, 18, 35))
    assert outer == pytest.approx((1, 0, 0, 1, 0, 0))


def test_a_second_copy_leaves_nothing_of_the_first() -> None:
    assert stamped(FIRST, SECOND) == stamped(SECOND) != stamped(FIRST)
    (said,) = words(stamped(FIRST, SECOND))
    assert said.count(SECOND.address) == 3
    assert "HAK9HX" not in said
    assert "Köhlerplatz" not in said


def test_the_same_copy_gives_the_same_bytes() -> None:
    assert stamped(FIRST) == stamped(FIRST) == stamped(FIRST, FIRST)


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("copy", [FIRST, SECOND], ids=["first", "second"])
def test_an_address_stands_at_its_side_of_the_slot(side: Side, copy: Stamp) -> None:
    found = boxes(stamped(copy), copy.address)[side - 1]
    room = ROOM * SIZE / POINTS
    spare = room - lettering(LETTERS).width(copy.address) * SIZE / POINTS
    left = 10 + spare * {Side.LEFT: 0, Side.MIDDLE: 0.5, Side.RIGHT: 1}[side]
    assert spare > 5
    assert found[0, 0] == pytest.approx(left, abs=0.5)  # a letter's own bearing
    assert found[-1, 2] == pytest.approx(10 + room - (spare - left + 10), abs=0.5)


def test_a_stamped_text_stands_on_the_line_of_the_words_beside_it() -> None:
    (laid_out,), (placed,) = boxes(stamped(SECOND), "HHH"), boxes(stamped(SECOND), "Rabet")
    bottom = laid_out[0, 1]
    assert placed[0, 1] == pytest.approx(bottom, abs=0.05)
    assert placed[0, 3] == pytest.approx(laid_out[0, 3], abs=0.05)  # capitals of one size
    assert placed[-1, 2] < laid_out[0, 0]


@pytest.mark.parametrize("place", NAMES)
def test_a_stamped_place_can_be_searched_and_copied(place: str) -> None:
    pdf = stamped(Stamp(SOLID, 1, FIRST.address, place))
    assert len(boxes(pdf, place)) == 1
    assert place in words(pdf)[0]


def test_every_figure_tells_what_is_stamped_there() -> None:
    assert sorted(alts(card())) == sorted(["slot QR"] * 2 + ["slot ADDRESS"] * 3 + ["slot PLACE"])
    assert sorted(alts(stamped(FIRST, SECOND))) == sorted([SECOND.address] * 5 + ["Rabet"])


@pytest.mark.parametrize(("form", "copies"), [("flyer-a6", 1), ("tear-off", 8), ("card", 1)])
def test_the_figures_of_a_sheet_say_its_address(example: Campaign, form: str, copies: int) -> None:
    found = printed_sheet(form, "de")
    told = alts(found.files[Output.SCREEN])
    place = example.place(found.sheet.place).name
    assert told.count(f"philos.example/{found.sheet.codes[0]}") == 2 * copies
    assert told.count(place) == 1
    assert len(told) == 2 * copies + 1 + len(example.funders)


def test_what_is_painted_has_the_colour_of_its_slot() -> None:
    pixels = pypdfium2.PdfDocument(stamped(FIRST))[0].render(scale=DPI / 72).to_numpy()[:, :, ::-1]
    at = [
        tuple(int(value) for value in pixels[_pixel(BLEED + y), _pixel(BLEED + x)])
        for x, y in [(11, 6), (21, 16), (41, 6), (51, 16)]
    ]
    assert at == [GREEN, GREEN, (0, 0, 0), (0, 0, 0)]
    line = pixels[_pixel(BLEED + 20) : _pixel(BLEED + 26), : _pixel(80)].reshape(-1, 3)
    assert tuple(line[line.sum(axis=1).argmin()]) == GREEN


def _pixel(mm: float) -> int:
    return round(mm / 25.4 * DPI)


def test_a_half_of_the_unit_square_is_half_of_the_slot() -> None:
    grey = raster(stamped(SECOND), DPI)[0]
    assert grey[_pixel(BLEED + 16), _pixel(BLEED + 46)] == 0  # the lower half, y goes upwards
    assert grey[_pixel(BLEED + 6), _pixel(BLEED + 46)] == 255


def test_the_colour_of_a_slot_is_ink_on_a_press() -> None:
    made = artwork(press(card()), ON_PRESS)
    made.stamp(FIRST)
    forms = [thing for thing in made.pdf.objects if isinstance(thing, pikepdf.Stream)]
    drawn = b"".join(form.read_bytes() for form in forms if "/PhilosKind" in form)
    colours = {
        tuple(round(float(part), 4) for part in said.operands)
        for said in pikepdf.parse_content_stream(made.pdf.make_stream(drawn))
        if str(said.operator) in {"k", "rg", "g"}
    }
    green = ink(GREEN[0] / 255, GREEN[1] / 255, GREEN[2] / 255)
    assert len(colours) == 2
    assert min(colours) == (0, 0, 0, 1)
    assert max(colours) == pytest.approx(green, abs=1e-4)


def test_pictures_of_another_size_are_no_slots() -> None:
    picture, data = Image.new("RGB", (4, 4)), io.BytesIO()
    picture.save(data, "PNG")
    uri = f"data:image/png;base64,{b64encode(data.getvalue()).decode()}"
    html = BODY.replace(str(slot(Kind.QR)), f'<img alt="a picture" src="{uri}">')
    assert html != BODY
    setter = typesetter(font_faces(), home())
    made = prepare(setter.set(html, STYLE, pages=1), CARD)
    kinds = [found.kind for found in slots(made.pages[0])]
    assert kinds == [Kind.QR, *[Kind.ADDRESS] * 3, Kind.PLACE]


FACE = TTFont(home() / "fonts" / FONT)


@pytest.mark.parametrize("text", [*NAMES, "philos.example/HAK9HX", "AVA"])
def test_a_width_is_the_sum_of_the_fonts_advances(text: str) -> None:
    names = FACE.getBestCmap()
    advances = sum(FACE["hmtx"][names[ord(char)]][0] for char in text)
    assert lettering(frozenset(text)).width(text) == pytest.approx(
        advances / FACE["head"].unitsPerEm
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_place_with_such_letters_is_stamped_on_a_flyer(small: Path, name: str) -> None:
    edit(small, 'name = "Schule"', f'name = "{name}"')
    campaign = load(small)
    build(campaign, small, small / "out", [sheet_of(campaign, "flyer-a6", "de")])
    pdf = (small / "out/screen/found-syringe/flyer-a6/de/schule.pdf").read_bytes()
    assert len(boxes(pdf, name, page=1)) == 1
    assert alts(pdf).count(name) == 1


@pytest.mark.parametrize("text", ["Köhlerplatz", "Площадь"])
def test_the_letters_of_a_pdf_are_as_wide_as_measured(text: str) -> None:
    letters = lettering(LETTERS)
    with opened(stamped(Stamp(SOLID, 1, FIRST.address, text))) as document:
        (font,) = [
            thing
            for thing in document.objects
            if isinstance(thing, pikepdf.Dictionary)
            and thing.get("/BaseFont") == "/PHILOS+NotoSans-SemiBold"
            and thing.get("/Subtype") == "/CIDFontType2"
        ]
        listed = list(font.W)
        widths = {int(code): float(each[0]) for code, each in zip(*[iter(listed)] * 2, strict=True)}
    assert sum(widths[letters.glyphs[char]] for char in text) / 1000 == pytest.approx(
        letters.width(text)
    )


def test_letters_of_a_subset_are_those_of_the_font() -> None:
    subset = TTFont(io.BytesIO(lettering(LETTERS).data))
    assert {chr(code) for code in subset.getBestCmap()} == LETTERS
    for code, name in subset.getBestCmap().items():
        whole = FACE["glyf"][FACE.getBestCmap()[code]]
        part = subset["glyf"][name]
        assert getattr(part, "xMax", 0) == getattr(whole, "xMax", 0)


def test_the_same_letters_give_the_same_font() -> None:
    again = lettering.__wrapped__(frozenset(sorted(LETTERS, reverse=True)))
    assert again == lettering(LETTERS)


@pytest.mark.parametrize("char", ["漢", "ب", "\U0001f9ea"])
def test_a_letter_that_the_font_does_not_have_is_refused(char: str) -> None:
    assert char not in stampable()
    with pytest.raises(KeyError):
        lettering(frozenset(f"A{char}"))


@pytest.mark.parametrize("name", ["width", "show"])
def test_a_letter_that_the_lettering_does_not_have_is_refused(name: str) -> None:
    with pytest.raises(KeyError, match="Q"):
        getattr(lettering(frozenset("AB")), name)("BAQ")


def test_a_place_that_cannot_be_stamped_is_refused_in_a_sentence(small: Path) -> None:
    edit(small, 'name = "Schule"', 'name = "学校 Schule"')
    campaign = load(small)
    with pytest.raises(RenderError) as error:
        render(campaign, small, [sheet_of(campaign, "flyer-a6", "de")])
    assert "the name of a place has '学' (U+5B66), '校' (U+6821), which cannot be stamped" in str(
        error.value
    )
