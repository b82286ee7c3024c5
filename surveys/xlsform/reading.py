"""A survey from an XLSForm workbook: the part of XLSForm that an instrument can say.

Everything else is refused, cell by cell and in one go; nothing is guessed or left out. What is
read, and as what, is told in docs/surveys.md.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import polib

from surveys import conditions
from surveys.definition import PAGES, Instrument, instruments
from surveys.documents import checked, fault
from surveys.questions import MOST_OPTIONS, Kind
from surveys.xlsform import relevant
from surveys.xlsform.names import to_id
from surveys.xlsform.opening import Cell, opened
from surveys.xlsform.relevant import Before
from surveys.xlsform.tables import Line, Report, Words, lacking, tables
from translations.languages import SOURCE, language
from translations.lint import faults

EXTRA = frozenset({97})  # the code of an answer of substance beside the scale
MISSING = frozenset({98, 99})  # and those of answers that say nothing
KINDS: Mapping[str, Kind] = MappingProxyType(
    {"select_one": "single", "select_multiple": "multiple", "text": "text"}
)
_NO = frozenset({"", "no", "false", "false()"})
_SHUFFLED = MappingProxyType({"": False, "randomize=true": True, "randomize=false": False})
_RECORDING = re.compile(r"[^/\\.][^/\\]{0,100}\.opus")


@dataclass(frozen=True)
class Recording:
    """A question that is read aloud: the language, the question's id and the file's name."""

    tag: str
    question: str
    file: str
    place: str


@dataclass(frozen=True)
class Imported:
    """What a workbook says: an instrument, its texts by language and source, its recordings."""

    instrument: Instrument
    translations: Mapping[str, Mapping[str, str]]
    recordings: tuple[Recording, ...]


def read(data: bytes, name: str) -> Imported:
    """Return what a workbook says; raise DocumentError with every cell that cannot be taken."""
    report = Report(name, ())
    if odd := fault(name):
        report.add("", f"has a name that {odd}")
        report.stop()
    sheets, found = opened(data, name)
    report = Report(name, found)
    lines = tables(sheets, report)
    head = _settings(lines["settings"], report)
    survey = _Survey(report, _lists(lines["choices"], report))
    source, licence = head.pop("source"), head.pop("licence")
    survey.read(lines["survey"], source or f"XLSForm {name}", licence or "not stated")
    texts = _translations(survey.words, report)
    report.stop()
    made = checked(head | survey.content(), name, Instrument)
    return Imported(made, texts, tuple(survey.recordings))


def _settings(lines: Sequence[Line], report: Report) -> dict[str, Any]:
    """Return id, title and minutes, and what is said of the source and licence of all questions."""
    if not lines:
        report.add("settings!A2", "is empty; write title, id and minutes of the survey.")
        return {"source": "", "licence": ""}
    for line in lines[1:]:
        report.add(line.filled()[0][1].place, "is in a second row of settings; there is but one.")
    (line, *_) = lines
    title, name, minutes = map(line.cell, ("form_title", "form_id", "minutes"))
    if not title.text:
        report.add(title.place, "is empty; write the title of the survey.")
    if not re.fullmatch(r"[1-9]\d?", minutes.text, re.ASCII):
        report.add(minutes.place, "must be how many minutes the survey takes, 1 to 99.")
    found = _id(Cell(name.place, name.text.replace("-", "_")), report)
    if found in instruments():
        report.add(name.place, f"{found!r} is a survey of philos; give yours another name.")
    return {
        "id": found,
        "title": title.text,
        "minutes": int(minutes.text) if minutes.text.isdecimal() else 0,
        "source": line.cell("source").text,
        "licence": line.cell("licence").text,
    }


def _id(cell: Cell, report: Report) -> str:
    try:
        return to_id(cell.text)
    except ValueError as error:
        report.add(cell.place, f"{error}.")
        return ""


@dataclass(frozen=True)
class _Choice:
    code: int
    words: Words
    place: str  # of the name of its list

    @property
    def option(self) -> dict[str, Any]:
        return {"code": self.code, "text": self.words.source.text}


def _lists(lines: Sequence[Line], report: Report) -> dict[str, list[_Choice]]:
    """Return the choices of each list, by the list's name."""
    lists: dict[str, list[_Choice]] = {}
    for line in lines:
        name, code = line.cell("list_name"), line.cell("name")
        if name.text not in lists:
            scale, two, question = name.text.partition("__")
            _id(Cell(name.place, scale), report)
            if two:
                _id(Cell(name.place, question), report)
        choices = lists.setdefault(name.text, [])
        words = _label(line, report)
        if not re.fullmatch(r"0|[1-9]\d{0,2}", code.text, re.ASCII):
            report.add(
                code.place, "must be a whole number from 0 to 999, which is stored; number it."
            )
        elif int(code.text) in {choice.code for choice in choices}:
            report.add(code.place, f"{code.text} stands twice in its list; number it otherwise.")
        else:
            choices.append(_Choice(int(code.text), words, name.place))
    return lists


def _label(line: Line, report: Report) -> Words:
    words = line.words("label")
    if not words.source.text:
        report.add(words.source.place, "has no German text, the source of all others; write it.")
    return words


@dataclass
class _Survey:
    """Reads the rows of the sheet "survey" from the first to the last."""

    report: Report
    lists: Mapping[str, list[_Choice]]
    questions: list[dict[str, Any]] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)  # all that is to be translated
    recordings: list[Recording] = field(default_factory=list)
    _before: dict[str, Before] = field(default_factory=dict)
    _scales: dict[str, list[_Choice]] = field(default_factory=dict)
    _missing: dict[int, _Choice] = field(default_factory=dict)
    _used: set[str] = field(default_factory=set)
    _note: Line | None = None

    def content(self) -> dict[str, Any]:
        """Return the part of the instrument that these rows say."""
        return {
            "missing": [choice.option for _, choice in sorted(self._missing.items())],
            "scales": {
                name: {"options": [choice.option for choice in choices]}
                for name, choices in self._scales.items()
            },
            "questions": self.questions,
        }

    def read(self, lines: Sequence[Line], source: str, licence: str) -> None:
        """Read all rows; ``source`` and ``licence`` are for questions that have none."""
        for line in lines:
            kind, _, name = line.cell("type").text.partition(" ")
            if line.cell("required").text.casefold() not in _NO:
                self._add(line, "required", "every question can be skipped; clear it.")
            if kind == "note" and not name:
                self._read_note(line)
            elif kind in KINDS and len(name.split()) == (kind != "text"):
                question = self._question(line, KINDS[kind], name.strip())
                rights = {
                    "source": line.cell("source").text or source,
                    "licence": line.cell("licence").text or licence,
                }
                self.questions.append(question | rights)
            else:
                said = f"{line.cell('type').text[:40]!r} is not read; "
                self._add(
                    line, "type", f"{said}use select_one LIST, select_multiple LIST, text or note."
                )
        self._drop_note()
        if not lines:
            self.report.add("survey!A2", "is empty; write a question.")
        for name in self.lists.keys() - self._used:
            first = self.lists[name][:1]
            self.report.add(
                first[0].place if first else "choices",
                "is of a list that no question has; delete it.",
            )

    def _add(self, line: Line, column: str, message: str) -> None:
        self.report.add(line.cell(column).place, message)

    def _read_note(self, line: Line) -> None:
        self._drop_note()
        self._note = line
        _label(line, self.report)
        for name, cell in line.filled():
            if name not in {"type", "name", "label", "required"}:
                self.report.add(
                    cell.place, "stands beside a note, which is a label alone; clear it."
                )

    def _drop_note(self) -> None:
        if self._note:
            self._add(self._note, "type", "a note must stand right before a question, as its hint.")
        self._note = None

    def _question(self, line: Line, kind: Kind, name: str) -> dict[str, Any]:
        item = self._item(line)
        label = _label(line, self.report)
        hint = self._hint(line)
        self.words += [words for words in (label, hint) if words]
        answers = self._answers(line, kind, name)
        shuffled = _SHUFFLED.get(line.cell("parameters").text.casefold().replace(" ", ""))
        if shuffled is None or (shuffled and kind == "text"):
            self._add(line, "parameters", "must be randomize=true beside choices, or empty.")
        show_if = self._show_if(line)
        codes = frozenset(choice.code for choice in self.lists.get(name, ()))
        self._before[item] = Before(codes, several=kind == "multiple")
        self._record(line, item)
        return {
            "id": item,
            "kind": kind,
            "text": label.source.text,
            "hint": hint.source.text,
            "shuffled": bool(shuffled),
            "show_if": show_if,
            **answers,
        }

    def _item(self, line: Line) -> str:
        item = _id(line.cell("name"), self.report)
        if item and item in self._before:
            self._add(line, "name", f"{item!r} is the name of two questions; rename one.")
        if item in PAGES | conditions.WORDS:
            self._add(line, "name", f"{item!r} is a name that philos needs; rename it.")
        return item

    def _hint(self, line: Line) -> Words:
        hint = line.words("hint")
        if not self._note:
            return hint
        if hint:
            self._add(self._note, "type", "the question below has a hint already; keep one.")
        note, self._note = self._note.words("label"), None
        return note

    def _answers(self, line: Line, kind: Kind, name: str) -> dict[str, Any]:
        """Return scale, extra and missing answers of a question, sorted out by their codes."""
        if kind == "text":
            return {"missing": []}
        choices = self.lists.get(name, [])
        scale = name.partition("__")[0].replace("_", "-")
        substance = [each for each in choices if each.code not in EXTRA | MISSING]
        if not substance:
            self._add(line, "type", f"{name[:40]!r} has no choices but 97 to 99; add some.")
        if len(choices) > MOST_OPTIONS + 2:
            self._add(line, "type", f"{name[:40]!r} has over {MOST_OPTIONS} choices; shorten it.")
        self._same_scale(scale, substance)
        self._same_missing([each for each in choices if each.code in MISSING])
        if name not in self._used:
            self.words += [each.words for each in choices]
        self._used.add(name)
        return {
            "scale": scale,
            "extra": [each.option for each in choices if each.code in EXTRA],
            "missing": sorted(each.code for each in choices if each.code in MISSING),
        }

    def _same_scale(self, scale: str, choices: list[_Choice]) -> None:
        known = self._scales.setdefault(scale, choices)
        if [each.option for each in known] != [each.option for each in choices]:
            said = f"its list is of the scale {scale!r}, whose choices are others; rename the list."
            self.report.add(choices[0].place if choices else "choices", said)

    def _same_missing(self, choices: list[_Choice]) -> None:
        for each in choices:
            known = self._missing.setdefault(each.code, each)
            if known.option != each.option:
                text = known.words.source.text[:40]
                said = f"{each.code} is {text!r} in another list; word it the same in all."
                self.report.add(each.words.source.place, said)

    def _show_if(self, line: Line) -> str:
        cell = line.cell("relevant")
        if not cell.text:
            return ""
        try:
            text = conditions.written(relevant.read(cell.text, self._before))
            conditions.parse(text)
        except ValueError as error:
            self.report.add(cell.place, f"{error}.")
            return ""
        if wrong := fault(text):
            self.report.add(cell.place, wrong)
        return text

    def _record(self, line: Line, item: str) -> None:
        for tag, cell in line.words("media::audio").cells.items():
            if cell.text and not _RECORDING.fullmatch(cell.text):
                self.report.add(cell.place, "must be the name of an .opus file, without a folder.")
            elif cell.text:
                self.recordings.append(Recording(tag, item, cell.text, cell.place))


def _translations(every: Sequence[Words], report: Report) -> dict[str, dict[str, str]]:
    """Return the texts of each language that has some, by their German sources.

    A language that has one text must have all: an XLSForm would silently show "-" for the others.
    """
    tags = [tag for words in every for tag, cell in words.cells.items() if cell.text]
    texts: dict[str, dict[str, str]] = {tag: {} for tag in dict.fromkeys(tags) if tag != SOURCE}
    for words in every:
        source = words.source
        if "${" in source.text:
            report.add(source.place, "has '${': other answers are not put in; reword it.")
        if not source.text and words.field == "hint":
            report.add(source.place, "has no German text, the source of all others; write it.")
        for tag, known in texts.items():
            if source.text:
                _translate(words, tag, known, report)
    return texts


def _translate(words: Words, tag: str, known: dict[str, str], report: Report) -> None:
    row, source = language(tag), words.source.text
    cell = words.cells.get(tag)
    if cell is None or not cell.text:
        gap, said = lacking(row, words)
        report.add(gap.place, said)
        return
    for wrong in faults(polib.POEntry(msgid=source, msgstr=cell.text), row):
        report.add(cell.place, f"{wrong}; word it as the German.")
    if known.setdefault(source, cell.text) != cell.text:
        said = f"{source[:40]!r} is translated otherwise in another cell; word it the same."
        report.add(cell.place, said)
