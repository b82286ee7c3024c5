"""Workbooks as a coordinator would write them, to import."""

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence

import pytest
from openpyxl import Workbook

from surveys.documents import DocumentError
from surveys.xlsform.reading import Imported, read

Rows = Sequence[Sequence[object]]
DE, AR = "label::Deutsch (de)", "label::العربية (ar)"

SURVEY: Rows = [
    ["type", "name", DE, AR, "relevant", "required", "parameters"],
    ["select_one bright", "park", "Wie ist das Licht?", "كيف الضوء؟", "", "", ""],
    ["select_multiple what", "why", "Warum?", "لماذا؟", "${park} = '2'", "no", "randomize=true"],
    ["text", "more", "Was noch?", "ماذا أيضًا؟", "selected(${why}, '1')", "", ""],
]
CHOICES: Rows = [
    ["list_name", "name", DE, AR],
    ["bright", 1, "Hell", "مضيء"],
    ["bright", 2, "Dunkel", "مظلم"],
    ["bright", 98, "Weiß nicht", "لا أعرف"],
    ["what", 1, "Lampe kaputt", "المصباح معطل"],
    ["what", 2, "Keine Lampe", "لا مصباح"],
    ["what", 97, "Etwas anderes", "شيء آخر"],
]
SETTINGS: Rows = [["form_title", "form_id", "minutes"], ["Licht im Viertel", "how_lit", 1]]


def book(
    survey: Rows = SURVEY, choices: Rows = CHOICES, settings: Rows = SETTINGS, **others: Rows
) -> Workbook:
    """Return a workbook of these sheets."""
    made = Workbook()
    made.remove(made.worksheets[0])
    sheets: Mapping[str, Rows] = {
        "survey": survey,
        "choices": choices,
        "settings": settings,
        **others,
    }
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return made


def saved(made: Workbook) -> bytes:
    """Return a workbook as a file."""
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def changed(rows: Rows, **cells: object) -> Rows:
    """Return rows with other cells, named as in a spreadsheet: ``B2="x"``."""
    table = [list(row) for row in rows]
    for name, value in cells.items():
        row, column = int(name[1:]) - 1, ord(name[0]) - ord("A")
        while len(table) <= row:
            table.append([])
        table[row] += [""] * (column + 1 - len(table[row]))
        table[row][column] = value
    return table


def imported(
    survey: Rows = SURVEY, choices: Rows = CHOICES, settings: Rows = SETTINGS, **others: Rows
) -> Imported:
    """Return what is read from a workbook of these sheets."""
    return read(saved(book(survey, choices, settings, **others)), "lit.xlsx")


def refused(data: bytes, name: str = "lit.xlsx") -> list[str]:
    """Return what is said of a workbook that is refused, one sentence each."""
    with pytest.raises(DocumentError) as caught:
        read(data, name)
    return list(map(str, caught.value.findings))


def faults(**sheets: Rows) -> list[str]:
    """Return what is said of a workbook with these sheets instead of the sound ones."""
    return refused(saved(book(**sheets)))


def patched(data: bytes, parts: Mapping[str, Callable[[bytes], bytes]]) -> bytes:
    """Return a file with other content of some parts; a part that is not there is empty before."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", 8) as new:
        for name in dict.fromkeys([*old.namelist(), *parts]):
            content = old.read(name) if name in old.namelist() else b""
            new.writestr(name, parts[name](content) if name in parts else content)
    return file.getvalue()
