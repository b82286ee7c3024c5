"""Dots and whiskers: differences of two shares with their intervals, on both sides of zero."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from surveys.pictures.axis import Tick, reach, ticks

_REACHES = (0.1, 0.2, 0.4, 0.6, 0.8, 1.0)
_LONG = 60  # characters


@dataclass(frozen=True, kw_only=True)
class Contrast:
    """A difference of two shares, -1 to 1, with the ends of its interval; None if unsaid.

    ``clear`` says that it is larger than chance alone would make it.
    """

    name: str
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    clear: bool = False


@dataclass(frozen=True, kw_only=True)
class Whisker:
    """A contrast and where it stands: the dot and both ends, in percent of the plot."""

    contrast: Contrast
    dot: float
    left: float
    right: float


@dataclass(frozen=True, kw_only=True)
class Whiskers:
    """Contrasts on a common axis with zero in its middle; None stands for one that is unsaid."""

    kind: ClassVar = "whiskers"

    contrasts: tuple[Contrast, ...]
    whiskers: tuple[Whisker | None, ...]
    ticks: tuple[Tick, ...]
    rtl: bool = False

    @property
    def rows(self) -> tuple[tuple[Contrast, Whisker | None], ...]:
        """Return each contrast with its whisker."""
        return tuple(zip(self.contrasts, self.whiskers, strict=True))

    @property
    def long(self) -> bool:
        """Return whether names are as long as questions, and need more room than other names."""
        return any(len(each.name) > _LONG for each in self.contrasts)

    @property
    def mirrored(self) -> "Whiskers":
        """Return the picture for a reader from right to left."""
        return replace(
            self,
            whiskers=tuple(
                each
                and replace(each, dot=100 - each.dot, left=100 - each.right, right=100 - each.left)
                for each in self.whiskers
            ),
            ticks=tuple(tick.mirrored for tick in self.ticks),
            rtl=not self.rtl,
        )


def whiskers(contrasts: Sequence[Contrast]) -> Whiskers:
    """Return contrasts with their whiskers."""
    ends = [end for each in contrasts for end in (each.low, each.high) if end is not None]
    most = reach(ends, _REACHES)
    return Whiskers(
        contrasts=tuple(contrasts),
        whiskers=tuple(_whisker(each, most) for each in contrasts),
        ticks=ticks(-most, most),
    )


def _whisker(contrast: Contrast, most: float) -> Whisker | None:
    if contrast.estimate is None or contrast.low is None or contrast.high is None:
        return None
    dot, left, right = (
        50 + 50 * end / most for end in (contrast.estimate, contrast.low, contrast.high)
    )
    return Whisker(contrast=contrast, dot=dot, left=left, right=right)
