"""PDF/X-4 for a print shop; how its colours are converted is in ``materials.conversion``.

What is checked is written in tests/materials/test_press.py; no validator of PDF/X has seen it.
"""

import zlib
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from io import BytesIO
from typing import Any
from uuid import UUID
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import Array, Dictionary, Name
from pikepdf.models.metadata import decode_pdf_date

from materials.conversion import PRINT, Converter, PressError
from materials.ink import PROFILE

CONDITION = "FOGRA39"  # as the ICC's registry of characterisations names it


_PT = 72 / 25.4  # a millimetre
_MARK_GAP, _MARK_LENGTH, _SLUG = 1 * _PT, 5 * _PT, 7 * _PT  # all from the edge of the bleed
_MARK_WIDTH = 0.25  # pt
_DATE = "D:20000101000000Z"  # of a document that does not say its own
_PRODUCER = f"philos, pikepdf {pikepdf.__version__}"
_CATALOG = {"/Type", "/Pages", "/Lang"}
_PAGE = {"/Type", "/Parent", "/Contents", "/Resources", "/Group", "/Rotate", "/UserUnit"}
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
            paint = Converter(document)
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


def _press_page(
    document: pikepdf.Pdf, page: pikepdf.Page, paint: Converter, *, marks: bool
) -> None:
    """Convert a page, and move it so that its boxes start at zero."""
    (x, y, right, top), trim = _boxes(page)
    slug = _SLUG if marks else 0
    dx, dy = slug - x, slug - y
    bleed = [slug, slug, right + dx, top + dy]
    trim = [trim[0] + dx, trim[1] + dy, trim[2] + dx, trim[3] + dy]
    resources = page.resources
    if paint.is_new(resources):
        paint.resources(resources, PRINT)
        for pattern in resources.get("/Pattern", Dictionary()).values():
            _move(pattern, dx, dy)
    content = paint.content(page, resources, PRINT, page=True)
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
