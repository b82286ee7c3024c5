"""Proof before paper: every page is rasterised and every QR code read back from it."""

from collections import Counter
from collections.abc import Iterable

import pypdfium2
import zxingcpp

from translations.errors import UserError

DPI = 150  # as a cheap office printer or a phone at some distance sees it


class PreflightError(UserError):
    """A printed page whose codes do not lead where they should."""


def scan(pdf: bytes, pages: Iterable[int] | None = None, dpi: int = DPI) -> list[str]:
    """Return the content of every QR code on pages of a PDF, from 0, in no particular order."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        numbers = range(len(document)) if pages is None else pages
        return [
            code.text
            for number in numbers
            if number < len(document)
            for code in zxingcpp.read_barcodes(
                document[number].render(scale=dpi / 72, grayscale=True).to_numpy(),
                formats=zxingcpp.BarcodeFormat.QRCodeModel2,  # type: ignore[arg-type]
                try_invert=False,
                try_downscale=False,  # nor any help: a code is read as it stands
            )
        ]
    finally:
        document.close()


def prove(expected: Counter[str], read: Counter[str]) -> None:
    """Raise PreflightError unless exactly the expected codes were read, as often as expected."""
    lacking = expected.copy()
    lacking.subtract(read)
    wrong = {content: number for content, number in lacking.items() if number}
    if wrong:
        content, number = next(iter(wrong.items()))
        what = "was not read" if number > 0 else "should not be there"
        raise PreflightError(
            f"the QR code {content} {what} at {DPI} dpi; nothing is printed.", kind="unread"
        )
