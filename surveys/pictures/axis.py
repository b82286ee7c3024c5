"""Axes: how far they reach, where their marks stand, and their mirror image."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

_SLACK = 1e-9  # of a sum of floats over the end of an axis


@dataclass(frozen=True, kw_only=True)
class Tick:
    """A mark at ``position``, in percent of the plot, that stands for ``value``."""

    position: int
    value: float

    @property
    def mirrored(self) -> "Tick":
        """Return the mark on an axis that runs the other way."""
        return replace(self, position=100 - self.position)


def reach(values: Iterable[float], steps: Sequence[float]) -> float:
    """Return the smallest of ``steps``, which go up, that holds every value whatever its sign."""
    most = max(map(abs, values), default=0.0)
    return next((step for step in steps if most <= step + _SLACK), steps[-1])


def ticks(low: float, high: float) -> tuple[Tick, ...]:
    """Return five marks from one end of an axis to the other, an even distance apart."""
    return tuple(Tick(position=25 * n, value=low + (high - low) * n / 4) for n in range(5))
