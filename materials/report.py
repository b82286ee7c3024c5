"""The alliance's report: what a wave answered, in words, pictures and tables, as one PDF.

It is made of releases and comparisons alone, so that it can hold nothing that is hidden. Given the
same of both it is the same, byte for byte.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import Any

import pikepdf
from markupsafe import Markup

from materials.campaign import TRANSLATIONS, Campaign
from materials.editions import editions
from materials.library import ACCENTS, environment, font_faces, font_stack, home, topics
from materials.manifest import read_manifest
from materials.pdf import ENGINE, typesetter
from materials.pictures import component, styles, words
from materials.render import check_glyphs, data_uri, digest, style_file
from materials.sheets import questionnaires, unproved
from materials.tags import scope_headers
from materials.trace import Origin, Packet
from materials.waves import Wave, wave_names
from materials.worded import context, plain, plain_name, worded
from surveys.arrivals import Kind
from surveys.comparison import Comparison, core
from surveys.definition import Instrument, Item, messages
from surveys.disclosure import SMALLEST_BASE, SMALLEST_BASES, SMALLEST_COUNT, Row
from surveys.paper import FORMAT as ON_PAPER
from surveys.pictures.bars import Bars
from surveys.pictures.comparing import of_differences, of_groups, of_waves
from surveys.pictures.multiples import Multiples
from surveys.pictures.whiskers import Whiskers
from surveys.questions import Option, Question
from surveys.release import ALL, Release
from translations.catalogs import Texts, gaps
from translations.errors import UserError
from translations.languages import Language, language
from translations.review import State

AREAS = (
    "materials/reports/",
    "materials/wording/",
    "materials/pictures/",
    "materials/waves.py",
    "surveys/comparison.py",
)
_SIDES = {"ltr": ("left", "right"), "rtl": ("right", "left")}


class ReportError(UserError):
    """A report that cannot be made."""


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """What was answered to a question: one comparison for each of its items, by their ids.

    ``overall`` is of all answers, ``places`` by place, ``waves`` over waves; the latter two lack
    what cannot be compared.
    """

    question: Question
    overall: Mapping[str, Comparison]
    places: Mapping[str, Comparison]
    waves: Mapping[str, Comparison]

    @property
    def first(self) -> Comparison:
        """Return all answers to the first item."""
        return next(iter(self.overall.values()))

    @property
    def matrix(self) -> bool:
        """Return whether the question has several items."""
        return len(self.overall) > 1

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the places that are compared."""
        groups = (group for each in self.places.values() for group in each.groups)
        return tuple(dict.fromkeys(group.name for group in groups))


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a report tells: a survey's chapters, in the order asked, and the release they are of.

    ``waves`` are the released ones in their order of time.
    """

    asked: Instrument
    release: Release
    waves: tuple[Wave, ...]
    chapters: tuple[Chapter, ...]

    @property
    def made_up(self) -> bool:
        """Return whether the answers are those of a trial."""
        return self.core.first.made_up

    @property
    def core(self) -> Chapter:
        """Return the chapter with which the summary begins."""
        wanted = core(self.asked).question.id
        return next(
            (each for each in self.chapters if each.question.id == wanted), self.chapters[0]
        )


@dataclass(frozen=True, kw_only=True)
class Printed:
    """A kind of sheet: where it was, in which languages, how many copies, and what it brought.

    ``copies`` is None for a sheet that the campaign no longer has. Where single places and
    languages brought too few to tell, ``responses`` are at least so many, and not ``exact``.
    """

    topic: str
    format: str
    places: tuple[str, ...]
    languages: tuple[Language, ...]
    copies: int | None
    responses: int
    exact: bool

    @property
    def per_hundred(self) -> float | None:
        """Return how many responses a hundred copies have brought."""
        if self.copies is None or not self.exact:
            return None
        return 100 * self.responses / self.copies


@dataclass(frozen=True, kw_only=True)
class Report:
    """A report as PDF; ``states`` tells how far its texts are reviewed."""

    pdf: bytes
    pages: int
    states: Mapping[str, int]

    @property
    def reviewed(self) -> bool:
        """Return whether every text may be handed out."""
        return all(State(state).final for state, number in self.states.items() if number)


def lacking(asked: Instrument, row: Language, folder: Path) -> list[str]:
    """Return the texts of a report of a survey that a language has not."""
    texts = Texts(row, folders=[folder / TRANSLATIONS])
    return [*gaps(row, "public", *AREAS), *texts.lacks(text for text, _ in messages(asked))]


def report(campaign: Campaign, folder: Path, content: Content, row: Language) -> Report:
    """Return the report of a wave in a language.

    Raise ReportError where the language lacks texts, RenderError for a character without a font.
    """
    if lacks := lacking(content.asked, row, folder):
        raise ReportError(
            f"{len(lacks)} texts of the report are not translated into {row.endonym} ({row.tag}), "
            f"such as {lacks[0][:60]!r}; translate them, or choose another language."
        )
    texts = Texts(row, folders=[folder / TRANSLATIONS])
    page = _Page(campaign, folder, content, texts)
    page.html(final=True)  # to learn whether all that it says is reviewed
    html = page.html(final=texts.final)
    check_glyphs(f"report, {row.tag}", _readers(campaign, row), html)
    sheet = _styles(row)
    book = typesetter(font_faces(), home()).book(html, sheet)
    origin = Origin(
        campaign=campaign.id,
        topic="report",
        format="a4",
        language=row.tag,
        place="",
        output="screen",
        code=None,
        hashes={
            "release": digest(content.release.to_json()),
            "template": digest([sheet, ENGINE]),
            "file": digest(html),
        },
    )
    pdf, pages = _traced(book, origin)
    return Report(pdf=pdf, pages=pages, states=texts.states())


def _readers(campaign: Campaign, row: Language) -> list[Language]:
    """Return the reader's language, and those of the campaign that it may have no name for."""
    return list(dict.fromkeys([row, *campaign.rows]))


def _fonts(rows: Sequence[Language]) -> str:
    return ", ".join(dict.fromkeys(font for row in rows for font in font_stack(row).split(", ")))


def _styles(row: Language) -> str:
    start, end = _SIDES[row.direction]
    sheet = style_file("report").replace("-start {", f"-{start} {{").replace("-end {", f"-{end} {{")
    return "\n".join([styles(), sheet]).replace("var(--accent)", ACCENTS["survey"])


def _traced(pdf: bytes, origin: Origin) -> tuple[bytes, int]:
    """Return a PDF that says of itself what it was made of, as sheets do, and its pages."""
    file = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as opened:
        scope_headers(opened)
        Packet(opened).write(origin)
        opened.save(file, deterministic_id=True)
        return file.getvalue(), len(opened.pages)


@dataclass
class _Page:
    """The report as HTML."""

    campaign: Campaign
    folder: Path
    content: Content
    texts: Texts

    def html(self, *, final: bool) -> str:
        """Return the whole document."""
        content, row = self.content, self.texts.language
        template = environment().get_template("reports/report.jinja")
        return template.render(
            **self._context,
            campaign=self.campaign,
            content=content,
            final=final,
            language=row,
            font=Markup(_fonts(_readers(self.campaign, row))),  # noqa: S704  names of our own
            logo=lambda name: data_uri(self.folder / name),
            drawing=_Drawing(self._context["say"], self._context["waves"]),
            picture=component(self.texts),
            named=lambda item: words(item, self.texts),
            others=list(others(content)),
            printed=printed(self.campaign, content.release, read_manifest(self.folder / "out")),
            topic_name=self._topic_name,
            smallest=(SMALLEST_COUNT, SMALLEST_BASE, SMALLEST_BASES["language"]),
        )

    @cached_property
    def _context(self) -> dict[str, Any]:
        waves = wave_names(self.content.waves, self.texts)
        return {**context(self.texts, waves), "say": worded(self.texts, waves)}

    def _topic_name(self, name: str) -> Markup:
        """Return what a topic is called, or the survey that is on paper."""
        asked = self.campaign.known_surveys.get(name)
        if asked and name not in topics():
            return self.texts.text(asked.title)
        said: Markup = self._context["say"].group_name("topic", name, name)
        return said


@dataclass(frozen=True)
class _Drawing:
    """The pictures of chapters, with the names that are words of the reader's language."""

    say: Any
    waves: Mapping[str, str]

    def answers(self, chapter: Chapter) -> Bars:
        """Return all answers to a question and those at each place, or to each of its rows."""
        if chapter.matrix:
            named = [(self._row(each), each.groups[0]) for each in chapter.overall.values()]
        else:
            named = [
                (plain_name(self.say, each, group), group)
                for each in [*chapter.overall.values(), *chapter.places.values()]
                for group in each.groups
            ]
        return of_groups(chapter.first.item, named)

    def differences(self, comparison: Comparison) -> Whiskers:
        """Return how each group differs from all the others together."""
        groups = [comparison.group(each.one) for each in comparison.differences]
        return of_differences(
            comparison, [plain_name(self.say, comparison, group) for group in groups]
        )

    def over_waves(self, chapter: Chapter) -> Multiples:
        """Return the shares of a question's items in wave after wave."""
        everybody = plain(self.say.everybody())
        named = [
            (self._row(each) if chapter.matrix else everybody, each)
            for each in chapter.waves.values()
        ]
        return of_waves(named, self.waves)

    def _row(self, comparison: Comparison) -> str:
        return plain(self.say.row(comparison.item))


@dataclass(frozen=True, kw_only=True)
class Told:
    """What was answered to an item that no comparison counts: how many gave each answer."""

    item: Item
    n: int | None
    rows: tuple[tuple[Option, int | None, float | None], ...]


def others(content: Content) -> Iterator[Told]:
    """Yield the items without adverse answers, as far as they may be shown."""
    found = content.release.surveys[content.asked.id]
    for item in content.asked.items.values():
        if item.id in found.items and not item.scale.adverse:
            row = found.items[item.id].tables[ALL][ALL]
            counts = {option.code: row.counts.get(option.code) for option in item.scale.choices}
            yield _told(item, row.n, counts)
        elif item.id in found.options:
            rows: Mapping[int, Row] = found.options[item.id]
            bases = [row.n for row in rows.values() if row.n is not None]
            counts = {option.code: rows[option.code].adverse for option in item.scale.choices}
            yield _told(item, max(bases, default=None), counts)


def _told(item: Item, n: int | None, counts: Mapping[int, int | None]) -> Told:
    rows = tuple(
        (item.offered[code], count, count / n if n and count is not None else None)
        for code, count in counts.items()
    )
    return Told(item=item, n=n, rows=rows)


def printed(campaign: Campaign, release: Release, manifest: Mapping[str, Any]) -> list[Printed]:
    """Return every kind of sheet that the campaign prints, or that brought a response.

    Topic by topic, in the order of the campaign; ``manifest`` tells what was printed. Sheets of
    results stand there if they brought a response: in the first wave there were none to give back.
    """
    sheets, asked = unproved(campaign), questionnaires(campaign)
    copies = editions(sheets, asked, manifest)
    spread: dict[Kind, list[tuple[str, str]]] = {kind: [] for kind in copies}
    for sheet in sheets:
        spread[sheet.material.topic, sheet.material.format].append((sheet.place, sheet.tag))
    for each in asked:
        spread[each.survey, ON_PAPER].append((each.place, each.tag))
    brought: Counter[Kind] = Counter()
    vague = set()
    for found in release.sheets:
        kind = found.topic, found.format
        brought[kind] += found.responses or 1
        if found.responses is None:
            vague.add(kind)
    order = list(dict.fromkeys(topic for topic, _ in copies))
    known = sorted(copies, key=lambda kind: order.index(kind[0]))
    giving = {sheet.material.topic for sheet in sheets if sheet.topic.results}
    return [
        Printed(
            topic=kind[0],
            format=kind[1],
            places=_once(campaign.place(place).name for place, _ in spread.get(kind, ())),
            languages=tuple(map(language, _once(tag for _, tag in spread.get(kind, ())))),
            copies=copies.get(kind),
            responses=brought[kind],
            exact=kind not in vague,
        )
        for kind in [*known, *sorted(brought.keys() - copies.keys())]
        if brought[kind] or kind[0] not in giving
    ]


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def chapters(
    asked: Instrument,
    overall: Sequence[Comparison],
    places: Sequence[Comparison],
    waves: Sequence[Comparison],
) -> tuple[Chapter, ...]:
    """Return comparisons as the chapters of a report, question by question."""
    known = [{each.item.id: each for each in several} for several in (overall, places, waves)]
    found = []
    for question, items in groupby(asked.items.values(), key=lambda item: item.question):
        ids = [item.id for item in items if item.id in known[0]]
        if ids:
            parts = [{name: each[name] for name in ids if name in each} for each in known]
            found.append(
                Chapter(question=question, overall=parts[0], places=parts[1], waves=parts[2])
            )
    return tuple(found)
