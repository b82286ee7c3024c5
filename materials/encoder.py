"""QR codes by the thousand: the symbols of contents of one length, all at once in numpy.

At a fixed version, level, mask and length, each module of a symbol in alphanumeric mode is the
sum modulo 2 of some data bits and a constant: so are the check words of Reed and Solomon, and so
is the mask. The symbol of one content and what each data bit turns over, both taken from
``materials.qr``, therefore give all others by sums modulo 2, eight modules in a byte.
"""

from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from materials.qr import QUIET_ZONE, Level, masked

Modules = NDArray[np.bool_]

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"  # by value, ISO/IEC 18004 table 5
_PAIR_BITS = 11  # two signs are one number, 45 times the first plus the second
# How many signs versions 1 to 10 hold in alphanumeric mode, ISO/IEC 18004 table 7.
_CAPACITIES: dict[Level, tuple[int, ...]] = {
    "M": (20, 38, 61, 90, 122, 154, 178, 221, 262, 311),
    "Q": (16, 29, 47, 67, 87, 108, 125, 157, 189, 221),
}
_CHUNK = 1000  # symbols in work at once: a few MB


def symbols(contents: Sequence[str], level: Level) -> Modules:
    """Return the modules of each content, True for dark, as (contents, size, size).

    The smallest version that holds them is taken, without the quiet zone. All have one mask,
    which is the best by ISO/IEC 18004 section 7.8.3 for the first content; for the others the
    choice that the section asks for is left out. Every reader finds the mask in the symbol.

    Raise ValueError for contents of unequal length, with signs that alphanumeric mode does not
    have, or longer than version 10 holds, and for a first content that is a long row of zeros.
    """
    length = _common_length(contents)
    version = _version(length, level)
    base = np.array(masked(contents[0], level, version).rows, dtype=np.bool_)
    bits = _bits(contents)
    flips = bits ^ bits[0]
    varying = np.flatnonzero(flips.any(axis=0))
    effects = [np.packbits(_effect(length, level, version, int(bit))) for bit in varying]
    packed = np.tile(np.packbits(base), (len(contents), 1))
    for effect, turned in zip(effects, flips[:, varying].T.astype(np.bool_), strict=True):
        packed[turned] ^= effect
    made = np.unpackbits(packed, axis=1, count=base.size).astype(np.bool_)
    return made.reshape(-1, *base.shape)


def paths(modules: Modules) -> list[bytes]:
    """Return the path of each symbol's dark modules as PDF operators, for one ``f`` to fill.

    One unit is a module. The origin is the lower left corner of the quiet zone, y goes upwards,
    and the frame is ``size + 2 * QUIET_ZONE`` units wide. A run of dark modules is one ``re``.
    """
    number, size, _ = modules.shape
    rectangles = _rectangles(size)
    made: list[bytes] = []
    for begin in range(0, number, _CHUNK):
        # An edge stands before and behind each run; row by row, begin and end alternate.
        framed = np.pad(modules[begin : begin + _CHUNK], ((0, 0), (0, 0), (1, 1)))
        edges = np.flatnonzero(framed[:, :, 1:] != framed[:, :, :-1])
        starts, ends = edges[::2], edges[1::2]
        symbol, place = np.divmod(starts, size * (size + 1))
        runs = [rectangles[key] for key in (place * (size + 1) + ends - starts).tolist()]
        bounds = np.searchsorted(symbol, np.arange(len(framed) + 1)).tolist()
        made += [b"".join(runs[a:b]) for a, b in pairwise(bounds)]
    return made


def _common_length(contents: Sequence[str]) -> int:
    """Return the length of all contents; raise ValueError where they are no batch."""
    lengths = set(map(len, contents))
    if not any(lengths):
        raise ValueError("There is no content to make a QR code of.")
    if len(lengths) > 1:
        raise ValueError(
            f"The contents of a batch are of one length, not {min(lengths)} to {max(lengths)}."
        )
    strange = set().union(*contents) - set(_ALPHABET)
    if strange:
        raise ValueError(
            f"A content of a batch has capitals, digits, spaces and $%*+-./: only, "
            f"not {''.join(sorted(strange))!r}."
        )
    return lengths.pop()


def _version(length: int, level: Level) -> int:
    """Return the smallest version that holds so many signs."""
    version = bisect_left(_CAPACITIES[level], length) + 1
    if version > len(_CAPACITIES[level]):
        raise ValueError(
            f"A content of {length} signs does not fit a QR code of version 10 at level {level}; "
            f"at most {_CAPACITIES[level][-1]} do."
        )
    return version


def _bits(contents: Sequence[str]) -> NDArray[np.uint8]:
    """Return the data bits of each content, as (contents, 11 times pairs).

    Before the last sign of an odd number stands a zero, which leaves its value as it is.
    """
    if len(contents[0]) % 2:
        contents = [f"{content[:-1]}0{content[-1]}" for content in contents]
    values = np.zeros(128, dtype=np.uint16)
    values[[ord(sign) for sign in _ALPHABET]] = range(len(_ALPHABET))
    signs = values[np.frombuffer("".join(contents).encode("ascii"), dtype=np.uint8)]
    pairs = (45 * signs[::2] + signs[1::2]).astype(">u2")
    bits = np.unpackbits(pairs.view(np.uint8)).reshape(len(pairs), 16)[:, -_PAIR_BITS:]
    return bits.reshape(len(contents), -1)


def _effect(length: int, level: Level, version: int, bit: int) -> Modules:
    """Return which modules a data bit turns over, the same with every mask.

    Beside a filler of pairs that are 1 (a block of zeros is more than qrcode can divide), each
    bit alone makes a pair of signs: 2 ** 10 + 1 is less than 45 ** 2.
    """
    filler = ["01"] * ((length + 1) // 2)
    pair, place = divmod(bit, _PAIR_BITS)
    first, second = divmod(1 ^ 1 << (_PAIR_BITS - 1 - place), 45)
    probe = [*filler[:pair], _ALPHABET[first] + _ALPHABET[second], *filler[pair + 1 :]]
    one, other = ("".join(pairs) for pairs in (filler, probe))
    return _probed(one, length, level, version) ^ _probed(other, length, level, version)


@lru_cache(maxsize=2000)
def _probed(signs: str, length: int, level: Level, version: int) -> Modules:
    """Return the symbol of pairs of signs, without the zero before the last of an odd number."""
    content = signs[: length - 1] + signs[-1]
    return np.array(masked(content, level, version, mask=0).rows, dtype=np.bool_)


@lru_cache(maxsize=2)
def _rectangles(size: int) -> list[bytes]:
    """Return the operators of each run, by (row * (size + 1) + column) * (size + 1) + length."""
    return [
        b"%d %d %d 1 re\n" % (column + QUIET_ZONE, size - 1 - row + QUIET_ZONE, length)
        for row in range(size)
        for column in range(size + 1)
        for length in range(size + 1)
    ]
