"""Bursts: responses that came more densely than chance would have them. Flagged, never deleted.

All that is known of when a response came is its link, its day and its four-hour band: a cell. The
usual rate of a cell is taken from the other days of the same link in the same band, days without
any response left out, so that a sheet which is handed out every now and then is compared with the
days on which it was. Where a link has too few such days, it is the busiest link of its place in
that band which has enough; where there is none, it cannot be said.

Whether a cell has more than that rate would make is the exact test of two Poisson rates: given
the sum of the cell and its reference, the cell is binomial (Przyborowski and Wilenski 1940,
Biometrika 31:313-323). It allows for a rate that is itself known from little. Holm's procedure
goes over all cells. What was flagged is no longer a part of any usual rate, and the rest is looked
at once more, so that one burst does not cover another.

To leave out the empty days makes the rate too large where it is small, and so flags less.
Responses do come in clusters without anybody's ill will: a class that answers together is a burst
as well. What a burst means is for people to say.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from surveys.disclosure import SMALLEST_BASE
from surveys.statistics import binomial_tail, holm

SMALLEST = SMALLEST_BASE  # responses; fewer are never flagged, and could not be shown apart
ENOUGH = 5  # days that make a usual rate
LEVEL = 0.01  # probability to flag anything where chance alone is at work


class Cell(NamedTuple):
    """When and where responses came, as finely as it is known."""

    place: str
    link: str
    day: date
    band: int


class Usual(NamedTuple):
    """A usual rate: how many responses came in how many cells."""

    sum: int
    cells: int


@dataclass(frozen=True)
class Finding:
    """The cells that are flagged, and those that are large and of which nothing can be said."""

    flagged: frozenset[Cell] = frozenset()
    unsaid: frozenset[Cell] = frozenset()


def find(counts: Mapping[Cell, int]) -> Finding:
    """Return which cells of a wave are bursts, by how many responses came in each."""
    finding = Finding()
    while True:
        once_more = _look(counts, finding.flagged)
        if once_more.flagged <= finding.flagged:
            return Finding(finding.flagged, once_more.unsaid - finding.flagged)
        finding = Finding(finding.flagged | once_more.flagged)


def _look(counts: Mapping[Cell, int], flagged: frozenset[Cell]) -> Finding:
    """Return what is found where the usual rates are those of the cells that are not flagged."""
    rates = _rates({cell: n for cell, n in counts.items() if cell not in flagged})
    large = {cell: n for cell, n in counts.items() if n >= SMALLEST}
    usual = {cell: _usual(rates, cell, n * (cell not in flagged)) for cell, n in large.items()}
    values = {
        cell: binomial_tail(large[cell], large[cell] + rate.sum, 1 / (rate.cells + 1))
        for cell, rate in usual.items()
        if rate
    }
    adjusted = holm(values, others=len(counts) - len(large))
    rejected = frozenset(cell for cell, value in adjusted.items() if value <= LEVEL)
    return Finding(rejected, frozenset(large.keys() - values.keys()))


Rates = Mapping[tuple[str, int], Mapping[str, Usual]]  # by place and band, then by link


def _rates(counts: Mapping[Cell, int]) -> Rates:
    rates: dict[tuple[str, int], dict[str, Usual]] = defaultdict(dict)
    for cell, n in counts.items():
        links = rates[cell.place, cell.band]
        before = links.get(cell.link, Usual(0, 0))
        links[cell.link] = Usual(before.sum + n, before.cells + 1)
    return rates


def _usual(rates: Rates, cell: Cell, own: int) -> Usual | None:
    """Return the usual rate for a cell, to which it has itself added ``own``; None without any."""
    here = rates.get((cell.place, cell.band), {})
    same = here.get(cell.link, Usual(0, 0))
    others = Usual(same.sum - own, same.cells - (own > 0))
    if others.cells >= ENOUGH:
        return others
    known = (usual for link, usual in here.items() if link != cell.link and usual.cells >= ENOUGH)
    return max(known, key=lambda usual: usual.sum / usual.cells, default=None)
