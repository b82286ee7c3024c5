"""Additive tables: cells, and which of them add up to which. A shared total is one cell.

Linked tables are one system of cells. Seen from the true values, whatever else the cells could be
is a vector of deviations that leaves every sum as it is.
"""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from surveys.disclosure.shapes import Sum
from surveys.disclosure.solver import Floats

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class System(Generic[Key]):
    """Cells in an order, and their sums as a matrix."""

    keys: Sequence[Key]
    sums: Sequence[Sum[Key]]

    @cached_property
    def index(self) -> Mapping[Key, int]:
        """Return the column of each cell in the matrix."""
        return {key: column for column, key in enumerate(self.keys)}

    @cached_property
    def matrix(self) -> csr_array:
        """Return a row for each sum: 1 for its parts, -1 for its total; cells of others left out.

        Times the cells' values it is nought; times their deviations as well.
        """
        entries = [
            (row, self.index[key], sign)
            for row, each in enumerate(self.sums)
            for key, sign in ((each.total, -1.0), *((part, 1.0) for part in each.parts))
            if key in self.index
        ]
        rows, columns, signs = zip(*entries, strict=True) if entries else ((), (), ())
        return csr_array((signs, (rows, columns)), shape=(len(self.sums), len(self.keys)))

    def vector(self, values: Mapping[Key, int]) -> Floats:
        """Return the cells' values in their order, 0 where there is none."""
        return np.array([values.get(key, 0) for key in self.keys], dtype=float)

    def components(self) -> list["System[Key]"]:
        """Return the parts of the system that have no sum in common."""
        shared = abs(self.matrix.T) @ abs(self.matrix)
        count, label = connected_components(shared, directed=False)
        keys: list[list[Key]] = [[] for _ in range(count)]
        for key, part in zip(self.keys, label, strict=True):
            keys[part].append(key)
        return [self.restricted(part) for part in keys]

    def restricted(self, keys: Collection[Key]) -> "System[Key]":
        """Return the system of some of its cells, with the sums that one of them belongs to."""
        wanted = set(keys)
        sums = [each for each in self.sums if not wanted.isdisjoint((each.total, *each.parts))]
        return System([key for key in self.keys if key in wanted], sums)
