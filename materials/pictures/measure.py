"""How much room a text takes where nothing lays it out: in files, and on maps.

Widths are sums of advances, without joining or kerning: a joined Arabic word takes less.
Characters that only steer the order of letters take none.
"""

from collections.abc import Mapping
from functools import cache
from unicodedata import category

from fontTools.ttLib import TTFont

from materials.library import font_files
from translations.languages import Language

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


def lines(text: str, most: float, row: Language) -> list[str]:
    """Return a text in lines of ``most`` em; a word that is longer is broken."""
    found: list[str] = []
    for word in text.split():
        if found and width(f"{found[-1]} {word}", row) <= most:
            found[-1] += f" {word}"
            continue
        found.append("")
        for char in word:
            if found[-1] and width(found[-1] + char, row) > most:
                found.append("")
            found[-1] += char
    return found
