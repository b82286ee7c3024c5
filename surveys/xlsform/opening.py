"""A workbook from outside, looked at before it is opened, and read as sheets of text.

openpyxl is handed only the parts that have been looked at here: small enough, flat enough, without
a document type, and with no cell far out that would have to be filled up to.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeVar
from warnings import catch_warnings, simplefilter
from xml.parsers import expat

from openpyxl import Workbook, load_workbook
from openpyxl.utils import column_index_from_string, get_column_letter

from surveys.documents import LONGEST_TEXT, DocumentError, Finding, fault

LARGEST_FILE = 2_000_000  # bytes
LARGEST_CONTENT = 20_000_000  # bytes when unpacked
MOST_PACKED = 200  # times that a part may grow when it is unpacked; tables grow some 30 times
MOST_PARTS = 500
MOST_ELEMENTS = 300_000  # of all parts
DEEPEST = 40  # elements within each other
MOST_ROWS, MOST_COLUMNS = 10_000, 200
Some = TypeVar("Some")
_PARTS = (".xml", ".rels")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_FILLED = frozenset({f"{_MAIN}v", f"{_MAIN}is", f"{_MAIN}f"})  # others are only coloured
_ACTIVE = re.compile(r"vbaProject|macrosheets|externalLinks|connections\.xml|embeddings|activeX")


@dataclass(frozen=True)
class Cell:
    """What stands in a cell, and where: ``survey!B3``."""

    place: str
    text: str


@dataclass(frozen=True)
class Sheet:
    """The texts of a sheet by rows and columns, without what is empty at their ends."""

    name: str
    rows: tuple[tuple[str, ...], ...]

    def cell(self, row: int, column: int) -> Cell:
        """Return a cell by its row and column, both counted from 0; empty where nothing stands."""
        line = self.rows[row] if row < len(self.rows) else ()
        return Cell(_place(self.name, row, column), line[column] if column < len(line) else "")


def opened(data: bytes, name: str) -> tuple[list[Sheet], list[Finding]]:
    """Return the sheets of a workbook, and what is wrong with single cells.

    Raise DocumentError for a file that is no workbook or not one to be opened.
    """
    if not name.casefold().endswith(".xlsx"):
        _refuse(name, "is not a workbook in the format .xlsx; save it as one, without macros.")
    if len(data) > LARGEST_FILE:
        _refuse(name, f"is larger than {LARGEST_FILE:,} bytes; take pictures out of it.")
    looks: dict[str, _Look] = {}
    parts, elements = _parts(data, name), 0
    for part, content in parts.items():
        look = looks[part] = _Look(elements)
        wrong, elements = look.at(content), look.elements
        if wrong:
            _refuse(name, f"{wrong} ({part[:60]}); save it anew as .xlsx in a spreadsheet.")
    try:
        with catch_warnings():
            simplefilter("ignore")  # openpyxl tells what it leaves out
            book = load_workbook(_packed(parts), read_only=True, keep_links=False)
            return _sheets(book, name, looks)
    except DocumentError:
        raise
    except Exception as error:
        text = "cannot be read as a workbook; save it anew as .xlsx in a spreadsheet."
        raise DocumentError([Finding(name, text)]) from error


def _refuse(name: str, message: str) -> NoReturn:
    raise DocumentError([Finding(name, message)])


def _parts(data: bytes, name: str) -> dict[str, bytes]:
    """Return the XML of a workbook by its names, after a look at sizes alone."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if wrong := _wrong(entries):
                _refuse(name, wrong)
            return {
                entry.filename: archive.read(entry)
                for entry in entries
                if entry.filename.endswith(_PARTS)
            }
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, RuntimeError, zlib.error):
        _refuse(name, "is not an .xlsx workbook, or is broken or protected by a password.")


def _wrong(entries: list[zipfile.ZipInfo]) -> str:
    """Return what keeps an archive from being unpacked, empty where nothing does."""
    names = [entry.filename for entry in entries]
    if len(names) > MOST_PARTS or len(set(names)) < len(names):
        return "has too many parts, or one twice; save it anew as .xlsx in a spreadsheet."
    packed = [entry for entry in entries if entry.file_size > MOST_PACKED * entry.compress_size]
    if packed or sum(entry.file_size for entry in entries) > LARGEST_CONTENT:
        return f"unpacks to more than {LARGEST_CONTENT:,} bytes or {MOST_PACKED} times its size."
    if active := next(filter(_ACTIVE.search, names), None):
        return f"has macros, links or other files in it ({active[:60]}); save it without them."
    return ""


def _packed(parts: Mapping[str, bytes]) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    return file


class _Odd(Exception):
    """Something that XML of a spreadsheet does not have."""


@dataclass
class _Look:
    """A look at one part: its depth and size, merged cells, and how far out they are."""

    elements: int  # with those of the parts before
    merged: list[str] = field(default_factory=list)
    rows: int = 0  # as far as something stands in them
    columns: int = 0
    _depth: int = 0
    _row: int = 0
    _column: int = 0

    def at(self, content: bytes) -> str:
        """Return what keeps a part from being read, empty where nothing does."""
        parser = expat.ParserCreate("utf-8", "}")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._doctype
        parser.XmlDeclHandler = self._declaration
        try:
            parser.Parse(content, True)  # noqa: FBT003  its last piece; has no keywords
        except expat.ExpatError:
            return "has a part that is not XML in UTF-8"
        except _Odd as odd:
            return str(odd)
        return ""

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        self.elements += 1
        self._depth += 1
        if self._depth > DEEPEST or self.elements > MOST_ELEMENTS:
            raise _Odd("is nested too deeply or has too many cells")
        if name == f"{_MAIN}mergeCell":
            self.merged.append(attributes.get("ref", "")[:20])
        elif name == f"{_MAIN}row":
            self._at(int(self._digits(attributes.get("r", str(self._row + 1)))), 0)
        elif name == f"{_MAIN}c" and self._row:
            self._at(*self._position(attributes.get("r", "")))
        elif name in _FILLED:
            self.rows, self.columns = self._row, max(self.columns, self._column)
            if self.rows > MOST_ROWS or self.columns > MOST_COLUMNS:
                raise _Odd(f"has cells beyond row {MOST_ROWS:,} or column {MOST_COLUMNS}")

    def _end(self, _name: str) -> None:
        self._depth -= 1

    def _position(self, place: str) -> tuple[int, int]:
        if not place:
            return self._row, self._column + 1
        letters = place.rstrip("0123456789")
        if not re.fullmatch("[A-Z]{1,3}", letters):
            raise _Odd("has a cell in no place")
        return int(self._digits(place[len(letters) :])), column_index_from_string(letters)

    def _digits(self, text: str) -> str:
        if not re.fullmatch(r"\d{1,7}", text, re.ASCII):
            raise _Odd("has a cell in no place")
        return text

    def _at(self, row: int, column: int) -> None:
        """Go on to a cell; the places of cells only ever go up."""
        if (row, column) <= (self._row, self._column) or (column and row != self._row):
            raise _Odd("has a cell twice, or not in its row")
        self._row, self._column = row, column

    def _doctype(self, *_: object) -> NoReturn:
        raise _Odd("has a document type, which could hide anything")

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and encoding.casefold() != "utf-8":
            raise _Odd("is not in UTF-8")


def _sheets(
    book: Workbook, name: str, looks: Mapping[str, _Look]
) -> tuple[list[Sheet], list[Finding]]:
    sheets, findings = [], []
    for sheet in book.worksheets:
        rows: Any = sheet  # of a class for reading alone, which the stubs do not know
        look = looks[rows._worksheet_path]  # noqa: SLF001  it has no other name
        rows.reset_dimensions()  # a file can claim any
        lines = rows.iter_rows(max_row=look.rows, max_col=look.columns) if look.rows else ()
        texts = []
        for row, line in enumerate(lines):
            texts.append([_text(cell.value) for cell in line])
            findings += [
                Finding(name, wrong, key=_place(rows.title, row, column))
                for column, cell in enumerate(line)
                if cell.value is not None and (wrong := _cell_fault(cell))
            ]
        findings += [
            Finding(name, "are merged; split them.", key=f"{rows.title}!{place}")
            for place in look.merged
        ]
        cells = [tuple(_trimmed(line, "")) for line in texts]
        sheets.append(Sheet(rows.title, tuple(_trimmed(cells, ()))))
    return sheets, findings


def _trimmed(every: list[Some], empty: Some) -> list[Some]:
    """Return a list without what is empty at its end."""
    while every and every[-1] == empty:
        every.pop()
    return every


def _place(sheet: str, row: int, column: int) -> str:
    return f"{sheet}!{get_column_letter(column + 1)}{row + 1}"


def _cell_fault(cell: Any) -> str:
    """Return what is wrong with a cell whatever column it stands in, empty where nothing is."""
    if cell.data_type == "f" or _text(cell.value).startswith("="):
        return "is a formula, which is not run here; write its result."
    if cell.data_type == "e" or not isinstance(cell.value, str | int | float):
        return "is a date, a time or an error; write it as text."
    return fault(_text(cell.value))


def _text(value: object) -> str:
    """Return a cell as text, a number as it is shown, a switch as XLSForm spells it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)[: LONGEST_TEXT + 1].strip()
