"""Statistics as pure functions on counts. Where the answers say nothing, so does the result.

Every method returns its figures or an ``Unsaid``, for any counts; a ValueError is a mistake in
the call. The methods are those for small, self-selected, ordinal samples.
"""

from surveys.statistics.counts import Interval, Unsaid
from surveys.statistics.distributions import binomial_tail
from surveys.statistics.groups import ChiSquared, kruskal_wallis, pearson
from surveys.statistics.intervals import Contrast, newcombe, wilson
from surveys.statistics.multiplicity import benjamini_hochberg, holm
from surveys.statistics.odds import Odds, proportional_odds
from surveys.statistics.ordinal import (
    Association,
    Effect,
    RankTest,
    association,
    cliff,
    mann_whitney,
)
from surveys.statistics.paired import McNemar, mcnemar, paired_difference
from surveys.statistics.planning import answers_needed
from surveys.statistics.trends import Linear, cochran_armitage, linear_by_linear
from surveys.statistics.weighting import (
    Cell,
    Weighted,
    Weights,
    poststratify,
    rake,
    weighted_share,
)

__all__ = [
    "Association",
    "Cell",
    "ChiSquared",
    "Contrast",
    "Effect",
    "Interval",
    "Linear",
    "McNemar",
    "Odds",
    "RankTest",
    "Unsaid",
    "Weighted",
    "Weights",
    "answers_needed",
    "association",
    "benjamini_hochberg",
    "binomial_tail",
    "cliff",
    "cochran_armitage",
    "holm",
    "kruskal_wallis",
    "linear_by_linear",
    "mann_whitney",
    "mcnemar",
    "newcombe",
    "paired_difference",
    "pearson",
    "poststratify",
    "proportional_odds",
    "rake",
    "weighted_share",
    "wilson",
]
