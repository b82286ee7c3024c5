"""Downloads: results, codebook and single answers as files; for a page, a command or the API.

Single answers leave through ``Downloads.microdata`` alone, which logs for whom and why.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from types import MappingProxyType
from typing import Any

from markupsafe import Markup

from materials.campaign import TRANSLATIONS
from materials.worded import worded
from surveys.comparison import CAVEAT, MADE_UP
from surveys.definition import Instrument
from surveys.export import (
    codebook,
    delimited,
    documents,
    microdata,
    notes,
    results,
    rscripts,
    spss,
)
from surveys.export.archives import archive
from surveys.export.microdata import Microdata
from surveys.export.results import Words
from surveys.export.tables import ExportError, Table
from surveys.release import WITHIN, Dimension
from surveys.storage import Entry
from translations.catalogs import Texts, usable
from translations.languages import Language, negotiate, source
from webapp.audit import Kind
from webapp.comparing import Results

SHORTEST_REASON, LONGEST_REASON = 10, 300  # characters
PART = 1 << 16  # bytes of a file that are read at a time
TYPES = MappingProxyType(
    {
        "csv": "text/csv; charset=utf-8",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "json": "application/json",
        "sav": "application/x-spss-sav",
        "r": "text/plain; charset=utf-8",
        "zip": "application/zip",
    }
)
ENDINGS = MappingProxyType({"r": "R"})


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is wanted. ``form`` is one of ``FORMS``; without ``waves`` it is every one there is.

    Without a ``language``, answers and groups are told by their codes and ids.
    """

    form: str
    waves: tuple[str, ...] = ()
    survey: str | None = None
    language: Language | None = None


@dataclass(frozen=True, kw_only=True)
class File:
    """A file: its name, its media type, and its content in parts."""

    name: str
    media_type: str
    parts: Iterable[bytes]


@dataclass(frozen=True, kw_only=True)
class Taker:
    """Who takes single answers, when, and why; the name is empty for a command on the server."""

    name: str
    moment: datetime
    reason: str


@dataclass(frozen=True)
class Downloads:
    """What there is to download of a campaign whose folder this is."""

    found: Results
    folder: Path

    def results(self, order: Order) -> File:
        """Return what is released; raise ReleaseError or ExportError where there is nothing."""
        _require("results", order)
        self.found.release_of(None)
        releases = [self.found.release_of(wave) for wave in order.waves] or self.found.releases
        surveys = [self._survey(order.survey)] if order.survey else self._surveys
        versions = {each.version: each for name in surveys for each in self._versions(name)}
        words = self.words(order.language) if order.language else None
        table = results.table(releases, versions, surveys=surveys, words=words)
        lines = list(notes.on_results(releases, self._told(order), self._cautions(order)))
        tables = [self._marked(table, order), self._codebook(surveys, order)]
        return self._file("results", order, tables, lines)

    def codebook(self, order: Order) -> File:
        """Return what each code means, in every language of the campaign or in one."""
        _require("codebook", order)
        return self._file("codebook", order, [self.codes(order)], [])

    def codes(self, order: Order) -> Table:
        """Return the codebook as a table."""
        surveys = [self._survey(order.survey)] if order.survey else self._surveys
        return self._codebook(surveys, order)

    def microdata(self, order: Order, taker: Taker) -> File:
        """Return single answers of waves that are closed, and log who takes them and why.

        Raise ExportError where the reason is none, or a wave is unknown or not yet closed.
        """
        _require("microdata", order)
        reason = " ".join(taker.reason.split())
        if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
            raise ExportError(
                "Single answers need a reason, which is logged: say in a sentence of "
                f"{SHORTEST_REASON} to {LONGEST_REASON} characters what they are for."
            )
        waves = self._closed(order.waves, taker)
        survey = self._survey(order.survey or self.found.campaign.survey)
        storage, campaign = self.found.storage, self.found.campaign
        subject = f"microdata.{order.form} {survey} {', '.join(waves)}"
        moment = taker.moment
        storage.log(
            Entry(
                minute=moment, name=taker.name, kind=Kind.EXPORTED, subject=subject, reason=reason
            )
        )
        people = storage.individuals(campaign.id, survey, waves)
        data = microdata.gather(campaign.id, self._versions(survey), people)
        return self._single(data, order, reason)

    def words(self, row: Language) -> Words:
        """Return the words of a language for results."""
        texts = self._texts(row)
        return Words(texts=texts, naming=_Naming(self.found, texts))

    def _single(self, data: Microdata, order: Order, reason: str) -> File:
        """Return single answers in the form that is wanted."""
        texts = self._texts(order.language or source())
        names = {name: self.words(texts.language).naming for name in microdata.SURROUNDINGS}
        known = {
            by: {group: naming(by, group) for group in self._groups(by)}
            for by, naming in names.items()
        }
        mark = self._mark(order)
        table = self._marked(data.table(texts, known) if order.language else data.table(), order)
        lines = list(notes.on_microdata(data, reason, self._told(order), self._cautions(order)))
        made: Mapping[str, Callable[[], Iterable[bytes]]] = {
            "csv": lambda: delimited.chunks(table),
            "sav": lambda: [spss.sav(data, texts, mark)],
            "r": lambda: [rscripts.script(data, texts, mark)],
            "xlsx": lambda: [_workbook([table, notes.sheet(lines)])],
            "zip": lambda: self._all(data, order, texts, lines),
        }
        return self._named("microdata", order, made[order.form]())

    def _all(
        self,
        data: Microdata,
        order: Order,
        texts: Texts,
        lines: Sequence[notes.Line],
    ) -> Iterable[bytes]:
        """Return a ZIP of everything, with what was written as far as it is released."""
        mark, codes = self._mark(order), self._marked(data.table(), order)
        files: list[tuple[str, Iterable[bytes]]] = [
            ("README.md", [notes.readme(f"microdata {data.survey}", lines)]),
            ("microdata.csv", delimited.chunks(codes)),
            ("microdata.R", [rscripts.script(data, texts, mark)]),
            ("codebook.csv", delimited.chunks(self._codebook([data.survey], order))),
        ]
        if len(data.spool) <= spss.MOST_ROWS:
            files.append(("microdata.sav", [spss.sav(data, texts, mark)]))
            files.append(("microdata.xlsx", [_workbook([codes, notes.sheet(lines)])]))
        written = self.found.storage.released_texts(self.found.campaign.id)
        bodies = sorted((each.item, each.body) for each in written if each.survey == data.survey)
        if bodies:
            table = Table(name="texts", columns=("question", "text"), rows=bodies)
            files.append(("texts.csv", delimited.chunks(self._marked(table, order))))
        return _packed(files)

    def _file(
        self, name: str, order: Order, tables: Sequence[Table], lines: Sequence[notes.Line]
    ) -> File:
        """Return tables in the form that is wanted; of CSV and JSON the first, of a ZIP all."""
        sheets = [*tables, notes.sheet(lines)] if lines else tables
        made: Mapping[str, Callable[[], Iterable[bytes]]] = {
            "csv": lambda: delimited.chunks(tables[0]),
            "json": lambda: [documents.document(tables[0])],
            "xlsx": lambda: [_workbook(sheets)],
            "zip": lambda: _packed(
                [
                    ("README.md", [notes.readme(name, lines)]),
                    *((f"{table.name}.csv", delimited.chunks(table)) for table in tables),
                    (f"{name}.json", [documents.document(tables[0])]),
                    (f"{name}.xlsx", [_workbook(sheets)]),
                ]
            ),
        }
        return self._named(name, order, made[order.form]())

    def _named(self, name: str, order: Order, parts: Iterable[bytes]) -> File:
        ending = ENDINGS.get(order.form, order.form)
        return File(
            name=f"{self.found.campaign.id}-{name}.{ending}",
            media_type=TYPES[order.form],
            parts=parts,
        )

    def _codebook(self, surveys: Sequence[str], order: Order) -> Table:
        rows = [order.language] if order.language else self.found.campaign.rows
        versions = [self._versions(name) for name in surveys]
        return codebook.table(versions, [self._texts(row) for row in rows])

    def _texts(self, row: Language) -> Texts:
        return Texts(row, folders=[self.folder / TRANSLATIONS])

    def _mark(self, order: Order) -> str:
        """Return what marks answers that are made up, in the reader's language."""
        return (
            self._texts(order.language or source()).find(MADE_UP).text if self.found.made_up else ""
        )

    def _marked(self, table: Table, order: Order) -> Table:
        return table.marked(self._mark(order)) if self.found.made_up else table

    def _cautions(self, order: Order) -> list[str]:
        """Return what stands beside every figure."""
        caveat = self._texts(order.language or source()).find(CAVEAT).text
        return [*filter(None, [self._mark(order)]), caveat]

    def _told(self, order: Order) -> Texts:
        """Return the texts of the notes, in the language of coordinators that is nearest."""
        wanted = [order.language.tag] if order.language else []
        return Texts(negotiate(wanted, usable("staff")) or source(), domain="staff")

    @property
    def _surveys(self) -> list[str]:
        return list(self.found.campaign.instruments)

    def _survey(self, name: str) -> str:
        if name not in self.found.campaign.instruments:
            raise ExportError(
                f"{name!r} is no survey of the campaign; choose from {', '.join(self._surveys)}."
            )
        return name

    def _versions(self, name: str) -> list[Instrument]:
        """Return the versions of a survey: the campaign's own first, then those before it."""
        newest = self.found.campaign.instruments[name]
        older = [
            each for each in self.found.storage.versions(name) if each.version != newest.version
        ]
        return [newest, *sorted(older, key=lambda each: each.version)]

    def _closed(self, wanted: Sequence[str], taker: Taker) -> list[str]:
        waves = {each.id: each for each in self.found.campaign.waves}
        closed = [name for name, each in waves.items() if each.closes < taker.moment.date()]
        for name in wanted:
            if name not in waves:
                raise ExportError(f"{name!r} is no wave; choose from {', '.join(waves)}.")
            if name not in closed:
                raise ExportError(
                    f"The wave {name} is open until {waves[name].closes}; single answers are "
                    "exported when it is closed."
                )
        if not closed:
            raise ExportError("No wave is closed yet; single answers are exported after it is.")
        return list(wanted) or closed

    def _groups(self, by: str) -> Iterable[str]:
        known = next((each for each in ("wave", *WITHIN) if each == by), None)
        return self.found.names(known) if known else ()


FORMS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "results": ("xlsx", "csv", "json", "zip"),
        "codebook": ("xlsx", "csv", "json"),
        "microdata": ("csv", "xlsx", "sav", "r", "zip"),
    }
)


def _require(what: str, order: Order) -> None:
    if order.form not in FORMS[what]:
        raise ExportError(
            f"There is no {what} as {order.form!r}; choose from {', '.join(FORMS[what])}."
        )


class _Naming:
    """How groups are called: by their names in the campaign, or in philos's own words."""

    def __init__(self, found: Results, texts: Texts) -> None:
        self._words: Any = worded(texts, {})
        self._found = found
        self._known: dict[Dimension, Mapping[str, str]] = {}

    def __call__(self, by: str, group: str) -> str:
        dimension: Dimension = by  # type: ignore[assignment]
        names = self._known.setdefault(dimension, self._found.names(dimension))
        said: Markup = self._words.group_name(by, group, names.get(group, group))
        return said.striptags().strip("\u2068\u2069")  # a cell stands by itself


def _workbook(tables: Sequence[Table]) -> bytes:
    """Return tables as .xlsx."""
    from surveys.export.workbooks import workbook  # noqa: PLC0415  takes as long as a page or two

    return workbook(tables)


def _packed(files: Iterable[tuple[str, Iterable[bytes]]]) -> Iterator[bytes]:
    """Yield a ZIP of files, which is made before anything of it is sent."""
    with TemporaryFile() as target:
        archive(files, target)
        target.seek(0)
        yield from iter(partial(target.read, PART), b"")
