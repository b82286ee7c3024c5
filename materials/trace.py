"""Where a PDF comes from, written into its XMP: the sheet, and hashes of all it was made of."""

import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr, unescape

import pikepdf
from pikepdf import Pdf, Stream
from pydantic import ConfigDict, TypeAdapter
from pydantic.dataclasses import dataclass

from translations.errors import UserError

NAMESPACE = "https://philos.example/ns/1.0/"  # a name, not an address
_END = b"</rdf:RDF>"
_ORIGIN = re.compile(rb"<philos:origin>(.*?)</philos:origin>", re.DOTALL)
_LARGEST = 1_000_000  # bytes of XMP; ours has some thousand


class TraceError(UserError):
    """A PDF of which cannot be said where it comes from."""


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid", strict=True))
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


_ADAPTER = TypeAdapter(Origin)


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
            said = _ORIGIN.search(_unpacked(pdf.Root.get("/Metadata")))
            return _ADAPTER.validate_json(unescape(said[1].decode()) if said else "")
    except (pikepdf.PdfError, pikepdf.PasswordError) as error:
        raise TraceError(f"{file.name} is no PDF, is damaged, or has a password.") from error
    except (ValueError, zlib.error) as error:
        raise TraceError(
            f"{file.name} was not printed by philos, or has lost its origin."
        ) from error


def _unpacked(metadata: object) -> bytes:
    """Return the content of a stream of XMP as far as ours could be; not more, it may be a bomb."""
    if not isinstance(metadata, Stream):
        return b""
    raw = bytes(metadata.read_raw_bytes())[:_LARGEST]
    return raw if "/Filter" not in metadata else zlib.decompressobj().decompress(raw, _LARGEST)
