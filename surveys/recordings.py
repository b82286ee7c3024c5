"""Recordings: questions read aloud, as a campaign's folder has them.

`audio/<language>/<item>.opus`, each in the Ogg container (RFC 7845). An item is a question, or
`question.row` for a row of a matrix.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from surveys.definition import Instrument
from surveys.documents import Finding

FOLDER = "audio"
LARGEST = 500_000  # bytes: a minute of clear speech takes 180 kB
_SUFFIX = ".opus"
_OGG, _OPUS = b"OggS", b"OpusHead"  # a page of Ogg, whose header has 28 bytes before its packet


@dataclass(frozen=True)
class Recording:
    """A question read aloud: its file, and a hash that another recording does not have."""

    path: Path
    hash: str


Recordings = Mapping[tuple[str, str], Recording]  # by language and item


def load(folder: Path, asked: Iterable[Instrument], tags: Collection[str]) -> Recordings:
    """Return the recordings of a campaign that can be played and belong to a question."""
    items = {name for instrument in asked for name in instrument.items}
    return {
        (tag, path.stem): Recording(path, hashlib.sha256(path.read_bytes()).hexdigest()[:16])
        for tag, path in _files(folder)
        if tag in tags and path.suffix == _SUFFIX and path.stem in items and not fault(path)
    }


def findings(
    folder: Path, asked: Collection[Instrument], tags: Collection[str]
) -> Iterator[Finding]:
    """Yield what is wrong with the recordings of a campaign, and which are missing."""
    items = {name for instrument in asked for name in instrument.items}
    for tag, path in _files(folder):
        if path.suffix != _SUFFIX or tag not in tags or path.stem not in items:
            wrong = f"belongs to no question; call it {FOLDER}/LANGUAGE/QUESTION{_SUFFIX}."
        else:
            wrong = fault(path)
        if wrong:
            yield Finding(path.relative_to(folder).as_posix(), wrong)
    yield from _lacking(load(folder, asked, tags), asked)
    yield from _ambiguous(asked, {path.stem for _, path in _files(folder)})


def _lacking(known: Recordings, asked: Iterable[Instrument]) -> Iterator[Finding]:
    """Yield the questions that stay silent in a survey and language that is read aloud."""
    for instrument in asked:
        for tag in sorted({tag for tag, name in known if name in instrument.items}):
            for name in instrument.items:
                if (tag, name) not in known:
                    yield Finding(
                        f"{FOLDER}/{tag}/{name}{_SUFFIX}",
                        f"is missing, while others of {instrument.id!r} are there; record it.",
                    )


def _ambiguous(asked: Iterable[Instrument], names: Collection[str]) -> Iterator[Finding]:
    """Yield the recordings whose name is that of different questions in two surveys."""
    first: dict[str, str] = {}
    for instrument in asked:
        for name, item in instrument.items.items():
            text = f"{item.question.text} {item.row.text if item.row else ''}"
            if name in names and first.setdefault(name, text) != text:
                yield Finding(
                    f"{FOLDER}/*/{name}{_SUFFIX}",
                    "is the name of different questions in two surveys; give one another id.",
                )


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the files below the folder of recordings, each with the name of its own folder.

    A link that leads out of the campaign's folder is none of its files.
    """
    home = folder / FOLDER
    for path in sorted(home.rglob("*")):
        if path.is_file() and path.resolve().is_relative_to(folder.resolve()):
            yield path.relative_to(home).parent.as_posix(), path


def fault(path: Path) -> str:
    """Return what is wrong with a recording, empty where nothing is."""
    if path.stat().st_size > LARGEST:
        return f"is larger than {LARGEST // 1000} kB; save it with 24 kbit/s."
    try:
        with path.open("rb") as file:
            head = file.read(36)
    except OSError as error:
        return f"cannot be read ({error.strerror}); check who may read it."
    if not (head.startswith(_OGG) and head[28:] == _OPUS):
        return "is not Opus in Ogg; save it again as .opus."
    return ""
