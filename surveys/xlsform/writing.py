"""A survey as an XLSForm workbook, with a column of labels for each language."""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from surveys.definition import Instrument, Item, wordings
from surveys.documents import DocumentError, Finding
from surveys.questions import Option, Row
from surveys.wording import BAND, OPEN_BAND, worded
from surveys.xlsform.names import header, spoken, to_name
from surveys.xlsform.relevant import expressions
from translations.catalogs import Texts

_WIDTHS = MappingProxyType({"label": 50, "hint": 40, "relevant": 40, "type": 26})

Line = Mapping[str, str]


def complete(asked: Instrument, readers: Iterable[Texts]) -> list[Texts]:
    """Return those readers who would see every text of a survey in their language."""
    texts = [text for text, _ in wordings(asked)]
    bands = [BAND, OPEN_BAND] if any(scale.bands for scale in asked.scales.values()) else []
    return [reader for reader in readers if not reader.lacks([*texts, *bands])]


def workbook(asked: Instrument, readers: Sequence[Texts]) -> bytes:
    """Return a survey as .xlsx, with the labels of each reader; the first speaks German.

    Raise DocumentError where XLSForm would take a text for something else.
    """
    _check(asked)
    sheets = _Sheets(asked, readers)
    book = Workbook()
    book.remove(book.worksheets[0])
    _fill(book.create_sheet("survey"), list(sheets.survey()))
    _fill(book.create_sheet("choices"), list(sheets.choices()))
    _fill(book.create_sheet("settings"), [sheets.settings()])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _check(asked: Instrument) -> None:
    findings = [
        Finding(asked.id, "has '${', which XLSForm takes for an answer; word it otherwise.", where)
        for text, where in [(asked.title, "title"), *wordings(asked)]
        if "${" in text
    ]
    if findings:
        raise DocumentError(findings)


@dataclass(frozen=True)
class _Sheets:
    """The lines of each sheet."""

    asked: Instrument
    readers: Sequence[Texts]
    lists: dict[tuple[str, tuple[Option, ...]], str] = field(default_factory=dict)

    def survey(self) -> Iterator[Line]:
        said = expressions(self.asked)
        for question in self.asked.questions:
            relevant = {"relevant": said[question.id]}
            lines = [
                self._asked(item) for item in self.asked.items.values() if item.question is question
            ]
            if question.rows:
                begin = {"type": "begin_group", "name": to_name(question.id)} | relevant
                yield begin | self._translated("label", question.text)
                yield from lines
                yield {"type": "end_group"}
            else:
                yield from (line | relevant for line in lines)

    def _asked(self, item: Item) -> dict[str, str]:
        question, row = item.question, item.row
        return {
            "type": self._type(item),
            "name": to_name(item.id),
            **(self._row(row) if row else self._translated("label", question.text)),
            **(self._translated("hint", question.hint) if question.hint else {}),
            **({"parameters": "randomize=true"} if question.shuffled else {}),
            "source": question.source,
            "licence": question.licence,
        }

    def _type(self, item: Item) -> str:
        if item.question.scale is None:
            return "text"
        kind = "select_multiple" if item.question.form.several else "select_one"
        return f"{kind} {self._list(item)}"

    def _list(self, item: Item) -> str:
        """Return the name of an item's list: its scale's, and the question's if that is taken."""
        scale, question = to_name(item.question.scale or ""), to_name(item.question.id)
        free = scale if scale not in self.lists.values() else f"{scale}__{question}"
        return self.lists.setdefault((scale, tuple(item.offered.values())), free)

    def choices(self) -> Iterator[Line]:
        scales = {to_name(name): scale for name, scale in self.asked.scales.items()}
        for (scale, offered), name in self.lists.items():
            for option in offered:
                label = {
                    header("label", texts.language): worded(option, scales[scale], texts)
                    for texts in self.readers
                }
                yield {"list_name": name, "name": str(option.code), **label}

    def settings(self) -> Line:
        return {
            "form_title": self.asked.title,
            "form_id": self.asked.id,
            "version": self.asked.version,
            "default_language": spoken(self.readers[0].language),
            "minutes": str(self.asked.minutes),
        }

    def _translated(self, field: str, source: str) -> dict[str, str]:
        return {header(field, texts.language): texts.find(source).text for texts in self.readers}

    def _row(self, row: Row) -> dict[str, str]:
        if not row.name:
            return self._translated("label", row.text)
        return {header("label", texts.language): row.text for texts in self.readers}


def _fill(sheet: Worksheet, lines: Sequence[Line]) -> None:
    """Write lines below the headers of all their columns; nothing is written as a formula."""
    heads = list(dict.fromkeys(head for line in lines for head in line))
    for number, line in enumerate([dict(zip(heads, heads, strict=True)), *lines], start=1):
        for column, head in enumerate(heads, start=1):
            if text := line.get(head):
                cell = sheet.cell(number, column, text)
                cell.data_type = "s"
                cell.font = Font(bold=number == 1)
                cell.alignment = Alignment(vertical="top", wrap_text=True)
    for column, head in enumerate(heads, start=1):
        width = _WIDTHS.get(head.partition("::")[0], 16)
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = "A2"
