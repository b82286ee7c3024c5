"""PDF from HTML. The only module that knows WeasyPrint, and that looks into its box tree."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from math import ceil, inf
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pypdfium2
import weasyprint
from PIL import Image
from weasyprint import CSS, HTML
from weasyprint.document import Document
from weasyprint.formatting_structure import boxes
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from materials import hyphenation
from translations.errors import Fault, UserError

ENGINE = f"weasyprint {weasyprint.__version__}, {hyphenation.PATTERNS}"
_MM = 25.4 / 96  # of a CSS pixel
_POINTS = 72 / 96  # of a CSS pixel
_HIGHEST = 18_000  # px of a picture; no PDF page may be much higher
_TOLERANCE = 0.2  # mm that a text may stand out of its box before anyone sees it
_STEPS = 8  # from the smallest type size of each box to its largest
_RANGE = re.compile(r"fit\(([\d.]+)(pt|mm), ([\d.]+)\2\)")

# What WeasyPrint's own sheet says of the elements that our layouts are made of. The whole of it
# computes seven styles more for each element, of footnotes and markers: an eighth of the layout.
_ELEMENTS = CSS(
    string="""
head, meta, title, style { display: none }
html, body, section, div, p, h1, h2, h3 { display: block }
table { display: table }
thead { display: table-header-group }
tbody { display: table-row-group }
tr { display: table-row }
th, td { display: table-cell; vertical-align: middle }
h1, h2, h3 { bookmark-label: content(text); break-after: avoid; break-inside: avoid }
h1 { bookmark-level: 1 }
h2 { bookmark-level: 2 }
h3 { bookmark-level: 3 }
br::before { content: "\\A"; white-space: pre-line }
img { overflow: hidden }
[dir=ltr] { direction: ltr }
[dir=rtl] { direction: rtl }
"""
)


class LayoutError(UserError):
    """A text that does not fit its box in any type size."""


class _Source(HTML):  # type: ignore[misc]
    """A document of our layouts."""

    def _ua_stylesheets(self, forms: bool = False) -> list[CSS]:  # noqa: FBT001, FBT002, ARG002
        return [_ELEMENTS]


class _Fetcher(URLFetcher):  # type: ignore[misc]
    """Fetches data URIs and files below one folder, and nothing else."""

    def __init__(self, folder: Path) -> None:
        super().__init__(allowed_protocols={"file", "data"}, allow_redirects=False)
        self._folder = folder.resolve()

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        """Return what a URL holds; raise ValueError for one from anywhere else."""
        path = Path(url2pathname(urlsplit(url).path)).resolve()
        if not url.startswith(("data:", "file:///")) or (
            url.startswith("file:") and self._folder not in path.parents
        ):
            raise ValueError(f"not one of our own files: {url[:80]}")
        return super().fetch(url, headers)


@dataclass(frozen=True)
class Overflow:
    """A text that leaves its box, its language, and by how many millimetres."""

    text: str
    language: str
    box: str
    millimetres: float

    def __str__(self) -> str:
        """Return the overflow as a clause."""
        return (
            f"{self.text!r} ({self.language}) stands {self.millimetres:.1f} mm out of its box, "
            f"{self.box!r}"
        )

    @property
    def fault(self) -> Fault:
        """Return what is wrong with it."""
        return Fault(
            sentence=str(self),
            kind="too-long",
            values={"text": self.text, "millimetres": round(self.millimetres, 1)},
        )


@dataclass(frozen=True)
class Typesetter:
    """Fonts and pictures, loaded once, for every sheet that a process sets."""

    faces: CSS
    fonts: FontConfiguration
    fetcher: URLFetcher
    pictures: dict[str, object] = field(default_factory=dict)

    def set(self, html: str, styles: str, *, pages: int, zoom: float = 1) -> bytes:
        """Return the tagged PDF of a document in the largest type in which all of it fits.

        Where the styles say ``fit(8pt, 10pt)``, a length lies between these two; all that do grow
        and shrink together. ``zoom`` enlarges the page. Raise LayoutError with the text that is
        too long where even the smallest type does not fit.
        """
        document = self._fitted(_Source(string=html, url_fetcher=self.fetcher), styles, pages, zoom)
        return bytes(document.write_pdf(zoom=zoom, pdf_variant="pdf/ua-1") or b"")

    def book(self, html: str, styles: str) -> bytes:
        """Return the tagged PDF of a document of as many pages as it needs.

        Raise LayoutError with a text that leaves its box or its page.
        """
        document = self._laid_out(_Source(string=html, url_fetcher=self.fetcher), styles, 1)
        if fault := next((str(found) for found in overflows(document)), ""):
            raise LayoutError(f"{fault}; shorten it.")
        return bytes(document.write_pdf(pdf_variant="pdf/ua-1") or b"")

    def image(self, html: str, styles: str, *, width: int, scale: float) -> Image.Image:
        """Return a document as a picture, ``width`` CSS pixels wide and as high as it is.

        ``scale`` is the number of dots to a CSS pixel. Raise LayoutError where it needs more than
        one page.
        """
        page = f"@page {{ size: {width}px {_HIGHEST}px; margin: 0 }}"
        document = self._laid_out(_Source(string=html, url_fetcher=self.fetcher), page + styles, 1)
        root = document.pages[0]._page_box.children[0]  # noqa: SLF001
        height = ceil(root.position_y + root.margin_height())
        if len(document.pages) > 1:
            raise LayoutError(f"The picture is over {_HIGHEST} px high; show fewer groups in it.")
        pdf = pypdfium2.PdfDocument(document.write_pdf())
        below = (_HIGHEST - height) * _POINTS
        drawn: Image.Image = pdf[0].render(scale=scale / _POINTS, crop=(0, below, 0, 0)).to_pil()
        pdf.close()
        return drawn.crop((0, 0, round(width * scale), round(height * scale))).convert("RGB")

    def _fitted(self, source: HTML, styles: str, pages: int, zoom: float) -> Document:
        """Return the layout at the largest step that fits; most sheets lack little or nothing."""
        found, fits, beyond = None, 0, _STEPS + 1
        step = _STEPS
        while fits < beyond:
            document = self._laid_out(source, styles, step / _STEPS)
            if fault := _fault(document, pages, zoom):
                beyond = step
            else:
                found, fits = document, step + 1
            step = fits + (beyond - fits) * 3 // 4
        if found is None:
            assert fault
            sentence = f"{fault.sentence}, in the smallest type; shorten it."
            raise LayoutError(sentence, kind=fault.kind, **fault.values)
        return found

    def _laid_out(self, source: HTML, styles: str, share: float) -> Document:
        return source.render(
            stylesheets=[self.faces, _styles(styles, share)],
            font_config=self.fonts,
            pdf_tags=True,
            cache=self.pictures,
        )


def _fault(document: Document, pages: int, zoom: float) -> Fault | None:
    """Return what does not fit in a layout, None where all of it does."""
    if (needed := len(document.pages)) != pages:
        sentence = f"The text needs {needed} pages instead of {pages}"
        return Fault(sentence=sentence, kind="pages", values={"needed": needed, "pages": pages})
    return next((found.fault for found in overflows(document, zoom)), None)


@lru_cache(maxsize=64)  # formats times the steps that their sheets take
def _styles(text: str, share: float) -> CSS:
    return CSS(string=sized(text, share))


def sized(styles: str, share: float) -> str:
    """Return styles with each fitted length at a share of the way from its least to its most."""

    def length(found: re.Match[str]) -> str:
        least, unit, most = found.groups()
        return f"{float(least) + share * (float(most) - float(least)):.3f}{unit}"

    return _RANGE.sub(length, styles)


@cache
def typesetter(faces: str, folder: Path) -> Typesetter:
    """Return the typesetter of the @font-face rules; ``folder`` holds all it may load."""
    hyphenation.mend()
    fonts, fetcher = FontConfiguration(), _Fetcher(folder)
    return Typesetter(CSS(string=faces, font_config=fonts, url_fetcher=fetcher), fonts, fetcher)


def overflows(document: Document, zoom: float = 1) -> Iterator[Overflow]:
    """Yield every text or picture that leaves the content of a box of fixed size.

    WeasyPrint draws such a text over the margin without a word; only its box tree tells.
    """
    for page in document.pages:
        root = page._page_box  # noqa: SLF001  WeasyPrint has no public way to its boxes
        for found in _outside(root, [root], ""):
            yield replace(found, millimetres=found.millimetres * zoom)


def _outside(box: boxes.Box, limits: list[boxes.Box], language: str) -> Iterator[Overflow]:
    if isinstance(box, boxes.MarginBox):
        return  # it stands in the margin of its page
    if isinstance(box, boxes.LineBox | boxes.TextBox | boxes.ReplacedBox):
        for limit in limits:
            excess = _excess(box, limit)
            if excess > _TOLERANCE and _text(box):
                name = limit.element.get("class", "page") if limit.element is not None else "page"
                yield Overflow(_text(box), language, name, excess)
                return
    if box.element is not None:
        language = box.element.get("lang", language)
        limits = _limits(box, limits)
    for child in getattr(box, "children", ()):
        yield from _outside(child, limits, language)


def _limits(box: boxes.Box, limits: list[boxes.Box]) -> list[boxes.Box]:
    """Return what bounds the content of a box, of what bounds the box itself and the page first."""
    if box.style["position"] == "absolute":
        limits = limits[:1]  # it stands where it was put; the page alone bounds it
    if box.style["transform"]:
        limits = []  # it is turned as a whole; what it holds must stay within it
    return [*limits, box] if _is_bounded(box) else limits


def _text(box: boxes.Box) -> str:
    if isinstance(box, boxes.ReplacedBox):
        return "a picture"
    if isinstance(box, boxes.TextBox):
        return str(box.text).strip()
    return " ".join(filter(None, map(_text, getattr(box, "children", ()))))


def _is_bounded(box: boxes.Box) -> bool:
    style = box.style
    return bool(style["height"] != "auto" or style["max_height"].value != inf)


def _excess(box: boxes.Box, limit: boxes.Box) -> float:
    """Return by how many millimetres a box leaves the content box of another.

    A line counts by its height, a text by its width: the box of a text is as tall as its font's
    tallest letter, which is more than the line that it stands on.
    """
    left, top = limit.content_box_x(), limit.content_box_y()
    sides = (
        []
        if isinstance(box, boxes.LineBox)
        else [
            left - box.position_x,
            box.position_x + box.width - left - limit.width,
        ]
    )
    ends = (
        []
        if isinstance(box, boxes.TextBox)
        else [
            top - box.position_y,
            box.position_y + box.height - top - limit.height,
        ]
    )
    return float(_MM * max(sides + ends))
