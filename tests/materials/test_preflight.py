import io
from collections import Counter

import numpy as np
import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from materials.preflight import PreflightError, prove, scan

ONE, TWO, THREE = (f"HTTPS://PHILOS.EXAMPLE/00000{n}" for n in range(3))
SAFE = 3  # mm from the edge, where a printer may not reach


def pdf(*pages: list[str], module: float = 0.68, inverted: bool = False) -> bytes:
    """Return pages with QR codes side by side, made without philos; ``module`` is in mm."""
    pictures = []
    for contents in pages:
        codes = [
            np.array(
                zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M").to_image(
                    scale=4, add_quiet_zones=True
                )
            )
            for text in contents
        ]
        joined = np.hstack(codes) if codes else np.full((100, 100), 255, np.uint8)
        pictures.append(Image.fromarray(255 - joined if inverted else joined))
    file = io.BytesIO()
    pictures[0].save(
        file, "PDF", resolution=4 * 25.4 / module, save_all=True, append_images=pictures[1:]
    )
    return file.getvalue()


def test_the_codes_of_all_pages_are_read() -> None:
    assert sorted(scan(pdf([ONE, TWO], [THREE]))) == [ONE, TWO, THREE]


@pytest.mark.parametrize("module", [0.68, 0.40])
def test_the_expected_codes_are_proved(module: float) -> None:
    prove(Counter([TWO, ONE, ONE]), Counter(scan(pdf([ONE, TWO], [ONE], module=module))))


@pytest.mark.parametrize(
    ("found", "expected", "said"),
    [
        pytest.param([TWO], [ONE], "ONE was not read|TWO should not", id="wrong"),
        pytest.param([], [ONE], "ONE was not read", id="missing"),
        pytest.param([ONE], [ONE, TWO], "TWO was not read", id="one of two missing"),
        pytest.param([ONE, TWO], [ONE], "TWO should not be there", id="additional"),
        pytest.param([ONE, ONE], [ONE], "ONE should not be there", id="once too often"),
        pytest.param([ONE], [ONE, ONE], "ONE was not read", id="not often enough"),
        pytest.param([ONE], [], "ONE should not be there", id="none expected"),
        pytest.param([ONE.lower()], [ONE], "was not read|should not", id="another case"),
    ],
)
def test_another_set_of_codes_is_refused(found: list[str], expected: list[str], said: str) -> None:
    said = said.replace("ONE", ONE).replace("TWO", TWO)
    with pytest.raises(PreflightError, match=said):
        prove(Counter(expected), Counter(scan(pdf(found))))


def test_white_modules_on_black_are_no_code() -> None:
    with pytest.raises(PreflightError, match="was not read at 150 dpi"):
        prove(Counter([ONE]), Counter(scan(pdf([ONE], inverted=True))))


def test_a_code_too_small_to_scan_is_refused() -> None:
    with pytest.raises(PreflightError, match="was not read at 150 dpi"):
        prove(Counter([ONE]), Counter(scan(pdf([ONE], module=0.12))))


def test_a_code_without_quiet_zone_is_refused() -> None:
    code = zxingcpp.create_barcode(ONE, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    bare = np.pad(np.array(code.to_image(scale=4, add_quiet_zones=False)), 40)  # black all round
    file = io.BytesIO()
    Image.fromarray(bare).save(file, "PDF", resolution=150)
    with pytest.raises(PreflightError, match="was not read"):
        prove(Counter([ONE]), Counter(scan(file.getvalue())))


def test_what_is_no_pdf_is_refused() -> None:
    with pytest.raises(pypdfium2.PdfiumError):
        scan(b"no PDF")
