import io
import json
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pikepdf
import pytest
import weasyprint
import zxingcpp
from pikepdf import Array, Dictionary, Name, Pdf
from PIL import Image

from materials.inspection.report import Finding, InspectionError, Report, annotated, inspect
from materials.library import home
from materials.sheets import Output
from tests.materials.conftest import printed_sheet

URL = "HTTPS://PHILOS.EXAMPLE/000001"
MM = 72 / 25.4
FONT = (home() / "fonts" / "NotoSans-Regular.ttf").as_uri()
STYLE = f"""
@font-face {{ font-family: Probe; src: url({FONT}) }}
@page {{ size: 105mm 148mm; margin: 0; bleed: 3mm }}
body {{ margin: 0; font: 9pt Probe }}
div {{ position: absolute }}
"""
BAND = '<div style="left: -3mm; top: -3mm; width: 111mm; height: 30mm; background: #a22"></div>'
IMPRINT = """<div style="left: 8mm; top: 130mm; width: 90mm">Herausgeber: Bündnis, Weg 1, 04315
Leipzig<br>Druck: Druckerei, Weg 2, 04315 Leipzig</div>"""


@cache
def rows(level: str = "M", content: str = URL) -> list[list[bool]]:
    """Return the modules of a QR code, True for dark."""
    made = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.QRCode, ec_level=level)
    picture = np.array(made.to_image(scale=1, add_quiet_zones=False))
    return [[bool(module == 0) for module in row] for row in picture]


def qr(module: float = 0.6, level: str = "M", colour: str = "#000", place: str = "8 60") -> str:
    """Return a QR code in HTML with its upper left module at ``place``, all in mm."""
    side = len(rows(level))
    path = "".join(
        f"M{x} {y}h1v1h-1z"
        for y, row in enumerate(rows(level))
        for x, dark in enumerate(row)
        if dark
    )
    left, top = place.split()
    return (
        f'<div style="left: {left}mm; top: {top}mm; line-height: 0"><svg width="{side * module}mm" '
        f'height="{side * module}mm" viewBox="0 0 {side} {side}">'
        f'<path fill="{colour}" d="{path}"/></svg></div>'
    )


@cache
def flyer(body: str = qr(), style: str = "", usual: str = BAND + IMPRINT) -> bytes:
    """Return a flyer A6 with bleed; without arguments nothing is wrong with it."""
    html = f"<style>{STYLE}{style}</style>{usual}{body}"
    return bytes(weasyprint.HTML(string=html).write_pdf() or b"")


def drawn(
    content: str, *, size: float = 100, change: Callable[[Pdf], object] = bool, **resources: Any
) -> bytes:
    """Return a square page with a content stream in mm from its lower left corner."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(size * MM, size * MM))
    page.obj.TrimBox = page.obj.MediaBox
    page.obj.Resources = Dictionary(**resources)
    page.obj.Contents = pdf.make_stream(f"{MM} 0 0 {MM} 0 0 cm {content}".encode())
    change(pdf)
    return saved(pdf)


def saved(pdf: Pdf, **options: Any) -> bytes:
    file = io.BytesIO()
    pdf.save(file, **options)
    return file.getvalue()


def changed(pdf: bytes, change: Callable[[Pdf], object]) -> bytes:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        change(document)
        return saved(document)


def found(pdf: bytes) -> dict[str, str]:
    """Return the checks that found something, with their levels."""
    return {finding.check: finding.level for finding in inspect(pdf).findings}


def only(pdf: bytes, check: str) -> Finding:
    (finding,) = (finding for finding in inspect(pdf).findings if finding.check == check)
    return finding


def test_a_sound_flyer_has_no_findings() -> None:
    report = inspect(flyer())
    assert report.ok
    assert not report.findings
    (size,) = report.pages
    assert size.trim == pytest.approx((105, 148))
    assert size.bleed == pytest.approx((111, 154))


def test_a_code_is_measured() -> None:
    (code,) = inspect(flyer()).codes
    assert (code.content, code.page, code.level, code.version) == (URL, 1, "M", 2)
    assert code.box == pytest.approx((8, 60, 15, 15), abs=0.1)
    assert code.module == pytest.approx(0.6, rel=0.01)
    assert code.contrast == pytest.approx(1, abs=0.02)
    assert code.scans == {"300 dpi": True, "150 dpi": True, "phone-like": True}
    assert not code.inverted


@pytest.mark.parametrize(
    ("module", "level"),
    [
        (0.15, "error"),
        (0.30, "error"),
        (0.34, "error"),
        (0.39, "error"),
        (0.40, "warning"),
        (0.48, "warning"),
        (0.50, None),
        (1.50, None),
    ],
)
def test_small_modules_are_found_and_measured(module: float, level: str | None) -> None:
    report = inspect(flyer(qr(module)))
    assert report.codes[0].module == pytest.approx(module, rel=0.01)
    assert found(flyer(qr(module))).get("qr-module") == level


def test_a_finding_says_what_where_and_what_to_do() -> None:
    finding = only(flyer(qr(0.3)), "qr-module")
    assert finding.page == 1
    assert finding.message == (
        f"The QR code {URL} at 8, 60 mm has modules of 0.30 mm, and most phones fail below "
        "0.33 mm; make it at least 1.33 times as large."
    )


@pytest.mark.parametrize(("module", "reads"), [(0.15, False), (0.25, False), (0.40, True)])
def test_a_code_too_small_is_not_read_as_a_phone_would(module: float, reads: bool) -> None:
    (code,) = inspect(flyer(qr(module))).codes
    assert code.scans["phone-like"] is reads
    assert ("qr-scan" in found(flyer(qr(module)))) is not reads


BARS = {  # at a distance from the symbol of 15 mm at 8, 60
    "left": "left: calc(7mm - {gap}mm); top: 66mm; width: 1mm; height: 1mm",
    "right": "left: calc(23mm + {gap}mm); top: 66mm; width: 1mm; height: 1mm",
    "above": "left: 14mm; top: calc(59mm - {gap}mm); width: 1mm; height: 1mm",
    "below": "left: 14mm; top: calc(75mm + {gap}mm); width: 1mm; height: 1mm",
}


@pytest.mark.parametrize("side", BARS)
@pytest.mark.parametrize(("gap", "level"), [(1, "error"), (3, "error"), (4, None)])
def test_the_quiet_zone_is_measured_on_each_side(side: str, gap: float, level: str | None) -> None:
    bar = f'<div style="background: #333; {BARS[side].format(gap=gap * 0.6)}"></div>'
    pdf = flyer(qr() + bar)
    assert inspect(pdf).codes[0].quiet_zone == pytest.approx(gap, abs=0.25)
    assert found(pdf).get("qr-quiet-zone") == level


def test_the_paper_ends_the_quiet_zone() -> None:
    assert "qr-quiet-zone" in found(flyer(qr(place="1.2 60")))


def test_a_code_at_its_least_size_may_lack_nothing_else() -> None:
    patch = (
        '<div style="left: 6.4mm; top: 58.4mm; width: 13.2mm; height: 13.2mm; background: #fff">'
    )
    dark = '<div style="left: 4mm; top: 50mm; width: 30mm; height: 40mm; background: #333"></div>'
    assert found(flyer(dark + patch + "</div>" + qr(0.4))) == {"qr-module": "warning"}


def test_light_on_dark_is_found_and_refused() -> None:
    dark = '<div style="left: 4mm; top: 55mm; width: 30mm; height: 30mm; background: #000"></div>'
    pdf = flyer(dark + qr(colour="#fff"))
    (code,) = inspect(pdf).codes
    assert code.inverted
    assert found(pdf) == {"qr-inverted": "error"}
    assert "is light on dark; many phones do not read it" in only(pdf, "qr-inverted").message


@pytest.mark.parametrize(
    ("colour", "level"), [("#000", None), ("#777", None), ("#bbb", "error"), ("#0a0", None)]
)
def test_contrast_is_the_difference_of_reflectance(colour: str, level: str | None) -> None:
    assert found(flyer(qr(colour=colour))).get("qr-contrast") == level


@pytest.mark.parametrize(("level", "said"), [("L", "warning"), ("M", None), ("Q", None)])
def test_the_weakest_error_correction_is_a_warning(level: str, said: str | None) -> None:
    assert found(flyer(qr(level=level))).get("qr-level") == said


def test_a_turned_code_is_measured_all_the_same() -> None:
    turned = f'<section style="transform: rotate(30deg); transform-origin: 20mm 70mm">{qr()}'
    (code,) = inspect(flyer(turned)).codes
    assert code.module == pytest.approx(0.6, rel=0.02)
    assert code.quiet_zone >= 4


def turn(pdf: Pdf) -> None:
    pdf.pages[0].obj.Rotate = 90


def grow(pdf: Pdf) -> None:
    pdf.pages[0].obj.UserUnit = 2


def test_a_turned_page_is_measured_as_it_is_seen() -> None:
    report = inspect(changed(flyer(), turn))
    assert not report.findings
    assert report.pages[0].trim == pytest.approx((148, 105))
    assert report.codes[0].box[:2] == pytest.approx((148 - 60 - 15, 8), abs=0.1)


def test_a_page_in_larger_units_is_measured_in_mm() -> None:
    report = inspect(changed(flyer(qr(0.4)), grow))
    assert report.pages[0].trim == pytest.approx((210, 296))
    assert report.codes[0].module == pytest.approx(0.8, rel=0.01)


def bare_fonts(pdf: Pdf) -> None:
    for part in pdf.objects:
        if isinstance(part, Dictionary) and part.get("/Type") == "/FontDescriptor":
            del part["/FontFile2"]


def test_a_font_that_is_not_embedded_is_an_error() -> None:
    pdf = changed(flyer(), bare_fonts)
    assert found(pdf)["font"] == "error"
    assert "The font Probe of the text at 8, 133 mm is not embedded" in only(pdf, "font").message


@pytest.mark.parametrize(
    ("font", "level"),
    [
        pytest.param(Dictionary(Subtype=Name.Type1, BaseFont=Name.Helvetica), "error", id="bare"),
        pytest.param(Dictionary(Subtype=Name.Type3), None, id="drawn by the file"),
    ],
)
@pytest.mark.parametrize("inside", [False, True], ids=["page", "form"])
def test_fonts_are_judged_where_they_are_used(
    font: Dictionary, level: str | None, inside: bool
) -> None:
    fonts, text = Dictionary(F=font), "BT /F 3 Tf 20 20 Td (Text) Tj ET"

    def hide(pdf: Pdf) -> None:
        form = pdf.make_stream(text.encode(), Subtype=Name.Form, BBox=Array([0, 0, 300, 300]))
        form.Resources = Dictionary(Font=fonts)
        pdf.pages[0].obj.Resources = Dictionary(XObject=Dictionary(X=form))

    pdf = drawn("/X Do", change=hide) if inside else drawn(text, Font=fonts)
    assert found(pdf).get("font") == level
    assert "font" not in found(drawn("", Font=fonts))


def test_a_letter_that_the_font_lacks_is_an_error() -> None:
    def miss(document: Pdf) -> None:
        page = document.pages[0]
        shown = page.Contents.read_bytes().replace(b" TJ", b" TJ <00000000> Tj", 1)
        page.obj.Contents = document.make_stream(shown)

    missing = changed(flyer(), miss)
    assert found(missing) == {"glyph": "error"}
    assert "The text at 8, 133 mm has a letter that" in only(missing, "glyph").message
    assert "one of 2 on this page" in only(missing, "glyph").message


def test_the_sign_for_an_unknown_letter_is_an_error() -> None:
    assert only(column("Vorl\ufffdufig"), "glyph").level == "error"


def picture(pixels: int, *, mode: str = "L", value: Any = 128) -> Callable[[Pdf], None]:
    """Return what puts a square picture into a page as /X."""

    def put(pdf: Pdf) -> None:
        image = Image.new(mode, (pixels, pixels), value)
        space = {"L": Name.DeviceGray, "1": Name.DeviceGray, "CMYK": Name.DeviceCMYK}.get(mode)
        stream = pdf.make_stream(
            image.tobytes(),
            Subtype=Name.Image,
            Width=pixels,
            Height=pixels,
            BitsPerComponent=1 if mode == "1" else 8,
            ColorSpace=space or Name.DeviceRGB,
        )
        pdf.pages[0].obj.Resources = Dictionary(XObject=Dictionary(X=stream))

    return put


@pytest.mark.parametrize(
    ("pixels", "mode", "level"),
    [
        (72, "L", "error"),
        (149, "L", "error"),
        (151, "L", "warning"),
        (296, "L", "warning"),
        (300, "L", None),
        (288, "1", "error"),
        (400, "1", "warning"),
        (600, "1", None),
    ],
)
def test_pictures_have_the_resolution_of_their_printed_size(
    pixels: int, mode: str, level: str | None
) -> None:
    pdf = drawn("25.4 0 0 25.4 20 30 cm /X Do", change=picture(pixels, mode=mode))
    assert found(pdf).get("image-dpi") == level
    if level:
        assert f"at 20, 45 mm has {pixels} dpi" in only(pdf, "image-dpi").message
        assert only(pdf, "image-dpi").box == pytest.approx((20, 44.6, 25.4, 25.4), abs=0.01)


def test_a_picture_in_a_form_and_turned_keeps_its_resolution() -> None:
    def nest(pdf: Pdf) -> None:
        picture(300)(pdf)
        inner = pdf.pages[0].obj.Resources
        form = pdf.make_stream(b"0 10 -10 0 0 0 cm /X Do", Subtype=Name.Form, Resources=inner)
        form.Matrix = Array([2, 0, 0, 2, 0, 0])
        pdf.pages[0].obj.Resources = Dictionary(XObject=Dictionary(F=form))

    assert "image-dpi" not in found(drawn("q 1.27 0 0 1.27 50 50 cm /F Do Q", change=nest))
    assert found(drawn("q 2.6 0 0 2.6 60 30 cm /F Do Q", change=nest))["image-dpi"] == "error"


def test_a_picture_written_into_the_page_counts_too() -> None:
    inline = "20 0 0 20 10 10 cm BI /W 4 /H 4 /BPC 8 /CS /G ID " + "a" * 16 + " EI"
    assert found(drawn(inline))["image-dpi"] == "error"


def test_a_picture_drawn_often_is_one_finding() -> None:
    often = "q 25.4 0 0 25.4 0 0 cm /X Do Q " * 5
    assert only(drawn(often, change=picture(72)), "image-dpi").level == "error"


@pytest.mark.parametrize(
    ("colour", "level"),
    [
        ("1 1 1 0 k", None),
        ("1 1 0.9 0.2 k", "warning"),
        ("1 1 1 0.4 k", "error"),
        ("1 1 1 0.4 K", "error"),
        ("/DeviceCMYK cs 1 1 1 0.4 sc", "error"),
        ("/Own CS 1 1 1 0.4 SCN", "error"),
        ("0 0 0 1 k", None),
        ("1 1 1 rg", None),
    ],
)
def test_all_inks_together_have_a_limit(colour: str, level: str | None) -> None:
    def own(pdf: Pdf) -> None:
        profile = pdf.make_stream(b"", N=4)
        pdf.pages[0].obj.Resources = Dictionary(
            ColorSpace=Dictionary(Own=Array([Name.ICCBased, profile]))
        )

    assert found(drawn(f"{colour} 10 10 20 20 re f", change=own)).get("ink") == level


@pytest.mark.parametrize(
    ("value", "level"), [((255, 255, 255, 102), "error"), ((60, 50, 50, 255), None)]
)
def test_the_inks_of_pictures_count(value: tuple[int, ...], level: str | None) -> None:
    put = picture(300, mode="CMYK", value=value)
    pdf = drawn("25.4 0 0 25.4 20 30 cm /X Do", change=put)
    assert found(pdf).get("ink") == level
    assert level is None or "340 % in the picture at 20, 45 mm" in only(pdf, "ink").message


def test_the_inks_of_a_picture_stored_as_its_negative_count() -> None:
    def negative(pdf: Pdf) -> None:
        picture(300, mode="CMYK", value=(0, 0, 0, 0))(pdf)
        pdf.pages[0].obj.Resources.XObject.X.Decode = Array([1, 0] * 4)

    assert found(drawn("25.4 0 0 25.4 20 30 cm /X Do", change=negative))["ink"] == "error"


def test_the_inks_of_a_pattern_count() -> None:
    def tile(pdf: Pdf) -> None:
        pattern = pdf.make_stream(b"1 1 1 0.4 k 0 0 9 9 re f", PatternType=1, PaintType=1)
        pattern.TilingType, pattern.XStep, pattern.YStep = 1, 9, 9
        pattern.BBox = Array([0, 0, 9, 9])
        pdf.pages[0].obj.Resources = Dictionary(Pattern=Dictionary(P=pattern))

    content = "/Pattern cs /P scn 20 20 20 20 re f"
    assert found(drawn(content, change=tile))["ink"] == "error"


def by_info(pdf: Pdf) -> None:
    pdf.docinfo["/GTS_PDFXVersion"] = "PDF/X-4"


def by_intent(pdf: Pdf) -> None:
    pdf.Root.OutputIntents = Array([Dictionary(S=Name.GTS_PDFX)])


def by_metadata(pdf: Pdf) -> None:
    with pdf.open_metadata() as metadata:
        metadata["{http://www.npes.org/pdfx/ns/id/}GTS_PDFXVersion"] = "PDF/X-4"


@pytest.mark.parametrize("declare", [by_info, by_intent, by_metadata])
@pytest.mark.parametrize(
    ("colour", "level"),
    [("1 0 0 rg", "error"), ("/DeviceRGB cs 1 0 0 sc", "error"), ("0 1 1 0 k", None)],
)
def test_rgb_is_wrong_only_where_the_file_promises_none(
    declare: Callable[[Pdf], None], colour: str, level: str | None
) -> None:
    content = f"{colour} 10 10 20 20 re f"
    assert found(drawn(content, change=declare)).get("rgb") == level
    assert "rgb" not in found(drawn(content))


def indexed(pdf: Pdf) -> None:
    picture(300)(pdf)
    image = pdf.pages[0].obj.Resources.XObject.X
    image.ColorSpace = Array([Name.Indexed, Name.DeviceRGB, 0, pikepdf.String(b"abc")])


def shaded(pdf: Pdf) -> None:
    shading = Dictionary(ShadingType=2, ColorSpace=Name.DeviceRGB)
    pdf.pages[0].obj.Resources = Dictionary(
        Shading=Dictionary(X=shading), Pattern=Dictionary(X=Dictionary(Shading=shading))
    )


def own_space_in_itself(pdf: Pdf) -> None:
    space = pdf.make_indirect(Array([Name.Indexed, Name.Own, 0, pikepdf.String(b"")]))
    pdf.pages[0].obj.Resources = Dictionary(ColorSpace=Dictionary(Own=space))


@pytest.mark.parametrize(
    ("content", "change", "level"),
    [
        pytest.param(
            "30 0 0 30 9 9 cm /X Do",
            picture(400, mode="RGB", value=(9, 99, 9)),
            "error",
            id="picture",
        ),
        pytest.param("30 0 0 30 9 9 cm /X Do", picture(400), None, id="grey picture"),
        pytest.param("24 0 0 24 9 9 cm /X Do", indexed, "error", id="palette"),
        pytest.param("/X sh", shaded, "error", id="gradient"),
        pytest.param("/Pattern cs /X scn", shaded, "error", id="gradient as a pattern"),
        pytest.param("/Own cs 1 sc", own_space_in_itself, None, id="space in itself"),
    ],
)
def test_rgb_is_found_in_pictures_and_gradients(
    content: str, change: Callable[[Pdf], None], level: str | None
) -> None:
    def both(pdf: Pdf) -> None:
        change(pdf)
        by_info(pdf)

    assert found(drawn(content, change=both)).get("rgb") == level


@pytest.mark.parametrize("scheme", ["x-1a", "x-3", "x-4", "x-5g"])
def test_the_pdf_x_of_weasyprint_is_known(scheme: str) -> None:
    html = f"<style>{STYLE}</style>{BAND}"
    pdf = weasyprint.HTML(string=html).write_pdf(pdf_variant=f"pdf/{scheme}")
    assert "PDF/X" in only(bytes(pdf or b""), "rgb").message


def test_a_page_without_trim_box_is_a_warning() -> None:
    def cut(pdf: Pdf) -> None:
        del pdf.pages[0].obj.TrimBox

    assert found(drawn("", change=cut))["trim-box"] == "warning"
    assert "trim-box" not in found(drawn(""))


STRIPES = {
    "left": "left: {edge}mm; top: 20mm; width: 20mm; height: 20mm",
    "upper": "left: 20mm; top: {edge}mm; width: 20mm; height: 20mm",
    "right": "right: {edge}mm; top: 20mm; width: 20mm; height: 20mm",
    "lower": "left: 20mm; bottom: {edge}mm; width: 20mm; height: 20mm",
}


@pytest.mark.parametrize("side", STRIPES)
@pytest.mark.parametrize(
    ("edge", "bleed", "told"),
    [
        pytest.param(-3, 3, {}, id="runs into the bleed"),
        pytest.param(3, 0, {}, id="stays inside"),
        pytest.param(0, 0, {"bleed": "warning"}, id="no bleed"),
        pytest.param(-1, 1, {"bleed": "error"}, id="too narrow a bleed"),
        pytest.param(0, 3, {"bleed-empty": "error"}, id="white bleed"),
        pytest.param(-1, 3, {"bleed-empty": "error"}, id="half a bleed"),
    ],
)
def test_colour_at_an_edge_goes_on_into_the_bleed(
    side: str, edge: float, bleed: float, told: dict[str, str]
) -> None:
    place = STRIPES[side].format(edge=edge)
    style = f"@page {{ bleed: {bleed}mm }} body {{ height: 148mm; position: relative }}"
    stripe = f'<div style="background: #ffdd66; {place}"></div>'
    pdf = flyer(stripe, style, IMPRINT)
    assert found(pdf) == told
    assert all(f"the {side} edge" in one.message for one in inspect(pdf).findings)


@pytest.mark.parametrize(
    "shape",
    [
        pytest.param("left: 30mm; top: 140mm; width: 0.3mm; height: 8mm", id="a line"),
        pytest.param(
            "left: -3mm; top: 40mm; width: 66mm; height: 66mm; border-radius: 33mm", id="a circle"
        ),
    ],
)
def test_lines_and_circles_need_no_more_bleed_than_they_can_have(shape: str) -> None:
    assert found(flyer(f'<div style="background: #222; {shape}"></div>')) == {}


def test_pages_of_unlike_size_are_a_warning() -> None:
    def add(pdf: Pdf, width: float, height: float) -> None:
        page = pdf.add_blank_page(page_size=(width * MM, height * MM))
        page.obj.TrimBox = page.obj.MediaBox

    assert found(changed(flyer(), lambda pdf: add(pdf, 105, 150)))["page-size"] == "warning"
    assert "page-size" not in found(changed(flyer(), lambda pdf: add(pdf, 148, 105)))


@pytest.mark.parametrize(
    ("imprint", "lacks"),
    [
        ("V. i. S. d. P.: Bündnis. Gedruckt bei Druckerei", None),
        ("Impressum: Bündnis. Druck: Druckerei", None),
        ("Published by: Alliance. Printed by: Press", None),
        ("Druck: Druckerei", "names the publisher;"),
        ("Herausgeber: Bündnis", "names the printer;"),
        ("Bündnis. Unter Eindruck", "names the publisher and the printer;"),
    ],
)
def test_publisher_and_printer_are_named(imprint: str, lacks: str | None) -> None:
    pdf = flyer(f'<div style="left: 8mm; top: 99mm">{imprint}</div>', usual="")
    assert found(pdf) == ({"imprint": "warning"} if lacks else {})
    assert lacks is None or lacks in only(pdf, "imprint").message


def column(text: str, style: str = "") -> bytes:
    return flyer(f'<div style="left: 20mm; top: 60mm; {style}">{text}</div>')


@pytest.mark.parametrize(
    "text",
    [
        "Mehr unter phi-<br>los.example/ABC",
        "Mehr unter https://phi-<br>los.example",
        "Mehr unter https://<br>philos.example",
        "Mehr unter philos.<br>example/ABC",
        "Mehr unter philos.example/<br>ABC",
        "philos.example/HAK<br>9HX",
        "PHILOS.<br>EXAMPLE/ABC",
        "info@<br>philos.example",
        '<p lang="de" style="hyphens: manual; width: 25mm">Mehr unter phi&shy;los.example/ABC</p>',
        '<p dir="rtl" lang="ar" style="width: 40mm">انظر phi-<br>los.example/ABC هنا</p>',
    ],
)
def test_a_broken_address_is_an_error(text: str) -> None:
    assert found(column(text)) == {"broken-url": "error"}


@pytest.mark.parametrize(
    "text",
    [
        "Telefon 0341<br>123456",
        "Telefon 0341<br>123456.",
        "Telefon 0341 12 34<br>56",
        "Telefon (0341)<br>12 34 56",
        "Telefon 0341/<br>123456",
        "Telefon +49 341<br>123456 anrufen",
        "Rufen Sie 116<br>117 an",
        '<p dir="rtl" lang="ar" style="width: 40mm">اتصل 116<br>117 الآن</p>',
        '<p dir="rtl" lang="ar" style="width: 40mm">اتصل 0341<br>123456 الآن</p>',
    ],
)
def test_a_broken_telephone_number_is_an_error(text: str) -> None:
    assert found(column(text)) == {"broken-phone": "error"}


@pytest.mark.parametrize(
    "text",
    [
        "In Ihrer Sprache.<br>philos.example/HAK9HX",
        "Bündnis e.V.<br>https://philos.example/",
        "Mehr unter philos.example/HAK9HX<br>oder bei uns und/oder hier",
        "philos.example/HAK9HX<br>04315 Leipzig",
        "Aktions-<br>bündnis Ost-<br>West",
        "Eltern/<br>Kinder und Angehörige usw.<br>z.B. hier",
        "0341 123456<br>0341 654321",
        "Telefon 0341 123456<br>24 Stunden",
        "Telefon 0341 12 34 56<br>täglich ab 08<br>12 Uhr",
        "116 117<br>112<br>110",
        "Weg 1, 04315<br>Leipzig 2026<br>16.30 Uhr",
        "<table><tr><td>Polizei 0341<td>Feuerwehr<tr><td>drei Wege<td>0341 123456</table>",
        "<table><tr><td>Notruf<td>112<tr><td>Arzt<td>116 117<tr><td>Gift<td>0361 730730</table>",
        '<p style="columns: 2; width: 84mm">Telefon 0341 123456<br>eins<br>117 zwei<br>drei</p>',
        '<span style="font-size: 20pt">0341</span><br>123456',
    ],
)
def test_what_merely_stands_below_is_no_break(text: str) -> None:
    assert found(column(text)) == {}


@pytest.mark.parametrize(("size", "level"), [(4.5, "warning"), (4.96, None), (5, None)])
def test_small_print_is_a_warning(size: float, level: str | None) -> None:
    pdf = column("Kleingedrucktes", f"font-size: {size}pt")
    assert found(pdf).get("text-size") == level
    assert level is None or "“Kleingedrucktes” at 20, 61 mm is of 4.5 pt" in str(inspect(pdf))


@pytest.mark.parametrize("place", ["left: 95mm", "left: 102mm", "left: -2mm", "left: 106mm"])
def test_text_over_the_edge_is_an_error(place: str) -> None:
    assert found(column("Angeschnitten", place)) == {"text-outside": "error"}


def test_what_a_program_notes_beside_the_bleed_is_no_text_of_the_page() -> None:
    def trim(pdf: Pdf) -> None:
        pdf.pages[0].obj.TrimBox = Array([60, 60, 220, 220])
        pdf.pages[0].obj.BleedBox = Array([50, 50, 230, 230])

    font = Dictionary(Subtype=Name.Type1, BaseFont=Name.Helvetica)
    content = "BT /F 3 Tf 20 {} Td (Text) Tj ET"
    checks = [
        set(found(drawn(content.format(y), change=trim, Font=Dictionary(F=font)))) for y in (5, 18)
    ]
    assert ["text-outside" in one for one in checks] == [False, True]


def loop(pdf: Pdf) -> None:
    form = pdf.make_stream(b"/X Do", Subtype=Name.Form, BBox=Array([0, 0, 9, 9]))
    form = pdf.make_indirect(form)
    form.Resources = Dictionary(XObject=Dictionary(X=form))
    pdf.pages[0].obj.Resources = form.Resources


def bomb(pdf: Pdf) -> None:
    resources = Dictionary()
    for _ in range(20):
        form = pdf.make_stream(b"/X Do " * 3, Subtype=Name.Form, BBox=Array([0, 0, 9, 9]))
        form.Resources = resources
        resources = Dictionary(XObject=Dictionary(X=form))
    pdf.pages[0].obj.Resources = resources


def encrypted(owner: str, user: str) -> bytes:
    with pikepdf.open(io.BytesIO(drawn(""))) as pdf:
        return saved(pdf, encryption=pikepdf.Encryption(owner=owner, user=user))


def no_box(pdf: Pdf) -> None:
    pdf.pages[0].obj.TrimBox = Array([0, 0, 5])


def flat(pdf: Pdf) -> None:
    pdf.pages[0].obj.TrimBox = Array([0, 50, 100 * MM, 50])


def vast(pdf: Pdf) -> None:
    pdf.pages[0].obj.MediaBox = Array([0, 0, 10_000 * MM, 100 * MM])


def huge_picture(pdf: Pdf) -> None:
    picture(4)(pdf)
    image = pdf.pages[0].obj.Resources.XObject.X
    image.Width = image.Height = 50_000


@pytest.mark.parametrize(
    ("pdf", "said"),
    [
        pytest.param(b"", "The file is empty", id="empty"),
        pytest.param(b" \n", "The file is empty", id="blank"),
        pytest.param(b"\x89PNG\r\n", "not a PDF", id="no PDF"),
        pytest.param(b"%PDF-1.7\n", "damaged or cut short", id="a header only"),
        pytest.param(drawn("")[:-200], "damaged or cut short", id="without its end"),
        pytest.param(drawn("")[:300], "damaged or cut short", id="truncated"),
        pytest.param(encrypted("a", "b"), "encrypted", id="encrypted"),
        pytest.param(encrypted("a", ""), "encrypted", id="restricted"),
        pytest.param(saved(pikepdf.new()), "no pages", id="no pages"),
        pytest.param(drawn("/X Do", change=loop), "within itself", id="a form in itself"),
        pytest.param(drawn("/X Do", change=bomb), "within itself", id="a bomb of forms"),
        pytest.param(drawn("", change=vast), "10000 x 100 mm", id="a page of 10 m"),
        pytest.param(drawn("", change=no_box), "no proper size", id="a box of three edges"),
        pytest.param(drawn("", change=flat), "100 x 0 mm", id="a page of nothing"),
        pytest.param(drawn("/X Do", change=huge_picture), "too large", id="a huge picture"),
    ],
)
def test_what_cannot_be_inspected_is_refused_in_one_sentence(pdf: bytes, said: str) -> None:
    with pytest.raises(InspectionError, match=said) as refusal:
        inspect(pdf)
    assert str(refusal.value).endswith(".")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("Q Q Q", id="too many restores"),
        pytest.param("/Nothing Do /Nothing gs /Nothing scn", id="names of nothing"),
        pytest.param("1 k (a) cm /F Tf (b) Tj [1 2 Td", id="wrong operands"),
        pytest.param("0 0 0 0 0 0 cm 1 0 0 rg 0 0 9 9 re f", id="a flat matrix"),
    ],
)
def test_a_stream_full_of_faults_is_read_as_far_as_it_goes(content: str) -> None:
    assert set(found(drawn(content))) == {"imprint"}


def test_a_poster_of_two_metres_is_drawn_with_fewer_dots() -> None:
    assert set(found(drawn("", size=1999))) == {"imprint"}


@pytest.mark.parametrize(
    ("form", "tag"), [("flyer-a6", "de"), ("flyer-a6", "ar"), ("poster-a3", "ar")]
)
def test_the_sheets_of_philos_have_no_errors(form: str, tag: str) -> None:
    printed = printed_sheet(form, tag)
    for output, pdf in printed.files.items():
        report = inspect(pdf)
        assert report.ok
        assert {finding.check for finding in report.findings} <= {"bleed"}
        assert sorted(code.content for code in report.codes) == printed.urls(output)


def test_a_flyer_of_philos_for_the_screen_asks_for_bleed() -> None:
    message = only(printed_sheet("flyer-a6", "de").files[Output.SCREEN], "bleed").message
    assert "an office printer leaves a white edge; a print shop needs 3 mm bleed" in message


def test_a_report_is_json() -> None:
    report = inspect(flyer(qr(0.3)))
    told = json.loads(json.dumps(report.to_json()))
    assert told["ok"] is False
    assert told["codes"][0]["content"] == URL
    assert told["findings"][0]["check"] == "qr-module"
    assert told["pages"] == [{"trim": [105, 148], "bleed": [111, 154]}]


def test_warnings_alone_do_not_stop_a_print() -> None:
    warning = Finding(0, "imprint", "warning", "No imprint.")
    assert Report((), (), (warning,)).ok
    assert not Report((), (), (warning, Finding(1, "font", "error", "No font."))).ok


@pytest.mark.parametrize(
    ("module", "colour"), [(0.6, (0, 122, 61)), (0.3, (200, 16, 46))], ids=["green", "red"]
)
def test_codes_are_framed_by_what_they_are(module: float, colour: tuple[int, ...]) -> None:
    pdf = flyer(qr(module), usual=IMPRINT)
    (png,) = annotated(pdf, inspect(pdf))
    pixels = np.asarray(Image.open(io.BytesIO(png)))
    ys, xs = np.nonzero((pixels == colour).all(axis=2))
    side = len(rows()) * module
    scale = 150 / 25.4
    assert xs.min() / scale - 3 == pytest.approx(7.5, abs=0.3)
    assert xs.max() / scale - 3 == pytest.approx(8.5 + side, abs=2)
    assert ys.max() / scale - 3 == pytest.approx(60.5 + side, abs=0.3)


def test_each_page_has_a_picture() -> None:
    pdf = printed_sheet("flyer-a6", "ar").files[Output.SCREEN]
    assert [png[:8] for png in annotated(pdf, inspect(pdf))] == [b"\x89PNG\r\n\x1a\n"] * 2
