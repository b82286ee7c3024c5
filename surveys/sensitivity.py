"""Sensitivity: what a comparison would say without the answers that came in bursts.

An adjusted share stands beside the plain one, so both parts can be worked out from the two: the
answers that are left out and those that remain. Each must be fit to be shown by itself, in every
place of the wave that has such answers; else the whole wave has no adjusted share, since a part
that is hidden in one table would be a difference of others.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from surveys import disclosure
from surveys.bursts import find
from surveys.definition import Item
from surveys.disclosure import Level, Tally
from surveys.storage import Dimension, Storage

Counts = Mapping[str, Counter[int]]


@dataclass(frozen=True, kw_only=True)
class Without:
    """The share without bursts: ``left_out`` answers came in them, ``n`` did not."""

    left_out: int
    n: int
    adverse: int
    share: float


@dataclass
class Sensitivity:
    """What bursts change about a comparison.

    ``left_out`` are the counts of answers in bursts, by group; ``hidden`` says that there are
    others which may not be shown, ``unsaid`` that there are responses of which it cannot be said.
    """

    left_out: dict[str, Counter[int]] = field(default_factory=dict)
    hidden: bool = False
    unsaid: bool = False


def sensitivity(
    storage: Storage,
    *,
    campaign: str,
    versions: Sequence[str],
    item: Item,
    by: Dimension,
    waves: Iterable[str],
) -> Sensitivity:
    """Return which answers to an item came in bursts, as far as it may be known."""
    found = Sensitivity()
    for wave in waves:
        bursts = find(storage.arrivals(campaign, wave))
        found.unsaid |= bool(bursts.unsaid)
        inside = storage.counts_in(campaign, versions, item.id, wave, bursts.flagged)
        whole = storage.counts(campaign, versions, item.id, "place", wave=wave)
        if not _fit(item, whole, inside):
            found.hidden = True
            continue
        for place, counts in inside.items():
            found.left_out.setdefault(wave if by == "wave" else place, Counter()).update(counts)
    return found


def _fit(item: Item, whole: Counts, inside: Counts) -> bool:
    """Return whether of each place with answers in bursts these and the rest may be shown."""
    places = sorted(whole)
    tallies = [tally(item, whole[place]) for place in places]
    levels = disclosure.levels(tallies, sum_known=True)
    apart = [tally(item, inside.get(place, Counter())) for place in places]
    return all(
        min(shown, disclosure.level(part), disclosure.level(row - part)) > Level.HIDDEN
        for shown, row, part in zip(levels, tallies, apart, strict=True)
        if part.n
    )


def without(row: Tally, left_out: Tally) -> Without | None:
    """Return a group's share without what is left out; None where that is nothing or all."""
    rest = row - left_out
    if not left_out.n or not rest.n or disclosure.level(rest) == Level.HIDDEN:
        return None
    return Without(left_out=left_out.n, n=rest.n, adverse=rest.x, share=rest.x / rest.n)


def tally(item: Item, counts: Counter[int]) -> Tally:
    """Return the answers to an item on its scale."""
    codes = (option.code for option in item.scale.choices)
    return Tally({code: counts[code] for code in codes}, frozenset(item.scale.adverse))
