"""How much room a text takes where nothing lays it out: in files, and on maps.

Widths are sums of advances, without joining or kerning: a joined Arabic word takes less.
Characters that only steer the order of letters take none.
"""

import re
from collections.abc import Mapping
from functools import cache
from unicodedata import category

import pyphen
from fontTools.ttLib import TTFont
from pyphen import Pyphen

from materials.hyphenation import mend
from materials.library import font_files
from translations.languages import Language

SHY = "\u00ad"  # a soft hyphen
_LONG = re.compile(r"[^\W\d_]{8,}")  # letters alone
_SEAMS = re.compile(r"(?<=[/\u00ad\u2013-])(?=.)")
_WEIGHT = 600
_UNKNOWN = 1.0  # em of a letter that no bundled font has


def width(text: str, row: Language) -> float:
    """Return the width of a text in em, in the semibold weight of a language's fonts."""
    known = _advances(row)
    return sum(known.get(ord(char), _UNKNOWN) for char in text if category(char) != "Cf")


@cache
def _advances(row: Language) -> Mapping[int, float]:
    found: dict[int, float] = {}
    for path in reversed(font_files(row, _WEIGHT)):
        font = TTFont(path)
        units, metrics = font["head"].unitsPerEm, font["hmtx"]
        found |= {code: metrics[glyph][0] / units for code, glyph in font.getBestCmap().items()}
    return found


def soft(text: str, row: Language) -> str:
    """Return a text with soft hyphens where its language lets a long word be divided.

    Never within four letters of an end. A language without a dictionary gets none.
    """
    if not row.hyphenation:
        return text
    return _LONG.sub(lambda word: _dictionary(row).inserted(word[0], SHY), text)


@cache
def _dictionary(row: Language) -> Pyphen:
    mend()
    return Pyphen(lang=pyphen.language_fallback(row.cldr), left=4, right=4)


def lines(text: str, most: float, row: Language) -> list[str]:
    """Return a text in lines of ``most`` em.

    A word that is longer is divided behind a slash or a hyphen or at a soft one; only what is
    longer still is broken anywhere.
    """
    found: list[str] = []
    for word in text.split():
        if found and width(f"{found[-1]} {word}", row) <= most:
            found[-1] += f" {word}"
        else:
            found += _divided(word, most, row)
    return [line.replace(SHY, "") for line in found]


def _divided(word: str, most: float, row: Language) -> list[str]:
    """Return a word in lines, each but the last with its hyphen."""
    if width(word, row) <= most:
        return [word]
    found = [""]
    for piece in pieces(word, row):
        for part in [piece] if width(_ended(piece), row) <= most else piece:
            if found[-1] and width(_ended(found[-1] + part), row) > most:
                found.append("")
            found[-1] += part
    return [*map(_ended, found[:-1]), found[-1]]


def pieces(word: str, row: Language) -> list[str]:
    """Return what a word may be divided into, with its own soft hyphens or those of ``row``."""
    return _SEAMS.split(word if SHY in word else soft(word, row))


def _ended(line: str) -> str:
    """Return a line that ends within a word with a hyphen that is seen."""
    return f"{line[:-1]}-" if line.endswith(SHY) else line
