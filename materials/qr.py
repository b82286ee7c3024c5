"""QR codes: one vector path of modules in pure black. The only module that knows ``qrcode``."""

from dataclasses import dataclass
from typing import Literal

import qrcode
from markupsafe import Markup
from qrcode.constants import ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.exceptions import DataOverflowError

QUIET_ZONE = 4  # modules, ISO/IEC 18004
SMALLEST_MODULE = 0.40  # mm; below it phones begin to fail (notes on print, measured)
SMALLEST_OUTDOORS = 0.50

Level = Literal["M", "Q"]
_LEVELS = {"M": ERROR_CORRECT_M, "Q": ERROR_CORRECT_Q}


class QRTooSmall(Exception):
    """A code whose modules would be too small to scan in its box."""


@dataclass(frozen=True)
class Symbol:
    """A QR code: its rows of modules, True for dark, without the quiet zone."""

    rows: tuple[tuple[bool, ...], ...]

    @property
    def size(self) -> int:
        """Return the width in modules, quiet zone included."""
        return len(self.rows) + 2 * QUIET_ZONE

    def svg(self) -> Markup:
        """Return an SVG of one path, one unit a module, runs of dark modules as rectangles."""
        runs = [
            f"M{start + QUIET_ZONE} {y + QUIET_ZONE}h{length}v1h-{length}z"
            for y, row in enumerate(self.rows)
            for start, length in _runs(row)
        ]
        return Markup(
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}">'
            '<path fill="#000000" d="{path}"/></svg>'
        ).format(size=self.size, path="".join(runs))


def _runs(row: tuple[bool, ...]) -> list[tuple[int, int]]:
    """Return start and length of each run of dark modules."""
    runs: list[tuple[int, int]] = []
    for x, dark in enumerate(row):
        if dark and runs and sum(runs[-1]) == x:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        elif dark:
            runs.append((x, 1))
    return runs


def symbol(content: str, level: Level) -> Symbol:
    """Return the smallest QR code of a content at an error correction level."""
    code = qrcode.QRCode(error_correction=_LEVELS[level], border=0)
    code.add_data(content)
    try:
        code.make(fit=True)
    except (DataOverflowError, ValueError) as error:
        raise QRTooSmall("The address is too long for any QR code; shorten the host.") from error
    return Symbol(tuple(tuple(map(bool, row)) for row in code.modules))


def fitted(content: str, box: float, *, outdoors: bool) -> Symbol:
    """Return the symbol of a content for a box of so many mm, with more correction outdoors.

    Raise QRTooSmall where its modules would be smaller than phones can read.
    """
    found = symbol(content, "Q" if outdoors else "M")
    smallest = SMALLEST_OUTDOORS if outdoors else SMALLEST_MODULE
    if box / found.size < smallest:
        raise QRTooSmall(
            f"The QR code of {content} would have modules of {box / found.size:.2f} mm; "
            f"{smallest:.2f} mm is the smallest that scans. Use a shorter host or a larger format."
        )
    return found
