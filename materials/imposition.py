"""Imposition: several copies of a sheet on one larger paper, each back behind its front.

Lengths are in millimetres. Everything here happens once for an artwork; stamps come after it.
"""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal

from pikepdf import Array, Dictionary, Name, Object, Page, Pdf, Stream

from materials.artwork import POINTS
from materials.formats import PAPERS, Format
from translations.errors import UserError

Edge = Literal["long", "short"]
_MARK, _GAP = 5, 1  # length of a crop mark, and how far from the bleed it begins


class ImpositionError(UserError):
    """A paper that cannot hold what should be printed on it."""


@dataclass(frozen=True)
class Grid:
    """Where copies stand: upper left corners at ``origin`` plus multiples of ``pitch``."""

    paper: tuple[float, float]
    columns: int
    rows: int
    origin: tuple[float, float]
    pitch: tuple[float, float]

    @property
    def places(self) -> list[tuple[float, float]]:
        """Return left and top of each copy, row after row."""
        return [
            (self.origin[0] + column * self.pitch[0], self.origin[1] + row * self.pitch[1])
            for row in range(self.rows)
            for column in range(self.columns)
        ]


def fitted(form: Format, paper: str, *, bleed: float = 0, gutter: float = 0) -> Grid:
    """Return the grid that holds most copies on a paper, upright or turned, in its middle.

    ``gutter`` is the distance between two trimmed copies, at least room for both bleeds. Raise
    ImpositionError with the sum where not even one copy fits.
    """
    gap = max(gutter, 2 * bleed)
    width, height = PAPERS[paper]
    grids = [_grid(form, size, bleed, gap) for size in ((width, height), (height, width))]
    best = max(grids, key=lambda grid: grid.columns * grid.rows)
    if not best.columns * best.rows:
        wide, high = form.width + 2 * bleed, form.height + 2 * bleed
        raise ImpositionError(
            f"{form.id} needs {form.width:g} + 2 x {bleed:g} = {wide:g} mm by {form.height:g} + "
            f"2 x {bleed:g} = {high:g} mm; {paper.upper()} has {width:g} by {height:g} mm.",
            kind="small-paper",
            paper=paper.upper(),
        )
    return best


def _grid(form: Format, size: tuple[float, float], bleed: float, gap: float) -> Grid:
    counts, starts = [], []
    for room, length in zip(size, (form.width, form.height), strict=True):
        count = max(0, int((room - 2 * bleed + gap + 1e-6) // (length + gap)))
        counts.append(count)
        starts.append((room - count * length - (count - 1) * gap) / 2)
    pitch = (form.width + gap, form.height + gap)
    return Grid(size, counts[0], counts[1], (starts[0], starts[1]), pitch)


def impose(
    pdf: Pdf, form: Format, grid: Grid, *, bleed: float = 0, flip: Edge = "long", marks: bool = True
) -> None:
    """Put every page of a PDF on a sheet of its own, as often as the grid says.

    The second page of two is the back: copy k of it stands behind copy k of the first when the
    paper is turned over at its ``flip`` edge. ``marks`` draws cut lines, outside the bleed.
    """
    made = []
    for number, page in enumerate(pdf.pages):
        back = number % 2 == 1
        drawn = [_drawn(place, form, grid, flip if back else None) for place in grid.places]
        cuts = [_cuts(form, grid, bleed, mirrored=back)] if marks else []
        made.append((as_form(pdf, page, form, (bleed, bleed)), b"\n".join(drawn + cuts)))
    replace_pages(pdf, grid.paper, made)


def _drawn(place: tuple[float, float], form: Format, grid: Grid, flip: Edge | None) -> bytes:
    """Return the operators of a copy, or with ``flip`` of its back, behind it."""
    (left, top), (width, height) = place, grid.paper
    if flip is None:
        return _at(left, height - top - form.height)
    if (flip == "long") == (height >= width):  # turned over like the page of a book
        return _at(width - left - form.width, height - top - form.height)
    return _at(left + form.width, top + form.height, b"-1 0 0 -1")  # its back stands on its head


def _at(x: float, y: float, turn: bytes = b"1 0 0 1") -> bytes:
    return b"q %s %.4f %.4f cm /A Do Q" % (turn, x * POINTS, y * POINTS)


def _cuts(form: Format, grid: Grid, bleed: float, *, mirrored: bool) -> bytes:
    """Return the operators of cut lines: dashed between copies, or short marks off the bleed."""
    width, height = grid.paper
    xs = {left + side for left, _ in grid.places for side in (0, form.width)}
    ys = {top + side for _, top in grid.places for side in (0, form.height)}
    if mirrored:
        xs, ys = {width - x for x in xs}, {height - y for y in ys}
    inner = (min(xs) - bleed, max(xs) + bleed, min(ys) - bleed, max(ys) + bleed)
    if bleed:
        lines = [(x, y, x, y + way * _MARK) for x in xs for y, way in _ends(inner[2:])]
        lines += [(x, y, x + way * _MARK, y) for y in ys for x, way in _ends(inner[:2])]
        style = b"0 0 0 1 K 0.25 w"
    else:
        lines = [(x, 0, x, height) for x in xs] + [(0, y, width, y) for y in ys]
        style = b"0.6 G 0.3 w [4 4] 0 d"
    drawn = [
        b"%.4f %.4f m %.4f %.4f l"
        % (x * POINTS, (height - y) * POINTS, to * POINTS, (height - end) * POINTS)
        for x, y, to, end in sorted(lines)
    ]
    return b"q %s\n%s S Q" % (style, b"\n".join(drawn))


def _ends(span: Sequence[float]) -> list[tuple[float, int]]:
    return [(span[0] - _GAP, -1), (span[1] + _GAP, 1)]


def as_form(
    pdf: Pdf, page: Page, form: Format, bleed: tuple[float, float], *, clip: bytes = b""
) -> Object:
    """Return a page as a form XObject whose origin is the trimmed page's lower left corner.

    It shows the page up to a bleed, across and down, and within a ``clip`` path.
    """
    page.contents_coalesce()
    left, bottom, _, _ = (float(side) for side in page.trimbox)
    move = b"1 0 0 1 %.5f %.5f cm\n" % (-left, -bottom)
    art = Stream(pdf, clip + move + page.Contents.read_bytes())
    art.Type, art.Subtype, art.Resources = Name.XObject, Name.Form, page.Resources
    x, y = (side * POINTS for side in bleed)
    art.BBox = Array([-x, -y, form.width * POINTS + x, form.height * POINTS + y])
    return pdf.make_indirect(art)


def replace_pages(
    pdf: Pdf,
    paper: tuple[float, float],
    made: Iterable[tuple[Object, bytes]],
    resources: Dictionary | None = None,
    *,
    bleed: float = 0,
) -> None:
    """Put pages in the place of all others; each is an artwork, named A, and its content.

    ``bleed`` is what lies outside of the trimmed paper. The tags go: what they mark now stands
    several times on a page.
    """
    before, edge = len(pdf.pages), bleed * POINTS
    width, height = (side * POINTS for side in paper)
    shared = resources or Dictionary()
    for art, content in made:
        page = Dictionary(
            Type=Name.Page,
            MediaBox=Array([0, 0, width, height]),
            BleedBox=Array([0, 0, width, height]),
            TrimBox=Array([edge, edge, width - edge, height - edge]),
            Resources=Dictionary(dict(shared.items()) | {"/XObject": Dictionary(A=art)}),
            Contents=Stream(pdf, zlib.compress(content), Filter=Name.FlateDecode),
        )
        pdf.pages.append(Page(pdf.make_indirect(page)))
    del pdf.pages[:before]
    for key in ("/StructTreeRoot", "/MarkInfo"):
        if key in pdf.Root:
            del pdf.Root[key]
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
        metadata.pop("pdfuaid:part", None)


def circle(x: float, y: float, radius: float) -> bytes:
    """Return the path of a circle around a point, of four Bezier curves."""
    middle, r = complex(x, y) * POINTS, radius * POINTS
    k = 4 / 3 * (sqrt(2) - 1)
    path = b""
    for turn in (1, 1j, -1, -1j):
        points = [middle + r * turn * point for point in (1, 1 + k * 1j, k + 1j, 1j)]
        flat = [side for point in points for side in (point.real, point.imag)]
        path += b"%.4f %.4f m " % tuple(flat[:2]) if not path else b""
        path += b"%.4f %.4f %.4f %.4f %.4f %.4f c\n" % tuple(flat[2:])
    return path
