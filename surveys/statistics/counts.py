"""What every method takes and gives: counts, confidence levels, intervals, and what is unsaid."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from statistics import NormalDist
from typing import NamedTuple


class Unsaid(StrEnum):
    """Why the answers say nothing; it stands in place of a result.

    It tells of the data, never of a mistake in a call: that is a ValueError.
    """

    EMPTY = "empty"  # a group, or the whole, has no answer
    SINGLE = "single"  # one answer or one group, where a spread takes two
    TIED = "tied"  # all answers are the same
    SEPARATED = "separated"  # every answer of one group lies beyond all of the other: no spread
    UNCOVERED = "uncovered"  # nobody answered from a part of the population
    DIVERGENT = "divergent"  # no weights reach all margins, or no maximum is found


class Interval(NamedTuple):
    """A confidence interval: 0 to 1 for a share, -1 to 1 for a difference or an effect."""

    low: float
    high: float


def check_counts(counts: Iterable[int]) -> None:
    """Raise ValueError where one of the counts is none: negative, or no whole number."""
    for count in counts:
        if not (isinstance(count, int) and count >= 0):
            raise ValueError(f"{count!r} is no count")


def check_table(rows: Sequence[Sequence[int]]) -> None:
    """Raise ValueError where rows of counts differ in length, or hold what is no count."""
    if len({len(row) for row in rows}) > 1:
        raise ValueError("the rows of counts differ in length")
    for row in rows:
        check_counts(row)


def normal_quantile(level: float) -> float:
    """Return how many standard errors reach out to each side at a confidence level.

    Raise ValueError where ``level`` does not lie between 0 and 1.
    """
    if not 0 < level < 1:
        raise ValueError(f"{level} is no confidence level")
    return NormalDist().inv_cdf((1 + level) / 2)
