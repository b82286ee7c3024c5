"""QR codes: one vector path of modules in pure black. The only module that knows ``qrcode``."""

from dataclasses import dataclass
from typing import Literal

import qrcode
from qrcode.constants import ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.exceptions import DataOverflowError
from qrcode.util import MODE_ALPHA_NUM, QRData

from translations.errors import UserError

QUIET_ZONE = 4  # modules, ISO/IEC 18004
SMALLEST_MODULE = 0.40  # mm; below it phones begin to fail (notes on print, measured)
SMALLEST_OUTDOORS = 0.50

Level = Literal["M", "Q"]
_LEVELS = {"M": ERROR_CORRECT_M, "Q": ERROR_CORRECT_Q}


class QRTooSmall(UserError):
    """A code whose modules would be too small to scan in its box."""


@dataclass(frozen=True)
class Symbol:
    """A QR code: its rows of modules, True for dark, without the quiet zone."""

    rows: tuple[tuple[bool, ...], ...]

    @property
    def size(self) -> int:
        """Return the width in modules, quiet zone included."""
        return len(self.rows) + 2 * QUIET_ZONE

    @property
    def operators(self) -> bytes:
        """Return PDF operators of one path, one unit a module, runs of dark modules as rectangles.

        The origin is the lower left corner of the quiet zone.
        """
        top = self.size - QUIET_ZONE - 1
        runs = [
            b"%d %d %d 1 re" % (start + QUIET_ZONE, top - y, length)
            for y, row in enumerate(self.rows)
            for start, length in _runs(row)
        ]
        return b"\n".join(runs) + b"\n"

    @property
    def path(self) -> str:
        """Return the path of the same rectangles in SVG, from the upper left of the quiet zone."""
        return "".join(
            f"M{start + QUIET_ZONE} {y + QUIET_ZONE}h{length}v1h-{length}z"
            for y, row in enumerate(self.rows)
            for start, length in _runs(row)
        )


def _runs(row: tuple[bool, ...]) -> list[tuple[int, int]]:
    """Return start and length of each run of dark modules."""
    runs: list[tuple[int, int]] = []
    for x, dark in enumerate(row):
        if dark and runs and sum(runs[-1]) == x:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        elif dark:
            runs.append((x, 1))
    return runs


def symbol(content: str, correction: Level) -> Symbol:
    """Return the smallest QR code of a content at an error correction level."""
    code = qrcode.QRCode(error_correction=_LEVELS[correction], border=0)
    code.add_data(content)
    try:
        code.make(fit=True)
    except (DataOverflowError, ValueError) as error:
        raise QRTooSmall(
            "The address is too long for any QR code; shorten the host.", kind="small-code"
        ) from error
    return Symbol(tuple(tuple(map(bool, row)) for row in code.modules))


def masked(content: str, correction: Level, version: int, mask: int | None = None) -> Symbol:
    """Return the QR code of a version with a mask, the content all in alphanumeric mode.

    Without a mask it is the one that ISO/IEC 18004 section 7.8.3 chooses. Raise QRTooSmall where
    the version cannot hold the content, and ValueError where the mode has no such signs, or where
    there are more zeros in a row than ``qrcode`` can encode.
    """
    code = qrcode.QRCode(version, _LEVELS[correction], border=0, mask_pattern=mask)
    data = QRData(content, mode=MODE_ALPHA_NUM)  # type: ignore[call-overload]
    code.add_data(data, optimize=0)
    try:
        code.make(fit=False)
    except DataOverflowError as error:
        raise QRTooSmall(f"{content} does not fit a QR code of version {version}.") from error
    except ValueError as error:  # its division fails on a whole block of zeros
        raise ValueError(f"{content} has more zeros in a row than qrcode can encode.") from error
    return Symbol(tuple(tuple(map(bool, row)) for row in code.modules))


def level(*, outdoors: bool) -> Level:
    """Return the error correction level of a code: more of it where weather gnaws at it."""
    return "Q" if outdoors else "M"


def fitted(content: str, box: float, *, outdoors: bool) -> Symbol:
    """Return the symbol of a content for a box of so many mm, with more correction outdoors.

    Raise QRTooSmall where its modules would be smaller than phones can read.
    """
    found = symbol(content, level(outdoors=outdoors))
    smallest = SMALLEST_OUTDOORS if outdoors else SMALLEST_MODULE
    if box / found.size < smallest:
        raise QRTooSmall(
            f"The QR code of {content} would have modules of {box / found.size:.2f} mm; "
            f"{smallest:.2f} mm is the smallest that scans. Use a shorter host or a larger format.",
            kind="small-code",
        )
    return found
