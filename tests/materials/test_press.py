import io
import itertools
import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pypdfium2
import pytest
from numpy.typing import NDArray
from pikepdf import Array, Dictionary, Name
from PIL import Image, ImageCms
from weasyprint import HTML

from materials import press as pressing
from materials.conversion import ON_PRESS, OVERPRINT, PressError
from materials.ink import PROFILE, ink
from materials.press import CONDITION, press

Plates = list[dict[str, NDArray[np.float64]]]  # of each page, ink 0 to 1 by colour

DPI = 144
MM = 72 / 25.4  # in points
WIDTH, HEIGHT, BLEED = 105, 148, 3  # mm
SLUG = 7  # mm around the bleed, for marks
ACCENT = (179 / 255, 38 / 255, 31 / 255)
BLACK = (0, 0, 0, 1)
FONT = PROFILE.parents[1] / "fonts" / "NotoSans-Regular.ttf"

COLOURS = {"k": "k", "cs": "k", "scn": "k", "K": "K", "CS": "K", "SCN": "K"}
FILLS, STROKES = {"f", "f*", "Tj", "TJ"}, {"S", "s"}

# places on the pages, in mm from the trim: left, top, width, height
FIELD, TITLE, CODE, TEXT, RULE, PHOTO = (
    (-9, -9, 123, 69),
    (10, 30, 60, 10),
    (10, 70, 30, 30),
    (50, 70, 40, 30),
    (10, 105, 85, 3),
    (10, 115, 20, 20),
)
GRADIENT, FADE, GREYS, LOGO, LINES, MASK = (
    (10, 10, 85, 20),
    (10, 35, 85, 10),
    (10, 50, 85, 10),
    (10, 65, 20, 20),
    (40, 65, 20, 20),
    (70, 65, 20, 20),
)


def picture(mode: str) -> str:
    """Return a PNG as data URI: red grows to the right, green downwards, alpha too."""
    across, down = np.meshgrid(np.arange(40) * 6, np.arange(40) * 6)
    pixels = np.stack([across, down, np.full_like(down, 90), across], axis=-1)
    file = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).convert(mode).save(file, "PNG")
    return "data:image/png;base64," + b64encode(file.getvalue()).decode()


def at(place: tuple[float, ...], style: str = "") -> str:
    left, top, width, height = place
    return f"left:{left}mm;top:{top}mm;width:{width}mm;height:{height}mm;{style}"


LAYOUT = f"""<html lang="de"><head><title>Zwölf &amp; eins</title><style>
@font-face {{ font-family: T; src: url({FONT.as_uri()}) }}
@page {{ size: {WIDTH}mm {HEIGHT}mm; bleed: {BLEED}mm; margin: 0 }}
body {{ margin: 0 }}
section {{ position: relative; height: {HEIGHT}mm; break-after: page; font: 14pt T }}
section > * {{ position: absolute }}
</style></head><body><section>
<div style="{at(FIELD, "background:#b3261f")}"></div>
<b style="{at(TITLE, "color:#14181f;font-size:24pt")}">Schwarz</b>
<p style="{at((10, 45, 60, 10), "color:#fff;margin:0")}">Weiß</p>
<svg style="{at(CODE)}" viewBox="0 0 3 3"><path d="M0 0h1v1h-1zM2 0h1v1h-1zM1 2h2v1h-2z"/></svg>
<p style="{at(TEXT, "color:#14181f;margin:0")}">Ein <u>schwarzer</u> Text.</p>
<div style="{at(RULE, "background:#808080")}"></div>
<img src="{picture("RGB")}" style="{at(PHOTO)}">
</section><section>
<div style="{at(GRADIENT, "background:linear-gradient(90deg,#f00,#f00 50%,#060 50%,#00f)")}"></div>
<div style="{at(FADE, "background:linear-gradient(90deg,rgba(255,0,0,0),#00f)")}"></div>
<div style="{at(GREYS, "background:linear-gradient(90deg,#000,#fff)")}"></div>
<img src="{picture("RGBA")}" style="{at(LOGO)}">
<img src="{picture("L")}" style="{at(LINES)}">
<svg style="{at(MASK)}" viewBox="0 0 20 20"><defs>
<pattern id="p" width="5" height="5" patternUnits="userSpaceOnUse">
<rect width="3" height="3" fill="#060"/></pattern>
<mask id="m" maskUnits="userSpaceOnUse" x="0" y="0" width="20" height="20">
<rect width="20" height="20" fill="#f80"/></mask></defs>
<rect width="20" height="9" fill="url(#p)" stroke="#f00"/>
<rect y="10" width="20" height="10" fill="#008080" mask="url(#m)"/></svg>
<p style="{at((10, 90, 60, 10), "color:#060;opacity:.5;margin:0")}">Durchscheinend</p>
</section></body></html>"""


@pytest.fixture(scope="module")
def layout() -> bytes:
    """Return two A6 pages with bleed as WeasyPrint lays them out."""
    return bytes(HTML(string=LAYOUT).write_pdf())


@pytest.fixture(scope="module")
def pressed(layout: bytes) -> bytes:
    return press(layout)


@pytest.fixture(scope="module")
def marked(layout: bytes) -> bytes:
    return press(layout, marks=True)


@pytest.fixture(scope="module")
def marked_plates(marked: bytes, tmp_path_factory: pytest.TempPathFactory) -> Plates:
    return separate(marked, tmp_path_factory.mktemp("marked"))


@pytest.fixture(scope="module")
def plates(pressed: bytes, tmp_path_factory: pytest.TempPathFactory) -> Plates:
    return separate(pressed, tmp_path_factory.mktemp("plates"))


def separate(pdf: bytes, folder: Path) -> Plates:
    """Return the plates that Ghostscript would expose for each page."""
    (folder / "in.pdf").write_bytes(pdf)
    run = ["gs", "-q", "-dSAFER", "-dBATCH", "-dNOPAUSE", "-sDEVICE=tiffsep", f"-r{DPI}"]
    subprocess.run([*run, "-o", folder / "p%d.tif", folder / "in.pdf"], check=True)
    pages = sorted(path.stem for path in folder.glob("p?.tif"))
    return [
        {
            colour: 1 - np.asarray(Image.open(folder / f"{page}({colour}).tif")) / 255
            for colour in ("Cyan", "Magenta", "Yellow", "Black")
        }
        for page in pages
    ]


def inks(
    page: dict[str, NDArray[np.float64]], place: tuple[float, ...], inset: float = 0.5
) -> NDArray[np.float64]:
    """Return the four plates of a place, without its soft edges; ``inset`` is in mm."""
    left, top, width, height = place
    x0, x1 = left + inset, left + width - inset
    y0, y1 = top + inset, top + height - inset
    x0, x1, y0, y1 = (round((BLEED + mm) / 25.4 * DPI) for mm in (x0, x1, y0, y1))
    return np.stack([plate[y0:y1, x0:x1] for plate in page.values()])


@cache
def opened(pdf: bytes) -> pikepdf.Pdf:
    """Return a PDF to look into; it stays open, its parts would be gone."""
    return pikepdf.open(io.BytesIO(pdf))


def streams(pdf: bytes) -> Iterator[Any]:
    """Yield every stream of a PDF that paints or is painted, and its pages."""
    yield from opened(pdf).pages
    for part in opened(pdf).objects:
        if isinstance(part, pikepdf.Stream) and (
            part.get("/Subtype") in {"/Form", "/Image"} or "/PatternType" in part
        ):
            yield part


def operators(pdf: bytes) -> Iterator[str]:
    for stream in streams(pdf):
        if stream.get("/Subtype") != "/Image":
            yield from (str(said.operator) for said in pikepdf.parse_content_stream(stream))


def images(pdf: bytes) -> list[Any]:
    return [stream for stream in streams(pdf) if stream.get("/Subtype") == "/Image"]


# --- colours


@pytest.mark.parametrize("colour", ["000000", "14181f", "1a1a1a", "0f0f0f"])
def test_what_the_eye_takes_for_black_is_k_alone(colour: str) -> None:
    assert ink(*(value / 255 for value in bytes.fromhex(colour))) == BLACK


@pytest.mark.parametrize("grey", [0.2, 0.4, 0.502, 0.6, 0.8, 0.95])
def test_a_grey_is_k_alone_and_prints_as_light_as_it(grey: float) -> None:
    *colours, black = ink(grey, grey, grey)
    assert colours == [0, 0, 0]
    paper = Image.new("CMYK", (1, 1), (0, 0, 0, round(black * 255)))
    screen = ImageCms.profileToProfile(
        paper,
        str(PROFILE),
        ImageCms.createProfile("sRGB"),
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        "RGB",
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    assert screen is not None
    assert np.asarray(screen).ravel() / 255 == pytest.approx([grey] * 3, abs=0.02)


def test_white_is_bare_paper() -> None:
    assert ink(1, 1, 1) == (0, 0, 0, 0)


def test_an_accent_is_clean() -> None:
    assert ink(*ACCENT) == pytest.approx((0, 0.93, 0.85, 0.28), abs=0.02)


def test_no_colour_has_too_much_ink_or_a_stray_dot() -> None:
    levels = [0, 0.1, 0.25, 0.5, 0.75, 1]
    for colour in itertools.product(levels, repeat=3):
        found = ink(*colour)
        assert sum(found) <= 3.0001
        assert all(part == 0 or 0.02 <= part <= 1 for part in found)


def test_a_colour_out_of_range_is_the_nearest_in_it() -> None:
    assert ink(1.5, -0.2, 0) == ink(1, 0, 0)


# --- plates


def test_black_text_and_codes_stand_on_the_black_plate_alone(plates: Plates) -> None:
    for place in (CODE, TEXT):
        *colours, black = inks(plates[0], place)
        assert np.max(colours) == 0
        assert black.max() == 1


def test_a_grey_rule_stands_on_the_black_plate_alone(plates: Plates) -> None:
    *colours, black = inks(plates[0], RULE)
    assert np.max(colours) == 0
    assert (
        black.min() == pytest.approx(black.max()) == pytest.approx(ink(0.5, 0.5, 0.5)[3], abs=0.02)
    )


def test_a_field_has_the_ink_of_its_colour_to_the_end_of_the_bleed(plates: Plates) -> None:
    found = inks(plates[0], (-BLEED, -BLEED, WIDTH + 2 * BLEED, 20), inset=0)
    for plate, wanted in zip(found, ink(*ACCENT), strict=True):
        assert plate.min() == pytest.approx(plate.max())
        assert plate.mean() == pytest.approx(wanted, abs=0.01)


def test_black_text_overprints_the_field_below(plates: Plates) -> None:
    _, magenta, _, black = inks(plates[0], TITLE)
    assert (black == 1).sum() > 100
    assert magenta.min() == pytest.approx(ink(*ACCENT)[1], abs=0.01)


def test_white_text_is_bare_paper(plates: Plates) -> None:
    assert (inks(plates[0], (10, 45, 20, 8)).sum(axis=0) == 0).sum() > 50


def test_a_grey_picture_and_a_grey_gradient_stand_on_the_black_plate_alone(plates: Plates) -> None:
    for place in (GREYS, LINES):
        *colours, black = inks(plates[1], place)
        assert np.max(colours) == 0
        assert black.max() - black.min() > 0.5


def test_a_gradient_goes_from_its_first_ink_to_its_last(plates: Plates) -> None:
    found = inks(plates[1], GRADIENT)[:, 20]
    assert found[:, 0] == pytest.approx(ink(1, 0, 0), abs=0.03)
    assert found[:, -1] == pytest.approx(ink(0, 0, 1), abs=0.03)


def test_the_edge_within_a_gradient_stays_sharp(plates: Plates) -> None:
    cyan = inks(plates[1], GRADIENT, inset=0)[0, 20]
    middle = len(cyan) // 2
    assert cyan[middle - 3] == pytest.approx(0, abs=0.02)
    assert cyan[middle + 3] == pytest.approx(ink(0, 0.4, 0)[0], abs=0.05)


# --- marks and boxes


def test_marks_stand_outside_the_bleed_in_black_alone(marked_plates: Plates) -> None:
    bleed, near = (round(mm / 25.4 * DPI) - 1 for mm in (SLUG, SLUG - 1))  # gs paints a pixel more
    for page in marked_plates:
        every = np.stack(list(page.values()))
        every[:, bleed:-bleed, bleed:-bleed] = 0
        assert every[:3].max() == 0
        assert every[3, near + 2 : -near - 2, near + 2 : -near - 2].max() == 0
        assert every[3].max() == 1


def test_marks_stand_in_line_with_the_trim(marked_plates: Plates) -> None:
    end = round((SLUG - 2) / 25.4 * DPI)
    trim = SLUG + BLEED
    for page in marked_plates:
        black = page["Black"]
        for end_of_page in (black[:end], black[-end:]):
            assert lines(end_of_page) == pytest.approx([trim, trim + WIDTH], abs=0.2)
        for side_of_page in (black[:, :end], black[:, -end:]):
            assert lines(side_of_page.T) == pytest.approx([trim, trim + HEIGHT], abs=0.2)


def lines(strip: NDArray[np.float64]) -> list[float]:
    """Return the places of two vertical lines in a strip of a plate, in mm."""
    places = np.nonzero(strip.max(axis=0))[0] + 0.5
    middle = strip.shape[1] / 2
    return [places[side].mean() / DPI * 25.4 for side in (places < middle, places > middle)]


def test_marks_change_nothing_within_the_bleed(marked: bytes, pressed: bytes) -> None:
    edge = SLUG * MM
    for bare, page in zip(render(pressed, 72), render(marked, 72), strict=True):
        size = (bare.shape[1], bare.shape[0])
        within = Image.fromarray(page).transform(
            size, Image.Transform.AFFINE, (1, 0, edge, 0, 1, edge), Image.Resampling.BILINEAR
        )
        assert np.abs(bare.astype(int) - np.asarray(within)).mean() < 3


@pytest.mark.parametrize("marks", [False, True])
def test_boxes_start_at_zero_and_are_exact(layout: bytes, marks: bool) -> None:
    slug = SLUG if marks else 0
    with pikepdf.open(io.BytesIO(press(layout, marks=marks))) as document:
        for page in document.pages:
            assert millimetres(page.MediaBox) == approx(
                0, 0, WIDTH + 2 * BLEED + 2 * slug, HEIGHT + 2 * BLEED + 2 * slug
            )
            assert millimetres(page.BleedBox) == approx(
                slug, slug, WIDTH + 2 * BLEED + slug, HEIGHT + 2 * BLEED + slug
            )
            assert millimetres(page.TrimBox) == approx(
                BLEED + slug, BLEED + slug, WIDTH + BLEED + slug, HEIGHT + BLEED + slug
            )
            assert "/CropBox" not in page


def millimetres(box: Any) -> list[float]:
    return [float(value) / MM for value in box]


def approx(*box: float) -> Any:
    return pytest.approx(box, abs=0.1 / MM)


# --- what the file says


def test_the_press_condition_is_named_and_its_profile_embedded(pressed: bytes) -> None:
    with pikepdf.open(io.BytesIO(pressed)) as document:
        (intent,) = document.Root.OutputIntents
        assert intent.S == Name.GTS_PDFX
        assert str(intent.OutputConditionIdentifier) == CONDITION == "FOGRA39"
        assert str(intent.RegistryName) == "http://www.color.org"
        assert str(intent.Info)
        assert intent.DestOutputProfile.N == 4
        assert intent.DestOutputProfile.read_bytes() == PROFILE.read_bytes()


def test_the_file_says_that_it_is_pdf_x_4(pressed: bytes) -> None:
    with pikepdf.open(io.BytesIO(pressed)) as document:
        assert document.pdf_version == "1.6"
        assert document.docinfo.Trapped == "/False"
        assert document.docinfo.Title == "Zwölf & eins"
        said = document.open_metadata()
        assert said["pdfxid:GTS_PDFXVersion"] == "PDF/X-4"
        assert said["dc:title"] == "Zwölf & eins"
        assert said["xmp:CreateDate"] == said["xmp:ModifyDate"] == "2000-01-01T00:00:00+00:00"
        assert said["xmpMM:DocumentID"].startswith("uuid:")


def test_the_dates_of_a_document_are_kept() -> None:
    with sheet(b"") as document:
        document.docinfo["/CreationDate"] = "D:20261124120000+01'00'"
        made = press(saved(document))
    with pikepdf.open(io.BytesIO(made)) as document:
        assert (
            document.docinfo.CreationDate == document.docinfo.ModDate == "D:20261124120000+01'00'"
        )
        assert document.open_metadata()["xmp:CreateDate"] == "2026-11-24T12:00:00+01:00"


@pytest.mark.parametrize("marks", [False, True])
def test_the_file_is_sound(layout: bytes, marks: bool) -> None:
    with pikepdf.open(io.BytesIO(press(layout, marks=marks))) as document:
        assert document.check_pdf_syntax() == []
        assert document.get_warnings() == []


def test_links_and_tags_are_left_out_and_the_language_is_kept(pressed: bytes) -> None:
    with pikepdf.open(io.BytesIO(pressed)) as document:
        assert set(document.Root.keys()) == {
            "/Type",
            "/Pages",
            "/Lang",
            "/OutputIntents",
            "/Metadata",
        }
        assert all("/Annots" not in page for page in document.pages)


def test_every_font_stays_as_it_is(layout: bytes, pressed: bytes) -> None:
    def fonts(pdf: bytes) -> list[bytes]:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            return sorted(
                part.FontFile2.read_bytes()
                for part in document.objects
                if isinstance(part, Dictionary) and "/FontFile2" in part
            )

    assert fonts(pressed) == fonts(layout) != []


def test_the_same_layout_gives_the_same_bytes_in_any_process(
    layout: bytes, pressed: bytes, tmp_path: Path
) -> None:
    (tmp_path / "in.pdf").write_bytes(layout)
    script = (
        "import sys; from materials.press import press;"
        "sys.stdout.buffer.write(press(open(sys.argv[1], 'rb').read()))"
    )
    for seed, zone in (("1", "Asia/Tokyo"), ("2", "America/Lima")):
        run = subprocess.run(
            [sys.executable, "-c", script, tmp_path / "in.pdf"],
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
            cwd=Path(pressing.__file__).parents[1],
            capture_output=True,
            check=True,
        )
        assert run.stdout == pressed


def test_another_file_has_another_identity(marked: bytes, pressed: bytes) -> None:
    one, other = (opened(pdf).open_metadata()["xmpMM:DocumentID"] for pdf in (pressed, marked))
    assert one != other


# --- nothing of the screen is left


def test_no_colour_of_the_screen_is_left(layout: bytes, pressed: bytes) -> None:
    assert {"rg", "RG"} <= set(operators(layout))
    assert not {"rg", "RG", "sc", "SC"} & set(operators(pressed))
    with pikepdf.open(io.BytesIO(layout)) as before, pikepdf.open(io.BytesIO(pressed)) as after:
        assert any("/DeviceRGB" in words(part) for part in before.objects)
        assert not any("/DeviceRGB" in words(part) for part in after.objects)
        assert not any("/Lab" in words(part) for part in after.objects)


def words(part: Any) -> set[str]:
    """Return all names that stand in an object itself, the content of a stream not included."""
    if isinstance(part, pikepdf.Stream):
        part = part.stream_dict
    return set(part.unparse().decode("latin-1").replace("[", " ").replace("]", " ").split())


def test_pictures_are_cmyk_or_grey_and_keep_their_alpha(pressed: bytes) -> None:
    spaces = [str(image.ColorSpace) for image in images(pressed)]
    assert sorted(spaces) == ["/DeviceCMYK", "/DeviceCMYK", "/DeviceGray", "/DeviceGray"]
    (logo,) = (image for image in images(pressed) if "/SMask" in image)
    alpha = np.frombuffer(logo.SMask.read_bytes(), np.uint8).reshape(40, 40)
    assert alpha[0, [0, 20, 39]].tolist() == [0, 120, 234]


def test_a_soft_mask_stays_light_not_ink(pressed: bytes) -> None:
    states = [
        state
        for part in contents(pressed)
        for state in part.Resources.get("/ExtGState", Dictionary()).values()
    ]
    masks = [state.SMask.G for state in states if "/SMask" in state]
    assert masks
    for mask in masks:
        assert mask.Group.CS == "/DeviceGray"
        used = {str(said.operator) for said in pikepdf.parse_content_stream(mask)}
        assert not used & {"rg", "RG", "k", "K"}


def test_overprint_is_set_for_pure_black_and_for_nothing_else(pressed: bytes) -> None:
    checked = [told for stream in contents(pressed) for told in paints(stream)]
    assert {is_black for _, is_black in checked} == {True, False}
    assert all(overprints == is_black for overprints, is_black in checked)


def contents(pdf: bytes) -> Iterator[Any]:
    return (part for part in streams(pdf) if part.get("/Subtype") != "/Image")


def paints(stream: Any) -> Iterator[tuple[bool, bool]]:
    """Yield of each fill and stroke whether it overprints, and whether it is 100 % K."""
    black = {"k": False, "K": False}
    state: Any = Dictionary(op=False, OP=False)
    saved: list[tuple[dict[str, bool], Any]] = []
    for said in pikepdf.parse_content_stream(stream):
        name = str(said.operator)
        if name == "q":
            saved.append((black.copy(), state))
        elif name == "Q":
            black, state = saved.pop()
        elif name == "gs" and "/OP" in (told := stream.Resources.ExtGState[said.operands[0]]):
            state = told
        elif name in COLOURS:
            black[COLOURS[name]] = [str(part) for part in said.operands] == ["0", "0", "0", "1"]
        elif name in FILLS | STROKES:
            key = "k" if name in FILLS else "K"
            yield bool(state.op if name in FILLS else state.OP), black[key]


@pytest.mark.parametrize(
    ("content", "stroke", "fill"),
    [
        pytest.param(b"0 g", False, True, id="fill"),
        pytest.param(b"0 G", True, False, id="stroke"),
        pytest.param(b"0 0 0 rg 0 0 0 RG", True, True, id="both"),
        pytest.param(b"0 g 1 g", False, False, id="white again"),
        pytest.param(b"q 0 g Q", False, False, id="restored"),
        pytest.param(b"0 g q 1 g Q", False, True, id="white only between"),
        pytest.param(b"0 0 0 1 k", False, True, id="already ink"),
        pytest.param(b"/DeviceRGB cs 0 0 0 scn 1 0 0 SC", False, True, id="by colour space"),
        pytest.param(b"/DeviceRGB cs", False, True, id="the first of a colour space"),
        pytest.param(b"0 g /Pattern cs /P scn", False, False, id="pattern"),
    ],
)
def test_overprint_follows_the_graphics_state(content: bytes, stroke: bool, fill: bool) -> None:
    made = press(saved(sheet(content + b" 0 0 9 9 re f 0 0 9 9 re S")))
    found = [told for part in contents(made) for told in paints(part)]
    assert [overprints for overprints, _ in found] == [fill, stroke]


def test_the_page_offers_its_overprint_to_whoever_fills_a_slot(pressed: bytes) -> None:
    for page in opened(pressed).pages:
        state: Any = page.Resources["/ExtGState"][OVERPRINT]
        assert [state.OP, state.op, state.OPM] == [True, True, 1]


@pytest.mark.parametrize(
    ("colour", "said", "overprints"),
    [((0, 0, 0), b"0 0 0 1 k", True), ((1, 1, 1), b"0 0 0 0 k", False)],
)
def test_a_slot_is_filled_in_the_inks_of_the_press(
    colour: tuple[float, float, float], said: bytes, overprints: bool
) -> None:
    state, rest = ON_PRESS.fill(*colour).split(b" gs ")
    assert rest == said
    assert ON_PRESS.states[state.decode()]["/op"] is overprints


def test_a_slot_stays_empty_where_it_is() -> None:
    document = sheet(b"q 20 0 0 20 5 5 cm /X Do Q")
    keys = {"Type": Name.XObject, "Subtype": Name.Form, "BBox": Array([0, 0, 1, 1]), "Kind": 1}
    slot = document.make_stream(b"", **keys)
    document.pages[0].Resources.XObject = Dictionary(X=slot)
    (kept,) = opened(press(saved(document))).pages[0].Resources["/XObject"].values()
    assert kept.read_bytes() == b""
    assert kept.keys() - {"/Filter", "/Length"} == {f"/{key}" for key in keys}


def test_strings_are_not_mistaken_for_colours() -> None:
    made = press(saved(sheet(rb"BT (1 0 0 rg \) 1 0 0 RG) Tj <312030207267> Tj ET")))
    with pikepdf.open(io.BytesIO(made)) as document:
        texts = [
            bytes(said.operands[0])
            for said in pikepdf.parse_content_stream(document.pages[0])
            if str(said.operator) == "Tj"
        ]
    assert texts == [b"1 0 0 rg ) 1 0 0 RG", b"1 0 rg"]


def test_the_press_pdf_looks_like_the_layout(layout: bytes, pressed: bytes) -> None:
    for before, after in zip(render(layout, 72), render(pressed, 72), strict=True):
        apart = np.abs(before.astype(int) - after).mean(axis=2)
        assert before.shape == after.shape
        assert apart.mean() < 12
        assert (apart > 90).mean() < 0.01


def render(pdf: bytes, dpi: int) -> list[NDArray[np.uint8]]:
    pages = pypdfium2.PdfDocument(pdf)
    return [page.render(scale=dpi / 72).to_numpy().copy() for page in pages]


# --- what is refused


def sheet(content: bytes, **resources: Any) -> pikepdf.Pdf:
    """Return a small PDF of one page, trimmed to the whole of it."""
    document = pikepdf.new()
    document.add_blank_page(page_size=(50, 50))
    page = document.pages[0]
    page.trimbox = page.mediabox
    page.obj.Resources = Dictionary(**resources)
    page.obj.Contents = document.make_stream(content)
    return document


def saved(document: pikepdf.Pdf, **how: Any) -> bytes:
    file = io.BytesIO()
    document.save(file, **how)
    return file.getvalue()


def untrimmed() -> bytes:
    document = sheet(b"")
    del document.pages[0].obj.TrimBox
    return saved(document)


def trimmed_too_wide() -> bytes:
    document = sheet(b"")
    document.pages[0].trimbox = Array([0, 0, 60, 50])
    return saved(document)


def encrypted(user: str) -> bytes:
    return saved(sheet(b""), encryption=pikepdf.Encryption(owner="b", user=user))


def shading(**keys: Any) -> Dictionary:
    """Return a shading from red on the left to blue on the right."""
    line = Dictionary(FunctionType=2, Domain=[0, 1], C0=[1, 0, 0], C1=[0, 0, 1], N=1)
    given = {"ShadingType": 2, "ColorSpace": Name.DeviceRGB, "Coords": Array([0, 0, 50, 0])}
    return Dictionary(**{**given, "Function": line, **keys})


def shaded(**keys: Any) -> bytes:
    return saved(sheet(b"/S sh", Shading=Dictionary(S=shading(**keys))))


def image(document: pikepdf.Pdf, content: bytes = b"\x00\x80\xff", **keys: Any) -> Any:
    given = {"Width": 1, "Height": 1, "ColorSpace": Name.DeviceRGB, "BitsPerComponent": 8}
    return document.make_stream(content, **{"Subtype": Name.Image, **given, **keys})


def pictured(content: bytes = b"\x00\x80\xff", **keys: Any) -> bytes:
    document = sheet(b"/I Do")
    picture = image(document, content, **keys)
    document.pages[0].Resources.XObject = Dictionary(I=picture)
    return saved(document)


CALCULATED = Dictionary(FunctionType=4)
LAB = Array([Name.Lab, Dictionary(WhitePoint=[1, 1, 1])])
TYPE_3 = Dictionary(F=Dictionary(Subtype=Name.Type3))


@pytest.mark.parametrize(
    ("made", "said"),
    [
        pytest.param(lambda: b"no PDF", "no PDF", id="no PDF"),
        pytest.param(lambda: b"", "no PDF", id="nothing"),
        pytest.param(lambda: saved(sheet(b""))[:-200], "no PDF", id="half of one"),
        pytest.param(lambda: encrypted("a"), "encrypted", id="encrypted"),
        pytest.param(lambda: encrypted(""), "encrypted", id="encrypted, open to all"),
        pytest.param(untrimmed, "no TrimBox", id="no TrimBox"),
        pytest.param(trimmed_too_wide, "out of its MediaBox", id="TrimBox too wide"),
        pytest.param(lambda: shaded(ShadingType=1), "linear nor radial", id="shading by function"),
        pytest.param(lambda: shaded(Function=CALCULATED), "linear pieces", id="calculated"),
        pytest.param(lambda: shaded(ColorSpace=LAB), "not a device's", id="Lab shading"),
        pytest.param(lambda: pictured(ColorSpace=LAB), "not a device's", id="Lab image"),
        pytest.param(lambda: pictured(BitsPerComponent=16), "16 bits", id="16 bits"),
        pytest.param(lambda: pictured(Decode=[1, 0] * 3), "Decode", id="inverted image"),
        pytest.param(lambda: pictured(Filter=Name.DCTDecode), "cannot be read", id="no JPEG"),
        pytest.param(lambda: pictured(Mask=Array([0, 1] * 3)), "colour key", id="colour key"),
        pytest.param(lambda: saved(sheet(b"/lab cs 1 1 1 scn")), "space /lab", id="Lab colour"),
        pytest.param(lambda: saved(sheet(b"1 0 rg")), "one nor three", id="two numbers"),
        pytest.param(lambda: saved(sheet(b"", Font=TYPE_3)), "Type 3", id="Type 3 font"),
        pytest.param(
            lambda: saved(sheet(b"BI /W 1 /H 1 /CS /RGB /BPC 8 ID abc EI")), "image", id="inline"
        ),
        pytest.param(lambda: dated("yesterday"), "'yesterday', which is none", id="date"),
    ],
)
def test_what_cannot_be_pressed_is_refused_in_a_sentence(
    made: Callable[[], bytes], said: str
) -> None:
    with pytest.raises(PressError, match=said) as caught:
        press(made())
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


def dated(date: str) -> bytes:
    document = sheet(b"")
    document.docinfo["/CreationDate"] = date
    return saved(document)


@pytest.mark.parametrize(
    "keys",
    [
        pytest.param({"ImageMask": True}, id="stencil"),
        pytest.param({"ColorSpace": Name.DeviceGray, "BitsPerComponent": 1}, id="line drawing"),
        pytest.param({"ColorSpace": Name.DeviceCMYK}, id="CMYK"),
    ],
)
def test_a_picture_that_is_ink_already_stays_as_it_is(keys: dict[str, Any]) -> None:
    given = pictured(**keys)
    (before,), (after,) = images(given), images(press(given))
    assert after.read_bytes() == before.read_bytes()


def test_a_picture_with_a_palette_is_converted() -> None:
    palette = Array([Name.Indexed, Name.DeviceRGB, 0, pikepdf.String(b"\xff\x00\x00")])
    (found,) = images(press(pictured(ColorSpace=palette)))
    assert found.ColorSpace == "/DeviceCMYK"
    assert found.read_bytes() == bytes(round(255 * part) for part in ink(1, 0, 0))


def test_a_picture_whose_colours_are_all_grey_becomes_grey() -> None:
    (found,) = images(press(pictured(b"\x80\x80\x80")))
    assert found.ColorSpace == "/DeviceGray"
    assert 1 - found.read_bytes()[0] / 255 == pytest.approx(ink(0.502, 0.502, 0.502)[3], abs=0.01)


def masked() -> bytes:
    """Return a page with a soft mask that is painted in colours of the screen."""
    document = sheet(b"/M gs 0 1 0 rg 0 0 50 50 re f")
    group = document.make_stream(
        b"1 0 0 rg 0 0 9 9 re f 0 1 0 0 k 0 0 0 1 K q 9 0 0 9 0 0 cm /I Do Q /S sh",
        Subtype=Name.Form,
        BBox=Array([0, 0, 50, 50]),
        Group=Dictionary(S=Name.Transparency, CS=Name.DeviceRGB),
        Resources=Dictionary(
            XObject=Dictionary(I=image(document, b"\xff\x00\x00")),
            Shading=Dictionary(S=shading()),
        ),
    )
    state = Dictionary(SMask=Dictionary(S=Name.Luminosity, G=group))
    document.pages[0].Resources.ExtGState = Dictionary(M=state)
    return saved(document)


def test_the_colours_of_a_soft_mask_become_their_light() -> None:
    mask: Any = opened(press(masked())).pages[0].Resources["/ExtGState"]["/M"].SMask.G
    said = pikepdf.unparse_content_stream(pikepdf.parse_content_stream(mask))
    assert said.startswith(b"0.3 g")
    assert b"0.41 g\n0 G" in said
    assert mask.Resources.XObject.I.read_bytes() == bytes([76])
    assert mask.Resources.Shading.S.ColorSpace == "/DeviceGray"
    shades = mask.Resources.Shading.S.Function.read_bytes()
    assert [shades[0], shades[-1]] == [76, 28]


@pytest.mark.parametrize("marks", [False, True])
def test_a_gradient_moves_along_with_its_page(marks: bool) -> None:
    pattern = Dictionary(PatternType=2, Shading=shading(Coords=Array([-20, 0, 30, 0])))
    document = sheet(b"/Pattern cs /P scn -20 -20 50 50 re f", Pattern=Dictionary(P=pattern))
    document.pages[0].mediabox = document.pages[0].trimbox = Array([-20, -20, 30, 30])
    (page,) = render(press(saved(document), marks=marks), 72)
    edge = round(SLUG * MM) + 2 if marks else 2
    left, right = page[page.shape[0] // 2, [edge, -edge]].tolist()  # blue, green, red
    assert left[2] - left[0] > 100
    assert right[0] - right[2] > 50


def test_a_press_pdf_can_be_pressed_again(pressed: bytes) -> None:
    again = press(pressed)
    for before, after in zip(contents(pressed), contents(again), strict=True):
        assert [*paints(before)] == [*paints(after)]
    assert len(opened(again).Root.OutputIntents) == 1


def test_a_form_without_resources_and_the_group_of_a_page_are_converted() -> None:
    document = sheet(b"/X Do")
    form = document.make_stream(b"0 g 0 0 9 9 re f", Subtype=Name.Form, BBox=[0, 0, 9, 9])
    page = document.pages[0]
    page.Resources.XObject = Dictionary(X=form)
    page.obj.Group = Dictionary(S=Name.Transparency, CS=Name.DeviceRGB)
    made: Any = opened(press(saved(document))).pages[0]
    assert made.Group.CS == "/DeviceCMYK"
    assert [*paints(made.Resources.XObject.X)] == [(True, True)]
