"""Pairs: two items answered by the same persons, such as the way by day and by night.

The table of a pair is linked to both items' rows: who answered only one of them is the difference
of that item's row and the pair.
"""

from dataclasses import dataclass

from surveys.disclosure.rules import showable, sufficient
from surveys.disclosure.shapes import Row


@dataclass(frozen=True, kw_only=True)
class Paired:
    """How many persons gave an adverse answer to both items, to the first or second only, or none.

    Counted are those who answered both on the scale.
    """

    both: int
    first: int
    second: int
    neither: int

    @property
    def n(self) -> int:
        """Return the base: how many answered both."""
        return self.both + self.first + self.second + self.neither


def control_pair(pair: Paired, first: Row, second: Row) -> Paired | None:
    """Return a pair if it may be shown beside the rows of its items, else None.

    It is shown whole or not at all: three of its counts and a row would give the fourth. Each
    count must be fit to be shown, and so must be who answered one item only, adverse or not. A row
    of which something is hidden would be told more of, so both must show base and adverse answers.
    The rows are those of one group, the same for both; pairs of several groups that add up to
    another pair are linked, so show the pair of one group only, that of the whole wave.

    Raise ValueError where more persons are in the pair than in a row.
    """
    counts = (pair.both, pair.first, pair.second, pair.neither)
    if not (sufficient(pair.n) and all(map(showable, counts))):
        return None
    for row, adverse in ((first, pair.both + pair.first), (second, pair.both + pair.second)):
        if row.n is None or row.adverse is None:
            return None
        alone = (row.adverse - adverse, row.n - row.adverse - (pair.n - adverse))
        if min(alone) < 0:
            raise ValueError(f"a pair of {pair.n} is no part of a row of {row.n}")
        if not (all(map(showable, alone)) and sufficient(sum(alone))):
            return None
    return pair
