"""The sheets of an XLSForm as tables: what each column is, and in which language."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from surveys.documents import DocumentError, Finding
from surveys.xlsform.names import header, language_of, spoken
from surveys.xlsform.opening import Cell, Sheet
from translations.languages import SOURCE, Language, language


class Report:
    """Gathers what is wrong, cell by cell, so that it is all told in one go."""

    def __init__(self, file: str, findings: Sequence[Finding]) -> None:
        self._file, self._findings = file, dict.fromkeys(findings)

    def add(self, place: str, message: str) -> None:
        """Tell what is wrong in a place."""
        self._findings[Finding(self._file, message, key=place)] = None

    def stop(self) -> None:
        """Raise DocumentError where something is wrong."""
        if self._findings:
            raise DocumentError(list(self._findings))


@dataclass(frozen=True)
class Columns:
    """The columns that a sheet can have: those it must have, others, those with a language."""

    needed: frozenset[str]
    others: frozenset[str] = frozenset()
    translated: frozenset[str] = frozenset()


SHEETS: Mapping[str, Columns] = MappingProxyType(
    {
        "settings": Columns(
            frozenset({"form_title", "form_id", "minutes"}),
            frozenset({"source", "licence", "default_language", "version"}),
        ),
        "choices": Columns(
            frozenset({"list_name", "name", "label"}), translated=frozenset({"label"})
        ),
        "survey": Columns(
            frozenset({"type", "name", "label"}),
            frozenset({"relevant", "required", "parameters", "source", "licence"}),
            frozenset({"label", "hint", "media::audio"}),
        ),
    }
)


@dataclass(frozen=True)
class Words:
    """A text in every language that has a column for it."""

    field: str
    sheet: Sheet
    cells: Mapping[str, Cell]  # by the language's tag

    @property
    def source(self) -> Cell:
        """Return the German cell."""
        return self.cells.get(SOURCE, self.beside)

    @property
    def beside(self) -> Cell:
        """Return the first header cell that is free."""
        return self.sheet.cell(0, len(self.sheet.rows[0]))

    def __bool__(self) -> bool:
        """Return whether it is there in any language."""
        return any(cell.text for cell in self.cells.values())


@dataclass(frozen=True)
class Line:
    """One row of a table."""

    sheet: Sheet
    columns: Mapping[tuple[str, str], int]  # by field and language, which may be empty
    row: int

    def cell(self, field: str) -> Cell:
        """Return the cell of a field without language, empty where the column is not there."""
        column = self.columns.get((field, ""))
        return Cell("", "") if column is None else self.sheet.cell(self.row, column)

    def words(self, field: str) -> Words:
        """Return the cells of a field with languages."""
        cells = {
            tag: self.sheet.cell(self.row, column)
            for (name, tag), column in self.columns.items()
            if name == field and tag
        }
        return Words(field, self.sheet, cells)

    def filled(self) -> list[tuple[str, Cell]]:
        """Return what stands in the row, with the field of each cell."""
        cells = [(name, self.sheet.cell(self.row, at)) for (name, _), at in self.columns.items()]
        return [(name, cell) for name, cell in cells if cell.text]


def tables(sheets: Sequence[Sheet], report: Report) -> dict[str, list[Line]]:
    """Return the filled lines of each sheet that an XLSForm can have, by the sheet's name."""
    named = {sheet.name.strip().casefold(): sheet for sheet in sheets}
    for sheet in sheets:
        name = sheet.name.strip().casefold()
        read = name in SHEETS and named[name] is sheet
        if not read and not name.startswith("_") and any(sheet.rows):
            report.add(f"{sheet.name}!A1", "is of a sheet that is not read; delete the sheet.")
    for name in ("survey", "settings"):
        if name not in named or not named[name].rows:
            report.add(name, "is a sheet that must be there and is missing or empty; fill it in.")
    lines: dict[str, list[Line]] = {name: [] for name in SHEETS}
    for name, columns in SHEETS.items():
        if name in named and named[name].rows:
            default = _default(lines["settings"], report)
            lines[name] = list(_lines(named[name], columns, default, report))
    return lines


def _default(settings: Sequence[Line], report: Report) -> Language | None:
    """Return the language of columns that name none, which the settings tell."""
    for line in settings[:1]:
        cell = line.cell("default_language")
        try:
            return language_of(cell.text) if cell.text else None
        except ValueError as error:
            report.add(cell.place, f"{error}.")
    return None


def _lines(
    sheet: Sheet, wanted: Columns, default: Language | None, report: Report
) -> Iterator[Line]:
    columns = _columns(sheet, wanted, default, report)
    if lacking := wanted.needed - {name for name, _ in columns}:
        place = sheet.cell(0, len(sheet.rows[0])).place
        report.add(place, f"must be the column {' and '.join(sorted(lacking))}; add it.")
        return
    for row in range(1, len(sheet.rows)):
        line = Line(sheet, columns, row)
        if line.filled():
            yield line


def _columns(
    sheet: Sheet, wanted: Columns, default: Language | None, report: Report
) -> dict[tuple[str, str], int]:
    """Return the columns that are read; tell of every cell that stands in another."""
    found: dict[tuple[str, str], int] = {}
    for column in range(max(map(len, sheet.rows))):
        head = sheet.cell(0, column)
        try:
            key = _key(head.text, wanted, default)
        except ValueError as error:
            report.add(head.place, f"{error}.")
            continue
        if key is None:
            below = [sheet.cell(row, column) for row in range(1, len(sheet.rows))]
            for cell in filter(lambda cell: cell.text, below):
                report.add(cell.place, _unread(head.text))
        elif key in found:
            report.add(head.place, "is a column that stands there twice; delete one.")
        else:
            found[key] = column
    return found


def _unread(head: str) -> str:
    if not head:
        return "stands below no header; clear it."
    return f"is in the column {head[:40]!r}, which is not read; clear it."


def _key(head: str, wanted: Columns, default: Language | None) -> tuple[str, str] | None:
    """Return the field and language of a header, None for one that is not read."""
    parts = [part.strip() for part in head.split("::")]
    field, rest = parts[0].casefold().replace(" ", "_"), parts[1:]
    if field == "media" and rest:
        field, rest = f"media::{rest[0].casefold()}", rest[1:]
    if field in wanted.translated and len(rest) == 1:
        return field, language_of(rest[0]).tag
    if rest or field not in wanted.needed | wanted.others | wanted.translated:
        return None
    if field not in wanted.translated:
        return field, ""
    if default is None:
        raise ValueError(f"names no language; write {header(field, language(SOURCE))!r}")
    return field, default.tag


def lacking(row: Language, words: Words) -> tuple[Cell, str]:
    """Return the cell where a text is missing in a language, and what to do about it."""
    if row.tag in words.cells:
        return words.cells[row.tag], f"has no text in {spoken(row)}, which others have; write it."
    head = header(words.field, row)
    return words.beside, f"must be the column {head!r}, since the language has other texts; add it."
