"""Questionnaires: a survey on one sheet of paper, two sides, each copy with a code of its own.

Laid out once for a survey and language; place, code and serial number are stamped on each copy.
See docs/decisions/0015-paper.md.
"""

import hashlib
import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import as_completed
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any

import pikepdf
from markupsafe import Markup

from materials import runs
from materials.artwork import Artwork, Kind, Side, Stamp, prepare, slot, to_bytes
from materials.build import BuildError, faults_of, gate
from materials.campaign import TRANSLATIONS, Campaign
from materials.copies import multiply
from materials.encoder import paths, symbols
from materials.formats import Format
from materials.lettering import lettering
from materials.library import ACCENTS, environment, font_faces, font_stack, home
from materials.manifest import Part, read_manifest, write_manifest
from materials.pdf import LayoutError, typesetter
from materials.preflight import PreflightError, prove, scan
from materials.qr import QUIET_ZONE, QRTooSmall, fitted, level
from materials.render import (
    Page,
    RenderError,
    check_glyphs,
    check_letters,
    digest,
    fonts_hash,
    style_file,
)
from materials.sheets import Questionnaire, questionnaires
from surveys import paper
from surveys.definition import Instrument, wordings
from surveys.links import url
from translations.catalogs import Texts
from translations.errors import Fault
from translations.languages import Language
from translations.review import State

FORM = Format(id=paper.FORMAT, layout="questionnaire", width=210, height=297, pages=2, qr_box=26)
# The smallest type of a question in pt: it is read with a pen in the hand, perhaps on a doorstep.
SMALLEST: Mapping[str, float] = MappingProxyType({"Latn": 9, "Cyrl": 9, "Arab": 10, "Ethi": 10})
_ON_THE_BACK = ".closing { break-before: page; }"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One file of questionnaires in the manifest: its serial numbers, and how far it is reviewed.

    ``source`` is the hash of what all copies have in common.
    """

    survey: str
    version: str
    language: str
    place: str
    file: str
    pages: int
    first: int
    copies: int
    states: dict[str, int]
    scanned: bool
    sha256: str
    source: str

    @property
    def reviewed(self) -> bool:
        """Return whether every text on the sheets may be handed out."""
        return all(State(state).final for state in self.states)

    def to_json(self) -> dict[str, Any]:
        """Return the entry as plain data."""
        return asdict(self)


@dataclass(frozen=True)
class Job:
    """Questionnaires that share a page: one survey in one language, for several places."""

    page: Page
    host: str
    version: str
    sheets: tuple[tuple[Questionnaire, str], ...]  # with the names of their places

    @property
    def fingerprint(self) -> str:
        """Return a hash of what all copies have in common; equal means that nothing changed."""
        return digest([self.page.fingerprint, self.host])

    def marks(self, sheet: Questionnaire) -> list[paper.Mark]:
        """Return what is printed on each copy to tell it apart."""
        return [paper.mark(target.code, self.version) for target in sheet.targets]


def build(
    campaign: Campaign,
    folder: Path,
    out: Path,
    wanted: Sequence[Questionnaire],
    *,
    final: bool = False,
    progress: Callable[[int], None] = lambda _: None,
) -> list[Entry]:
    """Print questionnaires into ``out``; raise BuildError with every one that cannot be.

    Nothing is replaced there until all are made and the code of every copy is read back.
    """
    jobs = plan(campaign, folder, wanted)
    if final:
        gate((sheet, job.page) for job in jobs for sheet, _ in job.sheets)
    with runs.staged(out) as staging:
        entries = _produced(jobs, staging, progress)
    _record(campaign, out, entries)
    return entries


def _record(campaign: Campaign, out: Path, entries: Sequence[Entry]) -> None:
    """Write the manifest of all questionnaires that lie in the folder."""
    before = read_manifest(out, Part.QUESTIONNAIRES)
    asked = {(sheet.survey, sheet.tag, sheet.place) for sheet in questionnaires(campaign)}
    known = {**before, **{entry.file: entry.to_json() for entry in entries}}
    kept = {
        file: entry
        for file, entry in sorted(known.items())
        if tuple(map(entry.get, ("survey", "language", "place"))) in asked
    }
    write_manifest(out, campaign.id, Part.QUESTIONNAIRES, before, kept)


def plan(campaign: Campaign, folder: Path, wanted: Sequence[Questionnaire]) -> list[Job]:
    """Return what is to be made, layout by layout; raise BuildError with all that cannot be."""
    jobs: list[Job] = []
    faults: list[Fault] = []
    for _, group in groupby(wanted, key=lambda sheet: (sheet.survey, sheet.tag)):
        try:
            jobs.append(_job(campaign, folder, list(group)))
        except (RenderError, QRTooSmall) as error:
            faults += error.faults
    if faults:
        raise BuildError(faults)
    return jobs


def _job(campaign: Campaign, folder: Path, sheets: Sequence[Questionnaire]) -> Job:
    first, asked = sheets[0], campaign.instruments[sheets[0].survey]
    names = {sheet.place: campaign.place(sheet.place).name for sheet in sheets}
    check_letters(first, set(names.values()))
    said = {
        Kind.ADDRESS: {
            str(paper.mark(target.code, asked.version))
            for sheet in sheets
            for target in sheet.targets
        },
        Kind.PLACE: set(names.values()),
        Kind.SERIAL: {str(target.serial) for sheet in sheets for target in sheet.targets},
    }
    for mark in list(said[Kind.ADDRESS])[:1]:  # all are equally long
        fitted(url(campaign.host, mark), FORM.module_box, outdoors=False)
    letters = frozenset("".join(text for texts in said.values() for text in texts))
    measure = lettering(letters).width
    widths = {kind: max(map(measure, texts)) for kind, texts in said.items()}
    texts = Texts(first.language, folders=[folder / TRANSLATIONS], marks=True)
    if lacking := texts.lacks(text for text, _ in wordings(asked)):
        raise RenderError(
            f"{first}: {len(lacking)} texts of the survey are not translated, such as "
            f"{lacking[0]!r}; translate them, or leave the language out.",
            kind="untranslated",
            **first.named,
        )
    html = _html(campaign, asked, texts, widths, final=True)
    if not texts.final:
        html = _html(campaign, asked, texts, widths, final=False)
    check_glyphs(str(first), [first.language], html, **first.named)
    page = Page(
        html=html,
        styles=_styles(),
        states=texts.states(),
        unreviewed=tuple(source for (_, source), state in texts.used.items() if not state.final),
        letters=letters,
        widths=widths,
        hashes={"fonts": fonts_hash()},
    )
    return Job(
        page=page,
        host=campaign.host,
        version=asked.version,
        sheets=tuple((sheet, names[sheet.place]) for sheet in sheets),
    )


def _html(
    campaign: Campaign,
    asked: Instrument,
    texts: Texts,
    widths: Mapping[Kind, float],
    *,
    final: bool,
) -> str:
    reader = texts.language
    layout = environment().get_template("layouts/questionnaire.jinja")
    return layout.render(
        campaign=campaign,
        texts=texts,
        language=reader,
        final=final,
        accent=ACCENTS["survey"],
        asked=asked,
        blocks=paper.Questionnaire(asked).blocks,
        font=Markup(font_stack(reader)),  # noqa: S704  names of our own
        body=f"{SMALLEST[reader.script] / 10:g}rem",
        slots=_slots(reader, widths),
    )


def _slots(reader: Language, widths: Mapping[Kind, float]) -> SimpleNamespace:
    ends = (Side.LEFT, Side.RIGHT) if reader.direction == "ltr" else (Side.RIGHT, Side.LEFT)
    start, end = ends
    return SimpleNamespace(
        qr=slot(Kind.QR),
        mark=lambda colour: slot(Kind.ADDRESS, colour, widths[Kind.ADDRESS], start),
        place=lambda colour: slot(Kind.PLACE, colour, widths[Kind.PLACE], start),
        serial=lambda colour: slot(Kind.SERIAL, colour, widths[Kind.SERIAL], end),
    )


def _styles() -> str:
    page = f"@page {{ size: {FORM.width}mm {FORM.height}mm; margin: 0 }}"
    styles = "\n".join([page, style_file("base"), style_file(FORM.layout)])
    return styles.replace("var(--qr-box)", f"{FORM.qr_box}mm")


def _produced(jobs: Sequence[Job], staging: Path, progress: Callable[[int], None]) -> list[Entry]:
    """Make and prove the files in the staging folder, a process for each core."""
    entries: list[Entry] = []
    faults: list[Fault] = []
    with runs.executor() as executor:
        running = {executor.submit(produce, job, staging): job for job in jobs}
        for future in as_completed(running):
            try:
                made = future.result()
            except (LayoutError, PreflightError) as error:
                faults += faults_of(running[future].sheets[0][0], error)
            else:
                entries += made
                progress(len(made))
    if faults:
        raise BuildError(sorted(faults, key=lambda fault: fault.sentence))
    return sorted(entries, key=lambda entry: entry.file)


def produce(job: Job, staging: Path) -> list[Entry]:
    """Lay out, stamp, prove and write the files of a job below ``staging``.

    Raise LayoutError where the questions do not fit one sheet, PreflightError for a code that
    cannot be read.
    """
    prepared = _laid_out(job)
    return [_written(job, prepared, sheet, place, staging) for sheet, place in job.sheets]


def _laid_out(job: Job) -> bytes:
    """Return the two sides of a sheet with empty slots, cut at the trim."""
    try:
        laid_out = _set(job.page.html, job.page.styles)
    except LayoutError:  # perhaps it is too short for two sides
        laid_out = _set(job.page.html, job.page.styles + _ON_THE_BACK)
    pdf = prepare(laid_out, FORM, slack=0)
    for page in pdf.pages:
        page.mediabox = page.trimbox
        del page.obj.BleedBox
    return to_bytes(pdf)


def _set(html: str, styles: str) -> bytes:
    try:
        return typesetter(font_faces(), home()).set(html, styles, pages=FORM.pages)
    except LayoutError as error:
        (fault,) = error.faults
        raise LayoutError(
            f"{error} One sheet with {FORM.pages} pages must hold it: leave questions out.",
            kind=fault.kind,
            **fault.values,
        ) from error


def _written(job: Job, prepared: bytes, sheet: Questionnaire, place: str, staging: Path) -> Entry:
    """Stamp the copies for a place, read every code back, and write the file."""
    artwork = Artwork(pikepdf.open(io.BytesIO(prepared)), job.page.lettering, job.page.widths)
    multiply(artwork, _stamps(job, sheet, place))
    data = artwork.save()
    pages = len(artwork.pdf.pages)
    prove(Counter(url(job.host, str(mark)) for mark in job.marks(sheet)), Counter(scan(data)))
    path = staging / sheet.file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return Entry(
        survey=sheet.survey,
        version=job.version,
        language=sheet.tag,
        place=sheet.place,
        file=sheet.file,
        pages=pages,
        first=sheet.targets[0].serial,
        copies=len(sheet.targets),
        states=job.page.states,
        scanned=True,
        sha256=hashlib.sha256(data).hexdigest(),
        source=job.fingerprint,
    )


def _stamps(job: Job, sheet: Questionnaire, place: str) -> Iterator[Stamp]:
    marks = [str(mark) for mark in job.marks(sheet)]
    modules = symbols([url(job.host, mark) for mark in marks], level(outdoors=False))
    size = modules.shape[1] + 2 * QUIET_ZONE
    for mark, target, operators in zip(marks, sheet.targets, paths(modules), strict=True):
        yield Stamp(operators, size, mark, place, str(target.serial))
