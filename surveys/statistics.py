"""Statistics as pure functions on counts."""

from math import sqrt
from statistics import NormalDist
from typing import NamedTuple


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
