"""Diverging bars: the adverse answers at one side of a zero line, all others at the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise
from types import MappingProxyType
from typing import ClassVar

from surveys.pictures.axis import Tick, reach, ticks

_REACHES = (0.6, 0.8, 1.0)  # of an axis, as a share; one side of a bar is always a half or more
_TONES = 3  # that can be told apart on each side, also in grey
WHOLE = 4  # the tone of a side whose answers are summed up


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What may be shown of a group's answers, in counts; None for what is hidden.

    ``n`` answered on the scale, ``adverse`` of them adversely; ``low`` and ``high``, 0 to 1, are
    the ends of the interval of that share. ``counts`` tells how often each code was given.
    ``beside`` counts the answers of substance that stand apart from the scale, by code, ``unsaid``
    those who skipped, did not know or did not say.
    """

    name: str
    n: int | None = None
    adverse: int | None = None
    low: float | None = None
    high: float | None = None
    counts: Mapping[int, int | None] = field(default_factory=lambda: MappingProxyType({}))
    beside: Mapping[int, int | None] = field(default_factory=lambda: MappingProxyType({}))
    unsaid: int | None = None

    @property
    def share(self) -> float | None:
        """Return the adverse part of those who answered on the scale, None where it is hidden."""
        return self.adverse / self.n if self.n and self.adverse is not None else None


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of a bar, in percent of the plot.

    ``tone`` is below 0 on the other side and above 0 on the adverse one, and grows away from the
    zero line, from 1 to 3; it is 4 where a side is ``WHOLE``. ``code`` is the answer, None for
    several that are summed up.
    """

    left: float
    width: float
    tone: int
    code: int | None


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A group's figures, and its bar: empty where its share is hidden or nobody answered.

    ``span`` are both ends of the interval of its adverse share, in percent of the plot.
    """

    answered: Answered
    parts: tuple[Part, ...]
    span: tuple[float, float] | None

    @property
    def seams(self) -> tuple[float, ...]:
        """Return where two parts meet."""
        return tuple(max(one.left, other.left) for one, other in pairwise(self.parts))

    @property
    def mirrored(self) -> "Bar":
        """Return the bar on an axis that runs the other way."""
        parts = (replace(part, left=100 - part.left - part.width) for part in self.parts)
        span = self.span and (100 - self.span[1], 100 - self.span[0])
        return replace(self, parts=tuple(parts), span=span)

    @property
    def summed_up(self) -> bool:
        """Return whether single answers of a side are hidden."""
        return any(part.code is None for part in self.parts)


@dataclass(frozen=True, kw_only=True)
class Bars:
    """Bars on a common axis with zero in its middle.

    ``tones`` are the codes of the scale in the order of the bars, with the tone of each;
    ``beside`` the codes of the columns beside. ``rtl`` says that the axis runs from right to left.
    """

    kind: ClassVar = "bars"

    bars: tuple[Bar, ...]
    tones: tuple[tuple[int, int], ...]
    beside: tuple[int, ...]
    ticks: tuple[Tick, ...]
    rtl: bool = False

    @property
    def summed_up(self) -> bool:
        """Return whether a bar is of fewer parts than the scale has answers."""
        return any(bar.summed_up for bar in self.bars)

    @property
    def spanned(self) -> bool:
        """Return whether the interval of a share is shown."""
        return any(bar.span for bar in self.bars)

    @property
    def lacking(self) -> bool:
        """Return whether a figure beside the bars is hidden."""
        return any(
            None in (each.n, each.unsaid, *map(each.beside.get, self.beside))
            for each in (bar.answered for bar in self.bars)
        )

    @property
    def mirrored(self) -> "Bars":
        """Return the picture for a reader from right to left."""
        return replace(
            self,
            bars=tuple(bar.mirrored for bar in self.bars),
            ticks=tuple(tick.mirrored for tick in self.ticks),
            rtl=not self.rtl,
        )


def tones(scale: Sequence[int], adverse: frozenset[int]) -> tuple[tuple[int, int], ...]:
    """Return the codes of a scale from the far end of the other side to the adverse far end.

    ``scale`` has them in the order in which they are asked. More answers than there are tones
    share them.
    """
    other = [code for code in scale if code not in adverse]
    worse = [code for code in scale if code in adverse]
    if scale and scale[0] in adverse:
        other, worse = other[::-1], worse[::-1]
    away = [(code, -_tone(rank, len(other))) for rank, code in enumerate(other[::-1], start=1)]
    return (
        *away[::-1],
        *((code, _tone(rank, len(worse))) for rank, code in enumerate(worse, start=1)),
    )


def _tone(rank: int, answers: int) -> int:
    """Return the tone of an answer: two differ as the first two of three do."""
    return rank if answers <= _TONES else -(-_TONES * rank // answers)


def bars(
    groups: Sequence[Answered],
    *,
    scale: Sequence[int],
    adverse: frozenset[int],
    beside: Sequence[int] = (),
) -> Bars:
    """Return the diverging bars of groups, each of no more parts than may be shown of it."""
    order = tones(scale, adverse)
    found = [_shares(group, order) for group in groups]
    sides = [
        sum(share for _, tone, share in row if (tone > 0) is worse)
        for row in found
        for worse in (True, False)
    ]
    most = reach([*sides, *(end for group in groups for end in _interval(group))], _REACHES)
    return Bars(
        bars=tuple(_bar(*each, most) for each in zip(groups, found, strict=True)),
        tones=order,
        beside=tuple(beside),
        ticks=ticks(-most, most),
    )


def _interval(group: Answered) -> tuple[float, ...]:
    """Return the ends of the interval of a group's share, where both are shown."""
    if group.share is None or group.low is None or group.high is None:
        return ()
    return group.low, group.high


def _shares(
    group: Answered, order: Sequence[tuple[int, int]]
) -> list[tuple[int | None, int, float]]:
    """Return code, tone and share of each part of a bar, from the other far end to the adverse."""
    if group.share is None or not group.n:
        return []
    found: list[tuple[int | None, int, float]] = []
    wholes = {True: group.share, False: 1 - group.share}
    for worse, side in groupby(order, lambda each: each[1] > 0):
        answers = [(code, tone, group.counts.get(code)) for code, tone in side]
        known = [(code, tone, n / group.n) for code, tone, n in answers if n is not None]
        summed = [(None, WHOLE if worse else -WHOLE, wholes[worse])]
        found += known if len(known) == len(answers) else summed
    return [part for part in found if part[2]]


def _bar(group: Answered, shares: Sequence[tuple[int | None, int, float]], most: float) -> Bar:
    """Return the bar of a group whose axis reaches ``most`` to either side."""
    left = -sum(share for _, tone, share in shares if tone < 0)
    parts = []
    for code, tone, share in shares:
        parts.append(Part(left=_at(left, most), width=50 * share / most, tone=tone, code=code))
        left += share
    ends = [_at(end, most) for end in _interval(group)]
    return Bar(answered=group, parts=tuple(parts), span=(ends[0], ends[1]) if ends else None)


def _at(value: float, most: float) -> float:
    return 50 + 50 * value / most
