"""Arrivals: how many responses came, on which day, where and by which sheets. Never what they say.

This alone is told of a wave that is still open, and of few answers not even this: whoever knows
that three in all answered in Romanes at a place knows with whom to talk.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import TypeVar

from surveys.bursts import Cell
from surveys.disclosure import SMALLEST_BASE, sufficient
from surveys.links import Target
from surveys.paper import FORMAT
from surveys.statistics import Interval, wilson

Kind = tuple[str, str]  # of a sheet: its topic and its format
# How many responses are known by the survey, topic, format and place of their sheets alone
Unlinked = Mapping[tuple[str, str, str, str], int]
NO_UNLINKED: Unlinked = MappingProxyType({})
Key = TypeVar("Key", bound=Hashable)


def tellable(
    counts: Mapping[Key, int], *, smallest: int = SMALLEST_BASE, tens: bool = False
) -> dict[Key, int | None]:
    """Return what may be told of a table of arrivals, None for what is hidden.

    Counts of 1 to ``smallest`` - 1 are hidden. The sum of an exact table is taken to be known, so
    the next smallest are hidden too until what is hidden has two rows at least, of which each can
    still be 1 or ``smallest``; where that cannot be, all is. With ``tens`` counts are rounded down
    to tens instead, so that a sum less its parts tells nothing.
    """
    hidden = {key for key, n in counts.items() if not sufficient(n, smallest)}
    if tens:
        return {key: None if key in hidden else n // 10 * 10 for key, n in counts.items()}
    larger = sorted((key for key in counts if counts[key] >= smallest), key=counts.__getitem__)
    while hidden and not _uncertain([counts[key] for key in hidden], smallest):
        hidden |= {larger.pop(0)} if larger else set(counts)
        if len(hidden) == len(counts):
            break
    return {key: None if key in hidden else n for key, n in counts.items()}


def _uncertain(hidden: list[int], smallest: int) -> bool:
    return len(hidden) > 1 and sum(hidden) - (len(hidden) - 1) >= smallest


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """How many responses a wave has so far: each day from its first on, at each place, by mode.

    Of places and modes None is hidden: see ``tellable``. ``undated`` are responses of which neither
    day nor mode is known; beside them no mode is told.
    """

    days: Mapping[date, int]
    places: Mapping[str, int | None]
    online: int | None
    paper: int | None
    undated: int = 0

    @property
    def total(self) -> int:
        """Return how many responses there are."""
        return sum(self.days.values()) + self.undated

    @property
    def busiest(self) -> int:
        """Return how many came on the day that had most."""
        return max(self.days.values(), default=0)


def arrived(
    cells: Mapping[Cell, int],
    first: date,
    last: date,
    places: Iterable[str] = (),
    unlinked: Unlinked = NO_UNLINKED,
) -> Arrived:
    """Return what has arrived, with every day from the first to the last, both included.

    ``places`` stand first and in their order, also those from which nothing came. ``unlinked`` are
    those that an older program has archived.
    """
    days = Counter({first + timedelta(n): 0 for n in range((last - first).days + 1)})
    by_place: Counter[str] = Counter(dict.fromkeys(places, 0))
    for cell, n in cells.items():
        days[cell.day] += n
        by_place[cell.place] += n
    for (*_, place), n in unlinked.items():
        by_place[place] += n
    modes = _modes(cells, unlinked)
    return Arrived(
        days=dict(sorted(days.items())),
        places=tellable(by_place),
        online=modes[False],
        paper=modes[True],
        undated=sum(unlinked.values()),
    )


def _modes(cells: Mapping[Cell, int], unlinked: Unlinked) -> dict[bool, int | None]:
    """Return what may be told of how many came online, False, and on paper, True.

    Of one that is ``unlinked`` it is not known, and the sum of its sheets would not fit the modes.
    """
    if unlinked:
        return {False: None, True: None}
    modes = {False: 0, True: 0}
    for cell, n in cells.items():
        modes[cell.band < 0] += n
    return tellable(modes)


@dataclass(frozen=True, kw_only=True)
class Brought:
    """How many responses the sheets of a kind brought, and how many copies of them there are.

    ``passed_on`` are sheets of which each is handed to somebody, who answers once: their rate is a
    share. By one that hangs on a wall many can answer. ``copies`` is None where it is not known,
    ``responses`` where they are hidden.
    """

    topic: str
    format: str
    responses: int | None
    copies: int | None
    passed_on: bool

    @property
    def rate(self) -> float | None:
        """Return the answers to a copy, None where either is hidden or not known."""
        if self.responses is None or not self.copies:
            return None
        return self.responses / self.copies

    @property
    def interval(self) -> Interval | None:
        """Return Wilson's interval of the rate at 95 %, where it is a share."""
        if self.responses is None or not self.copies or not self.passed_on:
            return None
        return wilson(self.responses, self.copies) if self.responses <= self.copies else None


def brought(
    cells: Mapping[Cell, int],
    target: Callable[[str], Target | None],
    copies: Mapping[Kind, int],
    passed_on: Iterable[str],
    unlinked: Unlinked = NO_UNLINKED,
) -> list[Brought]:
    """Return what each kind of sheet brought: those of ``copies`` in their order, then others.

    ``target`` tells what a code stands for, ``passed_on`` the formats that are handed to somebody.
    """
    sums: Counter[Kind] = Counter(dict.fromkeys(copies, 0))
    for cell, n in cells.items():
        if found := target(cell.link):
            sums[found.topic, found.format] += n
    for (_, topic, form, _), n in unlinked.items():
        sums[topic, form] += n
    handed = set(passed_on)
    # Where the modes are told, the sum of the sheets on paper is known as well as that of all.
    apart = None not in _modes(cells, unlinked).values()
    tables: dict[bool, dict[Kind, int]] = {False: {}, True: {}}
    for kind, n in sums.items():
        tables[apart and kind[1] == FORMAT][kind] = n
    told = tellable(tables[False]) | tellable(tables[True])
    return [
        Brought(
            topic=topic,
            format=form,
            responses=told[topic, form],
            copies=copies.get((topic, form)),
            passed_on=form in handed,
        )
        for topic, form in sums
    ]
