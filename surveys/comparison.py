"""Comparisons: how the answers to one item differ between groups. They read releases alone.

Groups are never put in the order of their shares, no difference is called one without a test that
allows for how many were made, and what cannot be said is said to be so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from itertools import combinations, pairwise
from typing import Any

from pydantic import TypeAdapter

from surveys import cautions
from surveys.cautions import Note
from surveys.definition import Instrument, Item
from surveys.differences import (
    LEVEL,
    REST,
    Correction,
    Difference,
    Group,
    Pair,
    Trend,
    Verdict,
    corrected,
    difference_of,
    from_rest,
    pair_of,
    share_of,
    trend_of,
)
from surveys.disclosure import Row
from surveys.release import ALL, WITHIN, Dimension, Release, Result
from surveys.statistics import Weighted
from surveys.versions import asks_the_same
from translations.errors import UserError
from translations.markup import N_

__all__ = [
    "CAVEAT",
    "LEVEL",
    "MADE_UP",
    "REST",
    "Comparison",
    "ComparisonError",
    "Correction",
    "Difference",
    "Group",
    "Names",
    "Pair",
    "Trend",
    "Verdict",
    "Why",
    "across",
    "core",
    "item_of",
    "over_waves",
    "questions",
    "within",
]

CAVEAT = N_(
    "Freiwillige, selbst ausgewählte Antworten. Die Spannen zeigen nur Zufallsschwankung, nicht "
    "Verzerrung durch Selbstauswahl; keine Aussage über alle Bewohner*innen."
)
MADE_UP = N_("Ausgedachte Antworten zum Ausprobieren")  # in a trial, beside every figure
Names = Mapping[str, str]  # of groups, by their ids


class Why(StrEnum):
    """Why a comparison cannot be made; pages say it in the reader's language."""

    SURVEY = "survey"  # unknown, or without anything to compare
    QUESTION = "question"  # unknown, or without adverse answers
    DIMENSION = "dimension"
    GROUP = "group"
    PLACE = "place"
    WAVE = "wave"
    SAME = "same"  # all answers are of one group
    UNASKED = "unasked"  # by any wave that was chosen
    UNANSWERED = "unanswered"  # in any wave that was chosen, at the place

    @property
    def unknown(self) -> bool:
        """Return whether something was named that does not exist."""
        return self not in {Why.SAME, Why.UNASKED, Why.UNANSWERED}


class ComparisonError(UserError):
    """A comparison that cannot be made."""

    def __init__(self, why: Why, message: str) -> None:
        super().__init__(message, kind="comparison")
        self.why = why


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The answers to one item by the groups of a dimension.

    By wave, the rows may be those of one ``place``; else they are of one wave. ``made_up`` answers
    are those of a trial.
    """

    campaign: str
    survey: str
    item: Item
    by: Dimension
    waves: tuple[str, ...]
    place: str | None
    groups: tuple[Group, ...]
    differences: tuple[Difference, ...] = ()
    trend: Trend | None = None
    pair: Pair | None = None
    correction: Correction | None = None
    notes: tuple[Note, ...] = ()
    made_up: bool = False

    def group(self, name: str) -> Group:
        """Return a group by its id."""
        return next(group for group in self.groups if group.id == name)

    def to_json(self) -> dict[str, Any]:
        """Return the document of ``philos results --json``."""
        document: dict[str, Any] = _adapter().dump_python(self, mode="json", exclude={"item"})
        return document | {
            "caveat": f"{MADE_UP}. {CAVEAT}" if self.made_up else CAVEAT,
            "question": self.item.id,
            "text": self.item.question.text,
            "row": self.item.row.text if self.item.row else None,
            "counted": self.item.scale.adverse_label,
        }


@cache
def _adapter() -> TypeAdapter[Comparison]:
    return TypeAdapter(Comparison)


def questions(instrument: Instrument) -> list[Item]:
    """Return the items whose answers can be compared: those with adverse answers."""
    return [item for item in instrument.items.values() if item.scale.adverse]


def core(instrument: Instrument) -> Item:
    """Return the item with which a comparison begins."""
    items = questions(instrument)
    return next((item for item in items if item.question.core), items[0])


def item_of(instrument: Instrument, question: str) -> Item:
    """Return an item that can be compared; raise ComparisonError for any other."""
    items = {item.id: item for item in questions(instrument)}
    if question not in items:
        raise ComparisonError(
            Why.QUESTION,
            f"{question!r} cannot be compared; choose a question from {', '.join(items)}.",
        )
    return items[question]


def within(
    release: Release,
    asked: Instrument,
    question: str,
    by: Dimension,
    names: Names,
    *,
    chosen: Sequence[str] = (),
) -> Comparison:
    """Return the comparison of an item by a dimension, within a wave.

    ``names`` has the groups in the order in which they are shown. Of ``chosen`` groups each is
    compared with each, as it was planned; else each with all the others together. Raise
    ComparisonError where there is nothing that could be compared.
    """
    item = item_of(asked, question)
    if by not in (ALL, *WITHIN):
        raise ComparisonError(Why.DIMENSION, f"{by!r} is none of {', '.join(WITHIN)}.")
    result = _result(release, asked, item)
    table = result.tables.get(by)
    if table is None:
        raise ComparisonError(
            Why.SAME,
            f"All answers of the wave {release.wave} are of the same {by}, or it is not known of "
            "any; there is nothing to compare.",
        )
    ids = [*(name for name in names if name in table), *sorted(table.keys() - names.keys())]
    if chosen:
        if unknown := [name for name in chosen if name not in table]:
            raise ComparisonError(
                Why.GROUP, f"{unknown[0]!r} is no {by} with answers in this wave."
            )
        ids = [name for name in ids if name in chosen]
    groups = tuple(
        _group(
            item,
            release.wave,
            result,
            table[name],
            (name, names.get(name, name)),
            bursts=name if by in ("place", ALL) else None,
        )
        for name in ids
    )
    notes = [*cautions.on_wave(release, asked.id), *cautions.on_result(result)]
    differences: list[Difference] = []
    correction: Correction | None = None
    if by == "language":
        notes.append(Note(kind="languages", refusal=True))
    elif chosen:
        differences, correction = corrected(
            [difference_of(item, *pair) for pair in combinations(groups, 2)], "holm"
        )
    elif len(groups) > 1:
        differences, correction = corrected(
            [from_rest(item, group, result.tables[ALL][ALL]) for group in groups],
            "benjamini-hochberg",
        )
    return Comparison(
        campaign=release.campaign,
        survey=asked.id,
        item=item,
        by=by,
        waves=(release.wave,),
        place=None,
        groups=groups,
        differences=tuple(differences),
        pair=pair_of(release, asked, item) if by == ALL else None,
        correction=correction,
        notes=tuple(notes),
    )


def over_waves(
    releases: Sequence[Release],
    versions: Mapping[str, Instrument],
    asked: Instrument,
    question: str,
    names: Names,
    *,
    place: str | None = None,
) -> Comparison:
    """Return the comparison of an item over waves, each with the one before; of one place, or all.

    ``versions`` are published versions by their names. A wave that asked otherwise is not compared.
    Raise ComparisonError where no wave has answers.
    """
    item = item_of(asked, question)
    notes: list[Note] = []
    rows: list[tuple[Release, Result]] = []
    for release in releases:
        survey = release.surveys.get(asked.id)
        if survey is None or question not in survey.items:
            continue
        version = versions.get(survey.version)
        if version and asks_the_same(item, version):
            rows.append((release, survey.items[question]))
        else:
            figures = {"wave": release.wave}
            notes.append(Note(kind="changed-wording", refusal=True, figures=figures))
    if not rows:
        raise ComparisonError(
            Why.UNASKED, "No wave has been released that asked this question in these words."
        )
    kept = [(release, result) for release, result in rows if _row_of(result, place)]
    if not kept:
        raise ComparisonError(
            Why.UNANSWERED, f"No wave has answers to this question of the place {place!r} alone."
        )
    groups = tuple(
        _group(
            item,
            release.wave,
            result,
            row,
            (release.wave, names.get(release.wave, release.wave)),
            bursts=place or ALL,
        )
        for release, result in kept
        if (row := _row_of(result, place))
    )
    differences, correction = corrected(
        [difference_of(item, later, earlier) for earlier, later in pairwise(groups)], "holm"
    )
    groups = tuple(
        replace(group, notes=(*group.notes, *cautions.on_result(result)))
        for group, (_, result) in zip(groups, kept, strict=True)
    )
    for each, _ in kept:
        notes += cautions.on_wave(each, asked.id)
    notes += cautions.on_waves([each for each, _ in kept], [each for _, each in kept])
    return Comparison(
        campaign=rows[0][0].campaign,
        survey=asked.id,
        item=item,
        by="wave",
        waves=tuple(group.wave for group in groups),
        place=place,
        groups=groups,
        differences=tuple(differences),
        trend=trend_of(groups, [each for each, _ in kept]),
        correction=correction,
        notes=tuple(notes),
    )


def across(comparisons: Iterable[Comparison]) -> list[Comparison]:
    """Return comparisons of several items, adjusted for all the differences in them together.

    Who looks at every question finds a difference by chance alone: Benjamini and Hochberg's
    procedure goes over all of them.
    """
    several = list(comparisons)
    every = [difference for each in several for difference in each.differences]
    adjusted, correction = corrected(every, "benjamini-hochberg")
    rest = iter(adjusted)
    return [
        replace(
            each, differences=tuple(next(rest) for _ in each.differences), correction=correction
        )
        for each in several
    ]


def _result(release: Release, asked: Instrument, item: Item) -> Result:
    survey = release.surveys.get(asked.id)
    if survey is None or item.id not in survey.items:
        raise ComparisonError(Why.UNASKED, f"The wave {release.wave} did not ask {item.id!r}.")
    return survey.items[item.id]


def _row_of(result: Result, place: str | None) -> Row | None:
    return result.tables.get("place", {}).get(place) if place else result.tables[ALL][ALL]


def _group(
    item: Item, wave: str, result: Result, row: Row, naming: tuple[str, str], *, bursts: str | None
) -> Group:
    """Return a row of a comparison.

    ``naming`` is the id of the group, and its name; ``bursts`` the place, or ``ALL``, of which it
    is told what bursts change.
    """
    group, name = naming
    notes = tuple(cautions.on_row(item, row))
    whole = row is result.tables[ALL][ALL]
    weighted = result.weighted if whole and isinstance(result.weighted, Weighted) else None
    return Group(
        id=group,
        name=name,
        wave=wave,
        row=row,
        weighted=weighted,
        without_bursts=result.without_bursts.get(bursts) if bursts else None,
        notes=notes,
        **share_of(row),
    )
