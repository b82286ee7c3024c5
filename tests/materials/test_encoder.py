import re
from itertools import pairwise
from random import Random

import numpy as np
import pytest
import qrcode
import zxingcpp
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from qrcode.constants import ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.util import MODE_ALPHA_NUM, QRData

from materials.encoder import paths, symbols
from materials.qr import Level, symbol
from surveys.links import ALPHABET, url

SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
LEVELS: dict[Level, int] = {"M": ERROR_CORRECT_M, "Q": ERROR_CORRECT_Q}
BOTH_LEVELS = pytest.mark.parametrize("level", LEVELS)
LONGEST: dict[Level, tuple[int, ...]] = {  # of versions 0 to 6
    "M": (0, 20, 38, 61, 90, 122, 154),
    "Q": (0, 16, 29, 47, 67, 87, 108),
}


def links(number: int) -> list[str]:
    """Return the addresses of so many made-up serials."""
    chance = Random(7)
    return [url("philos.example", "".join(chance.choices(ALPHABET, k=9))) for _ in range(number)]


def reference(content: str, level: Level, mask: int | None = None) -> NDArray[np.bool_]:
    """Return the symbol as ``qrcode`` makes it alone, in the smallest version."""
    code = qrcode.QRCode(error_correction=LEVELS[level], border=0, mask_pattern=mask)
    data = QRData(content, mode=MODE_ALPHA_NUM)  # type: ignore[call-overload]
    code.add_data(data, optimize=0)
    code.make(fit=True)
    return np.array(code.modules, dtype=bool)


def mask_of(modules: NDArray[np.bool_]) -> int:
    """Return the mask that a symbol's format information names, ISO/IEC 18004 section 7.9."""
    return int("".join(str(int(dark)) for dark in modules[8, 2:5]), 2) ^ 0b101


def decode(modules: NDArray[np.bool_]) -> zxingcpp.Barcode:
    picture = np.kron(~np.pad(modules, 4), np.ones((3, 3), dtype=bool)).astype(np.uint8) * 255
    codes = zxingcpp.read_barcodes(
        picture,
        formats=zxingcpp.BarcodeFormat.QRCodeModel2,  # type: ignore[arg-type]
    )
    assert len(codes) == 1
    return codes[0]


def filled(path: bytes, size: int) -> NDArray[np.bool_]:
    """Return the modules that a path fills, quiet zone included, the upper row first."""
    frame = np.zeros((size + 8, size + 8), dtype=bool)
    for operator in path.decode("ascii").splitlines():
        match = re.fullmatch(r"(\d+) (\d+) ([1-9]\d*) 1 re", operator)
        assert match, operator
        x, y, length = map(int, match.groups())
        assert not frame[y, x : x + length].any()  # no two runs share a module
        assert x + length <= size + 4
        frame[y, x : x + length] = True
    return frame[::-1]


@st.composite
def batches(draw: st.DrawFn) -> tuple[list[str], Level, int]:
    """Draw contents of one length, a level, and the version that they need, 1 to 6."""
    level: Level = draw(st.sampled_from(["M", "Q"]))
    version = draw(st.integers(1, 6))
    length = draw(st.integers(LONGEST[level][version - 1] + 1, LONGEST[level][version]))
    start = draw(st.text(SIGNS, min_size=max(length - 9, 0), max_size=max(length - 9, 0)))
    end = st.text(SIGNS, min_size=length - len(start), max_size=length - len(start))
    contents = [start + each for each in draw(st.lists(end, min_size=1, max_size=3))]
    assume(not any("0" * 19 in content for content in contents))  # qrcode itself fails on them
    return contents, level, version


@settings(max_examples=60, deadline=None)
@given(batches())
def test_every_symbol_is_the_one_that_the_library_makes_alone(
    batch: tuple[list[str], Level, int],
) -> None:
    contents, level, version = batch
    made = symbols(contents, level)
    assert made.shape == (len(contents), 17 + 4 * version, 17 + 4 * version)
    for content, modules in zip(contents, made, strict=True):
        assert np.array_equal(modules, reference(content, level, mask_of(made[0])))
        assert decode(modules).text == content


@BOTH_LEVELS
@pytest.mark.parametrize("version", range(1, 7))
def test_contents_may_differ_in_every_sign(version: int, level: Level) -> None:
    length = LONGEST[level][version]
    contents = ["".join(Random(n).choices(SIGNS, k=length)) for n in range(4)]
    made = symbols(contents, level)
    for content, modules in zip(contents, made, strict=True):
        assert np.array_equal(modules, reference(content, level, mask_of(made[0])))


@pytest.mark.parametrize(("level", "longest"), [("M", 311), ("Q", 221)])
def test_the_largest_version_is_10(level: Level, longest: int) -> None:
    contents = ["A" * (longest - 1) + end for end in "09Z"]
    for content, modules in zip(contents, symbols(contents, level), strict=True):
        assert modules.shape == (57, 57)
        assert decode(modules).text == content


@BOTH_LEVELS
def test_a_content_alone_has_the_symbol_of_a_single_sheet(level: Level) -> None:
    content = links(1)[0]
    assert np.array_equal(symbols([content], level)[0], np.array(symbol(content, level).rows))


@BOTH_LEVELS
def test_the_mask_is_the_best_one_for_the_first_content(level: Level) -> None:
    contents = links(20)
    made = symbols(contents, level)
    assert {mask_of(modules) for modules in made} == {mask_of(reference(contents[0], level))}


@BOTH_LEVELS
def test_two_thousand_codes_all_differ_and_read_as_themselves(level: Level) -> None:
    contents = links(2000)
    made = symbols(contents, level)
    assert len({modules.tobytes() for modules in made}) == len(set(contents)) == 2000
    codes = [decode(modules) for modules in made]
    assert [code.text for code in codes] == contents
    assert {code.ec_level for code in codes} == {level}


@pytest.mark.parametrize(
    ("contents", "sentence"),
    [
        ([], "There is no content"),
        ([""], "There is no content"),
        (["A", "AB"], "one length, not 1 to 2"),
        (["", "AB"], "one length, not 0 to 2"),
        (["HTTPS://a"], "not 'a'"),
        (["Ä٣"], "not 'Ä٣'"),
        (["0" * 221], "more zeros in a row"),
        (["A" * 222], "222 signs does not fit .* level Q; at most 221 do"),
    ],
)
def test_what_is_no_batch_is_refused_in_a_sentence(contents: list[str], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence) as caught:
        symbols(contents, "Q")
    assert re.fullmatch(r"[A-Z0][^\n]*\.", str(caught.value))


@pytest.mark.parametrize("length", [1, 20, 32, 67, 221])
def test_a_path_fills_exactly_the_dark_modules(length: int) -> None:
    contents = ["".join(Random(n).choices(SIGNS, k=length)) for n in range(2)]
    made = symbols(contents, "Q")
    for modules, path in zip(made, paths(made), strict=True):
        assert np.array_equal(filled(path, len(modules)), np.pad(modules, 4))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.booleans(), min_size=18, max_size=18))
def test_any_modules_have_their_path(dark: list[bool]) -> None:
    made = np.array(dark, dtype=bool).reshape(2, 3, 3)
    for modules, path in zip(made, paths(made), strict=True):
        assert np.array_equal(filled(path, 3), np.pad(modules, 4))


def test_runs_are_as_long_as_they_can_be() -> None:
    path = paths(symbols(links(1), "Q"))[0]
    runs = [tuple(map(int, each.split()[:3])) for each in path.splitlines()]
    assert all(
        y != below or x + length < right for (x, y, length), (right, below, _) in pairwise(runs)
    )


def test_there_is_a_path_for_each_symbol_of_a_large_batch() -> None:
    made = symbols(links(2500), "M")
    found = paths(made)
    assert len(found) == 2500
    for index in (0, 999, 1000, 2000, 2499):
        assert np.array_equal(filled(found[index], made.shape[1]), np.pad(made[index], 4))


def test_a_batch_of_no_symbols_has_no_paths() -> None:
    assert paths(symbols(links(1), "M")[:0]) == []
