"""Audit: what one works out about hidden counts who knows everything that is shown.

It uses nothing of the method of suppression and no hidden value: all linked tables, every sum,
and that counts are whole and not negative.
"""

from collections.abc import Collection, Hashable, Mapping, Sequence
from math import inf
from typing import NamedTuple, TypeVar

import numpy as np

from surveys.disclosure.rules import Protection
from surveys.disclosure.shapes import Sum
from surveys.disclosure.solver import Floats, State, minimise_whole
from surveys.disclosure.tables import System

Key = TypeVar("Key", bound=Hashable)


class AuditError(Exception):
    """Shown counts that no table has."""


class Range(NamedTuple):
    """The least and the most that a hidden count can be; ``inf`` where nothing bounds it."""

    low: float
    high: float

    def protects(self, protection: Protection) -> bool:
        """Return whether it leaves a value as uncertain as it must be."""
        reaches = self.low <= protection.low and self.high >= protection.high
        return reaches and self.high - self.low >= protection.width


def audit(
    shown: Mapping[Key, int], sums: Sequence[Sum[Key]], hidden: Collection[Key]
) -> dict[Key, Range]:
    """Return the range of each hidden cell, by two linear programs over all tables together.

    The ends are whole numbers that the cell can have, with whole numbers in all other cells.
    Raise AuditError where the shown cells contradict each other.
    """
    known = System(list(shown), sums)
    unknown = System(list(hidden), sums)
    right = -(known.matrix @ known.vector(shown))
    ranges = {}
    for index, key in enumerate(unknown.keys):
        aim = np.zeros(len(unknown.keys))
        aim[index] = 1
        ranges[key] = Range(_least(aim, unknown, right), -_least(-aim, unknown, right))
    return ranges


def recoverable(
    shown: Mapping[Key, int],
    sums: Sequence[Sum[Key]],
    hidden: Collection[Key],
    unsafe: Mapping[Key, Protection],
) -> dict[Key, Range]:
    """Return the unsafe cells that are less uncertain than they must be: shown or worked out."""
    ranges = {key: Range(value, value) for key, value in shown.items()}
    ranges |= audit(shown, sums, hidden)
    return {key: ranges[key] for key, kept in unsafe.items() if not ranges[key].protects(kept)}


def _least(aim: Floats, system: System[Key], right: Floats) -> float:
    """Return the least that an aim can be for whole numbers that are not negative."""
    nought, unlimited = np.zeros(len(aim)), np.full(len(aim), inf)
    solution = minimise_whole(aim, system.matrix, right, nought, unlimited)
    if solution.state == State.UNBOUNDED:
        return -inf
    if solution.state != State.SOLVED:
        raise AuditError("the shown counts contradict each other")
    return float(aim @ solution.values)
