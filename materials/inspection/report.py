"""Inspects any PDF before it goes to a printer, whatever program made it."""

import io
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from materials.campaign import Campaign
from materials.inspection import codes, content, duties, edges, wording
from materials.inspection.codes import Code
from materials.inspection.paper import Box, Finding, InspectionError, Paper, Raster, opened

__all__ = ["Code", "Finding", "InspectionError", "PageSize", "Report", "annotated", "inspect"]

_SHOWN_DPI = 150
_SHOWN_PIXELS = 8e6
_RIM = 0.5  # mm between what is framed and its frame
_LABEL = 20  # pixels high
_FONT = ImageFont.load_default(_LABEL - 4)
_GREEN, _RED, _AMBER = (0, 122, 61), (200, 16, 46), (196, 110, 0)


@dataclass(frozen=True)
class PageSize:
    """Width and height of a page in mm, trimmed and with its bleed."""

    trim: tuple[float, float]
    bleed: tuple[float, float]


@dataclass(frozen=True)
class Report:
    """What was found in a PDF."""

    pages: tuple[PageSize, ...]
    codes: tuple[Code, ...]
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Return whether the file may be printed: there may be warnings, but no error."""
        return not any(finding.level == "error" for finding in self.findings)

    def to_json(self) -> dict[str, Any]:
        """Return the report for ``json.dumps``; lengths are in mm."""
        return {"ok": self.ok, **asdict(self)}


def inspect(pdf: bytes, campaign: Campaign | None = None, today: date | None = None) -> Report:
    """Return what a printer or a phone would stumble over in a PDF.

    For a ``campaign`` also what it owes its funders, and numbers that nobody has tried for long.
    Raise InspectionError for what is no PDF, or none that could be printed at all.
    """
    with opened(pdf) as file:
        # before anything is drawn: this refuses forms that draw themselves without end
        drawn = [content.walk(paper) for paper in file.papers]
        written = [wording.letters(paper) for paper in file.papers]
        texts = [wording.plain(paper) for paper in file.papers]
        read = [codes.find(paper) for paper in file.papers]
        findings = [*edges.size_findings(file.papers)]
        for paper, used, letters, found in zip(file.papers, drawn, written, read, strict=True):
            for code in found:
                findings += codes.findings(code)
            findings += content.findings(paper, used, file.standard)
            findings += edges.bleed_findings(paper)
            findings += wording.findings(paper, letters)
        findings += wording.imprint_findings(texts)
        if campaign and today:
            findings += duties.findings(texts, campaign, today)
        return Report(
            tuple(PageSize(_rounded(one.size), _rounded(one.bleed_size)) for one in file.papers),
            tuple(code for found in read for code in found),
            tuple(findings),
        )


def _rounded(size: tuple[float, float]) -> tuple[float, float]:
    return round(size[0], 2), round(size[1], 2)


def annotated(pdf: bytes, report: Report) -> Iterator[bytes]:
    """Yield a PNG of each page with its codes and findings, numbered as in the report from 1.

    Codes without an error are framed green and the others red; so are errors, warnings amber.
    """
    with opened(pdf) as file:
        for paper in file.papers:
            yield _annotated(paper, report)


def _annotated(paper: Paper, report: Report) -> bytes:
    picture = paper.raster(paper.dpi(_SHOWN_DPI, _SHOWN_PIXELS), colour=True)
    image = Image.fromarray(picture.pixels)
    draw = ImageDraw.Draw(image)
    for box, marks in _marks(paper.number, report).items():
        _frame(draw, picture, box, marks)
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def _marks(page: int, report: Report) -> dict[Box, list[tuple[int, Finding]]]:
    """Return the places to frame on a page, each with its numbered findings."""
    marks: dict[Box, list[tuple[int, Finding]]] = {
        code.box: [] for code in report.codes if code.page == page
    }
    for number, finding in enumerate(report.findings, 1):
        if finding.page == page and finding.box:
            marks.setdefault(finding.box, []).append((number, finding))
    return marks


def _frame(
    draw: ImageDraw.ImageDraw, picture: Raster, box: Box, marks: list[tuple[int, Finding]]
) -> None:
    levels = {finding.level for _, finding in marks}
    colour = _RED if "error" in levels else _AMBER if levels else _GREEN
    x, y, width, height = box
    left, top = picture.pixel(x - _RIM, y - _RIM)
    right, lower = picture.pixel(x + width + _RIM, y + height + _RIM)
    draw.rectangle((left, top, right, lower), outline=colour, width=3)
    if marks:
        label = ", ".join(str(number) for number, _ in marks)
        at = max(left, 0), max(top - _LABEL, 0)
        draw.rectangle(
            (*at, at[0] + draw.textlength(label, _FONT) + 8, at[1] + _LABEL), fill=colour
        )
        draw.text((at[0] + 4, at[1] + 1), label, "white", _FONT)
