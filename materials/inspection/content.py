"""What the content streams of a page draw: pictures, inks, colours and fonts.

The streams are walked as a reader draws them, with the matrix of every form XObject and tiling
pattern, so that a picture's resolution is that of its printed size (ISO 32000-2, 8.3 and 8.10).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pikepdf

from materials.inspection.paper import Box, Finding, InspectionError, Paper

LEAST_DPI, HARD_LEAST_DPI = 300, 150
SCALE_OF_LINEWORK = 2  # a picture of one bit a pixel shows its steps sooner
MOST_INK, HARD_MOST_INK = 300, 330  # per cent of all four inks together

_MOST_FORMS = 5000  # drawn on one page; forms within forms multiply
_DEEPEST = 25
_MOST_PIXELS = 200e6
_BYTE = 8  # bits
_FAULTS = (  # of a stream that is wrong: a reader skips the operator
    ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError,
    pikepdf.PdfError,
)  # fmt: skip
_FAMILIES = {
    **dict.fromkeys(("/DeviceCMYK", "/CMYK"), "CMYK"),
    **dict.fromkeys(("/DeviceRGB", "/RGB"), "RGB"),
    "/CalRGB": "calibrated RGB",
}
_ICC = {3: "calibrated RGB", 4: "CMYK"}

Matrix = tuple[float, float, float, float, float, float]
_AS_IT_IS: Matrix = (1, 0, 0, 1, 0, 0)


@dataclass(frozen=True)
class Picture:
    """A picture as it is drawn; ``box`` holds its edges in units of the page."""

    pixels: tuple[int, int]
    inches: tuple[float, float]
    bits: int
    box: Box

    @property
    def dpi(self) -> float:
        """Return the resolution at the size it is drawn, of the side that has less."""
        return min(self.pixels[0] / self.inches[0], self.pixels[1] / self.inches[1])


@dataclass
class Content:
    """What was met on a page. Per cent of ink, and places in units of the page."""

    pictures: dict[object, Picture] = field(default_factory=dict)
    ink: float = 0
    ink_box: Box | None = None
    families: set[str] = field(default_factory=set)
    bare_fonts: dict[str, Box] = field(default_factory=dict)
    missing: list[Box] = field(default_factory=list)


@dataclass(frozen=True)
class _State:
    matrix: Matrix
    fill: str = ""
    stroke: str = ""
    font: pikepdf.Object | None = None


@dataclass
class _Stream:
    """The state while one stream is drawn."""

    resources: pikepdf.Object
    state: _State
    depth: int
    saved: list[_State] = field(default_factory=list)
    line: Matrix = _AS_IT_IS


def walk(paper: Paper) -> Content:
    """Return what a page draws; raise InspectionError where its forms never come to an end."""
    walker = _Walker(paper.number, paper.unit)
    walker.draw(paper.source, paper.source.resources, _State(_AS_IT_IS), 0)
    return walker.content


def findings(paper: Paper, content: Content, standard: str) -> Iterator[Finding]:
    """Yield what is wrong with the fonts, pictures and colours of a page.

    ``standard`` is the one that the file declares; every PDF/X forbids RGB without a profile,
    and PDF/X-1a any.
    """
    for picture in content.pictures.values():
        yield from _picture_findings(paper, picture)
    yield from _font_findings(paper, content)
    if content.ink > MOST_INK:
        box = paper.place(content.ink_box) if content.ink_box else None
        where = f" in the picture at {_at(box)}" if box else ""
        yield Finding(
            paper.number,
            "ink",
            "error" if content.ink > HARD_MOST_INK else "warning",
            f"The inks add up to {content.ink:.0f} %{where}, and more than {MOST_INK} % does not "
            "dry; convert the colours with the printer's profile.",
            box,
        )
    forbidden = {"RGB"} | ({"calibrated RGB"} if "X-1" in standard else set())
    if standard and content.families & forbidden:
        message = f"Page {paper.number} has RGB colours, but the file says {standard}; use CMYK."
        yield Finding(paper.number, "rgb", "error", message)


def _at(box: Box) -> str:
    return f"{box[0]:.0f}, {box[1]:.0f} mm"


def _picture_findings(paper: Paper, picture: Picture) -> Iterator[Finding]:
    times = SCALE_OF_LINEWORK if picture.bits == 1 else 1
    if picture.dpi >= times * LEAST_DPI * 0.99 or min(picture.pixels) <= 1:  # 1: a plain colour
        return
    box = paper.place(picture.box)
    kind = "black and white picture" if picture.bits == 1 else "picture"
    yield Finding(
        paper.number,
        "image-dpi",
        "error" if picture.dpi < times * HARD_LEAST_DPI else "warning",
        f"The {kind} at {_at(box)} has {picture.dpi:.0f} dpi, but print needs "
        f"{times * LEAST_DPI}; use a larger original or draw it smaller.",
        box,
    )


def _font_findings(paper: Paper, content: Content) -> Iterator[Finding]:
    for name, edges in content.bare_fonts.items():
        box = paper.place(edges)
        message = (
            f"The font {name} of the text at {_at(box)} is not embedded; "
            "embed all fonts when you export."
        )
        yield Finding(paper.number, "font", "error", message, box)
    if content.missing:
        box = paper.place(content.missing[0])
        message = (
            f"The text at {_at(box)} has a letter that its font cannot draw, one of "
            f"{len(content.missing)} on this page; choose a font that has it."
        )
        yield Finding(paper.number, "glyph", "error", message, box)


def _times(first: Sequence[float], then: Matrix) -> Matrix:
    """Return the matrix that applies ``first`` and ``then``."""
    a, b, c, d, e, f = first
    return (
        a * then[0] + b * then[2],
        a * then[1] + b * then[3],
        c * then[0] + d * then[2],
        c * then[1] + d * then[3],
        e * then[0] + f * then[2] + then[4],
        e * then[1] + f * then[3] + then[5],
    )


def _matrix(operands: Sequence[Any]) -> Matrix:
    a, b, c, d, e, f = map(float, operands)
    return a, b, c, d, e, f


def _unit_square(matrix: Matrix) -> Box:
    """Return the edges of what fills the square from 0 to 1."""
    a, b, c, d, e, f = matrix
    xs, ys = (e, e + a, e + c, e + a + c), (f, f + b, f + d, f + b + d)
    return min(xs), min(ys), max(xs), max(ys)


class _Walker:
    """Draws a page's streams without a picture, and keeps what they use."""

    def __init__(self, number: int, unit: float) -> None:
        self.number = number
        self.inch = 25.4 / unit  # units of the page
        self.content = Content()
        self._parsed: dict[object, list[Any]] = {}
        self._inks: dict[object, float] = {}
        self._open: set[object] = set()
        self._forms = 0

    def draw(
        self,
        source: pikepdf.Page | pikepdf.Object,
        resources: pikepdf.Object,
        state: _State,
        depth: int,
    ) -> None:
        """Follow a content stream with all that it draws."""
        key = source.objgen
        self._forms += 1
        if key in self._open or self._forms > _MOST_FORMS or depth > _DEEPEST:
            raise InspectionError(
                f"Page {self.number} draws a part within itself without end; export it again."
            )
        if key not in self._parsed:
            self._parsed[key] = list(pikepdf.parse_content_stream(source, _OPERATORS))
        self._open.add(key)
        stream = _Stream(resources, state, depth)
        for operands, operator in self._parsed[key]:
            with suppress(*_FAULTS):
                _ACTS[str(operator)](self, stream, operands)
        self._open.remove(key)

    def save(self, stream: _Stream, _: Sequence[Any]) -> None:
        stream.saved.append(stream.state)

    def restore(self, stream: _Stream, _: Sequence[Any]) -> None:
        stream.state = stream.saved.pop()

    def transform(self, stream: _Stream, operands: Sequence[Any]) -> None:
        matrix = _times(_matrix(operands), stream.state.matrix)
        stream.state = replace(stream.state, matrix=matrix)

    def inks(self, _: _Stream, operands: Sequence[Any]) -> None:
        self.content.families.add("CMYK")
        self._ink(100 * sum(map(float, operands)), None)

    def rgb(self, *_: object) -> None:
        self.content.families.add("RGB")

    def fill_space(self, stream: _Stream, operands: Sequence[Any]) -> None:
        stream.state = replace(stream.state, fill=_family(operands[0], stream.resources))

    def stroke_space(self, stream: _Stream, operands: Sequence[Any]) -> None:
        stream.state = replace(stream.state, stroke=_family(operands[0], stream.resources))

    def fill(self, stream: _Stream, operands: Sequence[Any]) -> None:
        self._colour(stream, stream.state.fill, operands)

    def stroke(self, stream: _Stream, operands: Sequence[Any]) -> None:
        self._colour(stream, stream.state.stroke, operands)

    def _colour(self, stream: _Stream, family: str, operands: Sequence[Any]) -> None:
        self.content.families.add(family)
        if family == "CMYK":
            self._ink(100 * sum(map(float, operands)), None)
        elif isinstance(operands[-1], pikepdf.Name):
            self._pattern(stream, stream.resources.Pattern[str(operands[-1])])

    def _pattern(self, stream: _Stream, pattern: pikepdf.Object) -> None:
        if isinstance(pattern, pikepdf.Stream):
            matrix = _matrix(pattern.get("/Matrix", _AS_IT_IS))  # type: ignore[arg-type]
            resources = pattern.get("/Resources", stream.resources)
            self.draw(pattern, resources, _State(matrix), stream.depth + 1)
        else:
            self.content.families.add(_family(pattern.Shading.ColorSpace, stream.resources))

    def shade(self, stream: _Stream, operands: Sequence[Any]) -> None:
        shading = stream.resources.Shading[str(operands[0])]
        self.content.families.add(_family(shading.ColorSpace, stream.resources))

    def put(self, stream: _Stream, operands: Sequence[Any]) -> None:
        drawn = stream.resources.XObject[str(operands[0])]
        if drawn.Subtype == "/Image":
            self._image(stream, drawn, drawn.objgen)
        elif drawn.Subtype == "/Form":
            matrix = _matrix(drawn.get("/Matrix", _AS_IT_IS))  # type: ignore[arg-type]
            state = replace(stream.state, matrix=_times(matrix, stream.state.matrix))
            resources = drawn.get("/Resources", stream.resources)
            self.draw(drawn, resources, state, stream.depth + 1)

    def inline(self, stream: _Stream, operands: Sequence[Any]) -> None:
        inline = operands[0]
        space = pikepdf.Name("/" + str(inline.colorspace).lstrip("/"))
        self.content.families.add(_family(space, stream.resources))
        size = inline.width, inline.height
        self._place(stream, size, inline.bits_per_component, object())

    def _image(self, stream: _Stream, image: pikepdf.Object, key: object) -> None:
        size = int(image.Width), int(image.Height)
        if size[0] * size[1] > _MOST_PIXELS:
            raise InspectionError(
                f"Page {self.number} has a picture of {size[0]} x {size[1]} pixels, which is too "
                "large to inspect; make it smaller."
            )
        bits = 1 if image.get("/ImageMask") else int(image.get("/BitsPerComponent", 8))
        self._place(stream, size, bits, key)
        family = _family(image.ColorSpace, stream.resources)
        self.content.families.add(family)
        indexed = isinstance(image.ColorSpace, pikepdf.Array)
        if (
            family == "CMYK"
            and bits == _BYTE
            and not (indexed and image.ColorSpace[0] == "/Indexed")
        ):
            if key not in self._inks:
                self._inks[key] = _image_ink(image)
            self._ink(self._inks[key], _unit_square(stream.state.matrix))

    def _place(self, stream: _Stream, size: tuple[int, int], bits: int, key: object) -> None:
        a, b, c, d, _, _ = matrix = stream.state.matrix
        inches = float(np.hypot(a, b)) / self.inch, float(np.hypot(c, d)) / self.inch
        if min(inches) > 0:
            picture = Picture(size, inches, bits, _unit_square(matrix))
            known = self.content.pictures.get(key, picture)
            self.content.pictures[key] = min(known, picture, key=lambda one: one.dpi)

    def _ink(self, share: float, box: Box | None) -> None:
        if share > self.content.ink:
            self.content.ink, self.content.ink_box = share, box

    def font(self, stream: _Stream, operands: Sequence[Any]) -> None:
        stream.state = replace(stream.state, font=stream.resources.Font[str(operands[0])])

    def begin(self, stream: _Stream, _: Sequence[Any]) -> None:
        stream.line = _AS_IT_IS

    def line(self, stream: _Stream, operands: Sequence[Any]) -> None:
        stream.line = _matrix(operands)

    def next_line(self, stream: _Stream, operands: Sequence[Any]) -> None:
        x, y = map(float, operands)
        stream.line = _times((1, 0, 0, 1, x, y), stream.line)

    def show(self, stream: _Stream, operands: Sequence[Any]) -> None:
        font = stream.state.font
        if font is None:
            return
        x, y = _times(stream.line, stream.state.matrix)[4:]
        name = str(font.get("/BaseFont", "without a name")).lstrip("/").partition("+")
        if not _embedded(font):
            self.content.bare_fonts.setdefault(name[2] or name[0], (x, y, x, y))
        if str(font.get("/Encoding")) in {"/Identity-H", "/Identity-V"}:
            texts = operands[-1] if isinstance(operands[-1], pikepdf.Array) else operands[-1:]
            codes = b"".join(bytes(text) for text in texts if isinstance(text, pikepdf.String))
            missing = sum(not any(codes[n : n + 2]) for n in range(0, len(codes), 2))
            self.content.missing += [(x, y, x, y)] * missing


_ACTS: dict[str, Callable[[_Walker, _Stream, Sequence[Any]], None]] = {
    "q": _Walker.save,
    "Q": _Walker.restore,
    "cm": _Walker.transform,
    "Do": _Walker.put,
    "INLINE IMAGE": _Walker.inline,
    **dict.fromkeys(("k", "K"), _Walker.inks),
    **dict.fromkeys(("rg", "RG"), _Walker.rgb),
    "cs": _Walker.fill_space,
    "CS": _Walker.stroke_space,
    **dict.fromkeys(("sc", "scn"), _Walker.fill),
    **dict.fromkeys(("SC", "SCN"), _Walker.stroke),
    "sh": _Walker.shade,
    "BT": _Walker.begin,
    "Tf": _Walker.font,
    "Tm": _Walker.line,
    **dict.fromkeys(("Td", "TD"), _Walker.next_line),
    **dict.fromkeys(("Tj", "TJ", "'", '"'), _Walker.show),
}
_OPERATORS = " ".join(_ACTS).replace("INLINE IMAGE", "BI ID EI")


def _family(space: Any, resources: pikepdf.Object) -> str:
    """Return which colours a space has: "CMYK", "RGB", "calibrated RGB" or another's name."""
    if isinstance(space, pikepdf.Name):
        named = resources.get("/ColorSpace", pikepdf.Dictionary()).get(str(space))
        if str(space) in _FAMILIES or named is None or isinstance(named, pikepdf.Name):
            return _FAMILIES.get(str(named or space), str(space))
        return _family(named, resources)
    head = str(space[0])
    if head == "/ICCBased":
        return _ICC.get(int(space[1].N), head)
    if head == "/Indexed":
        return _family(space[1], resources)
    return _FAMILIES.get(head, head)


def _image_ink(image: pikepdf.Object) -> float:
    """Return the per cent of ink that all but the darkest thousandth of a picture stays below."""
    samples = np.frombuffer(image.read_bytes(pikepdf.StreamDecodeLevel.all), np.uint8)
    pixels = samples[: len(samples) // 4 * 4].reshape(-1, 4)
    inks = pixels[:: len(pixels) // 1_000_000 + 1].sum(axis=1, dtype=np.uint16)
    decode = image.get("/Decode")
    if decode is not None and float(decode[0]) == 1:
        inks = 4 * 255 - inks
    return float(np.percentile(inks, 99.9)) / 2.55


def _embedded(font: pikepdf.Object) -> bool:
    if font.get("/Subtype") == "/Type3":
        return True
    inner = font.DescendantFonts[0] if font.get("/Subtype") == "/Type0" else font
    descriptor = inner.get("/FontDescriptor", pikepdf.Dictionary())
    return any(f"/FontFile{n}" in descriptor for n in ("", 2, 3))
