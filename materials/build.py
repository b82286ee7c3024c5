"""The print run: sheets to files, each proved by scanning it, and a manifest of all.

Nothing appears in the output folder until every file of the run is made and proved. A file whose
artwork and stamps are as in the last run is not made again. Sheets that differ in place and code
alone are laid out once.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, as_completed
from dataclasses import asdict, dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

from materials import runs
from materials.blanks import require_controller
from materials.campaign import Campaign
from materials.conversion import PressError
from materials.imposition import ImpositionError
from materials.labels import LabelError
from materials.manifest import Part, read_manifest, write_manifest
from materials.pdf import LayoutError
from materials.preflight import PreflightError, prove, scan
from materials.production import Copy, Job, Made, Options, Timings, grid_of, labels_of, produce
from materials.qr import QRTooSmall, fitted
from materials.render import Page, RenderError, render
from materials.sheets import Output, Questionnaire, Sheet, unproved
from surveys.links import url
from translations.errors import Fault, UserError
from translations.review import State

_SCANNED_AT_ONCE = 40  # pages
USUAL = Options()

Result = TypeVar("Result")


class BuildError(UserError):
    """Sheets that cannot be printed; the message has one sentence for each."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        known = {fault.sentence: fault for fault in faults}
        super().__init__("\n".join(known))
        self.faults = tuple(known.values())


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One file in the manifest. ``file`` is relative to the output folder.

    A file of serials has ``codes`` instead of ``code`` and ``url``. ``source`` is the hash of
    what the PDF was made of.
    """

    topic: str
    format: str
    language: str
    place: str
    survey: str
    output: str
    file: str
    pages: int
    copies: int
    states: dict[str, int]
    scanned: bool
    sha256: str
    source: str
    code: str | None = None
    url: str | None = None
    codes: tuple[str, ...] | None = None

    @property
    def reviewed(self) -> bool:
        """Return whether every text on the sheet may be handed out."""
        return all(State(state).final for state, number in self.states.items() if number)

    def to_json(self) -> dict[str, Any]:
        """Return the entry without what it does not have."""
        return {key: value for key, value in asdict(self).items() if value is not None}


@dataclass(frozen=True)
class Run:
    """What a print run made: an entry for each file asked for, how many anew, and what it cost."""

    entries: tuple[Entry, ...]
    printed: int
    timings: Timings

    def to_json(self) -> dict[str, Any]:
        """Return the document of ``philos print --json``; ``timings`` are CPU seconds."""
        spent = {phase: round(seconds, 3) for phase, seconds in asdict(self.timings).items()}
        return {"sheets": [entry.to_json() for entry in self.entries], "timings": spent}


def build(
    campaign: Campaign,
    folder: Path,
    out: Path,
    wanted: Sequence[Sheet],
    *,
    outputs: Sequence[Output] = (),
    options: Options = USUAL,
    final: bool = False,
    progress: Callable[[int], None] = lambda _: None,
) -> Run:
    """Print the wanted sheets into ``out``; raise BuildError with every sheet that cannot be.

    Each sheet is made for the ``outputs`` that it has, or for its usual one. ``final`` refuses
    sheets with a text that nobody has reviewed, and those of a campaign that cannot be published.
    ``progress`` is told how many files are ready.
    """
    before = read_manifest(out)
    jobs = plan(campaign, folder, wanted, outputs, options)
    if final:
        require_controller(campaign)
        gate((copy.sheet, job.page) for job in jobs for copy in job.copies)
    stale = [
        replace(job, copies=copies)
        for job in jobs
        if (copies := tuple(copy for copy in job.copies if not _is_fresh(out, before, job, copy)))
    ]
    progress(sum(len(job.copies) for job in jobs) - sum(len(job.copies) for job in stale))
    with runs.staged(out) as staging:
        made, timings = _make(stale, staging, progress)
    entries = tuple(
        _entry(job, copy, made.get(copy.file) or _made_before(before[copy.file]))
        for job in jobs
        for copy in job.copies
    )
    _write_manifest(campaign, out, before, entries)
    return Run(entries, printed=len(made), timings=timings)


def plan(
    campaign: Campaign,
    folder: Path,
    wanted: Sequence[Sheet],
    outputs: Sequence[Output] = (),
    options: Options = USUAL,
) -> list[Job]:
    """Return what is to be made, artwork by artwork; raise BuildError with all that cannot be."""
    jobs: list[Job] = []
    faults: list[Fault] = []
    for _, group in groupby(wanted, key=lambda sheet: (sheet.material, sheet.tag)):
        found = list(group)
        copies = tuple(
            Copy(sheet, output, place.name, place.outdoors)
            for sheet in found
            for output in made_for(sheet, outputs)
            for place in [campaign.place(sheet.place)]
        )
        try:
            page = render(campaign, folder, found)
            faults += [fault for copy in copies for fault in _faults(campaign.host, copy, options)]
        except RenderError as error:
            faults += error.faults
        else:
            jobs.append(Job(page, copies, campaign.id, campaign.host, options))
    if faults:
        raise BuildError(faults)
    return [job for job in jobs if job.copies]


def made_for(sheet: Sheet, asked: Sequence[Output]) -> list[Output]:
    """Return for what a sheet is made: those of the outputs asked for that it has, or its usual."""
    return [output for output in sheet.outputs if output in asked] or [
        output for output in sheet.outputs[:1] if not asked
    ]


def _faults(host: str, copy: Copy, options: Options) -> Iterator[Fault]:
    """Yield what keeps a file from being made although its page can be rendered."""
    form = copy.sheet.format
    try:
        fitted(url(host, copy.sheet.codes[0]), form.module_box, outdoors=copy.outdoors)
        if not labels_of(form, copy.output, options):
            grid_of(form, copy.output, options)
    except (QRTooSmall, ImpositionError, LabelError) as error:
        yield from faults_of(copy.sheet, error)


def faults_of(sheet: Sheet | Questionnaire, error: UserError) -> list[Fault]:
    """Return what is wrong with a sheet."""
    return [fault.of(str(sheet), **sheet.named) for fault in error.faults]


def unreviewed(sheet: Sheet | Questionnaire, texts: Sequence[str]) -> Fault:
    """Return that a sheet has texts that nobody has reviewed."""
    return Fault(
        sentence=f"{sheet}: {len(texts)} texts are not reviewed, such as {texts[0]!r}.",
        kind="unreviewed",
        values=sheet.named,
    )


def gate(pages: Iterable[tuple[Sheet | Questionnaire, Page]]) -> None:
    """Raise BuildError with the sheets whose texts keep a final print from being made."""
    lacking = [unreviewed(sheet, page.unreviewed) for sheet, page in pages if page.unreviewed]
    if lacking:
        raise BuildError(lacking)


def _is_fresh(out: Path, before: dict[str, Any], job: Job, copy: Copy) -> bool:
    known = before.get(copy.file)
    path = out / copy.file
    return bool(
        known
        and known["source"] == job.fingerprint(copy)
        and path.is_file()
        and hashlib.sha256(path.read_bytes()).hexdigest() == known["sha256"]
    )


def _make(
    jobs: Sequence[Job], staging: Path, progress: Callable[[int], None]
) -> tuple[dict[str, Made], Timings]:
    """Make and prove files in the staging folder, a process for each core."""
    made: dict[str, Made] = {}
    timings = Timings()
    if not jobs:
        return made, timings
    faults: list[Fault] = []
    with runs.executor() as executor:
        running = {_submit(executor, len(jobs), produce, job, staging): job for job in jobs}
        for future in as_completed(running):
            try:
                produced = future.result()
            except (LayoutError, PressError) as error:
                faults += faults_of(running[future].copies[0].sheet, error)
            else:
                made |= produced.made
                for phase, seconds in asdict(produced.timings).items():
                    timings.add(phase, seconds)
        if not faults:
            read = _read_back(executor, made, staging, timings, progress)
            faults += [fault for job in jobs for fault in _unproved(job, made, read)]
    if faults:
        raise BuildError(sorted(faults, key=lambda fault: fault.sentence))
    return made, timings


def _submit(
    executor: Executor, jobs: int, task: Callable[..., Result], *args: Any
) -> "Future[Result]":
    """Return the future of a task; a single one is done here and now, as warm as we are."""
    if jobs > 1:
        return executor.submit(task, *args)
    done: Future[Result] = Future()
    try:
        done.set_result(task(*args))
    except (LayoutError, PressError) as error:
        done.set_exception(error)
    return done


def _read_back(
    executor: Executor,
    made: Mapping[str, Made],
    staging: Path,
    timings: Timings,
    progress: Callable[[int], None],
) -> dict[str, Counter[str]]:
    """Return how often each code was read from each file, spread over the cores."""
    read: dict[str, Counter[str]] = {file: Counter() for file in made}
    waiting = {file: -(-known.pages // _SCANNED_AT_ONCE) for file, known in made.items()}
    running = {
        executor.submit(_scan, staging / file, first): file
        for file, known in made.items()
        for first in range(0, known.pages, _SCANNED_AT_ONCE)
    }
    for future in as_completed(running):
        file = running[future]
        found, seconds = future.result()
        read[file].update(found)
        timings.add("scan", seconds)
        waiting[file] -= 1
        progress(0 if waiting[file] else 1)
    return read


def _unproved(
    job: Job, made: Mapping[str, Made], read: Mapping[str, Counter[str]]
) -> Iterator[Fault]:
    """Yield the files of a job whose codes were not read back exactly as they should."""
    for copy in job.copies:
        instances = made[copy.file].instances
        expected = Counter({url(job.host, code): instances for code in copy.sheet.codes})
        try:
            prove(expected, read[copy.file])
        except PreflightError as error:
            yield from faults_of(copy.sheet, error)


def _scan(path: Path, first: int) -> tuple[list[str], float]:
    timings = Timings()
    with timings.of("scan"):
        found = scan(path.read_bytes(), range(first, first + _SCANNED_AT_ONCE))
    return found, timings.scan


def _made_before(entry: dict[str, Any]) -> Made:
    return Made(sha256=entry["sha256"], pages=entry["pages"], instances=0)


def _entry(job: Job, copy: Copy, made: Made) -> Entry:
    sheet = copy.sheet
    single = None if sheet.material.serials else sheet.codes[0]
    return Entry(
        topic=sheet.material.topic,
        format=sheet.material.format,
        language=sheet.tag,
        place=sheet.place,
        survey=sheet.survey,
        output=copy.output,
        file=copy.file,
        pages=made.pages,
        copies=sheet.material.copies,
        states=job.page.states,
        scanned=True,
        sha256=made.sha256,
        source=job.fingerprint(copy),
        code=single,
        url=url(job.host, single) if single else None,
        codes=None if single else sheet.codes,
    )


def _write_manifest(
    campaign: Campaign, out: Path, before: dict[str, Any], entries: Sequence[Entry]
) -> None:
    """Write the manifest of all files that lie in the folder, without those of the past."""
    now = {entry.file: entry.to_json() for entry in entries}
    expected = [sheet.file(output) for sheet in unproved(campaign) for output in sheet.outputs]
    kept = {file: entry for file in expected if (entry := now.get(file) or before.get(file))}
    write_manifest(out, campaign.id, Part.SHEETS, before, kept)
