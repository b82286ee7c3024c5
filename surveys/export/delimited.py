"""CSV: RFC 4180 with commas and CRLF, in UTF-8 with the mark that tells spreadsheets so.

Without the mark Excel takes umlauts and Arabic for something else; every reader of CSV that knows
UTF-8 can be told to skip it (``utf-8-sig``, ``UTF-8-BOM``). German Excel expects semicolons, which
every other program would stumble over: who opens results in Excel takes the workbook.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence

from surveys.export.tables import Cell, Hidden, Table

CHUNK = 500  # lines that are written at a time
# What a spreadsheet takes for the beginning of a formula (OWASP, "CSV Injection"), full-width forms
# included, behind what it skips. A reader that splits at semicolons or tabs begins a cell there.
_FORMULA = re.compile(
    "^(?=[\t\r\n])|(?:^|(?<=[;\t\r\n]))[\\s\u200b-\u200f\u2060-\u2064\ufeff]*"
    "(?=[=+\\-@\uff1d\uff0b\uff0d\uff20])"
)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def plain(text: str) -> str:
    """Return a text without signs that no file may hold: controls, and halves of characters."""
    return _CONTROL.sub("", text)


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: with an apostrophe before it."""
    return _FORMULA.sub(r"\g<0>'", plain(text))


def chunks(table: Table) -> Iterator[bytes]:
    """Yield a table as CSV, some lines at a time; the first has the names of the columns."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow(table.columns)
    yield "\ufeff".encode()
    for number, row in enumerate(table.rows, start=1):
        writer.writerow(_written(row))
        if number % CHUNK == 0:
            yield _taken(file)
    yield _taken(file)


def _written(row: Sequence[Cell]) -> list[object]:
    return [_cell(cell) for cell in row]


def _cell(cell: Cell) -> object:
    if isinstance(cell, Hidden):
        return cell.value
    return harmless(cell) if isinstance(cell, str) else cell


def _taken(file: io.StringIO) -> bytes:
    """Return what was written so far, and begin anew."""
    text = file.getvalue()
    file.seek(0)
    file.truncate()
    return text.encode()
