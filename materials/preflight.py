"""Proof before paper: every page is rasterised and every QR code read back from it."""

from collections import Counter
from collections.abc import Sequence

import pypdfium2
import zxingcpp

DPI = 150  # as a cheap office printer or a phone at some distance sees it


class PreflightError(Exception):
    """A printed page whose codes do not lead where they should."""


def scan(pdf: bytes, dpi: int = DPI) -> list[str]:
    """Return the content of every QR code on the pages of a PDF, in no particular order."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [
            code.text
            for page in document
            for code in zxingcpp.read_barcodes(
                page.render(scale=dpi / 72, grayscale=True).to_numpy(),
                formats=zxingcpp.BarcodeFormat.QRCodeModel2,  # type: ignore[arg-type]
                try_invert=False,
            )
        ]
    finally:
        document.close()


def prove(pdf: bytes, expected: Sequence[str]) -> None:
    """Raise PreflightError unless exactly the expected codes are read from the pages."""
    lacking = Counter(expected)
    lacking.subtract(scan(pdf))
    wrong = {content: number for content, number in lacking.items() if number}
    if wrong:
        content, number = next(iter(wrong.items()))
        what = "was not read" if number > 0 else "should not be there"
        raise PreflightError(f"the QR code {content} {what} at {DPI} dpi; nothing is printed.")
