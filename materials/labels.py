"""Label sheets that shops sell: the grid of their labels. Lengths are in millimetres."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from translations.errors import UserError

PAPERS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"A4": (210, 297), "Letter": (215.9, 279.4)}
)
_LONGEST = 40  # signs of a number that anyone may type


class LabelError(UserError, ValueError):
    """A number that is no label sheet we know."""


@dataclass(frozen=True, kw_only=True)
class LabelSheet:
    """A sheet: its paper, and its labels in ``columns`` and ``rows``. ``id`` is its number.

    The first label stands at ``origin`` from the upper left corner of the paper, each other one
    at ``pitch`` from its neighbours. A round label is as high as it is wide. The lengths are the
    makers' own as others have published them; neighbours may overlap by 0.05 mm of rounding.
    """

    id: str
    maker: str
    paper: tuple[float, float]
    width: float
    height: float
    round: bool
    columns: int
    rows: int
    origin: tuple[float, float]
    pitch: tuple[float, float]

    @property
    def per_page(self) -> int:
        """Return how many labels are on a sheet."""
        return self.columns * self.rows

    def left(self, index: int) -> float:
        """Return the distance of a label from the left edge."""
        return round(self.origin[0] + index % self.columns * self.pitch[0], 3)

    def top(self, index: int) -> float:
        """Return the distance of a label from the upper edge."""
        return round(self.origin[1] + index // self.columns * self.pitch[1], 3)


@cache
def label_sheets() -> Mapping[str, LabelSheet]:
    """Return every sheet of ``labels.toml`` by its id, which is the number on the pack."""
    text = resources.files("materials").joinpath("labels.toml").read_text("utf-8")
    found = [
        _sheet(maker, number, row)
        for maker, rows in tomllib.loads(text).items()
        for number, row in rows.items()
    ]
    return MappingProxyType({sheet.id: sheet for sheet in found})


def _sheet(maker: str, number: str, row: Mapping[str, Any]) -> LabelSheet:
    width, height = row.get("size") or (row["diameter"], row["diameter"])
    return LabelSheet(
        id=number,
        maker=maker,
        paper=PAPERS[row["paper"]],
        width=width,
        height=height,
        round="diameter" in row,
        columns=row["columns"],
        rows=row["rows"],
        origin=(row["origin"][0], row["origin"][1]),
        pitch=(row["pitch"][0], row["pitch"][1]),
    )


def label_sheet(number: str) -> LabelSheet:
    """Return the sheet of a number as it stands on the pack.

    Case, spaces and the maker's name before it do not matter. Raise LabelError in one sentence,
    with near numbers where there are any.
    """
    makers, wanted = _read(number)
    offered = {
        sheet.id.upper(): sheet
        for sheet in label_sheets().values()
        if not makers or sheet.maker in makers
    }
    if wanted in offered:
        return offered[wanted]
    near = [offered[each].id for each in get_close_matches(wanted, offered)]
    hint = f"; near it are {', '.join(near)}" if near else ""
    raise LabelError(f"{number[:_LONGEST]!r} is no label sheet that philos knows{hint}.")


def _read(number: str) -> tuple[set[str], str]:
    """Return the makers named before a number, and the number in capitals without spaces."""
    rest = "".join(number.split())[:_LONGEST].upper()
    makers = {sheet.maker for sheet in label_sheets().values()}
    named: set[str] = set()
    while match := re.match("|".join(makers), rest, re.IGNORECASE):
        named.add(match[0].title())
        rest = rest[match.end() :]
    return named, rest
