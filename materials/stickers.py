"""Stickers: an artwork on every label of a sheet, from any label on, each with its own stamp."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from math import isclose

from pikepdf import Matrix, Object

from materials.artwork import POINTS, Artwork, Slot, Stamp, slots
from materials.formats import BLEED, Format
from materials.imposition import ImpositionError, as_form, circle, replace_pages
from materials.labels import LabelSheet


@dataclass(frozen=True)
class Labels:
    """A sheet of labels to print on: the label to start at, and the printer's offset in mm.

    The offset moves the print to the right and down. With ``cut``, the sheet is plain paper and
    nothing is printed beyond the line to cut along. ``edge`` is what a press trims off.
    """

    sheet: LabelSheet
    start_at: int = 1
    shift: tuple[float, float] = (0, 0)
    cut: bool = False
    edge: float = 0

    def check(self, form: Format) -> None:
        """Raise ImpositionError where the format cannot stand on these labels."""
        sheet = self.sheet
        if not 1 <= self.start_at <= sheet.per_page:
            raise ImpositionError(
                f"{sheet.id} has the labels 1 to {sheet.per_page}; {self.start_at} is none to "
                "start at.",
                kind="no-label",
                labels=sheet.id,
                last=sheet.per_page,
            )
        if sheet.round != form.round or self.zoom(form) < 1:
            raise ImpositionError(
                f"{form.id} needs {'round ' * form.round}labels of {form.width:g} by "
                f"{form.height:g} mm; those of {sheet.id} are {'round, ' * sheet.round}"
                f"{sheet.width:g} by {sheet.height:g} mm.",
                kind="other-labels",
                labels=sheet.id,
            )

    def zoom(self, form: Format) -> float:
        """Return by how much an artwork grows to fill a label; makers' figures differ by a hair."""
        fit = min(self.sheet.width / form.width, self.sheet.height / form.height)
        return 1 if isclose(fit, 1, rel_tol=0.01) else fit

    def pages(self, count: int) -> int:
        """Return how many sheets so many stickers need."""
        return -(-(self.start_at - 1 + count) // self.sheet.per_page)

    def matrices(self, form: Format, count: int) -> Iterator[list[Matrix]]:
        """Yield for each page the matrices that put an artwork on its labels."""
        sheet, zoom = self.sheet, self.zoom(form)
        for page in range(self.pages(count)):
            first = page * sheet.per_page
            yield [
                Matrix(
                    zoom,
                    0,
                    0,
                    zoom,
                    self._x(index - first, form, zoom) * POINTS,
                    self._y(index - first, form, zoom) * POINTS,
                )
                for index in range(first, first + sheet.per_page)
                if self.start_at - 1 <= index < self.start_at - 1 + count
            ]

    def _x(self, index: int, form: Format, zoom: float) -> float:
        spare = (self.sheet.width - form.width * zoom) / 2
        return self.sheet.left(index) + spare + self.shift[0]

    def _y(self, index: int, form: Format, zoom: float) -> float:
        spare = (self.sheet.height - form.height * zoom) / 2
        bottom = self.sheet.top(index) + spare + form.height * zoom + self.shift[1]
        return self.sheet.paper[1] - bottom

    def bleed(self, form: Format) -> tuple[float, float]:
        """Return how far an artwork may run over its label without touching the next one."""
        if self.cut:
            return 0, 0
        sheet, zoom = self.sheet, self.zoom(form)
        gaps = (
            (sheet.pitch[0] - form.width * zoom if sheet.columns > 1 else 2 * BLEED),
            (sheet.pitch[1] - form.height * zoom if sheet.rows > 1 else 2 * BLEED),
        )
        across, down = (max(0.0, min(BLEED, gap / 2 / zoom)) for gap in gaps)
        return across, down


def on_labels(artwork: Artwork, form: Format, labels: Labels, count: int) -> None:
    """Put an artwork on so many labels; all of them bear what it is stamped with."""
    art = _art(artwork, form, labels)
    pages = (
        (art, b"\n".join(b"q %s cm /A Do Q" % matrix.encode() for matrix in matrices))
        for matrices in labels.matrices(form, count)
    )
    replace_pages(artwork.pdf, labels.sheet.paper, pages, bleed=labels.edge)


def with_serials(
    artwork: Artwork, form: Format, labels: Labels, copies: Iterable[Stamp], count: int
) -> None:
    """Put an artwork on so many labels, each with a stamp of its own over its empty slots."""
    found = list(slots(artwork.pdf.pages[0]))
    art, remaining = _art(artwork, form, labels), iter(copies)
    pages = (
        (art, _stamped(artwork, found, matrices, islice(remaining, len(matrices))))
        for matrices in labels.matrices(form, count)
    )
    replace_pages(artwork.pdf, labels.sheet.paper, pages, artwork.resources, bleed=labels.edge)


def _art(artwork: Artwork, form: Format, labels: Labels) -> Object:
    (page,) = artwork.pdf.pages
    bleed = labels.bleed(form)
    clip = b""
    if form.round:
        radius = form.width / 2
        clip = circle(radius, radius, radius + min(bleed)) + b" W n\n"
    return as_form(artwork.pdf, page, form, bleed, clip=clip)


def _stamped(
    artwork: Artwork, found: list[Slot], matrices: list[Matrix], copies: Iterable[Stamp]
) -> bytes:
    placed = [slot.matrix.encode() for slot in found]
    parts = []
    for matrix, copy in zip(matrices, copies, strict=True):
        parts.append(b"q %s cm /A Do" % matrix.encode())
        for where, slot in zip(placed, found, strict=True):
            parts.append(b"q %s cm %s Q" % (where, artwork.drawing(slot, copy)))
        parts.append(b"Q")
    return b"\n".join(parts)
