"""Weighting answers to a population: raking, post-stratification, and what it costs.

A cell is a person's category in each dimension, such as age and gender, by codes. Weights have a
mean of 1 over all answers. A cell outside the margins (gender "divers", age not told: of whom the
population table does not tell) keeps that mean weight.
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from surveys.statistics.counts import Interval, Unsaid
from surveys.statistics.intervals import wilson

CLOSE = 1e-10  # relative, of each margin to its target
ROUNDS = 1000  # over all margins; who does not get close by then never will

Cell = tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Weights:
    """The weight of an answer by cell, and what weighting costs in precision.

    L. Kish (1965), Survey Sampling: ``effective`` answers, (Σw)² / Σw², tell as much without
    weights; ``design_effect`` is how many times more there are, 1 or more.
    """

    weights: Mapping[Cell, float]
    effective: float
    design_effect: float


@dataclass(frozen=True, kw_only=True)
class Weighted:
    """A weighted share, 0 to 1, with the Wilson interval on its effective number of answers."""

    share: float
    interval: Interval
    effective: float
    design_effect: float


def rake(cells: Mapping[Cell, float], margins: Sequence[Mapping[int, float]]) -> Weights | Unsaid:
    """Return weights at which each dimension of ``cells`` is spread as in its margin.

    ``cells`` counts the answers, ``margins`` the population by code, one margin a dimension, in
    any unit. Iterative proportional fitting: Deming and Stephan (1940), Ann Math Stat 11:427-444.
    EMPTY without answers; UNCOVERED where nobody answered from a category; DIVERGENT where no
    weights reach all margins. Raise ValueError where a count or a population is none.
    """
    places = range(len(margins))
    if any(len(cell) != len(margins) for cell in cells):
        raise ValueError("a cell has not one category for each margin")
    return _fit(cells, [({cell: cell[i] for cell in cells}, margins[i]) for i in places])


def poststratify(cells: Mapping[Cell, float], population: Mapping[Cell, float]) -> Weights | Unsaid:
    """Return weights at which the cells themselves are spread as in the population.

    Holt and Smith (1979), JRSS-A 142:33-46. EMPTY without answers; UNCOVERED where nobody
    answered from a cell. Raise ValueError where a count or a population is none.
    """
    return _fit(cells, [({cell: cell for cell in cells}, population)])


Margin = tuple[Mapping[Cell, Any], Mapping[Any, float]]  # category of cells, population


def _fit(cells: Mapping[Cell, float], margins: Sequence[Margin]) -> Weights | Unsaid:
    if not all(isfinite(n) and n >= 0 for n in cells.values()):
        raise ValueError("the number of a cell is no count")
    if not all(isfinite(n) and n > 0 for _, table in margins for n in table.values()):
        raise ValueError("the population of a category is no positive number")
    if not sum(cells.values()):
        return Unsaid.EMPTY
    inside = {
        cell: n for cell, n in cells.items() if all(of[cell] in table for of, table in margins)
    }
    if any(set(table) - {of[cell] for cell, n in inside.items() if n} for of, table in margins):
        return Unsaid.UNCOVERED
    known = sum(inside.values())
    targets = [
        (of, {key: known * n / sum(table.values()) for key, n in table.items()})
        for of, table in margins
    ]
    weights = dict.fromkeys(cells, 1.0)
    for _ in range(ROUNDS):
        for of, target in targets:
            now = _margin(inside, weights, of)
            weights |= {cell: weights[cell] * target[of[cell]] / now[of[cell]] for cell in inside}
        if all(_close(_margin(inside, weights, of), target) for of, target in targets):
            return Weights(weights=weights, **_cost(cells, weights))
    return Unsaid.DIVERGENT


def _margin(
    cells: Mapping[Cell, float], weights: Mapping[Cell, float], of: Mapping[Cell, Hashable]
) -> dict[Hashable, float]:
    sums: dict[Hashable, float] = defaultdict(float)
    for cell, n in cells.items():
        sums[of[cell]] += n * weights[cell]
    return sums


def _close(now: Mapping[Hashable, float], target: Mapping[Hashable, float]) -> bool:
    return all(abs(now[key] - wanted) <= CLOSE * wanted for key, wanted in target.items())


def _cost(cells: Mapping[Cell, float], weights: Mapping[Cell, float]) -> dict[str, float]:
    total = sum(n * weights[cell] for cell, n in cells.items())
    effective = total**2 / sum(n * weights[cell] ** 2 for cell, n in cells.items())
    return {"effective": effective, "design_effect": sum(cells.values()) / effective}


def weighted_share(
    x: Mapping[Cell, int], n: Mapping[Cell, int], weights: Mapping[Cell, float], level: float = 0.95
) -> Weighted | Unsaid:
    """Return the weighted share of ``x`` out of ``n``, both by cell, those who answered an item.

    The interval is Wilson's on Kish's effective number among them. EMPTY without answers. Raise
    ValueError where a share or the level is none, KeyError where a cell has no weight.
    """
    for cell in x.keys() | n.keys():
        wilson(x.get(cell, 0), n.get(cell, 0), level)  # refuses what is no share
    if not any(n.values()):
        return Unsaid.EMPTY
    whole = sum(count * weights[cell] for cell, count in n.items())
    share = sum(x.get(cell, 0) * weights[cell] for cell in n) / whole
    cost = _cost(n, weights)
    interval = wilson(share * cost["effective"], cost["effective"], level)
    return Weighted(share=share, interval=interval, **cost)
