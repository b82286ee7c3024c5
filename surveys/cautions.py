"""Cautions: what must be refused, and what must be said beside a figure, so that nobody is misled.

The bounds are those of the notes on statistics. Each caution is a ``Note`` of a kind; the words
for it stand in one template, in every language in which a result can be read.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from surveys.daylight import declination
from surveys.definition import Item
from surveys.disclosure import Row
from surveys.release import ALL, Release, Result
from surveys.statistics import Weighted
from surveys.weighting import Unweighted

SMALLEST_TESTED = 30  # answers on the scale; with fewer, chance is too large to test
SMALL_BASE = 50  # answers; below it a share is uncertain
LARGE_DESIGN_EFFECT = 1.5
LARGE_PART = 0.5  # of a wave that came by one kind of sheet
SHIFT = 0.10  # of a language's part between two waves
OTHER_SEASON = 10.0  # degrees of the sun's declination
MANY_AVOID = 0.10  # part of those who stay away


@dataclass(frozen=True, kw_only=True)
class Note:
    """A caution beside a figure; ``refusal`` says that something is not shown because of it."""

    kind: str
    refusal: bool = False
    figures: Mapping[str, float | int | str] = field(default_factory=dict)


def on_row(item: Item, row: Row) -> Iterator[Note]:
    """Yield what must be said beside the figures of a group."""
    if row.n is None:
        yield Note(kind="hidden", refusal=True)
    elif row.n == 0:
        yield Note(kind="no-answers", refusal=True)
    elif row.adverse is None and item.scale.adverse:
        yield Note(kind="hidden-share", refusal=True)
    elif row.n < SMALL_BASE:
        yield Note(kind="small-base", figures={"n": row.n})
    yield from _avoidance(item, row)


def _avoidance(item: Item, row: Row) -> Iterator[Note]:
    """Say so where many stay away, and what the share is when they count as adverse."""
    away = [row.beside.get(code) for code in item.question.avoidance]
    if not away or row.n is None or row.adverse is None or None in away:
        return
    avoid = sum(filter(None, away))
    whole = row.n + avoid
    if avoid and avoid / whole > MANY_AVOID:
        share = (row.adverse + avoid) / whole
        yield Note(kind="avoidance", figures={"share": avoid / whole, "counted": share})


def on_result(result: Result) -> Iterator[Note]:
    """Yield what must be said of all answers to an item in a wave."""
    if result.left_out is None:
        yield Note(kind="left-out-few")
    elif result.left_out:
        yield Note(kind="left-out", figures={"n": result.left_out})
    weighted = result.weighted
    if isinstance(weighted, Unweighted):
        yield Note(kind=f"unweighted-{weighted}", refusal=True)
    elif isinstance(weighted, Weighted) and weighted.design_effect > LARGE_DESIGN_EFFECT:
        figures = {"design_effect": weighted.design_effect, "n": weighted.effective}
        yield Note(kind="design-effect", figures=figures)


def on_wave(release: Release, survey: str) -> Iterator[Note]:
    """Yield what must be said of a whole wave."""
    kinds: Counter[tuple[str, str]] = Counter()
    for sheet in release.sheets:
        if sheet.survey == survey:
            kinds[sheet.topic, sheet.format] += sheet.responses or 0
    for (topic, form), n in kinds.most_common(1):
        part = n / release.surveys[survey].responses if n else 0.0
        if part > LARGE_PART:
            figures: dict[str, float | int | str] = {
                "topic": topic,
                "format": form,
                "share": round(part, 2),
                "wave": release.wave,
            }
            yield Note(kind="one-sheet", figures=figures)
    if release.bursts:
        yield Note(kind="bursts", figures={"wave": release.wave})
    if release.bursts_hidden:
        yield Note(kind="bursts-hidden", refusal=True, figures={"wave": release.wave})
    if release.bursts_unsaid:
        yield Note(kind="bursts-unsaid", figures={"wave": release.wave})


def on_waves(releases: Sequence[Release], results: Sequence[Result]) -> Iterator[Note]:
    """Yield what makes waves, one after the other, hard to compare."""
    for (one, first), (other, second) in pairwise(zip(releases, results, strict=True)):
        figures: dict[str, float | int | str] = {"wave": one.wave, "other": other.wave}
        if abs(_sun(one) - _sun(other)) > OTHER_SEASON:
            yield Note(kind="season", figures=figures)
        if _shift(first, second) > SHIFT:
            yield Note(kind="language-mix", figures=figures)


def _sun(release: Release) -> float:
    """Return where the sun stood in the middle of a wave, in degrees of declination."""
    return declination(middle(release))


def middle(release: Release) -> date:
    """Return the day in the middle of a wave."""
    return release.opens + (release.closes - release.opens) / 2


def _shift(one: Result, other: Result) -> float:
    """Return by how much the part of a language has changed most, as far as it may be known."""
    parts = [_parts(result) for result in (one, other)]
    if not all(parts):  # where all speak one language there is no table, and it is not said which
        shown = [part for each in parts for part in each.values() if part is not None]
        return 1 - max(shown, default=1.0)
    pairs = ((parts[0].get(tag, 0.0), parts[1].get(tag, 0.0)) for tag in parts[0] | parts[1])
    known = (abs(a - b) for a, b in pairs if a is not None and b is not None)
    return max(known, default=0.0)


def _parts(result: Result) -> dict[str, float | None]:
    """Return the part of each language of all answers, None where it is hidden."""
    whole = result.tables[ALL][ALL].n
    rows = result.tables.get("language", {})
    return {
        tag: row.n / whole if whole and row.n is not None else None for tag, row in rows.items()
    }
