"""Artworks: what many sheets share is laid out once, what is each one's own is stamped over it.

In the layout a slot is a tiny picture: its width tells the kind, its height where a text stands in
it, its pixels have the colour of what will stand there. In the PDF it becomes an empty form
XObject in the unit square, which a stamp fills. See docs/decisions/0007-artworks-and-stamps.md.
"""

import base64
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import Any

import pikepdf
from markupsafe import Markup
from pikepdf import Array, Dictionary, Matrix, Name, Object, Page, Pdf, Stream, String
from PIL import Image, ImageColor

from materials.formats import BLEED, Format
from materials.lettering import Lettering

POINTS = 72 / 25.4  # in a millimetre
SLACK = 1  # of a page's height, laid out below it: WeasyPrint drops what lies beyond a page's end
LINE = 1.25  # height of a slot of text, in em
_BASELINE = 0.27  # of the text above the lower edge of its slot, in em
_KIND, _SIDE, _COLOUR = "/PhilosKind", "/PhilosSide", "/PhilosColour"


@dataclass(frozen=True)
class Paint:
    """How to fill with an sRGB colour, and the graphics states that the operators name."""

    fill: Callable[[float, float, float], bytes]
    states: Mapping[str, Mapping[str, object]]


class Kind(IntEnum):
    """What stands in a slot, told by the width of its picture in pixels."""

    QR = 1
    ADDRESS = 2
    PLACE = 3
    SERIAL = 4


# What a slot's picture says before it is stamped, in the place of words
ALTERNATIVES: Mapping[str, Kind] = MappingProxyType({f"slot {kind.name}": kind for kind in Kind})


class Side(IntEnum):
    """Where a text stands in its slot, told by the height of its picture in pixels."""

    LEFT = 1
    MIDDLE = 2
    RIGHT = 3


@dataclass(frozen=True)
class Stamp:
    """What one copy has of its own: its code's address, as QR code and in print, and its place.

    ``modules`` are the path operators of the QR code, ``size`` units wide and high. ``serial`` is
    the number of the copy where it is printed.
    """

    modules: bytes
    size: int
    address: str
    place: str
    serial: str = ""

    @property
    def texts(self) -> Mapping[Kind, str]:
        """Return what a slot of each kind says."""
        return {
            Kind.QR: self.address,
            Kind.ADDRESS: self.address,
            Kind.PLACE: self.place,
            Kind.SERIAL: self.serial,
        }


@dataclass(frozen=True)
class Slot:
    """Where something is stamped, and the matrix of the unit square that it fills."""

    kind: Kind
    side: Side
    colour: tuple[float, float, float]
    matrix: Matrix


def slot(kind: Kind, colour: str = "#000000", width: float = 0, side: Side = Side.LEFT) -> Markup:
    """Return the HTML of a slot; one of text is ``width`` em wide and stands on the line."""
    picture, data = Image.new("RGB", (kind, side), ImageColor.getrgb(colour)), io.BytesIO()
    picture.save(data, "PNG")
    style = f"width: {width:.3f}em; height: {LINE}em; vertical-align: -{_BASELINE}em"
    return Markup('<img class="slot" alt="slot {}"{} src="data:image/png;base64,{}">').format(
        kind.name,
        Markup(' style="{}"').format(style) if width else "",
        base64.b64encode(data.getvalue()).decode(),
    )


ON_SCREEN = Paint(lambda *colour: b"%.6g %.6g %.6g rg" % colour, {})


def prepare(laid_out: bytes, form: Format, slack: float = SLACK) -> Pdf:
    """Return a laid-out PDF with its boxes exact, bleed included, and its slots empty forms.

    The pages were laid out too high, see SLACK; what stands on them moves down.
    """
    pdf = pikepdf.open(io.BytesIO(laid_out))
    width, height, bleed = form.width * POINTS, form.height * POINTS, BLEED * POINTS
    for page in pdf.pages:
        page.contents_add(b"1 0 0 1 0 %.5f cm" % (-slack * height), prepend=True)
        page.mediabox = Array([-bleed, -bleed, width + bleed, height + bleed])
        page.obj.BleedBox = page.mediabox
        page.trimbox = Array([0, 0, width, height])
    for picture in list(pdf.objects):
        if _is_slot(picture):
            red, green, blue = (value / 255 for value in picture.read_bytes()[:3])
            kind, side = int(picture.Width), int(picture.Height)
            picture.write(b"", type_check=False)
            for key in list(picture.keys()):
                if key != "/Length":
                    del picture[key]
            picture.Type, picture.Subtype = Name.XObject, Name.Form
            picture.BBox, picture.Resources = Array([0, 0, 1, 1]), Dictionary()
            picture[_KIND], picture[_SIDE], picture[_COLOUR] = kind, side, Array([red, green, blue])
    return pdf


def _is_slot(thing: Object) -> bool:
    return (
        isinstance(thing, Stream)
        and thing.get("/Subtype") == Name.Image
        and thing.get("/Height") in list(Side)
        and thing.get("/Width") in list(Kind)
    )


class Artwork:
    """A PDF whose slots are filled for one copy after the other.

    ``widths`` are those of the slots of text, in em. ``paint`` tells how to fill with a colour.
    ``forms`` are the slots with where they stand in themselves.
    """

    def __init__(
        self,
        pdf: Pdf,
        lettering: Lettering,
        widths: Mapping[Kind, float],
        paint: Paint = ON_SCREEN,
    ) -> None:
        self.pdf, self.lettering, self.paint = pdf, lettering, paint
        self._widths = widths
        states = {name: Dictionary(state) for name, state in paint.states.items()}
        self._figures = [
            (thing, ALTERNATIVES[str(thing.Alt)])
            for thing in pdf.objects
            if isinstance(thing, Dictionary) and str(thing.get("/Alt")) in ALTERNATIVES
        ]
        self.forms = [
            (thing, _slot(thing, Matrix()))
            for thing in pdf.objects
            if isinstance(thing, Stream) and _KIND in thing
        ]
        self.resources = Dictionary(
            Font=Dictionary(L=lettering.embed(pdf)), ExtGState=Dictionary(states)
        )
        for form, _ in self.forms:
            form.Resources = self.resources

    def stamp(self, copy: Stamp) -> None:
        """Fill every slot for one copy; its texts are told to screen readers as well."""
        for form, found in self.forms:
            form.write(self.drawing(found, copy))
        for figure, kind in self._figures:
            figure.Alt = String(copy.texts[kind])

    def drawing(self, found: Slot, copy: Stamp) -> bytes:
        """Return the operators that draw a copy's own in a slot; the font's name is L."""
        paint = self.paint.fill(*found.colour)
        if found.kind is Kind.QR:
            scale = b"%.6f 0 0 %.6f 0 0 cm" % (1 / copy.size, 1 / copy.size)
            return b"q %s\n%s\n%sf Q" % (paint, scale, copy.modules)
        text, width = copy.texts[found.kind], self._widths[found.kind]
        left = (found.side - Side.LEFT) / 2 * (1 - self.lettering.width(text) / width)
        return b"q %s BT /L 1 Tf %.5f 0 0 %.5f %.5f %.5f Tm %s Tj ET Q" % (
            paint,
            1 / width,
            1 / LINE,
            left,
            _BASELINE / LINE,
            self.lettering.show(text),
        )

    def save(self) -> bytes:
        """Return the file; the same content gives the same bytes."""
        return to_bytes(self.pdf)


def to_bytes(pdf: Pdf) -> bytes:
    """Return a PDF as bytes; the same content gives the same bytes."""
    data = io.BytesIO()
    modes = pikepdf.ObjectStreamMode
    pdf.save(
        data, deterministic_id=True, object_stream_mode=modes.generate, fix_metadata_version=False
    )
    return data.getvalue()


def slots(page: Page) -> Iterator[Slot]:
    """Yield the slots of a page where they stand on the trimmed page."""
    left, bottom = (-float(side) for side in page.trimbox[:2])
    matrices = [Matrix().translated(left, bottom)]
    for said in pikepdf.parse_content_stream(page, "q Q cm Do"):
        operands: Any = said.operands
        match str(said.operator):
            case "q":
                matrices.append(matrices[-1])
            case "Q":
                matrices.pop()
            case "cm":
                matrices[-1] = Matrix(*map(float, operands)) @ matrices[-1]
            case "Do" if _KIND in (form := page.Resources.XObject[str(operands[0])]):
                yield _slot(form, matrices[-1])


def _slot(form: Object, matrix: Matrix) -> Slot:
    red, green, blue = map(float, form[_COLOUR])
    return Slot(Kind(int(form[_KIND])), Side(int(form[_SIDE])), (red, green, blue), matrix)
