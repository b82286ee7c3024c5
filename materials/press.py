"""PDF/X-4 for a print shop. The colours are those of ``materials.ink``.

What is checked is written in tests/materials/test_press.py; no validator of PDF/X has seen it.
"""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from io import BytesIO
from typing import Any
from uuid import UUID
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import Array, Dictionary, Name, Operator
from pikepdf.models.metadata import decode_pdf_date
from PIL import Image

from materials.artwork import Paint
from materials.ink import BLACK, PROFILE, RGB, gradient, ink, light, light_gradient, picture
from translations.errors import UserError

CONDITION = "FOGRA39"  # as the ICC's registry of characterisations names it
OVERPRINT = "/PressOverprint"  # ExtGState: fill and stroke leave what lies below 100 % K


_PT = 72 / 25.4  # a millimetre
_MARK_GAP, _MARK_LENGTH, _SLUG = 1 * _PT, 5 * _PT, 7 * _PT  # all from the edge of the bleed
_MARK_WIDTH = 0.25  # pt
_BITS = 8  # of a channel of a picture or a gradient
_EXPONENTIAL, _STITCHED = 2, 3  # FunctionType of a gradient's pieces, and of their row
_STEPS = 32  # of each piece of a gradient
_DATE = "D:20000101000000Z"  # of a document that does not say its own
_PRODUCER = f"philos, pikepdf {pikepdf.__version__}"
_CATALOG = {"/Type", "/Pages", "/Lang"}
_PAGE = {"/Type", "/Parent", "/Contents", "/Resources", "/Group", "/Rotate", "/UserUnit"}
_STATES = {  # by whether (stroke, fill) is 100 % K
    (True, True): OVERPRINT,
    (True, False): "/PressOverprintStroke",
    (False, True): "/PressOverprintFill",
    (False, False): "/PressKnockout",
}
_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/" pdf:Producer="{producer}" pdf:Trapped="False"
 xmlns:pdfxid="http://www.npes.org/pdfx/ns/id/" pdfxid:GTS_PDFXVersion="PDF/X-4"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:CreateDate="{created}"
 xmp:ModifyDate="{modified}" xmp:MetadataDate="{modified}"
 xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" xmpMM:DocumentID="uuid:{id}"
 xmpMM:RenditionClass="default" xmpMM:VersionID="1">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


class PressError(UserError):
    """A PDF that cannot be made ready for a print shop."""


def press(pdf: bytes, *, marks: bool = False) -> bytes:
    """Return a PDF as PDF/X-4 (ISO 15930-7) for coated paper (FOGRA39).

    Its pages have a TrimBox, and a MediaBox that is the trim with its bleed; in the result boxes
    start at zero, and ``marks`` adds crop marks outside the bleed. Every colour becomes CMYK as
    ``ink`` says, 100 % K overprints; form XObjects without content stay as they are, and may
    call the state OVERPRINT of their page. Links, outlines and tags are left out. The same input
    gives the same bytes.

    Raise PressError for what is no PDF, is encrypted, has no TrimBox within its MediaBox, or
    paints in a way that cannot be converted.
    """
    try:
        with pikepdf.open(BytesIO(pdf), attempt_recovery=False) as document:
            if document.is_encrypted:
                raise PressError("The PDF is encrypted.")
            paint = _Paint(document)
            for page in document.pages:
                _press_page(document, page, paint, marks=marks)
            _declare(document, UUID(bytes=sha256(pdf + bytes([marks])).digest()[:16], version=5))
            file = BytesIO()
            document.save(
                file,
                force_version="1.6",
                fix_metadata_version=False,
                object_stream_mode=pikepdf.ObjectStreamMode.generate,
                deterministic_id=True,
            )
            return file.getvalue()
    except pikepdf.PasswordError as error:
        raise PressError("The PDF is encrypted.") from error
    except pikepdf.PikepdfError as error:
        raise PressError("This is no PDF, or it is damaged.") from error


def _fill(red: float, green: float, blue: float) -> bytes:
    colour = ink(red, green, blue)
    state = _STATES[colour == BLACK, colour == BLACK]
    return b"%s gs %g %g %g %g k" % (state.encode(), *colour)


ON_PRESS = Paint(
    _fill,
    {
        name: {"/Type": Name.ExtGState, "/OP": stroke, "/op": fill, "/OPM": 1}
        for (stroke, fill), name in _STATES.items()
    },
)


@dataclass(frozen=True)
class _Target:
    """What colours turn into: ink, or the light of a soft mask."""

    space: str
    operator: str  # of a fill
    colour: Callable[[float, float, float], tuple[float, ...]]
    gradient: Callable[[RGB, RGB, list[float]], bytes]
    picture: Callable[[Image.Image], Image.Image]


_PRINT = _Target("/DeviceCMYK", "k", ink, gradient, picture)
_MASK = _Target("/DeviceGray", "g", light, light_gradient, lambda pixels: pixels.convert("L"))
_SPACES = {"/DeviceGray": 1, "/DeviceRGB": 3, "/DeviceCMYK": 4}


class _Paint:
    """Converts whatever the pages of one document paint with, each object once."""

    def __init__(self, document: pikepdf.Pdf) -> None:
        self._document = document
        self._seen: set[tuple[int, int]] = set()
        self._states = {
            name: document.make_indirect(Dictionary(dict(state)))
            for name, state in ON_PRESS.states.items()
        }

    def resources(self, resources: pikepdf.Object, target: _Target) -> None:
        """Convert all that a content stream may call by name."""
        kinds: dict[str, Callable[[Any, _Target], None]] = {
            "/ExtGState": self._state,  # first: WeasyPrint lists a soft mask as a form, too
            "/XObject": self._xobject,
            "/Pattern": self._pattern,
            "/Shading": self._shading,
            "/Font": self._font,
        }
        for kind, convert in kinds.items():
            for entry in resources.get(kind, Dictionary()).values():
                if self.is_new(entry):
                    convert(entry, target)
        if "/ColorSpace" in resources:  # no content calls any of them after conversion
            del resources["/ColorSpace"]

    def content(self, stream: Any, resources: Any, target: _Target, *, page: bool) -> bytes:
        """Return the converted content of a page or a stream."""
        said = _Content(target, (False, False) if page else None)
        for instruction in pikepdf.parse_content_stream(stream):
            said.add(instruction)
        if page or said.has_states:
            if "/ExtGState" not in resources:
                resources["/ExtGState"] = Dictionary()
            for name, state in self._states.items():
                resources["/ExtGState"][name] = state
        return pikepdf.unparse_content_stream(said.instructions)

    def is_new(self, entry: pikepdf.Object) -> bool:
        """Tell whether an object was not met before; one without a number has one owner only."""
        is_new = not entry.is_indirect or entry.objgen not in self._seen
        self._seen.add(entry.objgen)
        return is_new

    def _state(self, state: Any, target: _Target) -> None:
        for key in ("/OP", "/op", "/OPM"):
            if key in state:
                del state[key]
        mask = state.get("/SMask")
        if isinstance(mask, Dictionary) and self.is_new(mask.G):
            is_light = mask.get("/S") == "/Luminosity"
            self._stream(mask.G, _MASK if is_light else target)

    def _xobject(self, stream: Any, target: _Target) -> None:
        (self._image if stream.get("/Subtype") == "/Image" else self._stream)(stream, target)

    def _stream(self, stream: Any, target: _Target) -> None:
        """Convert a form or a tiling pattern, unless it is a slot: one without content."""
        if not stream.read_bytes():
            return
        if "/Resources" not in stream:
            stream.Resources = Dictionary()
        if self.is_new(stream.Resources):
            self.resources(stream.Resources, target)
        if "/CS" in stream.get("/Group", Dictionary()):
            stream.Group.CS = Name(target.space)
        stream.write(self.content(stream, stream.Resources, target, page=False))

    def _pattern(self, pattern: Any, target: _Target) -> None:
        if pattern.get("/PatternType") == 1:
            self._stream(pattern, target)
        elif self.is_new(pattern.Shading):
            self._shading(pattern.Shading, target)

    def _font(self, font: Any, _: _Target) -> None:
        if font.get("/Subtype") == "/Type3":
            raise PressError("A font draws its own pictures (Type 3), which may have any colour.")

    def _image(self, image: Any, target: _Target) -> None:
        if image.get("/ImageMask"):
            return
        space = _device(image.get("/ColorSpace"))
        is_line_art = space == "/DeviceGray" and image.get("/BitsPerComponent") == 1
        if space in {"/DeviceCMYK", target.space} or is_line_art:
            return
        is_deep = int(image.get("/BitsPerComponent", 8)) > _BITS
        if is_deep or "/Decode" in image or isinstance(image.get("/Mask"), Array):
            raise PressError("An image has 16 bits, a Decode array or a colour key.")
        try:
            pixels = target.picture(pikepdf.PdfImage(image).as_pil_image())
        except (pikepdf.PikepdfError, NotImplementedError, OSError, ValueError) as error:
            raise PressError(f"An image cannot be read: {error}.") from error
        image.write(pixels.tobytes())
        image.ColorSpace = Name.DeviceCMYK if pixels.mode == "CMYK" else Name.DeviceGray
        image.BitsPerComponent = _BITS

    def _shading(self, shading: Any, target: _Target) -> None:
        space = _device(shading.get("/ColorSpace"))
        if space in {"/DeviceCMYK", target.space}:
            return
        if shading.ShadingType not in (2, 3) or "/Background" in shading:
            raise PressError("A gradient is neither linear nor radial, or has a background.")
        shading.Function = self._function(shading.Function, target)
        shading.ColorSpace = Name(target.space)

    def _function(self, function: Any, target: _Target) -> Any:
        """Return a gradient's function with its pieces sampled in another colour space."""
        kind = function.get("/FunctionType") if isinstance(function, Dictionary) else None
        if kind == _STITCHED:
            parts = [self._function(part, target) for part in function.Functions]
            return Dictionary({**dict(function.items()), "/Functions": Array(parts)})
        if kind != _EXPONENTIAL:
            raise PressError("A gradient has a function other than linear pieces.")
        first, last = map(float, function.Domain)
        places = [first + (last - first) * step / (_STEPS - 1) for step in range(_STEPS)]
        shares = [max(place, 0) ** float(function.N) for place in places]
        return self._document.make_stream(
            target.gradient(_rgb(function.C0), _rgb(function.C1), shares),
            FunctionType=0,
            Domain=function.Domain,
            Range=Array([0, 1] * _SPACES[target.space]),
            Size=Array([_STEPS]),
            BitsPerSample=_BITS,
        )


def _device(space: Any) -> str:
    """Return the device colour space of a picture or a gradient, that of a palette included."""
    name = str(space[1] if isinstance(space, Array) and space[0] == "/Indexed" else space)
    if name not in _SPACES:
        raise PressError("An image or a gradient has a colour space that is not a device's.")
    return name


def _rgb(operands: Any) -> RGB:
    """Return the colour of one, three or four numbers in RGB."""
    match [float(number) for number in operands]:
        case [grey]:
            return grey, grey, grey
        case [red, green, blue]:
            return red, green, blue
        case [*colours, black] if len(colours) == len("CMY"):
            red, green, blue = ((1 - part) * (1 - black) for part in colours)
            return red, green, blue
    raise PressError("A colour has neither one nor three nor four numbers.")


class _Content:
    """A content stream in the making: colours of a target, and the overprint they call for."""

    def __init__(self, target: _Target, overprint: tuple[bool, bool] | None) -> None:
        """Begin with the overprint of (stroke, fill), or None where the caller has set it."""
        self.instructions: list[Any] = []
        self.has_states = False
        self._target = target
        self._overprint = overprint
        self._saved: list[tuple[bool, bool] | None] = []

    def add(self, said: Any) -> None:
        """Append an instruction, converted."""
        convert = _OPERATORS.get(str(said.operator))
        if convert:
            convert(self, said)
        else:
            self.instructions.append(said)

    def save(self, said: Any) -> None:
        self._saved.append(self._overprint)
        self.instructions.append(said)

    def restore(self, said: Any) -> None:
        if self._saved:
            self._overprint = self._saved.pop()
        self.instructions.append(said)

    def space(self, said: Any) -> None:
        """Replace a colour space by its first colour, which is black in those of a device."""
        name = str(said.operands[0])
        if name != "/Pattern" and name not in _SPACES:
            raise PressError(f"Colours of the space {name} cannot be converted.")
        self._set(said, None if name == "/Pattern" else self._converted(BLACK))

    def colour(self, said: Any) -> None:
        operands = said.operands
        is_pattern = bool(operands) and isinstance(operands[-1], Name)
        self._set(said, None if is_pattern else self._converted(operands))

    def inline(self, _: Any) -> None:
        raise PressError("An image stands within the text of a page, not beside it.")

    def _converted(self, operands: Any) -> tuple[float, ...]:
        if len(operands) == len("CMYK") and self._target is _PRINT:
            return tuple(float(number) for number in operands)
        return self._target.colour(*_rgb(operands))

    def _set(self, said: Any, colour: tuple[float, ...] | None) -> None:
        """Set a colour, None for the pattern that ``said`` sets, with the overprint it calls for.

        A form whose caller's overprint is unknown begins with none: what knocks out is never wrong.
        """
        is_stroke = str(said.operator).isupper()
        if self._target is _PRINT:
            stroke, fill = self._overprint or (False, False)
            is_black = colour == BLACK
            wanted = (is_black, fill) if is_stroke else (stroke, is_black)
            if wanted != self._overprint:
                self._overprint, self.has_states = wanted, True
                self.instructions.append(([Name(_STATES[wanted])], _operator("gs")))
        operator = self._target.operator.upper() if is_stroke else self._target.operator
        self.instructions.append(said if colour is None else (colour, _operator(operator)))


@cache
def _operator(name: str) -> Operator:
    return Operator(name)


_OPERATORS: dict[str, Callable[[_Content, Any], None]] = {
    "q": _Content.save,
    "Q": _Content.restore,
    "INLINE IMAGE": _Content.inline,
    **dict.fromkeys(("cs", "CS"), _Content.space),
    **dict.fromkeys(["g", "rg", "k", "sc", "scn", "G", "RG", "K", "SC", "SCN"], _Content.colour),
}


def _press_page(document: pikepdf.Pdf, page: pikepdf.Page, paint: _Paint, *, marks: bool) -> None:
    """Convert a page, and move it so that its boxes start at zero."""
    (x, y, right, top), trim = _boxes(page)
    slug = _SLUG if marks else 0
    dx, dy = slug - x, slug - y
    bleed = [slug, slug, right + dx, top + dy]
    trim = [trim[0] + dx, trim[1] + dy, trim[2] + dx, trim[3] + dy]
    resources = page.resources
    if paint.is_new(resources):
        paint.resources(resources, _PRINT)
        for pattern in resources.get("/Pattern", Dictionary()).values():
            _move(pattern, dx, dy)
    content = paint.content(page, resources, _PRINT, page=True)
    window = (x, y, right - x, top - y)  # what stands out of the bleed would cover the marks
    content = b"q 1 0 0 1 %.6f %.6f cm %.6f %.6f %.6f %.6f re W n\n%s\nQ" % (
        *(dx, dy, *window),
        content,
    )
    if "/CS" in page.obj.get("/Group", Dictionary()):
        page.obj.Group.CS = Name.DeviceCMYK
    for key in set(page.obj.keys()) - _PAGE:
        del page.obj[key]
    page.obj.Resources = resources
    page.obj.Contents = document.make_stream(content + (_marks(trim, bleed) if marks else b""))
    page.obj.MediaBox = _array([0, 0, bleed[2] + slug, bleed[3] + slug])
    page.obj.BleedBox, page.obj.TrimBox = _array(bleed), _array(trim)


def _boxes(page: pikepdf.Page) -> tuple[list[float], list[float]]:
    """Return the MediaBox and the TrimBox of a page, each from its lower left corner."""
    if "/TrimBox" not in page.obj:
        raise PressError("A page has no TrimBox.")
    media, trim = _box(page.mediabox), _box(page.obj.TrimBox)
    is_inside = media[0] <= trim[0] < trim[2] <= media[2]
    if not (is_inside and media[1] <= trim[1] < trim[3] <= media[3]):
        raise PressError("A TrimBox stands out of its MediaBox.")
    return media, trim


def _box(array: Any) -> list[float]:
    x, y, right, top = (float(number) for number in array)
    return [min(x, right), min(y, top), max(x, right), max(y, top)]


def _array(box: list[float]) -> Array:
    return Array([round(number, 4) for number in box])


def _move(pattern: Any, dx: float, dy: float) -> None:
    """Move a pattern of a page along: its matrix counts from the page, not from ``cm``."""
    *turn, x, y = (float(number) for number in pattern.get("/Matrix", [1, 0, 0, 1, 0, 0]))
    pattern.Matrix = Array([*turn, x + dx, y + dy])


def _marks(trim: list[float], bleed: list[float]) -> bytes:
    """Return the drawing of eight crop marks, each in line with an edge of the trim."""
    lines = [
        f"{line[0]:.4f} {line[1]:.4f} m {line[2]:.4f} {line[3]:.4f} l"
        for line in _mark_lines(trim, bleed)
    ]
    return f"\nq 0 0 0 1 K {_MARK_WIDTH} w {' '.join(lines)} S Q".encode()


def _mark_lines(trim: list[float], bleed: list[float]) -> Iterator[tuple[float, ...]]:
    far = _MARK_GAP + _MARK_LENGTH
    for edge, way in ((0, -1), (2, 1)):
        for across in (0, 2):
            x, y = bleed[edge], trim[across + 1]
            yield x + way * _MARK_GAP, y, x + way * far, y
            x, y = trim[across], bleed[edge + 1]
            yield x, y + way * _MARK_GAP, x, y + way * far


def _declare(document: pikepdf.Pdf, identity: UUID) -> None:
    """Say what the PDF is: the press condition it is made for, its title, its dates."""
    root = document.Root
    for key in set(root.keys()) - _CATALOG:
        del root[key]
    profile = document.make_stream(_profile(), N=4, Filter=Name.FlateDecode)
    intent = Dictionary(
        Type=Name.OutputIntent,
        S=Name.GTS_PDFX,
        OutputConditionIdentifier=CONDITION,
        RegistryName="http://www.color.org",
        Info="Coated FOGRA39 (ISO 12647-2:2004)",
        DestOutputProfile=profile,
    )
    root.OutputIntents = Array([intent])
    told = document.docinfo
    info = Dictionary(
        Title=str(told.get("/Title", "Untitled")),
        CreationDate=str(told.get("/CreationDate", _DATE)),
        ModDate=str(told.get("/ModDate", told.get("/CreationDate", _DATE))),
        Producer=_PRODUCER,
        Trapped=Name("/False"),
    )
    document.trailer.Info = document.make_indirect(info)
    packet = _XMP.format(
        title=escape(str(info.Title)),
        producer=_PRODUCER,
        created=_iso(str(info.CreationDate)),
        modified=_iso(str(info.ModDate)),
        id=identity,
    )
    root.Metadata = document.make_stream(packet.encode(), Type=Name.Metadata, Subtype=Name.XML)


def _iso(date: str) -> str:
    try:
        return decode_pdf_date(date).isoformat()
    except ValueError as error:
        raise PressError(f"The PDF has the date {date!r}, which is none.") from error


@cache
def _profile() -> bytes:
    return zlib.compress(PROFILE.read_bytes(), 9)
