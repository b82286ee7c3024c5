"""Statistics as pure functions on counts."""

from collections.abc import Hashable, Mapping
from math import exp, lgamma, log, log1p, sqrt
from statistics import NormalDist
from typing import NamedTuple, TypeVar

Key = TypeVar("Key", bound=Hashable)


class Interval(NamedTuple):
    """A confidence interval for a share; both ends lie in 0 to 1."""

    low: float
    high: float


def wilson(x: int, n: int, level: float = 0.95) -> Interval:
    """Return the Wilson score interval for a share of ``x`` out of ``n`` at a confidence level.

    E. B. Wilson (1927), JASA 22:209-212, without continuity correction; Newcombe (1998), Stat Med
    17:857-872, method 3. Without any observation nothing is known, which is 0 to 1. Raise
    ValueError where ``x`` is no count out of ``n``, or ``level`` is no share between 0 and 1.
    """
    if not (0 <= x <= n and 0 < level < 1):
        raise ValueError(f"{x} of {n} at {level} is no share")
    if n == 0:
        return Interval(0.0, 1.0)
    z = NormalDist().inv_cdf((1 + level) / 2)
    share, spread = x / n, z * z / n
    centre = share + spread / 2
    half = z * sqrt(share * (1 - share) / n + spread / (4 * n))
    low, high = (centre - half) / (1 + spread), (centre + half) / (1 + spread)
    # at the ends the formula is exact, its floating point is not
    return Interval(0.0 if x == 0 else low, 1.0 if x == n else high)


def binomial_tail(x: int, n: int, p: float) -> float:
    """Return the probability of ``x`` or more out of ``n``, each with probability ``p``.

    Raise ValueError where ``x`` is no count out of ``n``, or ``p`` not between 0 and 1.
    """
    if not (0 <= x <= n and 0 < p < 1):
        raise ValueError(f"{x} of {n} at {p} is no share")
    term = exp(lgamma(n + 1) - lgamma(x + 1) - lgamma(n - x + 1) + x * log(p) + (n - x) * log1p(-p))
    total = 0.0
    for count in range(x, n + 1):
        total += term
        term *= (n - count) / (count + 1) * p / (1 - p)
    return min(1.0, total)


def holm(values: Mapping[Key, float], level: float, *, others: int = 0) -> set[Key]:
    """Return which of several hypotheses are rejected, by their p-values.

    S. Holm (1979), Scand J Stat 6:65-70: the probability to reject any that is true stays within
    ``level``, whatever depends on what. ``others`` is how many more there are, with values of 1.
    """
    rejected: set[Key] = set()
    for key, value in sorted(values.items(), key=lambda each: each[1]):
        if value * (others + len(values) - len(rejected)) > level:
            break
        rejected.add(key)
    return rejected
