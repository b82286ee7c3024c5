"""The questionnaire on paper: its numbers, its filters in words, and what tells a sheet apart."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Literal

from surveys.conditions import Both, Condition, Either, Given, Not
from surveys.definition import Instrument, Item
from surveys.links import read_code
from surveys.questions import Option, Question

FORMAT = "paper"  # in the targets of questionnaires, where other sheets have their form
VERSION_LENGTH = 8  # symbols of a version that are printed; a survey has a few versions
# A code and a version, with whatever a scanner types between them: on a German keyboard layout
# an American one says - where / is printed.
_PRINTED = re.compile(r"(?:^|.*[^0-9A-Z])([0-9A-Z]{9})[^0-9A-Z]+([0-9A-FILO]{8})")
_AS_DIGITS = str.maketrans("ILO", "110")


@dataclass(frozen=True)
class Answered:
    """A part of a filter: one of some answers to the item of a number, or none of them.

    A code of philos's own, such as that of a skipped question, stands as itself.
    """

    form: ClassVar[Literal["answered"]] = "answered"  # how a sheet words it

    label: str
    answers: tuple[Option | int, ...]
    negated: bool


@dataclass(frozen=True)
class Joined:
    """Parts of a filter of which all are needed, or one."""

    form: ClassVar[Literal["joined"]] = "joined"

    word: Literal["and", "or"]
    parts: tuple["Filter", ...]


Filter = Answered | Joined


@dataclass(frozen=True)
class Block:
    """One question as it stands on paper, from its number to its rows."""

    number: int
    question: Question
    items: Mapping[str, Item]  # by the labels that stand beside them
    filter: Filter | None

    @property
    def first(self) -> Item:
        """Return the item whose answers stand for those of all rows."""
        return next(iter(self.items.values()))


@dataclass(frozen=True)
class Questionnaire:
    """An instrument in the order in which it is printed, and typed in again."""

    asked: Instrument

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """Return what stands beside each item, by its id: 7, or 6.2 for the second row of 6."""
        return {item.id: label for block in self._numbered() for label, item in block.items.items()}

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """Return the questions with their filters in parts that can be worded."""
        return tuple(
            Block(
                block.number,
                block.question,
                block.items,
                self._parts(block.question.condition) if block.question.condition else None,
            )
            for block in self._numbered()
        )

    def _numbered(self) -> Iterator[Block]:
        for number, question in enumerate(self.asked.questions, start=1):
            items = [item for item in self.asked.items.values() if item.question is question]
            labelled = {
                f"{number}.{row}" if question.rows else f"{number}": item
                for row, item in enumerate(items, start=1)
            }
            yield Block(number, question, labelled, None)

    def _parts(self, condition: Condition, *, negated: bool = False) -> Filter:
        """Return a condition in parts; "not" is brought down to the answers, as De Morgan says."""
        match condition:
            case Not(part):
                return self._parts(part, negated=not negated)
            case Both(parts):
                either = isinstance(condition, Either) is not negated
                said = tuple(self._parts(part, negated=negated) for part in parts)
                return Joined("or" if either else "and", said)
            case Given(item, codes):
                offered = self.asked.items[item].offered
                answers = tuple(offered.get(code, code) for code in codes)
                return Answered(self.labels[item], answers, negated)
        raise TypeError(condition)


@dataclass(frozen=True)
class Mark:
    """What is printed on one sheet to tell it apart: its code, and which version it asks.

    ``version`` is the beginning of a version's name, empty where somebody has typed the code alone.
    """

    code: str
    version: str = ""

    def __str__(self) -> str:
        """Return the mark as it is printed and typed."""
        return f"{self.code}/{self.version}".upper().removesuffix("/")

    @property
    def token(self) -> str:
        """Return the token under which the sheet is stored, always the same for the same sheet.

        No address of a resident's page can have it, since it has a colon.
        """
        return f"paper:{self}"


def mark(code: str, version: str) -> Mark:
    """Return what is printed on a sheet with a code that asks a version of a survey."""
    return Mark(code, version[:VERSION_LENGTH])


def read_mark(typed: str) -> Mark:
    """Return the mark that somebody has typed, or scanned with the address before it.

    Raise LinkError where the code was mistyped.
    """
    found = _PRINTED.fullmatch(typed.strip().upper())
    if found:
        return Mark(read_code(found[1]), found[2].translate(_AS_DIGITS).lower())
    return Mark(read_code(typed.rstrip("/ ").rpartition("/")[2]))
