"""Trends over ordered groups, such as waves with their dates as scores."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from surveys.statistics.counts import Unsaid, check_counts, check_table
from surveys.statistics.distributions import chi2_tail


@dataclass(frozen=True, kw_only=True)
class Linear:
    """A trend: its slope per unit of the scores, chi-squared with 1 df, its p-value.

    The slope is that of a straight line by least squares through all answers.
    """

    slope: float
    chi2: float
    p: float


def cochran_armitage(
    events: Sequence[int], n: Sequence[int], scores: Sequence[float]
) -> Linear | Unsaid:
    """Return the test for a trend of shares, ``events`` out of ``n``, over the groups' scores.

    Cochran (1954), Biometrics 10:417-451; Armitage (1955), 11:375-386; no continuity correction.
    The slope is in shares, 1 for all. EMPTY; SINGLE where all answers have one score; TIED
    where all or none are events. Raise ValueError where a share or a score is none.
    """
    check_counts([*events, *n])
    if any(x > of for x, of in zip(events, n, strict=True)):
        raise ValueError("there are more events than answers")
    rest = [of - x for x, of in zip(events, n, strict=True)]
    found = _regress(list(zip(rest, events, strict=True)), scores, (0, 1))
    return found if isinstance(found, Unsaid) else _tested(found, sum(n))


def linear_by_linear(
    table: Sequence[Sequence[int]], rows: Sequence[float], columns: Sequence[float]
) -> Linear | Unsaid:
    """Return the test for a trend of answers, the columns, over ordered groups, the rows.

    N. Mantel (1963), JASA 58:690-700: M² = (n - 1) r², r being the correlation of the scores;
    Agresti (2002), Categorical Data Analysis, section 3.4. EMPTY; SINGLE where all answers have
    one score of the rows, or there is one answer; TIED where they have one of the columns.
    Raise ValueError where a count or a score is none.
    """
    check_table(table)
    found = _regress(table, rows, columns)
    return found if isinstance(found, Unsaid) else _tested(found, sum(map(sum, table)) - 1)


Moments = tuple[float, float, float]


def _tested(moments: Moments, n: int) -> Linear:
    across, within, both = moments
    # each factor stays within floating point, whatever the unit of the scores
    chi2 = n * min(1.0, (both / across) * (both / within))
    return Linear(slope=both / across, chi2=chi2, p=chi2_tail(chi2, 1))


def _regress(
    table: Sequence[Sequence[int]], rows: Sequence[float], columns: Sequence[float]
) -> Moments | Unsaid:
    """Return sums of squares of the scores of rows and columns, and of their products."""
    if not all(map(isfinite, [*rows, *columns])):
        raise ValueError("a score is no number")
    by_row = [sum(row) for row in table]
    if len(rows) != len(table) or any(len(row) != len(columns) for row in table):
        raise ValueError("the scores are not as many as the groups")
    by_column = [sum(column) for column in zip(*table, strict=True)]
    if not sum(by_row):
        return Unsaid.EMPTY
    if _same(by_row, rows):
        return Unsaid.SINGLE
    if _same(by_column, columns):
        return Unsaid.TIED
    x, y = _centred(by_row, rows), _centred(by_column, columns)
    across = sum(count * score * score for count, score in zip(by_row, x, strict=True))
    within = sum(count * score * score for count, score in zip(by_column, y, strict=True))
    both = sum(
        score * sum(count * other for count, other in zip(row, y, strict=True))
        for row, score in zip(table, x, strict=True)
    )
    return across, within, both


def _same(counts: Sequence[int], scores: Sequence[float]) -> bool:
    """Return whether all answers have one score."""
    return len({score for count, score in zip(counts, scores, strict=True) if count}) == 1


def _centred(counts: Sequence[int], scores: Sequence[float]) -> list[float]:
    first = next(score for count, score in zip(counts, scores, strict=True) if count)
    near = [score - first for score in scores]  # so that dates keep their digits
    mean = sum(count * score for count, score in zip(counts, near, strict=True)) / sum(counts)
    return [score - mean for score in near]
