"""Differences: how far groups differ, what chance has to do with it, and the verdict on it.

Every verdict allows for how many comparisons were made, and what cannot be said is said to be so.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from surveys.cautions import SMALLEST_TESTED, Note, middle
from surveys.definition import Instrument, Item
from surveys.disclosure import SMALLEST_BASE, Paired, Row
from surveys.release import Release, Without
from surveys.statistics import (
    Effect,
    Interval,
    Unsaid,
    Weighted,
    benjamini_hochberg,
    cliff,
    cochran_armitage,
    holm,
    newcombe,
    paired_difference,
    wilson,
)

LEVEL = 0.05  # probability to call any difference one where there is none
REST = "rest"  # all the other groups together

Verdict = Literal["more", "fewer", "unclear", "unsaid"]
Correction = Literal["holm", "benjamini-hochberg"]


@dataclass(frozen=True, kw_only=True)
class Group:
    """A row of a comparison: what may be shown of a group's answers.

    ``share`` is the part of those on the scale who gave an adverse answer, ``interval`` its Wilson
    interval at 95 %, both in 0 to 1 and None where they may not be shown.
    """

    id: str
    name: str
    wave: str
    row: Row
    share: float | None = None
    interval: Interval | None = None
    weighted: Weighted | None = None
    without_bursts: Without | None = None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Difference:
    """How the share of ``one`` differs from that of ``other``, which may be ``REST``.

    ``estimate`` is the difference of the two shares, ``interval`` Newcombe's at 95 %, both in -1
    to 1. ``effect`` tells how the whole scale differs. ``adjusted`` is the p-value as it is among
    all comparisons that were made; the verdict follows it.
    """

    one: str
    other: str
    verdict: Verdict
    rest: "Group | None" = None
    estimate: float | None = None
    interval: Interval | None = None
    effect: Effect | None = None
    p: float | None = None
    adjusted: float | None = None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Trend:
    """Whether the share goes up or down over three waves or more."""

    waves: tuple[str, ...]
    verdict: Verdict
    p: float | None = None


@dataclass(frozen=True, kw_only=True)
class Pair:
    """What the same persons said to an item and to its twin, such as by day and after dark."""

    first: str
    second: str
    counts: Paired | None
    estimate: float | None = None
    interval: Interval | None = None
    p: float | None = None
    verdict: Verdict = "unsaid"


def share_of(row: Row) -> dict[str, Any]:
    """Return the share of a row and its interval, where they may be shown and say anything."""
    if row.n is None or row.n < SMALLEST_BASE or row.adverse is None:
        return {}
    return {"share": row.adverse / row.n, "interval": wilson(row.adverse, row.n)}


def from_rest(item: Item, group: Group, whole: Row) -> Difference:
    """Return how a group differs from all the others together, which is what is left of all."""
    rest = Row(
        n=_minus(whole.n, group.row.n),
        adverse=_minus(whole.adverse, group.row.adverse),
        counts={code: _minus(n, group.row.counts.get(code)) for code, n in whole.counts.items()},
    )
    others = Group(id=REST, name=REST, wave=group.wave, row=rest, **share_of(rest))
    return replace(difference_of(item, group, others), rest=others)


def _minus(whole: int | None, part: int | None) -> int | None:
    return None if whole is None or part is None else whole - part


def difference_of(item: Item, one: Group, other: Group) -> Difference:
    """Return how two groups differ, as far as it can be said; not yet among other differences."""
    first, second = one.row, other.row
    said = Difference(one=one.id, other=other.id, verdict="unsaid")
    if first.n is None or first.adverse is None or second.n is None or second.adverse is None:
        return replace(said, notes=(Note(kind="hidden-difference", refusal=True),))
    if not first.n or not second.n:
        return replace(said, notes=(Note(kind="no-answers", refusal=True),))
    smaller = min(first.n, second.n)
    found = newcombe(first.adverse, first.n, second.adverse, second.n)
    if isinstance(found, Unsaid):
        return said
    if smaller >= SMALLEST_BASE:
        said = replace(said, estimate=found.estimate, interval=found.interval)
    if smaller < SMALLEST_TESTED:
        figures = {"n": smaller, "smallest": SMALLEST_TESTED}
        return replace(said, notes=(Note(kind="few-for-test", refusal=True, figures=figures),))
    return replace(said, p=found.p, effect=_effect(item, first, second))


def _effect(item: Item, one: Row, other: Row) -> Effect | None:
    """Return how the whole scale differs, from the end that is not adverse to the one that is."""
    codes = [option.code for option in item.scale.choices]
    if codes[0] in item.scale.adverse:
        codes.reverse()
    counts = [[row.counts.get(code) for code in codes] for row in (one, other)]
    if any(n is None for row in counts for n in row):
        return None
    effect = cliff([n or 0 for n in counts[0]], [n or 0 for n in counts[1]])
    return None if isinstance(effect, Unsaid) else effect


def corrected(
    differences: Sequence[Difference], correction: Correction
) -> tuple[list[Difference], Correction | None]:
    """Return differences with their verdicts, adjusted for how many there are."""
    values = {place: each.p for place, each in enumerate(differences) if each.p is not None}
    adjust = {"holm": holm, "benjamini-hochberg": benjamini_hochberg}[correction]
    adjusted = adjust(values)
    found = [
        replace(each, adjusted=adjusted[place], verdict=_verdict(each.estimate, adjusted[place]))
        if place in values
        else each
        for place, each in enumerate(differences)
    ]
    return found, correction if len(values) > 1 else None


def _verdict(estimate: float | None, p: float) -> Verdict:
    if estimate is None or p > LEVEL or not estimate:
        return "unclear"
    return "more" if estimate > 0 else "fewer"


def trend_of(groups: Sequence[Group], releases: Sequence[Release]) -> Trend | None:
    """Return the trend over three waves or more; the scores are the days in their middles."""
    if len(groups) < 3:  # noqa: PLR2004  two waves are a difference
        return None
    waves = tuple(group.wave for group in groups)
    rows = [(group.row.adverse, group.row.n) for group in groups]
    if any(x is None or n is None or n < SMALLEST_TESTED for x, n in rows):
        return Trend(waves=waves, verdict="unsaid")
    scores = [middle(release).toordinal() for release in releases]
    found = cochran_armitage([x or 0 for x, _ in rows], [n or 0 for _, n in rows], scores)
    if isinstance(found, Unsaid):
        return Trend(waves=waves, verdict="unsaid")
    return Trend(waves=waves, p=found.p, verdict=_verdict(found.slope, found.p))


def pair_of(release: Release, asked: Instrument, item: Item) -> Pair | None:
    """Return what the same persons said to an item and its twin, if it has one."""
    for first, second in asked.twins:
        pairs = release.surveys[asked.id].pairs
        if item.id in {first, second} and f"{first}&{second}" in pairs:
            counts = pairs[f"{first}&{second}"]
            return _tested(Pair(first=first, second=second, counts=counts))
    return None


def _tested(pair: Pair) -> Pair:
    """Return how much more often the first of two twins is adverse, of the same persons."""
    counts = pair.counts
    if counts is None or counts.n < SMALLEST_TESTED:
        return pair
    found = paired_difference(counts.both, counts.first, counts.second, counts.neither)
    if isinstance(found, Unsaid):
        return pair
    return replace(
        pair,
        estimate=found.estimate,
        interval=found.interval,
        p=found.p,
        verdict=_verdict(found.estimate, found.p),
    )
