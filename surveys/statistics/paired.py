"""Two answers of the same people, such as by day and after dark. Never compare them as groups."""

from dataclasses import dataclass
from math import sqrt

from surveys.statistics.counts import Interval, Unsaid, check_counts
from surveys.statistics.distributions import binomial_tail, chi2_tail
from surveys.statistics.intervals import Contrast, wilson


@dataclass(frozen=True, kw_only=True)
class McNemar:
    """McNemar's test: exact and mid-p-value; chi-squared with 1 df, without and with continuity."""

    exact: float
    mid: float
    chi2: float
    p: float
    corrected: float
    corrected_p: float


def mcnemar(one: int, other: int) -> McNemar | Unsaid:
    """Return the test that as many people changed one way as the other way.

    Q. McNemar (1947), Psychometrika 12:153-157, corrected by Edwards (1948), 13:185-187. The exact
    p-value is binomial and rejects too seldom; the mid-p-value counts half of what was observed
    and hardly ever rejects too often (Fagerland, Lydersen and Laake 2013, BMC Med Res Methodol
    13:91). TIED where nobody changed. Raise ValueError for what is no count.
    """
    check_counts([one, other])
    if one == other == 0:
        return Unsaid.TIED
    chi2 = (one - other) ** 2 / (one + other)
    corrected = max(0, abs(one - other) - 1) ** 2 / (one + other)
    return McNemar(
        exact=min(1.0, 2 * binomial_tail(max(one, other), one + other, 0.5)),
        mid=_mid(one, other),
        chi2=chi2,
        p=chi2_tail(chi2, 1),
        corrected=corrected,
        corrected_p=chi2_tail(corrected, 1),
    )


def _mid(one: int, other: int) -> float:
    """Return the two-sided mid-p-value: the tail with and the tail without what was observed."""
    n, more = one + other, max(one, other)
    without = binomial_tail(more + 1, n, 0.5) if more < n else 0.0
    return min(1.0, binomial_tail(more, n, 0.5) + without)


def paired_difference(
    both: int, one: int, other: int, neither: int, level: float = 0.95
) -> Contrast | Unsaid:
    """Return the share of people in ``both`` or ``one`` less that in ``both`` or ``other``.

    The interval squares and adds two score intervals, less what they have in common: R. G.
    Newcombe (1998), Stat Med 17:2635-2650, method 10. It holds where nobody changed or everybody
    did, where the usual one has no width. The p-value is McNemar's mid-p, 1 where nobody changed:
    it goes with the interval better than the exact one. EMPTY without people. Raise ValueError
    for what is no count or no level.
    """
    check_counts([both, one, other, neither])
    n = both + one + other + neither
    first, second = wilson(both + one, n, level), wilson(both + other, n, level)
    if not n:
        return Unsaid.EMPTY
    p1, p2, estimate = (both + one) / n, (both + other) / n, (one - other) / n
    phi = _phi(both, one, other, neither)
    below = _common(p1 - first.low, second.high - p2, phi)
    above = _common(first.high - p1, p2 - second.low, phi)
    interval = Interval(max(-1.0, estimate - below), min(1.0, estimate + above))
    return Contrast(estimate=estimate, interval=interval, p=_mid(one, other))


def _phi(both: int, one: int, other: int, neither: int) -> float:
    """Return the correlation of the two answers, -1 to 1, a positive one made smaller."""
    n = both + one + other + neither
    product = (both + one) * (other + neither) * (both + other) * (one + neither)
    if not product:
        return 0.0
    excess = both * neither - one * other
    return (max(excess - n / 2, 0) if excess > 0 else excess) / sqrt(product)


def _common(one: float, other: float, phi: float) -> float:
    return sqrt(max(0.0, one * one - 2 * phi * one * other + other * other))
