"""Small multiples: a panel for each place with its share in wave after wave, on a common axis."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import ClassVar

from surveys.pictures.axis import Tick, reach, ticks

_REACHES = (0.4, 0.6, 0.8, 1.0)


@dataclass(frozen=True, kw_only=True)
class Moment:
    """A share in a wave, 0 to 1, with the ends of its interval and its base; None if hidden."""

    share: float | None = None
    low: float | None = None
    high: float | None = None
    n: int | None = None


@dataclass(frozen=True, kw_only=True)
class Series:
    """The shares of one place, one for each wave."""

    name: str
    moments: tuple[Moment, ...]


@dataclass(frozen=True, kw_only=True)
class Dot:
    """A share in a panel: ``left`` from its left side, the rest from its top, all in percent."""

    left: float
    top: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A series and its dots; None stands for a wave that is hidden."""

    series: Series
    dots: tuple[Dot | None, ...]

    @property
    def lines(self) -> tuple[tuple[Dot, Dot], ...]:
        """Return the dots that a line joins: those of waves that follow each other."""
        return tuple((one, other) for one, other in pairwise(self.dots) if one and other)


@dataclass(frozen=True, kw_only=True)
class Multiples:
    """Panels whose axes are the same: waves from left to right, shares from the foot up.

    ``ticks`` stand at the top, in the middle and at the foot.
    """

    kind: ClassVar = "multiples"

    panels: tuple[Panel, ...]
    waves: tuple[str, ...]
    ticks: tuple[Tick, ...]
    rtl: bool = False

    @property
    def lacking(self) -> bool:
        """Return whether a wave of a place is hidden."""
        return any(None in panel.dots for panel in self.panels)

    @property
    def mirrored(self) -> "Multiples":
        """Return the picture for a reader from right to left: time runs to the left."""
        panels = [
            replace(
                panel, dots=tuple(dot and replace(dot, left=100 - dot.left) for dot in panel.dots)
            )
            for panel in self.panels
        ]
        return replace(self, panels=tuple(panels), rtl=not self.rtl)


def multiples(series: Sequence[Series], waves: Sequence[str]) -> Multiples:
    """Return the panels of series that have a moment for each of the waves."""
    highs = [moment.high for each in series for moment in each.moments if moment.high is not None]
    most = reach(highs, _REACHES)
    return Multiples(
        panels=tuple(_panel(each, len(waves), most) for each in series),
        waves=tuple(waves),
        ticks=tuple(tick.mirrored for tick in ticks(0, most)[::-2]),
    )


def _panel(series: Series, waves: int, most: float) -> Panel:
    dots: list[Dot | None] = []
    for index, moment in zip(range(waves), series.moments, strict=True):
        if moment.share is None or moment.low is None or moment.high is None:
            dots.append(None)
            continue
        top, low, high = (100 - 100 * end / most for end in (moment.share, moment.low, moment.high))
        dots.append(Dot(left=100 * (index + 0.5) / waves, top=top, low=low, high=high))
    return Panel(series=series, dots=tuple(dots))
