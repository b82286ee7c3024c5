"""Weighting: what the share of all would be if the answers came from a cross-section of residents.

It mends only that some ages and genders answer more readily than others. Who chose to answer is
still who chose to.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from surveys.definition import Instrument
from surveys.statistics import Interval, Unsaid, Weighted, rake, weighted_share

SMALLEST_MARGIN = 5  # answers of an age or a gender
LARGEST_UNKNOWN = 0.2  # part of the answers without age or gender

Stratum = tuple[int, ...]  # a code for each item by which answers are weighted


class Unweighted(StrEnum):
    """Why there is no weighted share."""

    FEW = "few"  # of an age or a gender
    UNKNOWN = "unknown"  # age or gender, of too many
    IMPOSSIBLE = "impossible"  # the answers cannot be brought to the population


@dataclass(frozen=True, kw_only=True)
class Population:
    """Who lives in the district: ``people`` by the codes of the items that weight a survey.

    ``source`` says who has counted them, and when.
    """

    source: str
    people: Mapping[Stratum, int]

    def strata(self, asked: Instrument) -> Iterable[Stratum]:
        """Return every stratum that answers to a survey can have."""
        return product(*(sorted(asked.items[item].on_scale) for item in asked.weight_by))


def weighted(
    strata: Mapping[Stratum, tuple[int, int]], population: Population, *, adverse: int, n: int
) -> Weighted | Unweighted:
    """Return the share of adverse answers as it would be in a population.

    ``strata`` has how many gave an adverse answer, and how many one on the scale, by stratum;
    ``adverse`` and ``n`` are of all, those without age or gender included. Raking goes over the
    margins of the population; whom the population does not know keeps the mean weight.
    """
    unknown = (0,) * len(next(iter(population.people)))  # a stratum that no margin has
    rest = (adverse - sum(x for x, _ in strata.values()), n - sum(of for _, of in strata.values()))
    if rest[1] > LARGEST_UNKNOWN * n:
        return Unweighted.UNKNOWN
    cells = {**strata, unknown: rest}
    numbers = {stratum: of for stratum, (_, of) in cells.items() if of}
    margins = _margins(population.people)
    if any(_margin(numbers, place, code) < SMALLEST_MARGIN for place, code in _codes(margins)):
        return Unweighted.FEW
    weights = rake(numbers, margins)
    if isinstance(weights, Unsaid):
        return Unweighted.IMPOSSIBLE
    share = weighted_share({key: cells[key][0] for key in numbers}, numbers, weights.weights)
    return Unweighted.IMPOSSIBLE if isinstance(share, Unsaid) else _rounded(share)


def _rounded(exact: Weighted) -> Weighted:
    """Return a weighted share as it may be told: its digits would tell what each stratum said."""
    low, high = (round(end, 2) for end in exact.interval)
    return Weighted(
        share=round(exact.share, 2),
        interval=Interval(low, high),
        effective=max(10, round(exact.effective, -1)),
        design_effect=round(exact.design_effect, 1),
    )


def _margins(people: Mapping[Stratum, int]) -> list[dict[int, float]]:
    """Return how many people there are by the code of each item."""
    sums: list[dict[int, float]] = [{} for _ in next(iter(people))]
    for stratum, number in people.items():
        for margin, code in zip(sums, stratum, strict=True):
            margin[code] = margin.get(code, 0) + number
    return [{code: number for code, number in margin.items() if number} for margin in sums]


def _codes(margins: list[dict[int, float]]) -> Iterable[tuple[int, int]]:
    return ((place, code) for place, margin in enumerate(margins) for code in margin)


def _margin(numbers: Mapping[Stratum, int], place: int, code: int) -> int:
    return sum(n for stratum, n in numbers.items() if stratum[place] == code)
