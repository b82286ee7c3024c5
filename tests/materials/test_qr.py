import re

import numpy as np
import pytest
import qrcode
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from qrcode.constants import ERROR_CORRECT_M, ERROR_CORRECT_Q

from materials.qr import Level, QRTooSmall, Symbol, fitted, symbol
from surveys.links import ALPHABET, url

URL = "HTTPS://PHILOS.EXAMPLE/ABC123"


def drawn(found: Symbol) -> NDArray[np.uint8]:
    """Return the picture of a symbol, 4 pixels a module, with its quiet zone."""
    picture = np.pad(np.array(found.rows, dtype=bool), 4)
    return np.kron(~picture, np.ones((4, 4), dtype=bool)).astype(np.uint8) * 255


def modules(found: Symbol) -> list[list[bool]]:
    """Return the modules that the PDF operators fill, quiet zone included, the top row first."""
    grid = [[False] * found.size for _ in range(found.size)]
    runs = re.findall(rb"^(\d+) (\d+) (\d+) 1 re$", found.operators, re.MULTILINE)
    assert len(runs) == found.operators.count(b"\n")
    for x, y, length in runs:
        for column in range(int(x), int(x) + int(length)):
            grid[found.size - 1 - int(y)][column] = True
    return grid


def decode(found: Symbol) -> zxingcpp.Barcode:
    codes = zxingcpp.read_barcodes(drawn(found))
    assert len(codes) == 1
    return codes[0]


@pytest.mark.parametrize("level", ["M", "Q"])
def test_a_symbol_reads_as_its_content(level: Level) -> None:
    assert decode(symbol(URL, level)).text == URL


@settings(max_examples=40, deadline=None)
@given(st.text(ALPHABET, min_size=6, max_size=9), st.sampled_from(["M", "Q"]))
def test_every_code_reads_as_itself(code: str, level: Level) -> None:
    content = url("philos.example", code)
    assert decode(symbol(content, level)).text == content


@pytest.mark.parametrize(("level", "constant"), [("M", ERROR_CORRECT_M), ("Q", ERROR_CORRECT_Q)])
def test_the_drawing_has_the_modules_of_the_library(level: Level, constant: int) -> None:
    theirs = qrcode.QRCode(error_correction=constant, border=4)
    theirs.add_data(URL)
    theirs.make(fit=True)
    assert modules(symbol(URL, level)) == theirs.get_matrix()


def test_the_quiet_zone_is_four_modules_wide_on_every_side() -> None:
    dark = np.argwhere(np.array(modules(symbol(URL, "M"))))
    assert dark.min(axis=0).tolist() == [4, 4]
    assert dark.max(axis=0).tolist() == [symbol(URL, "M").size - 5] * 2


def test_runs_are_as_long_as_they_can_be() -> None:
    runs = re.findall(rb"(\d+) (\d+) (\d+) 1 re", symbol(URL, "M").operators)
    ends = {(int(x) + int(length), y) for x, y, length in runs}
    assert not ends & {(int(x), y) for x, y, _ in runs}


@pytest.mark.parametrize("code", ["ABC123", "ABC12345Z"])
def test_an_address_in_capitals_fits_version_2(code: str) -> None:
    assert len(symbol(url("philos.example", code), "M").rows) == 25


def test_an_address_in_small_letters_would_need_more_modules() -> None:
    address = url("umfrage.philos.example", "ABC123")
    assert symbol(address, "Q").size < symbol(address.lower(), "Q").size


def test_outdoors_a_code_stands_more_damage() -> None:
    levels = [decode(fitted(URL, 40, outdoors=where)).ec_level for where in (False, True)]
    assert levels == ["M", "Q"]


@pytest.mark.parametrize(("outdoors", "smallest"), [(True, 0.50), (False, 0.40)])
def test_a_module_below_the_smallest_is_refused(outdoors: bool, smallest: float) -> None:
    size = symbol(URL, "Q" if outdoors else "M").size
    fitted(URL, size * smallest + 0.01, outdoors=outdoors)
    with pytest.raises(QRTooSmall, match=f"{smallest:.2f} mm is the smallest"):
        fitted(URL, size * smallest - 0.01, outdoors=outdoors)


def test_what_is_refused_is_named() -> None:
    with pytest.raises(QRTooSmall, match=re.escape(URL)):
        fitted(URL, 5, outdoors=False)


def test_a_long_host_is_refused_in_a_small_box() -> None:
    long = url("a-host-that-nobody-will-ever-want-to-type." * 2 + "example", "ABC123")
    with pytest.raises(QRTooSmall, match="shorter host"):
        fitted(long, 20, outdoors=True)


def test_a_content_that_no_code_can_hold_is_refused() -> None:
    with pytest.raises(QRTooSmall, match="shorten the host"):
        symbol("A" * 8000, "M")
