"""Where a PDF comes from, written into its XMP: the sheet, and hashes of all it was made of."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pikepdf
from pikepdf import Pdf, Stream

from materials.campaign import load
from materials.render import render
from materials.sheets import sheets
from translations.errors import UserError

NAMESPACE = "https://philos.example/ns/1.0/"  # a name, not an address
_END = b"</rdf:RDF>"
_LARGEST = 1_000_000  # bytes of XMP; ours has some thousand


class TraceError(UserError):
    """A PDF of which cannot be said where it comes from."""


@dataclass(frozen=True, kw_only=True)
class Origin:
    """What a PDF says of itself. ``hashes`` are those of each part that it was made of."""

    campaign: str
    topic: str
    format: str
    language: str
    place: str
    output: str
    code: str | None
    hashes: Mapping[str, str]


class Packet:
    """The XMP of an artwork, to be filled for each copy."""

    def __init__(self, pdf: Pdf) -> None:
        self._stream = pdf.Root.Metadata
        self._before, end, self._after = self._stream.read_bytes().partition(_END)
        self._after = end + self._after

    def write(self, origin: Origin) -> None:
        """Write where a copy comes from beside what the XMP says already."""
        said = escape(json.dumps(asdict(origin), sort_keys=True))
        self._stream.write(
            self._before
            + f'<rdf:Description rdf:about="" xmlns:philos={quoteattr(NAMESPACE)}>'
            f"<philos:origin>{said}</philos:origin></rdf:Description>".encode()
            + self._after
        )


def read_origin(file: Path) -> Origin:
    """Return where a PDF comes from; raise TraceError for one that does not say so."""
    try:
        with pikepdf.open(file) as pdf:
            metadata = pdf.Root.get("/Metadata")
            if not isinstance(metadata, Stream) or len(metadata.read_raw_bytes()) > _LARGEST:
                raise TraceError(f"{file.name} was not printed by philos, or has lost its origin.")
            said = pdf.open_metadata().get(f"{{{NAMESPACE}}}origin")
            return Origin(**json.loads(str(said)))
    except (pikepdf.PdfError, pikepdf.PasswordError) as error:
        raise TraceError(f"{file.name} is no PDF, is damaged, or has a password.") from error
    except (ValueError, TypeError, RecursionError) as error:
        raise TraceError(
            f"{file.name} was not printed by philos, or has lost its origin."
        ) from error


def changed_since(origin: Origin, folder: Path) -> list[str]:
    """Return which parts of a sheet have changed since it was printed, empty for none.

    They are the names of ``Origin.hashes``, or "sheet" where the campaign has it no longer.
    """
    campaign = load(folder)
    found = [
        sheet
        for sheet in sheets(campaign)
        if (campaign.id, sheet.material.topic, sheet.material.format, sheet.tag, sheet.place)
        == (origin.campaign, origin.topic, origin.format, origin.language, origin.place)
    ]
    if not found:
        return ["sheet"]
    now = render(campaign, folder, found).hashes
    return [part for part, value in now.items() if origin.hashes.get(part) != value]
