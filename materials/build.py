"""The print run: sheets to files, each proved by scanning it, and a manifest of all.

Nothing appears in the output folder until every sheet of the run is made and proved. A sheet
whose HTML, styles and fonts are as in the last run is not made again.
"""

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from materials.campaign import Campaign
from materials.library import home
from materials.pdf import LayoutError, typesetter
from materials.preflight import PreflightError, prove
from materials.qr import QRTooSmall
from materials.render import Page, RenderError, render
from materials.sheets import Sheet, sheets
from surveys.links import url
from translations.review import State

MANIFEST = "manifest.json"
_FILE = r"[a-z0-9-]{1,40}/[a-z0-9-]{1,40}/[A-Za-z-]{1,35}/[a-z0-9-]{1,40}\.pdf"  # Sheet.file


class BuildError(Exception):
    """Sheets that cannot be printed; the message has one sentence for each."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One sheet in the manifest. ``file`` is relative to the output folder.

    A file of serials has ``codes`` instead of ``code`` and ``url``. ``source`` is the hash of
    what the PDF was made of.
    """

    topic: str
    format: str
    language: str
    place: str
    survey: str
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
    """What a print run made: an entry for each sheet asked for, and how many were made anew."""

    entries: tuple[Entry, ...]
    printed: int

    def to_json(self) -> dict[str, Any]:
        """Return the document of ``philos print --json``."""
        return {"sheets": [entry.to_json() for entry in self.entries]}


def build(
    campaign: Campaign,
    folder: Path,
    out: Path,
    wanted: Sequence[Sheet],
    *,
    final: bool = False,
    progress: Callable[[int], None] = lambda _: None,
) -> Run:
    """Print the wanted sheets into ``out``; raise BuildError with every sheet that cannot be.

    ``final`` refuses sheets with a text that nobody has reviewed. ``progress`` is told how many
    sheets are ready.
    """
    before = read_manifest(out)
    pages = preview(campaign, folder, wanted)
    _gate(wanted, pages, final=final)
    stale = [sheet for sheet in wanted if not _is_fresh(out, before, sheet, pages[sheet.file])]
    progress(len(wanted) - len(stale))
    out.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=".printing-", dir=out))
    try:
        made = _make(campaign, stale, pages, staging, progress)
        for sheet in stale:
            (out / sheet.file).parent.mkdir(parents=True, exist_ok=True)
            (staging / sheet.file).replace(out / sheet.file)
    finally:
        shutil.rmtree(staging)
    entries = tuple(
        _entry(
            campaign, sheet, pages[sheet.file], made.get(sheet.file) or before[sheet.file]["sha256"]
        )
        for sheet in wanted
    )
    _write_manifest(campaign, out, before, entries)
    return Run(entries, printed=len(stale))


def preview(campaign: Campaign, folder: Path, wanted: Sequence[Sheet]) -> dict[str, Page]:
    """Return the pages of sheets by their files; raise BuildError with all that cannot be."""
    pages, faults = {}, []
    for sheet in wanted:
        try:
            pages[sheet.file] = render(campaign, folder, sheet)
        except (RenderError, QRTooSmall) as error:
            faults.append(str(error))
    if faults:
        raise BuildError("\n".join(faults))
    return pages


def _gate(wanted: Sequence[Sheet], pages: dict[str, Page], *, final: bool) -> None:
    """Raise BuildError with the texts that keep a final print from being made."""
    if not final:
        return
    lacking = [
        f"{sheet}: {len(page.unreviewed)} texts are not reviewed, such as {page.unreviewed[0]!r}."
        for sheet in wanted
        if (page := pages[sheet.file]).unreviewed
    ]
    if lacking:
        raise BuildError("\n".join(lacking))


def _is_fresh(out: Path, before: dict[str, Any], sheet: Sheet, page: Page) -> bool:
    known = before.get(sheet.file)
    path = out / sheet.file
    return bool(
        known
        and known["source"] == page.fingerprint
        and path.is_file()
        and hashlib.sha256(path.read_bytes()).hexdigest() == known["sha256"]
    )


def _make(
    campaign: Campaign,
    wanted: Sequence[Sheet],
    pages: dict[str, Page],
    staging: Path,
    progress: Callable[[int], None],
) -> dict[str, str]:
    """Print sheets into the staging folder, a process for each core; return their hashes."""
    if not wanted:
        return {}
    made, faults = {}, []
    with _executor(len(wanted)) as executor:
        running = {
            executor.submit(_print, sheet, pages[sheet.file], campaign.host, staging): sheet
            for sheet in wanted
        }
        for future in as_completed(running):
            sheet = running[future]
            try:
                made[sheet.file] = future.result()
            except (LayoutError, PreflightError) as error:
                faults.append(f"{sheet}: {error}")
            progress(1)
    if faults:
        raise BuildError("\n".join(sorted(faults)))
    return made


def _executor(work: int) -> Executor:
    return ProcessPoolExecutor(max_workers=min(os.cpu_count() or 1, work))


def _print(sheet: Sheet, page: Page, host: str, staging: Path) -> str:
    """Set, prove and write one sheet; return the hash of its bytes."""
    pdf = typesetter(page.styles, home()).set(page.html, sheet.pages, sheet.format.steps)
    prove(pdf, [url(host, code) for code in sheet.copies])
    path = staging / sheet.file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pdf)
    return hashlib.sha256(pdf).hexdigest()


def _entry(campaign: Campaign, sheet: Sheet, page: Page, sha256: str) -> Entry:
    single = None if sheet.material.serials else sheet.codes[0]
    return Entry(
        topic=sheet.material.topic,
        format=sheet.material.format,
        language=sheet.tag,
        place=sheet.place,
        survey=sheet.survey,
        file=sheet.file,
        pages=sheet.pages,
        copies=sheet.material.copies,
        states=page.states,
        scanned=True,
        sha256=sha256,
        source=page.fingerprint,
        code=single,
        url=url(campaign.host, single) if single else None,
        codes=None if single else sheet.codes,
    )


def read_manifest(out: Path) -> dict[str, Any]:
    """Return the last run's entries by their files; empty where there is no usable manifest."""
    try:
        entries = json.loads((out / MANIFEST).read_text("utf-8"))["sheets"]
        return {entry["file"]: entry for entry in entries if _is_entry(entry)}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _is_entry(entry: dict[str, Any]) -> bool:
    """Return whether an entry names a file that only a print run can have written."""
    file = entry.get("file")
    ours = isinstance(file, str) and re.fullmatch(_FILE, file) is not None
    return ours and {"source", "sha256"} <= entry.keys()


def _write_manifest(
    campaign: Campaign, out: Path, before: dict[str, Any], entries: Sequence[Entry]
) -> None:
    """Write the manifest of all sheets that lie in the folder, and remove those of the past.

    A sheet that the campaign no longer has must not lie among those to be handed out.
    """
    now = {entry.file: entry.to_json() for entry in entries}
    expected = [sheet.file for sheet in sheets(campaign)]
    for file in before.keys() - set(expected) - now.keys():
        (out / file).unlink(missing_ok=True)
    kept = {file: entry for file in expected if (entry := now.get(file) or before.get(file))}
    document = {"campaign": campaign.id, "sheets": list(kept.values())}
    part = out / f".{MANIFEST}.part"
    part.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")
    part.replace(out / MANIFEST)
