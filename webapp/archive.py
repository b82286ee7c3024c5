"""All files of a job as one ZIP, written while it is sent: no more of it in memory than a piece."""

import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from materials.manifest import MANIFEST
from webapp.jobs import MADE

_PIECE = 65_536  # bytes
_EPOCH = (
    1980,
    1,
    1,
    0,
    0,
    0,
)  # the first moment that a ZIP knows: when it was printed is no matter


class _Pipe:
    """What was written to it since it was emptied; it has no end that could be gone back to."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Do nothing: all is handed on."""

    def emptied(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def name_of(entry: Mapping[str, Any]) -> str:
    """Return the name by which a file is handed out: how-safe_flyer-a6_ar_rabet_press.pdf.

    Its parts are ids of the campaign; they have no sign that any file system minds.
    """
    if "topic" in entry:
        parts = [entry[key] for key in ("topic", "format", "language", "place", "output")]
    elif "wave" in entry:
        parts = ["report", *(entry[key] for key in ("survey", "language", "wave"))]
    else:
        last = entry["first"] + entry["copies"] - 1
        serials = f"{entry['first']}-{last}"
        parts = [*(entry[key] for key in ("survey", "language", "place")), "paper", serials]
    return "_".join(parts) + ".pdf"


def archive(
    campaign: str, entries: Sequence[Mapping[str, Any]], paths: Sequence[Path | None]
) -> Iterator[bytes]:
    """Yield a ZIP of files, and of a manifest that has an entry for each by its name in there."""
    pipe = _Pipe()
    kept = [(dict(entry), path) for entry, path in zip(entries, paths, strict=True) if path]
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as made:  # type: ignore[call-overload]
        for entry, path in kept:
            entry["file"] = name_of(entry)
            with path.open("rb") as source, made.open(_info(entry["file"]), "w") as target:
                while piece := source.read(_PIECE):
                    target.write(piece)
                    yield pipe.emptied()
        parts = {part: [each for each, _ in kept if _part(each) == part] for part in MADE}
        document = {"campaign": campaign, **parts}
        made.writestr(_info(MANIFEST), json.dumps(document, ensure_ascii=False, indent=1))
        yield pipe.emptied()
    yield pipe.emptied()


def _part(entry: Mapping[str, Any]) -> str:
    """Return in which list of a manifest an entry stands."""
    if "topic" in entry:
        return "sheets"
    return "reports" if "wave" in entry else "questionnaires"


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.external_attr = 0o644 << 16
    return info
