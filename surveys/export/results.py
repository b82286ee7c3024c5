"""Results as one long table: a line for each figure of each group that a release has.

It is made of releases alone, so there is nothing in it that disclosure control has hidden.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from surveys.definition import Instrument, Item
from surveys.disclosure import Paired, Row, sufficient
from surveys.export.tables import HIDDEN, Cell, Table
from surveys.release import ALL, Release, Result, SurveyResult
from surveys.statistics import Weighted, wilson
from surveys.wording import row_of, worded
from translations.catalogs import Texts

Naming = Callable[[str, str], str]  # from a dimension and the id of a group to its name

IDS = ("campaign", "wave", "survey", "version", "question", "row", "dimension", "group", "measure")
LABELS = ("wave_name", "question_text", "row_text", "group_name", "label")
FIGURES = ("code", "count", "n", "share", "low", "high", "effective_n")


@dataclass(frozen=True, kw_only=True)
class Words:
    """The words of a reader: her texts, and how groups are called. Ids and codes need none."""

    texts: Texts
    naming: Naming


@dataclass(frozen=True, kw_only=True)
class _Figure:
    """A line of a group: a count of ``n``, and the share that it is."""

    measure: str
    code: int | None = None
    label: str = ""
    count: Cell = None
    n: Cell = None
    share: Cell = None
    low: Cell = None
    high: Cell = None
    effective_n: Cell = None


def table(
    releases: Iterable[Release],
    versions: Mapping[str, Instrument],
    *,
    surveys: Sequence[str] = (),
    words: Words | None = None,
) -> Table:
    """Return the figures of releases, of some surveys or of all, with ``words`` or codes alone.

    ``versions`` has the published versions of the surveys. The columns are those of ``IDS``,
    ``LABELS`` where there are words, and ``FIGURES``; shares and their Wilson intervals at 95 %
    are in 0 to 1.
    """
    columns = (*IDS, *(LABELS if words else ()), *FIGURES)
    found = [
        (release, versions[survey.version], survey)
        for release in releases
        for name, survey in release.surveys.items()
        if not surveys or name in surveys
    ]
    rows = (
        tuple(line[column] for column in columns)
        for release, asked, survey in found
        for line in _lines(release, asked, survey, words)
    )
    return Table(name="results", columns=columns, rows=list(rows))


def _lines(
    release: Release, asked: Instrument, survey: SurveyResult, words: Words | None
) -> Iterator[dict[str, Cell]]:
    wave: dict[str, Cell] = {
        "campaign": release.campaign,
        "wave": release.wave,
        "survey": asked.id,
        "version": survey.version,
        "wave_name": words.naming("wave", release.wave) if words else "",
    }
    for name, result in survey.items.items():
        item = asked.items[name]
        for dimension, group, figure in _of_item(item, result, words):
            place = _asked(item, words) | _group(dimension, group, words)
            yield wave | place | vars(figure)
    whole = wave | _group(ALL, ALL, words)
    for name, options in survey.options.items():
        item = asked.items[name]
        for code, row in options.items():
            label = _label(item, code, words)
            figure = _share("chosen", row.adverse, row.n, code=code, label=label)
            yield whole | _asked(item, words) | vars(figure)
    for name, pair in survey.pairs.items():
        told = {"question": name, "row": "", "question_text": name, "row_text": ""}
        yield from (whole | told | vars(figure) for figure in _pair(pair))


def _of_item(item: Item, result: Result, words: Words | None) -> Iterator[tuple[str, str, _Figure]]:
    """Yield the figures of an item, each with its dimension and group."""
    for dimension, groups in result.tables.items():
        for group, row in groups.items():
            yield from ((dimension, group, figure) for figure in _row(item, row, words))
    for group, rest in result.without_bursts.items():
        figure = _share("without-bursts", rest.adverse, rest.n)
        yield ALL if group == ALL else "place", group, figure
    if isinstance(result.weighted, Weighted):
        yield ALL, ALL, _weighted(result.weighted)


def _asked(item: Item, words: Words | None) -> dict[str, Cell]:
    return {
        "question": item.question.id,
        "row": item.row.id if item.row else "",
        "question_text": words.texts.find(item.question.text).text if words else "",
        "row_text": row_of(item, words.texts) if words else "",
    }


def _group(dimension: str, group: str, words: Words | None) -> dict[str, Cell]:
    name = words.naming(dimension, group) if words else ""
    return {"dimension": dimension, "group": group, "group_name": name}


def _row(item: Item, row: Row, words: Words | None) -> Iterator[_Figure]:
    """Yield the figures of a group; what may not be shown is hidden with all that is made of it."""
    if item.scale.adverse:
        label = words.texts.find(item.scale.adverse_label).text if words else ""
        yield _share("adverse", row.adverse, row.n, label=label)
    for option in item.scale.choices:
        label = _label(item, option.code, words)
        count = row.counts.get(option.code)
        yield _share("answer", count, row.n, code=option.code, label=label)
    for option in item.question.extra:
        label = _label(item, option.code, words)
        count = row.beside.get(option.code)
        yield _Figure(measure="beside", code=option.code, label=label, count=_shown(count))
    yield _Figure(measure="unsaid", count=_shown(row.unsaid))


def _label(item: Item, code: int, words: Words | None) -> str:
    return worded(item.offered[code], item.scale, words.texts) if words else ""


def _shown(value: int | None) -> Cell:
    return HIDDEN if value is None else value


def _share(
    measure: str, count: int | None, n: int | None, *, code: int | None = None, label: str = ""
) -> _Figure:
    figure = _Figure(measure=measure, code=code, label=label, count=_shown(count), n=_shown(n))
    if count is None or n is None:
        return replace(figure, share=HIDDEN, low=HIDDEN, high=HIDDEN)
    if not n or not sufficient(n):
        return figure
    low, high = wilson(count, n)
    return replace(figure, share=count / n, low=low, high=high)


def _weighted(found: Weighted) -> _Figure:
    low, high = found.interval
    return _Figure(
        measure="weighted", share=found.share, low=low, high=high, effective_n=found.effective
    )


def _pair(pair: Paired | None) -> Iterator[_Figure]:
    """Yield how the same persons answered two items: which of the two adversely, or neither."""
    for name in ("both", "first", "second", "neither"):
        count = getattr(pair, name) if pair else None
        yield _share(f"pair-{name}", count, pair.n if pair else None)
