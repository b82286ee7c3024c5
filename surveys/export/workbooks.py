"""XLSX: a sheet for each table. Numbers are numbers, texts are texts, and nothing is a formula."""

import io
from collections.abc import Iterator, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from surveys.export.delimited import harmless, plain
from surveys.export.tables import Cell, ExportError, Hidden, Table

MOST_ROWS = 1_048_576  # of a sheet, its header included: Excel's own limit
LONGEST_TEXT = 32_767  # characters of a cell, likewise
_WIDTHS = (8, 60)  # characters
_PERCENT = frozenset({"share", "low", "high"})
_SIGNS = "=#"  # what openpyxl takes for the beginning of a formula or an error
_HEAD = PatternFill("solid", fgColor="E7EFEF")


def workbook(tables: Sequence[Table]) -> bytes:
    """Return tables as .xlsx; raise ExportError where one has more rows than a sheet can have."""
    book = Workbook(write_only=True)
    for table in tables:
        _fill(book.create_sheet(table.name), table)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _fill(sheet: Any, table: Table) -> None:
    rows = iter(table.rows)
    first = [row for _, row in zip(range(200), rows, strict=False)]
    sheet.freeze_panes = "A2"
    for number in range(len(table.columns)):
        longest = max(len(str(_value(row[number]))) for row in [table.columns, *first])
        width = min(max(longest + 2, _WIDTHS[0]), _WIDTHS[1])
        sheet.column_dimensions[get_column_letter(number + 1)].width = width
    last = get_column_letter(len(table.columns))
    sheet.append([_head(sheet, name) for name in table.columns])
    count = 1
    for row in _all(first, rows):
        count += 1
        if count > MOST_ROWS:
            sheet.close()
            raise ExportError(
                f"A sheet of Excel holds {MOST_ROWS - 1:,} rows and this table has more; "
                "take CSV, or fewer waves."
            )
        sheet.append(
            [_cell(sheet, name, cell) for name, cell in zip(table.columns, row, strict=True)]
        )
    sheet.auto_filter.ref = f"A1:{last}{count}"


def _all(
    first: Sequence[Sequence[Cell]], rest: Iterator[Sequence[Cell]]
) -> Iterator[Sequence[Cell]]:
    yield from first
    yield from rest


def _head(sheet: Any, name: str) -> Any:
    cell = _text(sheet, name)
    cell.font, cell.fill = Font(bold=True), _HEAD
    return cell


def _cell(sheet: Any, name: str, value: Cell) -> object:
    """Return what openpyxl writes as it is meant; a plain text or number needs no cell for that."""
    if isinstance(value, Hidden):
        cell = _text(sheet, value.value)
        cell.alignment = Alignment(horizontal="right")
        return cell
    if isinstance(value, str):
        as_it_is = value[:1] not in _SIGNS and len(value) <= LONGEST_TEXT
        return value if as_it_is and harmless(value) == value else _text(sheet, value)
    if value is not None and name in _PERCENT:
        cell = WriteOnlyCell(sheet, value)
        cell.number_format = "0.0%"
        return cell
    return value


def _text(sheet: Any, text: str) -> Any:
    """Return a cell that stays a text, also when somebody edits it."""
    short = plain(text)[:LONGEST_TEXT]
    cell = WriteOnlyCell(sheet, short)
    cell.data_type = "s"  # openpyxl takes what begins with = for a formula
    cell.quotePrefix = harmless(short) != short
    return cell


def _value(cell: Cell) -> object:
    return cell.value if isinstance(cell, Hidden) else "" if cell is None else cell
