"""How many answers a wave needs, before it begins."""

from math import ceil, sqrt
from statistics import NormalDist

from surveys.statistics.counts import Unsaid, normal_quantile

LEAST_POWER = 0.5  # below it, to overlook a difference is likelier than to find it


def answers_needed(
    p1: float, p2: float, *, power: float = 0.8, level: float = 0.95
) -> int | Unsaid:
    """Return how many answers each of two groups needs to tell one share from another.

    ``power`` is the probability to find the difference where there is one, ``LEAST_POWER`` or
    more. TIED for equal shares, which no number tells apart. Raise ValueError where an argument
    is out of range.
    """
    size = group_size(p1, p2, power=power, level=level)
    return size if isinstance(size, Unsaid) else ceil(size)


def group_size(p1: float, p2: float, *, power: float = 0.8, level: float = 0.95) -> float | Unsaid:
    """Return the same before it is rounded up.

    Fleiss (1981), Statistical Methods for Rates and Proportions, section 3.2, without continuity
    correction, as in R's ``power.prop.test``: the variance is pooled where there is no difference.
    """
    if not (0 <= p1 <= 1 and 0 <= p2 <= 1 and LEAST_POWER <= power < 1):
        raise ValueError(f"{p1} and {p2} at a power of {power} are nothing to plan for")
    reach = normal_quantile(level)
    if p1 == p2:
        return Unsaid.TIED
    pooled = sqrt((p1 + p2) * (2 - p1 - p2) / 2)
    apart = sqrt(p1 * (1 - p1) + p2 * (1 - p2))
    return ((reach * pooled + NormalDist().inv_cdf(power) * apart) / (p1 - p2)) ** 2
