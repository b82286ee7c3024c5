"""The known answers on suppression, and a two-way table with its margins as they have it."""

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import numpy as np

from surveys.disclosure.rules import COUNT, showable
from surveys.disclosure.shapes import Sum

CASES = json.loads((Path(__file__).parents[2] / "reference" / "statistics.json").read_text("utf-8"))
SUPPRESS = [case for case in CASES["cases"] if case["id"].startswith("suppress_")]
REVEALS = next(case for case in CASES["cases"] if case["id"] == "ci_reveals_counts")


class Table:
    """Cells by row and column, the last of each being the total."""

    def __init__(self, inner: Sequence[Sequence[int]]) -> None:
        rows, columns = len(inner), len(inner[0])
        wide = np.column_stack((inner, np.sum(inner, axis=1)))
        whole = np.vstack((wide, wide.sum(axis=0)))
        self.cells = {(int(i), int(j)): int(count) for (i, j), count in np.ndenumerate(whole)}
        self.grand = (rows, columns)
        self.sums = [
            *(Sum((i, columns), tuple((i, j) for j in range(columns))) for i in range(rows + 1)),
            *(Sum((rows, j), tuple((i, j) for i in range(rows))) for j in range(columns)),
        ]
        small = {key for key, count in self.cells.items() if not showable(count)}
        self.unsafe = dict.fromkeys(sorted(small - {self.grand}), COUNT)

    def without(self, hidden: Collection[tuple[int, int]]) -> Mapping[tuple[int, int], int]:
        """Return the cells that are shown."""
        return {key: count for key, count in self.cells.items() if key not in hidden}

    def __repr__(self) -> str:
        return f"Table({self.cells})"
