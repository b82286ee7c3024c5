"""Complementary suppression: the fewest records to hide so that what is unsafe stays uncertain.

M. Fischetti and J. J. Salazar-González (2001), Management Science 47:1008-1027: a mixed integer
program in which hiding a cell costs its count, and whoever attacks knows all shown cells, every
sum, and that no count is negative. Its capacity constraints are found as they are needed: a
linear program looks for the values that an unsafe cell may still have in the pattern at hand, and
where they are too few its dual solution says which cells would have to give way (a Benders cut).
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from types import MappingProxyType
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from surveys.disclosure.rules import Protection
from surveys.disclosure.shapes import Sum
from surveys.disclosure.solver import TOLERANCE, Floats, State, minimise, minimise_whole
from surveys.disclosure.tables import System

Key = TypeVar("Key", bound=Hashable)
Pattern = NDArray[np.bool_]  # by cell, whether it is hidden

EFFORT = 500  # nodes of branch and bound, after which a pattern may hide more than it must
SLIGHT = 1e-4  # how far a shown cell gives way, so that a cut names those that cost little
BATCH = 15  # cuts before the next pattern
GUESSES = 4  # mixed aims for all unsafe cells at once, before those for each


def records(count: int) -> float:
    """Return the cost of hiding a cell: its records, and a little, so that few cells are hidden."""
    return count + 0.001


class Unprotectable(Exception):
    """What is unsafe can be worked out from cells that must be shown."""


def suppress(
    cells: Mapping[Key, int],
    sums: Sequence[Sum[Key]],
    unsafe: Mapping[Key, Protection],
    *,
    fixed: Collection[Key] = (),
    hidden: Collection[Key] = (),
    together: Mapping[Key, Collection[Key]] = MappingProxyType({}),
    cost: Callable[[int], float] = records,
    effort: int = EFFORT,
) -> frozenset[Key]:
    """Return the cells to hide: the unsafe ones, and the fewest records in others that cover them.

    ``cells`` are the counts and ``sums`` all their sums. ``unsafe`` cells are hidden, and so
    protected that not even the whole numbers they may have say more. ``fixed`` cells are shown,
    ``hidden`` ones are hidden already, at no cost. With a cell of ``together`` go all others that
    it names. ``cost`` is that of a cell by its count. After so much ``effort`` the pattern is
    still safe, but may hide more than it must. It is counted in nodes, not in seconds: the same
    counts give the same pattern however busy the machine is.

    Raise Unprotectable where the fixed cells alone give an unsafe one away.
    """
    always = _with_followers({*unsafe, *hidden}, together)
    if not always.isdisjoint(fixed):
        raise Unprotectable
    known = _known(sums, fixed, always - unsafe.keys())
    rows = [Sum(leader, tuple(others)) for leader, others in together.items()]
    open_keys = [key for key in cells if key not in known]
    found = set(always)
    for part in System(open_keys, [*sums, *rows]).components() if unsafe else ():
        keys = set(part.keys)
        if keys.isdisjoint(unsafe):
            continue
        system = System(open_keys, sums).restricted(keys)
        program = _Program(
            system=system,
            values=system.vector(cells),
            costs=np.array([cost(cells[key]) for key in system.keys]),
            always=np.array([key in always for key in system.keys]),
            targets=[
                _Target.of(system.index[key], cells[key], protection)
                for key, protection in unsafe.items()
                if key in keys
            ],
            follows=[
                (system.index[leader], system.index[other])
                for leader, others in together.items()
                if leader in keys
                for other in others
                if other != leader and other in keys
            ],
            effort=effort,
        )
        pattern = program.solve()
        effort = program.effort
        found.update(key for key, hides in zip(system.keys, pattern, strict=True) if hides)
    return frozenset(_with_followers(found, together))


def _with_followers(keys: set[Key], together: Mapping[Key, Collection[Key]]) -> set[Key]:
    return keys.union(*(together[key] for key in keys & together.keys()))


def _known(sums: Iterable[Sum[Key]], fixed: Collection[Key], hidden: Collection[Key]) -> set[Key]:
    """Return the fixed cells, and the hidden ones that follow from them."""
    known = set(fixed)
    left = [{each.total, *each.parts} for each in sums]
    while True:
        left = [unknown for each in left if (unknown := each - known)]
        found = {key for each in left if len(each) == 1 for key in each if key in hidden}
        if not found:
            return known
        known |= found


@dataclass(frozen=True)
class _Cut:
    """What every safe pattern fulfils: the weights of its hidden cells are ``level`` at least."""

    weights: Floats
    level: float

    def lacks(self, pattern: Pattern) -> bool:
        """Return whether a pattern violates it."""
        return bool(self.weights[pattern].sum() < self.level - TOLERANCE)


class _Moves:
    """How far each cell can rise and fall, as far as tables are known that may be the true one."""

    def __init__(self, cells: int) -> None:
        self.rise, self.fall = np.zeros(cells), np.zeros(cells)

    def note(self, deviations: Floats) -> None:
        """Note how far the cells of one more table deviate."""
        np.maximum(self.rise, deviations, out=self.rise)
        np.maximum(self.fall, -deviations, out=self.fall)


@dataclass(frozen=True)
class _Target:
    """An unsafe cell: how far its value must be able to rise, to fall, and to move in all."""

    cell: int
    rise: float
    fall: float
    width: float

    @classmethod
    def of(cls, cell: int, value: int, protection: Protection) -> "_Target":
        rise = max(protection.high - value, 0)
        return cls(cell, rise, max(value - protection.low, 0), protection.width)

    @property
    def reach(self) -> float:
        """Return beyond which deviation nothing is won."""
        return max(self.rise, self.fall, self.width)

    def safe(self, moves: _Moves) -> bool:
        """Return whether it is protected, by how far each cell can rise and fall."""
        up, down = moves.rise[self.cell], moves.fall[self.cell]
        return bool(up >= self.rise and down >= self.fall and up + down >= self.width)

    def cuts(self, helps: Callable[[int], Floats]) -> Iterator[_Cut]:
        """Yield its cuts, by how far each cell could help it to rise (1) and to fall (-1)."""
        rise = helps(1)
        yield _Cut(np.minimum(rise, self.rise), self.rise)
        fall = helps(-1)
        yield _Cut(np.minimum(fall, self.fall), self.fall)
        yield _Cut(np.minimum(rise + fall, self.width), self.width)


@dataclass
class _Program(Generic[Key]):
    """The program of cells that have sums in common."""

    system: System[Key]
    values: Floats
    costs: Floats
    always: Pattern
    targets: Sequence[_Target]
    follows: Sequence[tuple[int, int]]
    effort: int  # nodes that are left
    cuts: list[_Cut] = field(default_factory=list)
    tables: list[Floats] = field(default_factory=list)  # that may be true, as deviations

    def __post_init__(self) -> None:
        self.random = np.random.default_rng(0)  # the same pattern each time
        self.nought = np.zeros(len(self.system.sums))
        self.reach = np.zeros(len(self.values))
        for target in self.targets:
            self.reach[target.cell] = target.reach
        self.ample = float(self.values.sum()) + float(self.reach.max())

    def solve(self) -> Pattern:
        """Return the pattern of least cost, or a safe one when the effort is spent."""
        pattern, missing = self.always, list(self.bridges())
        while missing := missing or list(islice(self.violated(pattern), BATCH)):
            self.cuts += missing
            cheapest = self.cheapest()
            if cheapest is None:
                return self.greedy(pattern)
            pattern, missing = cheapest, []
        return pattern

    def bridges(self) -> Iterator[_Cut]:
        """Yield the cuts that each sum by itself makes, as far as they are not yet fulfilled.

        If an unsafe cell is to rise, another part must fall or the total rise with it.
        """
        matrix = self.system.matrix.toarray()
        for target in self.targets:
            for row in matrix[matrix[:, target.cell] != 0]:
                same = row == row[target.cell]
                rise = np.where(same, self.values, self.ample) * (row != 0)
                fall = np.where(same, self.ample, self.values) * (row != 0)
                rise[target.cell] = fall[target.cell] = 0
                for cut in target.cuts({1: rise, -1: fall}.__getitem__):
                    if cut.lacks(self.always):
                        yield cut

    def cheapest(self) -> Pattern | None:
        """Return the pattern of least cost that fulfils the cuts; None when the effort is spent."""
        if self.effort <= 0:
            return None
        size = len(self.values)
        weights = np.array([cut.weights for cut in self.cuts])
        chosen = [LinearConstraint(weights, np.array([cut.level for cut in self.cuts]))]
        if self.follows:
            rows = np.zeros((len(self.follows), size))
            for row, (leader, other) in zip(rows, self.follows, strict=True):
                row[leader], row[other] = -1, 1
            chosen.append(LinearConstraint(rows, 0))
        result = milp(
            np.where(self.always, 0, self.costs),
            integrality=np.ones(size, dtype=np.int64),
            bounds=Bounds(self.always.astype(float), 1),
            constraints=chosen,
            options={"mip_rel_gap": 0, "node_limit": self.effort},
        )
        self.effort -= max(result.mip_node_count or 0, 1)
        state = State(result.status)
        if state == State.INFEASIBLE:
            raise Unprotectable
        if state != State.SOLVED or result.x is None:
            return None
        return np.asarray(np.round(result.x) == 1)

    def greedy(self, pattern: Pattern) -> Pattern:
        """Return a safe pattern: hide what serves a violated cut most for its cost, and again."""
        pattern = pattern.copy()
        while missing := list(self.violated(pattern)):
            for cut in missing:
                while cut.lacks(pattern):
                    worth = np.where(pattern, 0, cut.weights / self.costs)
                    best = int(worth.argmax())
                    if worth[best] <= 0:
                        raise Unprotectable
                    pattern[best] = True
                    pattern[[other for leader, other in self.follows if leader == best]] = True
        return pattern

    def violated(self, pattern: Pattern) -> Iterator[_Cut]:
        """Yield cuts that a pattern violates; none if everything unsafe is protected.

        Each solution is a table that may be the true one for all that is known, so it is looked
        at for all unsafe cells, not only for the one that it was looked for, and kept for the
        patterns that hide the same cells and more.
        """
        moves = _Moves(len(self.values))
        for deviations in self.tables:
            if pattern[deviations != 0].all():
                moves.note(deviations)
        for aim in self.guesses():
            if all(target.safe(moves) for target in self.targets):
                return
            moves.note(self.farthest(pattern, aim))
        yield from self.missing(pattern, moves)

    def missing(self, pattern: Pattern, moves: _Moves) -> Iterator[_Cut]:
        """Yield a cut for each cell that is not protected, looked at one by one."""
        for target in self.targets:
            for sign in (1, -1):
                if not target.safe(moves):
                    moves.note(self.farthest(pattern, self.aim(target, sign)))
            if not target.safe(moves):
                yield self.cut(pattern, target)

    def guesses(self) -> Iterator[Floats]:
        """Yield aims for all unsafe cells at once: that they rise, that they fall, and mixed."""
        cells = [target.cell for target in self.targets]
        ones = np.ones(len(cells))
        for signs in (ones, -ones, *self.random.choice((-1.0, 1.0), (GUESSES, len(cells)))):
            aim = np.zeros(len(self.values))
            aim[cells] = signs
            yield aim

    def aim(self, target: _Target, sign: int) -> Floats:
        """Return the aim that an unsafe cell rises (1) or falls (-1)."""
        aim = np.zeros(len(self.values))
        aim[target.cell] = sign
        return aim

    def farthest(self, pattern: Pattern, aim: Floats) -> Floats:
        """Return the deviations in whole numbers that go farthest towards an aim.

        The cells aimed at go no farther than is of use. The deviations are checked against every
        sum, so that a fault of the solver never makes a cell safe.
        """
        cells = np.flatnonzero(pattern)
        high = np.where(aim, self.reach, self.ample)[cells]
        low = np.maximum(-self.values[cells], -high)
        matrix = self.system.matrix
        solution = minimise_whole(-aim[cells], matrix[:, cells], self.nought, low, high)
        deviations = np.zeros(len(self.values))
        if solution.state == State.SOLVED:
            deviations[cells] = np.clip(solution.values, low, high)
            if (matrix @ deviations).any():
                return np.zeros(len(self.values))
            self.tables.append(deviations)
        return deviations

    def cut(self, pattern: Pattern, target: _Target) -> _Cut:
        """Return a cut that a pattern violates in which a cell is not protected."""
        for cut in target.cuts(partial(self.weights, pattern, target)):
            if cut.lacks(pattern):
                return cut
        # too few whole numbers, or no answer: then one cell more must be hidden, whichever
        return _Cut(np.where(pattern, 0.0, 1.0), 1)

    def weights(self, pattern: Pattern, target: _Target, sign: int) -> Floats:
        """Return how far each cell, were it hidden, could help another to rise (1) or fall (-1).

        Any multipliers of the sums make a valid bound (weak duality), so they may be rounded.
        """
        give = np.where(pattern, 1, SLIGHT)
        low = -give * np.where(pattern, self.values, np.minimum(self.values, target.reach))
        high = give * np.where(pattern, self.ample, target.reach)
        low[target.cell] = max(low[target.cell], -target.reach)
        high[target.cell] = target.reach
        aim = self.aim(target, sign)
        solution = minimise(-aim, self.system.matrix, self.nought, low, high)
        if solution.state != State.SOLVED:
            return np.full(len(self.values), self.ample)
        multipliers = np.round(solution.multipliers, 6)
        rates = np.round(aim + self.system.matrix.T @ multipliers, 9)
        weights = np.where(rates > 0, rates * self.ample, -rates * self.values)
        if rates[target.cell] * sign > 0:
            weights[target.cell] = rates[target.cell] * sign * target.reach
        return np.asarray(weights)
