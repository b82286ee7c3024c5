"""Disclosure control: what of a table may be shown so that nobody's answer can be told.

It stands between the counts and every output. ``control`` decides for all tables of an item of a
wave at once, ``control_pair`` for two items answered by the same persons.
"""

from surveys.disclosure.control import control
from surveys.disclosure.pairs import Paired, control_pair
from surveys.disclosure.rules import (
    SMALLEST_BASE,
    SMALLEST_BASES,
    SMALLEST_COUNT,
    showable,
    sufficient,
)
from surveys.disclosure.shapes import Columns, Row

__all__ = [
    "SMALLEST_BASE",
    "SMALLEST_BASES",
    "SMALLEST_COUNT",
    "Columns",
    "Paired",
    "Row",
    "control",
    "control_pair",
    "showable",
    "sufficient",
]
