"""Tails and quantiles of distributions. The only module that knows ``scipy``.

It is imported with the first figure that needs it: half a second that a command which prints
sheets shall not take.
"""

from math import erfc, sqrt
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

Array: TypeAlias = "NDArray[float64]"


def binomial_tail(x: int, n: int, p: float) -> float:
    """Return the probability of ``x`` or more out of ``n``, each with probability ``p``.

    Raise ValueError where ``x`` is no count out of ``n``, or ``p`` not between 0 and 1.
    """
    from scipy.special import betainc  # noqa: PLC0415

    if not (0 <= x <= n and 0 < p < 1):
        raise ValueError(f"{x} of {n} at {p} is no share")
    return float(betainc(x, n - x + 1, p)) if x else 1.0


def chi2_tail(statistic: float, df: float) -> float:
    """Return the probability of a chi-squared variable to reach a value."""
    from scipy.special import chdtrc  # noqa: PLC0415

    return float(chdtrc(df, statistic))


def normal_tails(z: float) -> float:
    """Return the probability of a standard normal variable to lie as far from 0, either side."""
    return erfc(abs(z) / sqrt(2))


def t_tails(t: float, df: float) -> float:
    """Return the probability of Student's t to lie as far from 0, either side."""
    from scipy.special import stdtr  # noqa: PLC0415

    return min(1.0, 2 * float(stdtr(df, -abs(t))))


def t_quantile(level: float, df: float) -> float:
    """Return how many standard errors reach out to each side at a confidence level."""
    from scipy.special import stdtrit  # noqa: PLC0415

    return float(stdtrit(df, (1 + level) / 2))


def logistic(x: Array) -> Array:
    """Return the probability of logistic variables to stay below each value, infinite ones too."""
    from scipy.special import expit  # noqa: PLC0415

    return expit(x)
