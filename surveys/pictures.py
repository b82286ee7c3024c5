"""Pictures: the geometry of a comparison, in percent, for SVG with labels in HTML."""

from collections.abc import Sequence
from dataclasses import dataclass

from surveys.comparison import Group
from surveys.definition import Option, Scale


@dataclass(frozen=True, kw_only=True)
class Segment:
    """A part of a diverging bar.

    ``start`` and ``width`` are in percent of all answers; the axis goes from -100 to 100 and the
    adverse answers stand at its positive side. ``tone`` is -1, -2 … on the other side and 1, 2 …
    on the adverse one, growing away from the middle.
    """

    start: float
    width: float
    tone: int


def tones(scale: Scale) -> list[tuple[Option, int]]:
    """Return the options of a scale from the far end of the other side to the adverse far end."""
    adverse = [option for option in scale.choices if option.code in scale.adverse]
    other = [option for option in scale.choices if option.code not in scale.adverse]
    if scale.choices[0] in adverse:
        adverse, other = adverse[::-1], other[::-1]
    away = [(option, -tone) for tone, option in enumerate(reversed(other), start=1)]
    return [*reversed(away), *((option, tone) for tone, option in enumerate(adverse, start=1))]


def bar(group: Group, scale: Scale) -> Sequence[Segment]:
    """Return the diverging bar of a group, of no more parts than may be shown of it."""
    if group.share is None or group.n is None:
        return []
    shares = [(-1, 1 - group.share), (1, group.share)]
    if group.counts is not None:
        shares = [(tone, group.counts[option.code] / group.n) for option, tone in tones(scale)]
    start = -sum(share for tone, share in shares if tone < 0)
    segments = []
    for tone, share in shares:
        if share:
            segments.append(Segment(start=100 * start, width=100 * share, tone=tone))
        start += share
    return segments
