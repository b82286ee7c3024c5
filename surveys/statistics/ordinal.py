"""Answers on an ordered scale: how far two groups differ, and how two scales go together.

A group is the counts of its answers by code of the scale, in order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import comb, sqrt

from surveys.statistics.counts import Interval, Unsaid, check_table, normal_quantile
from surveys.statistics.distributions import normal_tails, t_quantile, t_tails

EXACT = 60  # answers of both groups; up to here the exact distribution takes some 10 ms


@dataclass(frozen=True, kw_only=True)
class Effect:
    """Cliff's delta, -1 to 1, with the interval, statistic and p-value of Brunner and Munzel."""

    estimate: float
    interval: Interval
    statistic: float
    df: float
    p: float


@dataclass(frozen=True, kw_only=True)
class RankTest:
    """Mann-Whitney: ``u`` pairs in which the first group is higher, a half for each tie.

    ``p`` is exact for up to ``EXACT`` answers, and ``normal`` beyond: the approximation with
    ties and continuity correction. Both are two-sided.
    """

    u: float
    p: float
    normal: float


@dataclass(frozen=True, kw_only=True)
class Association:
    """Pairs in the order of both scales and against it, with the measures made of them, -1 to 1."""

    concordant: int
    discordant: int
    gamma: float
    tau_b: float


def cliff(a: Sequence[int], b: Sequence[int], level: float = 0.95) -> Effect | Unsaid:
    """Return how much more often an answer of ``a`` is higher than one of ``b`` than lower.

    N. Cliff (1993), Psychol Bull 114:494-509; the variance, which allows for other spreads in
    either group, and the degrees of freedom of t are those of Brunner and Munzel (2000), Biom J
    42:17-25, whose relative effect is (delta + 1) / 2. The interval is cut off at -1 and 1.
    EMPTY, SINGLE, TIED and SEPARATED groups have none. Raise ValueError for what is no count.
    """
    normal_quantile(level)
    check_table([a, b])
    n_a, n_b = sum(a), sum(b)
    if not (n_a and n_b):
        return Unsaid.EMPTY
    scores_a, scores_b = _placements(b), _placements(a)
    estimate = _total(a, scores_a) / (n_a * n_b) - 1
    spread_a, spread_b = _spread(a, scores_a), _spread(b, scores_b)
    if not (spread_a or spread_b):
        return Unsaid.SEPARATED if estimate else Unsaid.TIED
    if min(n_a, n_b) == 1:
        return Unsaid.SINGLE
    part_a = spread_a / (n_a * (n_a - 1)) / (n_a * n_b**2)
    part_b = spread_b / (n_b * (n_b - 1)) / (n_b * n_a**2)
    error = sqrt(part_a + part_b)
    df = (part_a + part_b) ** 2 / (part_a**2 / (n_a - 1) + part_b**2 / (n_b - 1))
    half = t_quantile(level, df) * error
    return Effect(
        estimate=estimate,
        interval=Interval(max(-1.0, estimate - half), min(1.0, estimate + half)),
        statistic=estimate / error,
        df=df,
        p=t_tails(estimate / error, df),
    )


def _placements(others: Sequence[int]) -> list[int]:
    """Return for each code twice how many of the others are lower, a half for each that is tied."""
    return [2 * upto - count for upto, count in zip(accumulate(others), others, strict=True)]


def _total(counts: Sequence[int], scores: Sequence[int]) -> int:
    return sum(count * score for count, score in zip(counts, scores, strict=True))


def _spread(counts: Sequence[int], scores: Sequence[int]) -> int:
    """Return the sum of squares about the mean, times the number: whole, so that 0 is exact."""
    squares = [score * score for score in scores]
    return sum(counts) * _total(counts, squares) - _total(counts, scores) ** 2


def mann_whitney(a: Sequence[int], b: Sequence[int]) -> RankTest | Unsaid:
    """Return the test that neither group answers higher, given which answers are tied.

    Mann and Whitney (1947), Ann Math Stat 18:50-60. The exact p-value is the part of all ways to
    share the answers out among the groups in which U lies as far from its mean; with ties it
    is not what ``scipy.stats.mannwhitneyu`` calls exact, which leaves them out of account. EMPTY
    and TIED groups have none. Raise ValueError for what is no count.
    """
    check_table([a, b])
    n_a, n_b = sum(a), sum(b)
    if not (n_a and n_b):
        return Unsaid.EMPTY
    ties = [one + other for one, other in zip(a, b, strict=True)]
    n = n_a + n_b
    if max(ties) == n:
        return Unsaid.TIED
    doubled = _total(a, _placements(b))
    distance = abs(doubled - n_a * n_b)
    # n³ less the cubes of the ties, whole before it is divided: its rest is what counts
    variance = n_a * n_b * (n**3 - n - sum(t**3 - t for t in ties)) / (12 * n * (n - 1))
    normal = normal_tails(max(0, distance - 1) / 2 / sqrt(variance))
    p = _permuted(ties, min(n_a, n_b), distance) if n <= EXACT else normal
    return RankTest(u=doubled / 2, p=p, normal=normal)


def _permuted(ties: Sequence[int], drawn: int, distance: int) -> float:
    """Return the part of the ways to draw so many answers whose doubled rank sum is as far off."""
    import numpy as np  # noqa: PLC0415

    n = sum(ties)
    size = n * (n + 1) + 1
    ways = np.zeros((drawn + 1, size))  # by answers drawn and their doubled rank sum
    ways[0, 0] = 1
    for tied, upto in zip(ties, accumulate(ties), strict=True):
        rank = 2 * upto - tied + 1  # twice the mean rank of those that are tied
        before, ways = ways, np.zeros_like(ways)
        for take in range(min(tied, drawn) + 1):
            shift = take * rank
            ways[take:, shift:] += comb(tied, take) * before[: drawn + 1 - take, : size - shift]
    far = abs(np.arange(size) - drawn * (n + 1)) >= distance
    return min(1.0, float(ways[drawn, far].sum() / ways[drawn].sum()))


def association(table: Sequence[Sequence[int]]) -> Association | Unsaid:
    """Return how two ordered scales go together, from counts by code of both.

    Goodman and Kruskal's gamma (1954), JASA 49:732-764, of the pairs that are tied on neither;
    Kendall's tau-b (1945), Biometrika 33:239-251, which is closer to 0 the more are tied on one.
    EMPTY and TIED tables have none. Raise ValueError for what is no table of counts.
    """
    check_table(table)
    rows, columns = (
        [sum(row) for row in table],
        [sum(column) for column in zip(*table, strict=True)],
    )
    n = sum(rows)
    if not n:
        return Unsaid.EMPTY
    concordant = _pairs(table)
    discordant = _pairs(table[::-1])
    if not concordant + discordant:
        return Unsaid.TIED
    untied = [n**2 - sum(count**2 for count in margin) for margin in (rows, columns)]
    difference = concordant - discordant
    return Association(
        concordant=concordant,
        discordant=discordant,
        gamma=difference / (concordant + discordant),
        tau_b=2 * difference / sqrt(untied[0]) / sqrt(untied[1]),
    )


def _pairs(table: Sequence[Sequence[int]]) -> int:
    """Return how many pairs have a later row and a later column in common."""
    pairs = 0
    earlier = [0] * len(table[0])  # by column: those in rows before
    for row in table:
        before = [0, *accumulate(earlier)]
        pairs += sum(count * below for count, below in zip(row, before, strict=False))
        earlier = [one + other for one, other in zip(earlier, row, strict=True)]
    return pairs
