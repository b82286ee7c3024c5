"""Disclosure control: what of a table may be shown so that nobody's answer can be told.

The rules stand between the counts and every output. A count of 1 to 4 and a base under 10 are
never shown, and neither is what would give them away: the tables by place and by wave are linked,
since the places of a wave add up to the wave, so the rows that show less must always be at least
two, and what they add up to must be fit to be shown itself.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

SMALLEST_COUNT = 5
SMALLEST_BASE = 10


class Level(IntEnum):
    """How much of a row is shown."""

    HIDDEN = 0
    SHARE = 1  # the base and how many gave an adverse answer
    FULL = 2  # every answer of the scale


@dataclass(frozen=True)
class Tally:
    """The answers of one group on a scale: how many gave each code, and which codes count."""

    counts: Mapping[int, int]
    adverse: frozenset[int]

    @property
    def n(self) -> int:
        """Return the base: how many answered on the scale."""
        return sum(self.counts.values())

    @property
    def x(self) -> int:
        """Return how many gave an adverse answer."""
        return sum(self.counts[code] for code in self.adverse)

    def __add__(self, other: "Tally") -> "Tally":
        """Return both groups as one."""
        sums = {code: n + other.counts[code] for code, n in self.counts.items()}
        return Tally(sums, self.adverse)

    def __sub__(self, part: "Tally") -> "Tally":
        """Return what is left of a group without a part of it."""
        rest = {code: n - part.counts[code] for code, n in self.counts.items()}
        return Tally(rest, self.adverse)


def showable(count: int) -> bool:
    """Return whether a count says nothing about single persons."""
    return count == 0 or count >= SMALLEST_COUNT


def level(tally: Tally) -> Level:
    """Return how much of a row may be shown, were it the only one; that nobody answered may be."""
    if 0 < tally.n < SMALLEST_BASE or not (showable(tally.x) and showable(tally.n - tally.x)):
        return Level.HIDDEN
    return Level.FULL if all(map(showable, tally.counts.values())) else Level.SHARE


def levels(rows: Sequence[Tally], *, sum_known: bool) -> list[Level]:
    """Return how much of each row of a table may be shown.

    Where the sum of all rows is known from another table, the smallest rows are shown with less
    until those that show less cannot be told apart: a single one, or ones whose sum is too small,
    would be the difference of the sum and the others.
    """
    chosen = [level(row) for row in rows]
    if not sum_known:
        return chosen
    for wanted in (Level.SHARE, Level.FULL):

        def fits(weaker: Sequence[int], wanted: Level = wanted) -> bool:
            return level(_sum([rows[index] for index in weaker])) >= wanted

        weaker = {index for index, got in enumerate(chosen) if got < wanted}
        for index in _widened(weaker, [row.n for row in rows], fits) - weaker:
            chosen[index] = Level(wanted - 1)
    return chosen


def shown(column: Sequence[int], *, sum_known: bool) -> list[int | None]:
    """Return a column of counts with None for each that is hidden, as ``levels`` hides rows."""

    def fits(hidden: Sequence[int]) -> bool:
        return showable(sum(column[index] for index in hidden))

    primary = {index for index, count in enumerate(column) if not showable(count)}
    hidden = _widened(primary, column, fits) if sum_known else primary
    return [None if index in hidden else count for index, count in enumerate(column)]


def _widened(
    hidden: set[int], sizes: Sequence[int], fits: Callable[[Sequence[int]], bool]
) -> set[int]:
    """Return hidden rows with the smallest others, until they are two or more and their sum fits.

    Empty rows stay: they would hide nothing.
    """
    filled = {index for index, size in enumerate(sizes) if size}
    others = sorted(filled - hidden, key=lambda index: sizes[index])
    widened = set(hidden)
    for index in others:
        if not widened or (len(widened) > 1 and fits(sorted(widened))):
            break
        widened.add(index)
    return widened


def _sum(rows: Sequence[Tally]) -> Tally:
    total = rows[0]
    for row in rows[1:]:
        total += row
    return total
