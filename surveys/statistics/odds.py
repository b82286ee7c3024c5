"""Proportional odds: one odds ratio for all cut points of an ordered scale."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import log, sqrt

from surveys.statistics.counts import Interval, Unsaid, check_table, normal_quantile
from surveys.statistics.distributions import Array, logistic, normal_tails

STEPS = 200  # of Newton's method; it takes some 10, and 40 where millions hardly overlap
LONGEST = 1.0  # of a step, in logits
CLOSE = 1e-12  # squared distance to the maximum, in standard errors


@dataclass(frozen=True, kw_only=True)
class Odds:
    """The log odds ratio of a higher answer: estimate, standard error, Wald interval and p-value.

    The interval is on the log scale too, and so may go beyond 1.
    """

    log_ratio: float
    error: float
    interval: Interval
    p: float


def proportional_odds(a: Sequence[int], b: Sequence[int], level: float = 0.95) -> Odds | Unsaid:
    """Return how the odds of a higher answer in ``a`` relate to those in ``b``, in logarithms.

    The counts are by code of the scale, in order. P. McCullagh (1980), JRSS-B 42:109-142: the
    cumulative logits of the groups are one constant apart; maximum likelihood by Newton's method,
    the standard error from the observed information. EMPTY; TIED; SEPARATED where no answer of
    one group is lower than any of the other, so that the ratio has no bound; DIVERGENT where no
    maximum is found, which no counts are known to do. Raise ValueError for what is no count or no
    level.
    """
    z = normal_quantile(level)
    check_table([a, b])
    used = [(one, other) for one, other in zip(a, b, strict=True) if one or other]
    if not (any(a) and any(b)):
        return Unsaid.EMPTY
    if len(used) == 1:
        return Unsaid.TIED
    codes = [[code for code, pair in enumerate(used) if pair[group]] for group in (0, 1)]
    if codes[0][-1] <= codes[1][0] or codes[1][-1] <= codes[0][0]:
        return Unsaid.SEPARATED
    fitted = _fit(used)
    if isinstance(fitted, Unsaid):
        return fitted
    log_ratio, error = fitted
    return Odds(
        log_ratio=log_ratio,
        error=error,
        interval=Interval(log_ratio - z * error, log_ratio + z * error),
        p=normal_tails(log_ratio / error),
    )


def _fit(used: Sequence[tuple[int, int]]) -> tuple[float, float] | Unsaid:
    """Return the log odds ratio and its standard error, where the likelihood has a maximum."""
    import numpy as np  # noqa: PLC0415

    below = list(accumulate(map(sum, used)))
    thresholds = [log(upto / (below[-1] - upto)) for upto in below[:-1]]
    # the first threshold, the gaps to the next ones, the shift of the first group; gaps, since
    # two thresholds about a code that is rare among millions differ in their last digits only
    at = np.array([thresholds[0], *np.diff(thresholds), 0.0])
    for _ in range(STEPS):
        score, information = _derivatives(used, at)
        step = np.linalg.solve(information, score)
        if score @ step <= CLOSE:
            return float(at[-1]), sqrt(np.linalg.inv(information)[-1, -1])
        # far out the curve is flat and a step too long; a gap never loses more than its half
        excess = max(abs(step).max() / LONGEST, *(-2 * step[1:-1] / at[1:-1]), 1.0)
        at = at + step / excess
    return Unsaid.DIVERGENT


def _derivatives(used: Sequence[tuple[int, int]], at: Array) -> tuple[Array, Array]:
    """Return the gradient of the log-likelihood and its second derivatives, the sign turned.

    An answer has the probability between two ends on the logistic curve F, which are thresholds
    less the shift, infinite at the first and the last code, and a gap apart:
    F(high) - F(low) = F(high) F(-low) (1 - exp(-gap)). In this form no digits are lost.
    """
    import numpy as np  # noqa: PLC0415

    size, gaps = len(at), at[1:-1]
    score, information = np.zeros(size), np.zeros((size, size))
    for shift, counts in zip((-1.0, 0.0), np.array(used, dtype=float).T, strict=True):
        ends = np.tri(size - 1, size)  # each is the first threshold and the gaps up to it
        ends[:, -1] = shift
        x = ends @ at
        below, between, above = counts[:-1], counts[1:-1], counts[1:]  # by their high, low ends
        score += (below * logistic(-x) - above * logistic(x)) @ ends
        score[1:-1] += between / np.expm1(gaps)
        information += ends.T * ((below + above) * logistic(x) * logistic(-x)) @ ends
        information[1:-1, 1:-1] += np.diag(between / (2 * np.sinh(gaps / 2)) ** 2)
    return score, information
