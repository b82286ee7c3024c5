"""Linear programs, by HiGHS through scipy."""

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array

Floats = NDArray[np.float64]

TOLERANCE = 1e-6
PLAIN = {"presolve": False}  # halves the time of programs of some hundred cells


class State(IntEnum):
    """What is known of a solution, in scipy's numbers."""

    SOLVED = 0
    TIMEOUT = 1
    INFEASIBLE = 2
    UNBOUNDED = 3
    FAILED = 4


class Solution(NamedTuple):
    """A solution: the unknowns, and for each equation what it adds to the aim per unit."""

    state: State
    values: Floats
    multipliers: Floats


def minimise(
    aim: Floats, matrix: csr_array, right: Floats, low: Floats, high: Floats, *, whole: bool = False
) -> Solution:
    """Return the unknowns between ``low`` and ``high`` of the least aim with matrix @ x = right.

    Where they must be ``whole`` numbers there are no multipliers.
    """
    result = linprog(  # type: ignore[call-overload]  # the stubs know no sparse matrices
        aim,
        A_eq=matrix,
        b_eq=right,
        bounds=np.column_stack((low, high)),
        integrality=np.full(len(aim), int(whole)),
        options=PLAIN,
    )
    state = State(result.status)
    if state != State.SOLVED:
        return Solution(state, np.zeros(0), np.zeros(0))
    return Solution(state, result.x, np.zeros(0) if whole else result.eqlin.marginals)


def minimise_whole(
    aim: Floats, matrix: csr_array, right: Floats, low: Floats, high: Floats
) -> Solution:
    """Return whole numbers of the least aim; nearly always the first solution is in whole ones."""
    solution = minimise(aim, matrix, right, low, high)
    numbers = np.round(solution.values)
    if (np.abs(solution.values - numbers) > TOLERANCE).any():
        solution = minimise(aim, matrix, right, low, high, whole=True)
        numbers = np.round(solution.values)
    return solution._replace(values=numbers)
