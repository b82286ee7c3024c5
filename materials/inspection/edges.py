"""The edges of a page: is it trimmed to one size, and does its colour run into the bleed?"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from materials.inspection.paper import Box, Finding, Paper

LEAST_BLEED = 2.0  # mm; print shops ask for 2 to 3
PAPER_WHITE = 250  # of 255; darker than this in any of red, green and blue is colour

_DPI = 300
_INSIDE = 0.15  # mm from the trim edge, where colour is taken to reach it
_REACH = 1.0  # mm of an edge that colour must cover at a stretch; a line needs no bleed
_NONE = 0.1  # mm of bleed that are as good as none
_FILLED = 0.9  # of the coloured part of an edge that must go on just outside
_STILL_FILLED = 0.5  # of it that must go on at the end of the bleed, as far as a circle does

SIDES = ("left", "upper", "right", "lower")


def size_findings(papers: Sequence[Paper]) -> Iterator[Finding]:
    """Yield pages without TrimBox, and pages that are not of the first one's size."""
    bare = [str(paper.number) for paper in papers if not paper.has_trim]
    if bare:
        pages = "Page" if len(bare) == 1 else "Pages"
        message = (
            f"{pages} {', '.join(bare)} without TrimBox, so that nobody knows where to cut; "
            "export with trim and bleed."
        )
        yield Finding(0, "trim-box", "warning", message)
    first = papers[0].size
    for paper in papers[1:]:
        if not any(np.allclose(paper.size, like, atol=0.5) for like in (first, first[::-1])):
            width, height = paper.size
            message = (
                f"Page {paper.number} is {width:.0f} x {height:.0f} mm, but page 1 is "
                f"{first[0]:.0f} x {first[1]:.0f} mm; put pages of one size into a file."
            )
            yield Finding(paper.number, "page-size", "warning", message)


def bleed_findings(paper: Paper) -> Iterator[Finding]:
    """Yield where colour reaches the trim edge and would leave a white line when cut."""
    depths = _depths(paper)
    coloured = [side for side in range(4) if _wide(_along(paper, side, -_INSIDE)).any()]
    bare = [side for side in coloured if depths[side] < _NONE]
    if bare:
        message = (
            f"The colour reaches the {_names(bare)} edge without bleed: an office printer leaves "
            "a white edge; a print shop needs 3 mm bleed."
        )
        yield Finding(paper.number, "bleed", "warning", message)
    for side in coloured:
        if side in bare:
            continue
        box = _strip(paper, side, depths[side])
        if depths[side] < LEAST_BLEED - 0.05:
            message = f"has a bleed of {depths[side]:.1f} mm; make it 3 mm"
            yield _edge_finding(paper, side, "bleed", message, box)
        elif not _is_filled(paper, side):
            message = "stops there, and the bleed is white; draw it 3 mm over the edge"
            yield _edge_finding(paper, side, "bleed-empty", message, box)


def _edge_finding(paper: Paper, side: int, check: str, message: str, box: Box) -> Finding:
    where = f"The colour at the {SIDES[side]} edge"
    return Finding(paper.number, check, "error", f"{where} {message}.", box)


def _names(sides: Sequence[int]) -> str:
    return ", ".join(SIDES[side] for side in sides)


def _depths(paper: Paper) -> list[float]:
    """Return how many mm of bleed there are on each side."""
    trim, bleed = paper.trim, paper.bleed
    gaps = (trim[0] - bleed[0], bleed[3] - trim[3], bleed[2] - trim[2], trim[1] - bleed[1])
    return [paper.unit * gap for gap in gaps]


def _strip(paper: Paper, side: int, depth: float) -> Box:
    """Return the strip outside of one side of the trimmed page."""
    width, height = paper.size
    return (
        (-depth, 0, depth, height),
        (0, -depth, width, depth),
        (width, 0, depth, height),
        (0, height, width, depth),
    )[side]


def _along(paper: Paper, side: int, out: float) -> NDArray[np.bool_]:
    """Return where the line ``out`` mm outside of a trim edge is coloured; each entry 1/300 inch.

    A negative ``out`` is inside.
    """
    x, y, width, height = _strip(paper, side, 0)
    x += (-out, 0, out, 0)[side]
    y += (0, -out, 0, out)[side]
    picture = paper.raster(_DPI, (x, y, width, height), colour=True).pixels
    line = picture[0] if side % 2 else picture[:, 0]
    return np.asarray((line < PAPER_WHITE).any(axis=1))


def _wide(line: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return a line with only those coloured parts that are wide enough to need bleed."""
    ends = np.flatnonzero(np.diff(line, prepend=False, append=False)).reshape(-1, 2)
    wide = np.zeros_like(line)
    for start, end in ends[ends[:, 1] - ends[:, 0] > _REACH / 25.4 * _DPI]:
        wide[start:end] = True
    return wide


def _is_filled(paper: Paper, side: int) -> bool:
    """Return whether the colour just inside of the trim edge goes on through the bleed."""
    inside = _wide(_along(paper, side, -_INSIDE))
    near, far = _along(paper, side, _INSIDE), _along(paper, side, LEAST_BLEED - _INSIDE)
    return bool(near[inside].mean() >= _FILLED and far.sum() >= _STILL_FILLED * inside.sum())
