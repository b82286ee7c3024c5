"""Many groups at once: whether they differ at all. Empty groups are left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from surveys.statistics.counts import Unsaid, check_table
from surveys.statistics.distributions import chi2_tail


@dataclass(frozen=True, kw_only=True)
class ChiSquared:
    """A test whose statistic follows chi-squared with so many degrees of freedom."""

    statistic: float
    df: int
    p: float


def pearson(table: Sequence[Sequence[int]]) -> ChiSquared | Unsaid:
    """Return Pearson's test that all groups, the rows, answer alike. For shares: x and n - x.

    K. Pearson (1900), Phil Mag 50:157-175, no continuity correction. The scale's order does not
    count. EMPTY, a SINGLE group and TIED answers have none. Raise ValueError for what is no table.
    """
    check_table(table)
    rows = [row for row in table if any(row)]
    columns = [column for column in zip(*rows, strict=True) if any(column)]
    if unsaid := _unsaid(rows, columns):
        return unsaid
    n = sum(map(sum, rows))
    squares = sum(
        count * count / sum(row) / sum(column)
        for column in columns
        for row, count in zip(rows, column, strict=True)
    )
    statistic = max(0.0, n * (squares - 1))
    df = (len(rows) - 1) * (len(columns) - 1)
    return ChiSquared(statistic=statistic, df=df, p=chi2_tail(statistic, df))


def kruskal_wallis(groups: Sequence[Sequence[int]]) -> ChiSquared | Unsaid:
    """Return the test that no group answers higher than another, from counts by code in order.

    Kruskal and Wallis (1952), JASA 47:583-621, corrected for ties. EMPTY, a SINGLE group and
    TIED answers have none. Raise ValueError for what is no table of counts.
    """
    check_table(groups)
    rows = [row for row in groups if any(row)]
    ties = [sum(column) for column in zip(*rows, strict=True)]
    if unsaid := _unsaid(rows, [tied for tied in ties if tied]):
        return unsaid
    n = sum(ties)
    # twice the mean rank of a code, less twice the mean of all
    ranks = [2 * upto - tied - n for upto, tied in zip(accumulate(ties), ties, strict=True)]
    between = sum(
        sum(count * rank for count, rank in zip(row, ranks, strict=True)) ** 2 / sum(row)
        for row in rows
    )
    spread = sum(tied * rank * rank for tied, rank in zip(ties, ranks, strict=True))
    statistic, df = (n - 1) * between / spread, len(rows) - 1
    return ChiSquared(statistic=statistic, df=df, p=chi2_tail(statistic, df))


def _unsaid(rows: Sequence[object], columns: Sequence[object]) -> Unsaid | None:
    if not rows:
        return Unsaid.EMPTY
    if len(rows) == 1:
        return Unsaid.SINGLE
    return Unsaid.TIED if len(columns) == 1 else None
