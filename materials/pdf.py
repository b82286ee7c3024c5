"""PDF from HTML. The only module that knows WeasyPrint, and that looks into its box tree."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from math import inf
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import weasyprint
from weasyprint import CSS, HTML
from weasyprint.document import Document
from weasyprint.formatting_structure import boxes
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

ENGINE = f"weasyprint {weasyprint.__version__}"
_MM = 25.4 / 96  # of a CSS pixel
_TOLERANCE = 0.2  # mm that a text may stand out of its box before anyone sees it


class LayoutError(Exception):
    """A text that does not fit its box in any type size."""


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
    """A text that leaves its box, and by how many millimetres."""

    text: str
    box: str
    millimetres: float

    def __str__(self) -> str:
        """Return the overflow as a clause."""
        return f"{self.text!r} stands {self.millimetres:.1f} mm out of {self.box}"


@dataclass(frozen=True)
class Typesetter:
    """Parsed styles and fonts, shared by every sheet of a format that a process sets."""

    styles: CSS
    fonts: FontConfiguration
    fetcher: URLFetcher

    def set(self, html: str, pages: int, steps: Sequence[float]) -> bytes:
        """Return the PDF of a document at the largest type step at which the whole of it fits.

        ``steps`` are shares of the style's own type size, the largest first. Raise LayoutError
        with the text that is too long where even the smallest does not fit.
        """
        for step in steps:
            size = CSS(string=f"html {{ font-size: {10 * step:g}pt }}")
            document = HTML(string=html, url_fetcher=self.fetcher).render(
                stylesheets=[self.styles, size], font_config=self.fonts
            )
            faults = list(overflows(document))
            if len(document.pages) == pages and not faults:
                return bytes(document.write_pdf() or b"")
        raise LayoutError(str(faults[0]) if faults else f"it needs {len(document.pages)} pages")


@cache
def typesetter(styles: str, folder: Path) -> Typesetter:
    """Return the typesetter of a stylesheet, parsed once; ``folder`` holds all it may load."""
    fonts, fetcher = FontConfiguration(), _Fetcher(folder)
    return Typesetter(CSS(string=styles, font_config=fonts, url_fetcher=fetcher), fonts, fetcher)


def overflows(document: Document) -> Iterator[Overflow]:
    """Yield every text or picture that leaves the content of a box of fixed size.

    WeasyPrint draws such a text over the margin without a word; only its box tree tells.
    """
    for page in document.pages:
        root = page._page_box  # noqa: SLF001  WeasyPrint has no public way to its boxes
        yield from _outside(root, [root])


def _outside(box: boxes.Box, limits: list[boxes.Box]) -> Iterator[Overflow]:
    if isinstance(box, boxes.LineBox | boxes.TextBox | boxes.ReplacedBox):
        for limit in limits:
            excess = _excess(box, limit)
            if excess > _TOLERANCE and _text(box):
                name = limit.element.get("class", "page") if limit.element is not None else "page"
                yield Overflow(_text(box), name, excess)
                return
    if box.element is not None and box.style["position"] == "absolute":
        limits = limits[:1]  # it stands where it was put; the page alone bounds it
    if box.element is not None and _is_bounded(box):
        limits = [*limits, box]
    for child in getattr(box, "children", ()):
        yield from _outside(child, limits)


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
