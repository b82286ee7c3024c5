"""The document of a release: the results of a closed wave, with no more than anybody may see.

It is what every output reads: pages, pictures, reports, exports. How one is made is told in
``surveys.releasing``; what disclosure control hides is not in it at all.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Literal

from pydantic import TypeAdapter

from surveys.disclosure import Paired, Row, showable, sufficient
from surveys.statistics import Weighted
from surveys.weighting import Unweighted
from translations.errors import UserError

Dimension = Literal["all", "place", "language", "topic", "audience", "format", "daylight", "wave"]
ALL = "all"  # the dimension, and its one group
WITHIN: tuple[Dimension, ...] = ("place", "language", "topic", "audience", "format", "daylight")


class ReleaseError(UserError):
    """Results that cannot be released, or that have not been."""


@dataclass(frozen=True, kw_only=True)
class Without:
    """A group without the answers that came in bursts: so many were left out, this is the rest."""

    left_out: int
    n: int
    adverse: int


@dataclass(frozen=True, kw_only=True)
class Result:
    """What may be shown of the answers to an item.

    ``tables`` has a row for each group of each dimension. ``left_out`` answers were given to a
    version of the survey that asked otherwise, None if these were a few. ``weighted`` is the
    adverse share, weighted to the population, or why there is none; None where the campaign has no
    table of its population. ``without_bursts`` has places, and ``all``.
    """

    tables: Mapping[str, Mapping[str, Row]]
    left_out: int | None = 0
    weighted: Weighted | Unweighted | None = None
    without_bursts: Mapping[str, Without] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SurveyResult:
    """The results of a survey, in its newest version.

    ``options`` has for each item with several answers a row for each of its codes: who chose it,
    and who answered without. ``pairs`` has what those who answered two twins said to both.
    """

    version: str
    responses: int
    items: Mapping[str, Result]
    options: Mapping[str, Mapping[int, Row]] = field(default_factory=dict)
    pairs: Mapping[str, Paired | None] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """How many responses came by the sheets of one kind at one place; None for a few.

    ``language`` is empty for those of which it was not kept.
    """

    survey: str
    topic: str
    format: str
    place: str
    language: str
    responses: int | None


@dataclass(frozen=True, kw_only=True)
class Release:
    """The results of a wave as they were released on a day.

    ``audiences`` says for whom each topic was made. ``bursts`` came at these places; where
    ``bursts_hidden``, what they change may not be shown, and ``bursts_unsaid`` says that of some
    responses it cannot be said.
    """

    campaign: str
    wave: str
    opens: date
    closes: date
    released: date
    responses: int
    surveys: Mapping[str, SurveyResult]
    sheets: tuple[Sheet, ...]
    audiences: Mapping[str, str]
    bursts: tuple[str, ...] = ()
    bursts_hidden: bool = False
    bursts_unsaid: bool = False

    def to_json(self) -> str:
        """Return the document that is stored."""
        return _adapter().dump_json(self).decode()


@cache
def _adapter() -> TypeAdapter[Release]:
    return TypeAdapter(Release)


@cache
def from_json(document: str) -> Release:
    """Return a release as it was stored; one that never changes is read once."""
    return _adapter().validate_json(document)


def differs_by_few(one: Release, other: Release) -> bool:
    """Return whether the difference of two releases of a wave would tell of a few answers."""
    return any(
        not (all(map(showable, counts)) and all(map(sufficient, bases)))
        for counts, bases in _changes(one, other)
    )


def shows_the_same(one: Release, other: Release) -> bool:
    """Return whether no figure that is in both of two releases of a wave has changed."""
    return not any(any(counts) or any(bases) for counts, bases in _changes(one, other))


def _changes(one: Release, other: Release) -> Iterator[tuple[list[int], list[int]]]:
    """Yield by how much counts and bases of the same rows differ, as far as both show them."""
    for name, survey in one.surveys.items():
        for item, result in survey.items.items():
            for dimension, rows in result.tables.items():
                table = _table(other, name, item, dimension)
                yield from (
                    _change(row, table[group]) for group, row in rows.items() if group in table
                )


def _table(release: Release, survey: str, item: str, dimension: str) -> Mapping[str, Row]:
    found = release.surveys.get(survey)
    result = found.items.get(item) if found else None
    return result.tables.get(dimension, {}) if result else {}


def _change(one: Row, other: Row) -> tuple[list[int], list[int]]:
    figures = [(one.adverse, other.adverse)]
    figures += [(n, other.counts.get(code)) for code, n in one.counts.items()]
    figures += [(n, other.beside.get(code)) for code, n in one.beside.items()]
    counts = [abs(a - b) for a, b in figures if a is not None and b is not None]
    return counts, [] if one.n is None or other.n is None else [abs(one.n - other.n)]
