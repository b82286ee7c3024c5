"""The rules: which counts are never shown, and how well what is hidden must be hidden.

A count of 1 to 4 and a base under 10 are unsafe, and so is a language's base under 20, since the
speakers of a rare language know each other. Nought is safe: it is nobody's answer.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

SMALLEST_COUNT = 5
SMALLEST_BASE = 10
SMALLEST_BASES: Mapping[str, int] = MappingProxyType({"language": 20})  # where it is another


class Protection(NamedTuple):
    """How uncertain a hidden value must be left, whatever one works out from all that is shown.

    The values that it may still have must reach down to ``low`` or less, up to ``high`` or more,
    and be ``width`` wide at least.
    """

    low: int
    high: int
    width: int


COUNT = Protection(low=3, high=SMALLEST_COUNT, width=SMALLEST_COUNT)
BASE = Protection(low=3, high=SMALLEST_BASE, width=SMALLEST_BASE)


def showable(count: int) -> bool:
    """Return whether a count says nothing about single persons."""
    return count == 0 or count >= SMALLEST_COUNT


def sufficient(base: int, smallest: int = SMALLEST_BASE) -> bool:
    """Return whether a base carries a row of its own; that nobody answered may be said."""
    return base == 0 or base >= smallest
