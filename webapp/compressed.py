"""Pages that are rendered once and kept compressed; what differs is spliced in.

A page is deflated in pieces, with each gap filled by a stored block (RFC 1951, 3.2.4). The gaps
have a fixed length and are part of the window while the pieces are deflated, so that the pieces
may refer to each other across them.
"""

import re
import zlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import zip_longest

from werkzeug.http import parse_accept_header

_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"  # RFC 1952: deflate, no time, best, unknown
_LAST = b"\x01\x00\x00\xff\xff"  # an empty stored block that ends the stream
_NOWHERE = b"\xff"  # a byte that no UTF-8 text has, so that no piece refers into a gap


class Compressed:
    """A page with gaps, each named by the text that stands there until it is filled."""

    def __init__(self, html: str, gaps: Mapping[str, str]) -> None:
        names = {text.encode(): name for name, text in gaps.items()}
        gap = b"(%s)" % b"|".join(map(re.escape, names)) if names else rb"(?!)"
        parts = re.split(gap, html.encode())
        self._names = [names[text] for text in parts[1::2]]
        machine = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
        deflated = []
        for piece, gap in zip_longest(parts[::2], parts[1::2]):
            deflated.append(machine.compress(piece) + machine.flush(zlib.Z_SYNC_FLUSH))
            machine.compress(_NOWHERE * len(gap or b""))
            machine.flush(zlib.Z_SYNC_FLUSH)
        self._plain, self._deflated = _with_gaps(parts[::2]), _with_gaps(deflated)

    def html(self, filling: Mapping[str, bytes]) -> bytes:
        """Return the page with its gaps filled."""
        return self._plain % tuple(map(filling.__getitem__, self._names))

    def gzip(self, filling: Mapping[str, bytes]) -> bytes:
        """Return the same as a gzip file; each filling is as long as the gap's own text was."""
        stored = {name: _stored(text) for name, text in filling.items()}
        body = self._deflated % tuple(map(stored.__getitem__, self._names))
        whole = self.html(filling)
        trailer = zlib.crc32(whole).to_bytes(4, "little") + len(whole).to_bytes(4, "little")
        return _HEADER + body + _LAST + trailer


@lru_cache(maxsize=256)  # browsers say it in a few ways; to read it takes as long as a page
def takes_gzip(accepted: str) -> bool:
    """Return whether a browser takes a page as gzip, by its header Accept-Encoding."""
    return parse_accept_header(accepted)["gzip"] > 0


def _with_gaps(pieces: Iterable[bytes]) -> bytes:
    """Return a format that puts something between pieces, in a fifth of the time of a join."""
    return b"%b".join(piece.replace(b"%", b"%%") for piece in pieces)


def _stored(text: bytes) -> bytes:
    size = len(text).to_bytes(2, "little")
    return b"\x00" + size + bytes(255 - byte for byte in size) + text
