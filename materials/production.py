"""Production: one artwork becomes the files of many sheets, for screen, office or press.

Runs in a process of its own for each artwork; what it needs and what it gives are plain data.
"""

import hashlib
import io
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import cache, lru_cache
from pathlib import Path

import pikepdf

from materials.artwork import ON_SCREEN, Artwork, Kind, Stamp, prepare, slots, to_bytes
from materials.conversion import ON_PRESS
from materials.encoder import paths, symbols
from materials.formats import BLEED, PAPERS, Format
from materials.imposition import Edge, Grid, fitted, impose
from materials.labels import LabelSheet, label_sheet
from materials.library import font_faces, home
from materials.pdf import typesetter
from materials.press import press
from materials.qr import QUIET_ZONE, level
from materials.qr import fitted as fitted_code
from materials.render import Page, digest
from materials.sheets import Output, Sheet
from materials.stickers import Labels, on_labels, with_serials
from materials.trace import Origin, Packet
from surveys.links import address, url

_AT_ONCE = 500  # symbols encoded in one go: some MB
_GUTTER = 4  # mm between stickers on plain paper, for scissors


@dataclass(frozen=True, kw_only=True)
class Options:
    """How the coordinator wants it on paper. Lengths are in millimetres.

    ``labels`` is the number of a sheet of labels, ``start_at`` the first label that is still
    there, ``shift`` what the printer is off. ``paper`` imposes press sheets, ``gutter`` apart,
    to be turned at the ``flip`` edge; ``marks`` draws crop marks outside the bleed.
    """

    labels: str | None = None
    start_at: int = 1
    shift: tuple[float, float] = (0, 0)
    paper: str | None = None
    gutter: float = 0
    flip: Edge = "long"
    marks: bool = False


@dataclass(frozen=True)
class Copy:
    """One file to make: a sheet for an output, and where the sheet will be."""

    sheet: Sheet
    output: Output
    place: str
    outdoors: bool

    @property
    def file(self) -> str:
        """Return the file's path below the output folder."""
        return self.sheet.file(self.output)


@lru_cache(maxsize=1)  # asked for several times in a row, and long where there are serials
def _own_hashes(host: str, copy: Copy) -> dict[str, str]:
    urls = [url(host, code) for code in copy.sheet.codes]
    count = copy.sheet.material.copies if copy.sheet.format.sticker else 1
    return {"place": digest([copy.place, copy.outdoors]), "codes": digest([urls, count])}


@dataclass(frozen=True)
class Job:
    """Files that share an artwork."""

    page: Page
    copies: tuple[Copy, ...]
    campaign: str
    host: str
    options: Options

    @property
    def form(self) -> Format:
        """Return the format of all the files."""
        return self.copies[0].sheet.format

    def hashes(self, copy: Copy) -> dict[str, str]:
        """Return hashes of each part that a file is made of, beside how it is put on paper."""
        return {**self.page.hashes, **_own_hashes(self.host, copy)}

    def fingerprint(self, copy: Copy) -> str:
        """Return a hash of all that a file is made of; equal means that nothing changed."""
        options = self.options
        labels = labels_of(self.form, copy.output, options)
        grid = grid_of(self.form, copy.output, options)
        made_of = [
            self.page.fingerprint,
            _program_hash(),
            [asdict(labels)] if labels else [asdict(grid), options.flip] if grid else [],
            options.marks and copy.output is Output.PRESS,
            [copy.output, self.hashes(copy)["place"], self.hashes(copy)["codes"]],
        ]
        return digest(made_of)


@dataclass(frozen=True)
class Made:
    """A file as it was written: its hash, its pages, and how often each of its codes is there."""

    sha256: str
    pages: int
    instances: int


@dataclass
class Timings:
    """CPU seconds of each phase."""

    layout: float = 0
    stamp: float = 0
    write: float = 0
    scan: float = 0

    @contextmanager
    def of(self, phase: str) -> Iterator[None]:
        """Count what is done within to a phase."""
        start = time.process_time()
        yield
        self.add(phase, time.process_time() - start)

    def add(self, phase: str, seconds: float) -> None:
        """Count seconds to a phase."""
        setattr(self, phase, getattr(self, phase) + seconds)


@dataclass
class Produced:
    """The files of a job by their paths, and what they cost."""

    made: dict[str, Made] = field(default_factory=dict)
    timings: Timings = field(default_factory=Timings)


def labels_of(form: Format, output: Output, options: Options) -> Labels | None:
    """Return the sheet of labels that a format is printed on, None where it is no sticker.

    A press gets each sticker on a page of its own, with bleed. Without a number, a sticker has
    the usual sheet of its format, or plain A4 to be cut.
    """
    if not form.sticker:
        return None
    if output is Output.PRESS:
        size = (form.width + 2 * BLEED, form.height + 2 * BLEED)
        alone = Grid(size, 1, 1, (BLEED, BLEED), size)
        return Labels(_plain(form, alone), edge=BLEED)
    number = options.labels or form.label
    sheet = label_sheet(number) if number else _plain(form, fitted(form, "a4", gutter=_GUTTER))
    chosen = Labels(sheet, options.start_at, options.shift, cut=not number)
    chosen.check(form)
    return chosen


def _plain(form: Format, grid: Grid) -> LabelSheet:
    """Return plain paper as a sheet of labels."""
    return LabelSheet(
        id="plain paper",
        maker="",
        paper=grid.paper,
        width=form.width,
        height=form.height,
        round=form.round,
        columns=grid.columns,
        rows=grid.rows,
        origin=grid.origin,
        pitch=grid.pitch,
    )


def grid_of(form: Format, output: Output, options: Options) -> Grid | None:
    """Return how a format stands several times on a paper, None where it stands alone.

    For the office it is the smallest usual paper that holds it.
    """
    if output is Output.PRESS and options.paper:
        return fitted(form, options.paper, bleed=BLEED, gutter=options.gutter)
    if output is Output.OFFICE:
        sides = zip(sorted((form.width, form.height)), PAPERS["a4"], strict=True)
        return fitted(form, "a4" if all(side <= room for side, room in sides) else "a3")
    return None


def produce(job: Job, staging: Path) -> Produced:
    """Lay out, stamp and write the files of a job below ``staging``.

    Raise LayoutError where a text does not fit, PressError for what no press can print.
    """
    result = Produced()
    form, page, timings = job.form, job.page, result.timings
    with timings.of("layout"):
        laid_out = typesetter(font_faces(), home()).set(
            page.html, page.styles, pages=form.pages, zoom=form.zoom
        )
    for output in dict.fromkeys(copy.output for copy in job.copies):
        copies = [copy for copy in job.copies if copy.output is output]
        with timings.of("stamp"):
            prepared = to_bytes(prepare(laid_out, form))
            if output is Output.PRESS:
                prepared = press(prepared, marks=job.options.marks and not job.options.paper)
        for artwork, copy, instances in _filled(job, copies, output, prepared, timings):
            with timings.of("write"):
                data = artwork.save()
                path = staging / copy.file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
                digest = hashlib.sha256(data).hexdigest()
                result.made[copy.file] = Made(digest, len(artwork.pdf.pages), instances)
    return result


def proof(job: Job) -> bytes:
    """Return the first sheet of a job as PDF, alone on its trimmed pages as a screen shows it.

    Raise LayoutError where a text does not fit.
    """
    form, page, copy = job.form, job.page, job.copies[0]
    laid_out = typesetter(font_faces(), home()).set(
        page.html, page.styles, pages=form.pages, zoom=form.zoom
    )
    artwork = Artwork(prepare(laid_out, form), page.lettering, page.widths)
    artwork.stamp(_stamp(job, replace(copy, sheet=copy.sheet.of(1))))
    for each in artwork.pdf.pages:
        each.mediabox = each.trimbox
    return artwork.save()


def _filled(
    job: Job, copies: Sequence[Copy], output: Output, prepared: bytes, timings: Timings
) -> Iterator[tuple[Artwork, Copy, int]]:
    """Yield each file's artwork, filled, and how often each code stands on it."""
    serials = copies[0].sheet.material.serials
    artwork: Artwork | None = None
    for copy in copies:
        with timings.of("stamp"):
            if artwork is None or serials:
                artwork, packet, instances = _opened(job, output, prepared)
            _write_origin(packet, job, copy)
            if serials:
                labels = labels_of(job.form, output, job.options)
                assert labels
                with_serials(artwork, job.form, labels, _serials(job, copy), len(copy.sheet.codes))
            else:
                artwork.stamp(_stamp(job, copy))
        yield artwork, copy, instances


def _opened(job: Job, output: Output, prepared: bytes) -> tuple[Artwork, Packet, int]:
    """Return an artwork arranged on its paper, its XMP, and how often a code stands on it."""
    pdf = pikepdf.open(io.BytesIO(prepared))
    paint = ON_PRESS if output is Output.PRESS else ON_SCREEN
    artwork = Artwork(pdf, job.page.lettering, job.page.widths, paint)
    sheet = job.copies[0].sheet
    instances = sum(found.kind is Kind.QR for page in pdf.pages for found in slots(page))
    if labels := labels_of(job.form, output, job.options):
        if not sheet.material.serials:
            on_labels(artwork, job.form, labels, sheet.material.copies)
            instances *= sheet.material.copies
    elif grid := grid_of(job.form, output, job.options):
        bleed = BLEED if output is Output.PRESS else 0
        impose(pdf, job.form, grid, bleed=bleed, flip=job.options.flip)
        instances *= grid.columns * grid.rows
    elif output is Output.SCREEN:
        for page in pdf.pages:
            page.mediabox = page.trimbox
            del page.obj.BleedBox
    return artwork, Packet(pdf), instances


def _stamp(job: Job, copy: Copy) -> Stamp:
    (code,) = copy.sheet.codes
    found = fitted_code(url(job.host, code), job.form.module_box, outdoors=copy.outdoors)
    return Stamp(found.operators, found.size, address(job.host, code), copy.place)


def _serials(job: Job, copy: Copy) -> Iterator[Stamp]:
    codes = copy.sheet.codes
    for start in range(0, len(codes), _AT_ONCE):
        some = codes[start : start + _AT_ONCE]
        modules = symbols([url(job.host, code) for code in some], level(outdoors=copy.outdoors))
        size = modules.shape[1] + 2 * QUIET_ZONE
        for code, operators in zip(some, paths(modules), strict=True):
            yield Stamp(operators, size, address(job.host, code), copy.place)


def _write_origin(packet: Packet, job: Job, copy: Copy) -> None:
    sheet = copy.sheet
    packet.write(
        Origin(
            campaign=job.campaign,
            topic=sheet.material.topic,
            format=sheet.material.format,
            language=sheet.tag,
            place=sheet.place,
            output=copy.output,
            code=None if sheet.material.serials else sheet.codes[0],
            hashes=job.hashes(copy) | {"file": job.fingerprint(copy)},
        )
    )


@cache
def _program_hash() -> str:
    files = sorted([*home().rglob("*.py"), home() / "labels.toml"])
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
