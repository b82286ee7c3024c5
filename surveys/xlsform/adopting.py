"""What an imported survey brings into a campaign's folder, file by file, before any is written."""

from dataclasses import dataclass
from pathlib import Path

import polib
import tomli_w
from pydantic import TypeAdapter

from surveys import recordings
from surveys.definition import Instrument, wordings
from surveys.documents import DocumentError, Finding
from surveys.xlsform.reading import Imported, Recording
from translations.catalogs import catalog, parse, po_path, read_po
from translations.languages import Language, language
from translations.review import mark_unreviewed
from translations.upkeep import empty

_WRITE_OVER = "is already there and says otherwise; import with --replace to write over it."


@dataclass(frozen=True)
class Folders:
    """Where a campaign keeps its surveys, their catalogues and recordings."""

    surveys: Path
    translations: Path
    audio: Path


def adopted(
    found: Imported, folders: Folders, media: Path | None, *, replace: bool
) -> dict[Path, bytes]:
    """Return what to write where; ``media`` is the folder that has the recordings.

    Raise DocumentError where something else would be written over without ``replace``, or where a
    recording is not there.
    """
    findings: list[Finding] = []
    survey = folders.surveys / f"{found.instrument.id}.toml"
    files = {survey: to_toml(found.instrument).encode()}
    files |= _recordings(found.recordings, folders.audio, media, findings)
    if not replace:
        findings += [
            Finding(path.name, _WRITE_OVER)
            for path, content in files.items()
            if path.exists() and path.read_bytes() != content
        ]
    for tag in found.translations:
        path = po_path(folders.translations, language(tag), "public")
        files[path], clashes = _catalogue(found, language(tag), path)
        findings += [] if replace else clashes
    if findings:
        raise DocumentError(findings)
    return files


def to_toml(asked: Instrument) -> str:
    """Return an instrument as a file of a campaign's surveys, what has its default left out."""
    content = TypeAdapter(Instrument).dump_python(asked, mode="json", exclude_defaults=True)
    return tomli_w.dumps(content)


def _catalogue(found: Imported, row: Language, path: Path) -> tuple[bytes, list[Finding]]:
    """Return a catalogue with the texts of a survey as unreviewed, and the texts that they replace.

    A text that is known just so keeps its state, so that a machine's draft that was exported does
    not come back as a person's.
    """
    file = read_po(path) if path.exists() else empty(row, "public")
    known = {**catalog(row.tag, "public"), **parse(file, row)}
    entries = {entry.msgid: entry for entry in file if not entry.msgctxt and not entry.obsolete}
    comments = dict(wordings(found.instrument))
    clashes = []
    for source, text in found.translations[row.tag].items():
        message = known.get((None, source))
        if message and message.forms == (text,):
            continue
        entry = entries.get(source)
        if entry is None:
            entry = polib.POEntry(
                msgid=source,
                comment=comments[source],
                occurrences=[(f"surveys/{found.instrument.id}.toml", "")],
            )
            file.append(entry)
        elif entry.msgstr not in {"", text}:
            clashes.append(Finding(f"{row.folder}/{path.name}", _WRITE_OVER, key=source[:60]))
        entry.msgstr = text
        mark_unreviewed(entry)
    return f"{file}\n".encode(), clashes


def _recordings(
    every: tuple[Recording, ...], audio: Path, media: Path | None, findings: list[Finding]
) -> dict[Path, bytes]:
    """Return the recordings that lie in ``media``, each under the name of its question."""
    found = {}
    for each in every if media else ():
        path = Path(media or "", each.file)
        if wrong := _recording_fault(path):
            findings.append(Finding(path.name, wrong, key=each.place))
        else:
            found[audio / each.tag / f"{each.question}.opus"] = path.read_bytes()
    return found


def _recording_fault(path: Path) -> str:
    """Return what is wrong with a recording, empty where nothing is."""
    if not path.is_file() or path.is_symlink():
        return "is not in the folder of recordings; copy it there."
    return recordings.fault(path)
