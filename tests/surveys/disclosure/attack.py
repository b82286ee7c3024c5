"""An attacker, who knows what is shown in all rows of a wave, and how its tables hang together.

Nothing of how rows are controlled is used: the unknowns are how many of each group gave each code,
and what is shown is written down as equations.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from math import inf

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

from surveys.disclosure.audit import Range
from surveys.disclosure.shapes import Columns, Row

Rows = Mapping[str, Mapping[str, Row]]
Unknown = tuple[str, str, int | str]  # dimension, group, code or "unsaid"


class Attack:
    """What can be worked out from rows."""

    def __init__(
        self,
        rows: Rows,
        columns: Columns,
        unions: Mapping[str, Mapping[str, str]],
        tables: Mapping[str, Mapping[str, Mapping[int, int]]],
    ) -> None:
        self.columns = columns
        self.codes: tuple[int | str, ...] = (*columns.scale, *columns.beside, "unsaid")
        groups = [(dimension, group) for dimension in rows for group in rows[dimension]]
        unknowns: list[Unknown] = [(*group, code) for group in groups for code in self.codes]
        self.index = {unknown: number for number, unknown in enumerate(unknowns)}
        self.left: list[dict[int, float]] = []
        self.right: list[int] = []
        for dimension, group in groups:
            self._show(dimension, group, rows[dimension][group])
            self._asked(dimension, group, tables[dimension][group])
        for dimension in rows.keys() - {"all"}:
            self._add_up(("all", "all"), [(dimension, group) for group in rows[dimension]])
        for union, members in unions.items():
            for group in rows[union]:
                parts = [part for part in rows["topic"] if members[part] == group]
                self._add_up((union, group), [("topic", part) for part in parts])
        self.matrix = self._matrix()

    def _show(self, dimension: str, group: str, row: Row) -> None:
        scale, adverse = self.columns.scale, sorted(self.columns.adverse)
        figures: list[tuple[int | None, Sequence[int | str]]] = [
            (row.n, scale),
            (row.adverse, adverse),
            (row.unsaid, ["unsaid"]),
            *((count, [code]) for code, count in {**row.counts, **row.beside}.items()),
        ]
        for figure, codes in figures:
            if figure is not None:
                self.left.append({self.index[dimension, group, code]: 1 for code in codes})
                self.right.append(figure)

    def _asked(self, dimension: str, group: str, counts: Mapping[int, int]) -> None:
        """Know how many gave no answer on the scale, by how many were asked elsewhere."""
        beside: tuple[int | str, ...] = (*self.columns.beside, "unsaid")
        self.left.append({self.index[dimension, group, code]: 1 for code in beside})
        self.right.append(sum(n for code, n in counts.items() if code not in self.columns.scale))

    def _add_up(self, whole: tuple[str, str], parts: Sequence[tuple[str, str]]) -> None:
        for code in self.codes:
            terms = {self.index[(*part, code)]: 1.0 for part in parts}
            self.left.append({**terms, self.index[(*whole, code)]: -1.0})
            self.right.append(0)

    def _matrix(self) -> csr_array:
        entries = [
            (row, at, sign) for row, terms in enumerate(self.left) for at, sign in terms.items()
        ]
        rows, columns, signs = zip(*entries, strict=True)
        return csr_array((signs, (rows, columns)), shape=(len(self.left), len(self.index)))

    def range(self, dimension: str, group: str, codes: Sequence[int | str]) -> Range:
        """Return how few and how many of a group can have given one of these codes."""
        aim = np.zeros(len(self.index))
        aim[[self.index[dimension, group, code] for code in codes]] = 1
        ends = [sign * self._least(sign * aim) for sign in (1, -1)]
        return Range(ends[0], ends[1])

    def _least(self, aim: np.ndarray) -> float:
        for whole in (0, 1):  # whole numbers only where the first solution has others
            found = linprog(  # type: ignore[call-overload]  # the stubs know no sparse matrices
                aim,
                A_eq=self.matrix,
                b_eq=self.right,
                integrality=np.full(len(aim), whole),
                options={"presolve": False},
            )
            if found.status == 3:
                return -inf
            assert found.status == 0, found.message
            if np.abs(found.x - np.round(found.x)).max() < 1e-6:
                break
        return float(round(found.fun))

    def secrets(
        self, tables: Mapping[str, Mapping[str, Mapping[int, int]]]
    ) -> Iterator[tuple[str, str, str, int, Range]]:
        """Yield what nobody may know, by the true tables, and the range in which it is found.

        That is each count of 1 to 4, of a code, of adverse answers or of the others, and each base
        under 10, or under 20 of a language. That somebody said nothing is none.
        """
        scale, adverse = self.columns.scale, self.columns.adverse
        named: dict[str, tuple[int | str, ...]] = {
            "n": scale,
            "adverse": tuple(sorted(adverse)),
            "rest": tuple(code for code in scale if code not in adverse),
            **{str(code): (code,) for code in self.codes if code != "unsaid"},
        }
        for dimension, table in tables.items():
            for group, counts in table.items():
                truth: Counter[int | str] = Counter()
                for code, count in counts.items():
                    truth[code if code in self.codes else "unsaid"] += count
                for name, codes in named.items():
                    count = sum(truth[code] for code in codes)
                    base = 20 if dimension == "language" else 10
                    if 0 < count < (base if name == "n" else 5):
                        yield dimension, group, name, count, self.range(dimension, group, codes)

    def is_open(
        self,
        secret: tuple[str, str, str, int, Range],
        tables: Mapping[str, Mapping[str, Mapping[int, int]]],
    ) -> bool:
        """Return whether a secret may still be 3 or less and 5 or more, a base 10 or more.

        Of fewer than five who gave no answer on the scale, none or all may have given it.
        """
        dimension, group, name, _, found = secret
        if name in map(str, self.columns.beside):
            counts = tables[dimension][group]
            other = sum(n for code, n in counts.items() if code not in self.columns.scale)
            if other < 5:
                return (found.low, found.high) == (0, other)
        most = 10 if name == "n" else 5
        return found.low <= 3 and found.high >= most and found.high - found.low >= 5


def recovered(
    rows: Rows,
    columns: Columns,
    tables: Mapping[str, Mapping[str, Mapping[int, int]]],
    unions: Mapping[str, Mapping[str, str]],
) -> list[tuple[str, str, str, int, Range]]:
    """Return the secrets that an attacker knows better than to within 3 or less and 5 or more."""
    attack = Attack(rows, columns, unions, tables)
    return [secret for secret in attack.secrets(tables) if not attack.is_open(secret, tables)]
