"""A page of any PDF, measured in mm from the upper left of its trimmed size, and its picture.

The one place that opens a PDF which others have made. pikepdf reads its structure and pypdfium2
draws it; both see the same pages, turned upright and with the whole MediaBox in view.
"""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pikepdf
import pypdfium2
from numpy.typing import NDArray

from translations.errors import UserError

POINT = 25.4 / 72  # mm
LARGEST_SIDE = 2000  # mm
LARGEST_PICTURE = 200e6  # pixels; a larger page is drawn with fewer dots per inch
LEAST_DPI = 100

Box = tuple[float, float, float, float]


def shorten(text: str, most: int) -> str:
    """Return a text of at most so many letters for a message."""
    return text if len(text) <= most else text[: most - 1] + "…"


class InspectionError(UserError):
    """A file that cannot be inspected, and why, in one sentence."""


@dataclass(frozen=True)
class Finding:
    """Something that would spoil the print.

    ``page`` counts from 1, and is 0 for the whole file. ``box`` is x, y, width and height in mm
    from the upper left of the trimmed page.
    """

    page: int
    check: str
    level: Literal["error", "warning"]
    message: str
    box: Box | None = None


@dataclass(frozen=True)
class Raster:
    """A picture of a part of a page, and where it is: ``origin`` and ``pitch`` are in mm."""

    pixels: NDArray[np.uint8]
    origin: tuple[float, float]
    pitch: tuple[float, float]

    def mm(self, x: float, y: float) -> tuple[float, float]:
        """Return the place of a pixel's upper left corner on the page."""
        return self.origin[0] + x * self.pitch[0], self.origin[1] + y * self.pitch[1]

    def pixel(self, x: float, y: float) -> tuple[float, float]:
        """Return where in the picture a place on the page is."""
        return (x - self.origin[0]) / self.pitch[0], (y - self.origin[1]) / self.pitch[1]


@dataclass(frozen=True)
class Paper:
    """A page. The boxes are left, lower, right and upper edge in units of the page."""

    number: int
    source: pikepdf.Page
    drawing: Any  # the document of pypdfium2, which has no types
    media: Box
    trim: Box
    bleed: Box
    has_trim: bool
    unit: float  # mm

    @cached_property
    def drawn(self) -> Any:
        """Return the page of pypdfium2, which follows all of its content as soon as it is open."""
        return self.drawing[self.number - 1]

    @property
    def size(self) -> tuple[float, float]:
        """Return width and height of the trimmed page in mm."""
        return _size(self.trim, self.unit)

    @property
    def bleed_size(self) -> tuple[float, float]:
        """Return width and height with bleed in mm."""
        return _size(self.bleed, self.unit)

    def place(self, box: Box) -> Box:
        """Return x, y, width and height in mm of edges in units of the page."""
        left, lower, right, upper = box
        x, y = (left - self.trim[0]) * self.unit, (self.trim[3] - upper) * self.unit
        return x, y, (right - left) * self.unit, (upper - lower) * self.unit

    def dpi(self, wish: float, pixels: float = LARGEST_PICTURE) -> float:
        """Return at how many dots per inch the whole page has no more than so many pixels."""
        width, height = (side / 25.4 for side in _size(self.media, self.unit))
        return max(LEAST_DPI, min(wish, float((pixels / (width * height)) ** 0.5)))

    def raster(self, dpi: float, box: Box | None = None, *, colour: bool = False) -> Raster:
        """Return a picture of the page, or of a box in mm, cut at the edges of the sheet.

        It is grey with one byte a pixel, or red, green and blue.
        """
        scale = dpi / 25.4 * self.unit
        x, y, width, height = self.place(self.media)
        columns, rows = (np.ceil(side * scale) for side in self.drawn.get_size())
        across, down = width / columns, height / rows
        start, top, wide, high = box or (x, y, width, height)
        edges = (
            np.clip(np.floor((start - x) / across), 0, columns - 1),
            np.clip(np.floor((top - y) / down), 0, rows - 1),
            np.clip(np.ceil((start + wide - x) / across), 1, columns),
            np.clip(np.ceil((top + high - y) / down), 1, rows),
        )  # at least one pixel each way
        edges = (*edges[:2], max(edges[2], edges[0] + 1), max(edges[3], edges[1] + 1))
        cut = (edges[0], rows - edges[3], columns - edges[2], edges[1])
        picture = self.drawn.render(
            scale=scale,
            # it rounds up, so that half a pixel less is the pixel that is meant
            crop=tuple((pixel - 0.5) / scale if pixel else 0 for pixel in cut),
            grayscale=not colour,
            rev_byteorder=colour,
            draw_annots=False,
        )
        origin = float(x + edges[0] * across), float(y + edges[1] * down)
        return Raster(picture.to_numpy(), origin, (float(across), float(down)))


@dataclass(frozen=True)
class File:
    """An open PDF: its pages, the standard for printing that it declares, and its language."""

    papers: tuple[Paper, ...]
    standard: str  # such as "PDF/X-4", or empty


@contextmanager
def opened(pdf: bytes) -> Iterator[File]:
    """Open a PDF of any origin; raise InspectionError for what no printer should be sent."""
    if not pdf.strip():
        raise InspectionError("The file is empty.")
    if b"%PDF-" not in pdf[:1024]:
        raise InspectionError("The file is not a PDF.")
    try:
        with pikepdf.open(io.BytesIO(pdf), attempt_recovery=False) as source:
            yield from _papers(source)
    except pikepdf.PasswordError as error:
        raise InspectionError("The PDF is encrypted; export it without a password.") from error
    except (pikepdf.PdfError, pypdfium2.PdfiumError) as error:
        raise InspectionError("The PDF is damaged or cut short; export it again.") from error


def _papers(source: pikepdf.Pdf) -> Iterator[File]:
    if source.is_encrypted:
        raise InspectionError("The PDF is encrypted; export it without a password.")
    if not source.pages:
        raise InspectionError("The PDF has no pages.")
    boxes = [_boxes(number, page) for number, page in enumerate(source.pages, 1)]
    upright = io.BytesIO()
    source.save(
        upright,
        compress_streams=False,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
        fix_metadata_version=False,
    )
    drawing = pypdfium2.PdfDocument(upright.getvalue())
    try:
        yield File(
            tuple(
                Paper(number, page, drawing, *found)
                for number, (page, found) in enumerate(zip(source.pages, boxes, strict=True), 1)
            ),
            _standard(source),
        )
    finally:
        drawing.close()


def _boxes(number: int, page: pikepdf.Page) -> tuple[Box, Box, Box, bool, float]:
    """Return MediaBox, TrimBox and BleedBox of a page, whether it has the second, and its unit.

    The page is turned upright, and the whole of its MediaBox comes into view.
    """
    try:
        page.flatten_rotation()
        unit = POINT * float(page.obj.get("/UserUnit", 1))
        media = _edges(page.mediabox)
        crop = _within(_edges(page.cropbox), media)
        trim = _within(_edges(page.obj.get("/TrimBox", pikepdf.Array(crop))), media)
        bleed = _within(_edges(page.obj.get("/BleedBox", pikepdf.Array(media))), media)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise InspectionError(f"Page {number} has no proper size; export it again.") from error
    for box in (media, trim):
        if not all(1 <= side <= LARGEST_SIDE for side in _size(box, unit)):
            width, height = _size(box, unit)
            raise InspectionError(
                f"Page {number} is {width:.0f} x {height:.0f} mm; each side may have "
                f"1 to {LARGEST_SIDE} mm."
            )
    page.obj.CropBox = pikepdf.Array(media)
    return media, trim, bleed, "/TrimBox" in page.obj, unit


def _edges(box: pikepdf.Object) -> Box:
    left, lower, right, upper = (float(edge) for edge in box.as_list())
    return min(left, right), min(lower, upper), max(left, right), max(lower, upper)


def _within(box: Box, limit: Box) -> Box:
    left, lower = max(box[0], limit[0]), max(box[1], limit[1])
    return left, lower, min(box[2], limit[2]), min(box[3], limit[3])


def _size(box: Box, unit: float) -> tuple[float, float]:
    return (box[2] - box[0]) * unit, (box[3] - box[1]) * unit


def _standard(source: pikepdf.Pdf) -> str:
    """Return the standard that a file declares in its metadata or by an output intent."""
    declared = source.docinfo.get("/GTS_PDFXVersion") if "/Info" in source.trailer else None
    if declared is not None:
        return str(declared)
    metadata = source.Root.get("/Metadata")
    if isinstance(metadata, pikepdf.Stream):
        found = re.search(rb"GTS_PDFXVersion[^<]{1,100}?(PDF/X[\w:.-]*)", metadata.read_bytes())
        if found:
            return found.group(1).decode()
    intents = source.Root.get("/OutputIntents", pikepdf.Array())
    return "PDF/X" if any(one.get("/S") == "/GTS_PDFX" for one in intents) else ""
