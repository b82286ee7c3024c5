"""The XPath of XLSForm's column ``relevant``, as far as a condition can say it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain

from surveys.conditions import Both, Condition, Either, Given, Not, Reader
from surveys.definition import SKIPPED, Instrument, Item
from surveys.documents import DocumentError, Finding
from surveys.xlsform.names import to_id, to_name

LONGEST_CELL = 32_767  # characters, says Excel


def expressions(asked: Instrument) -> Mapping[str, str]:
    """Return what stands in ``relevant`` of each question, empty where all are asked.

    Whether a question was skipped is only told together with whether it was asked. Raise
    DocumentError for a condition that grows too long for a cell by that.
    """
    known: dict[str, str] = {}
    for question in asked.questions:
        writer = _Writer(asked.items, known)
        said = writer.said(question.condition) if question.condition else ""
        if len(said) > LONGEST_CELL:
            wrong = "has a show_if that is too long for a cell of a workbook; write it simpler."
            raise DocumentError([Finding(asked.id, wrong, key=question.id)])
        known[question.id] = said
    return known


@dataclass(frozen=True)
class _Writer:
    items: Mapping[str, Item]
    known: Mapping[str, str]

    def said(self, condition: Condition) -> str:
        match condition:
            case Given(item, codes):
                return " or ".join(self._given(self.items[item], code) for code in codes)
            case Not(part):
                return f"not({self.said(part)})"
            case Both(parts):
                word = " or " if isinstance(condition, Either) else " and "
                return word.join(map(self._part, parts))
        raise TypeError(condition)

    def _part(self, part: Condition) -> str:
        simple = isinstance(part, Not) or (isinstance(part, Given) and len(part.codes) == 1)
        return self.said(part) if simple else f"({self.said(part)})"

    def _given(self, item: Item, code: int) -> str:
        name = f"${{{to_name(item.id)}}}"
        if code == SKIPPED:
            asked = self.known[item.question.id]
            return f"({name} = '' and ({asked}))" if asked else f"{name} = ''"
        return f"selected({name}, '{code}')" if item.question.form.several else f"{name} = '{code}'"


@dataclass(frozen=True)
class Before:
    """A question that stands before the one whose condition is read."""

    codes: frozenset[int]  # none for a text
    several: bool = False


def read(text: str, before: Mapping[str, Before]) -> Condition:
    """Return the condition that a cell says; raise ValueError where it says none."""
    return _XPath(text, before).whole()


class _XPath(Reader):
    """Reads ``${a} = '1'``, ``!=``, ``selected(${a}, '1')``, and, or, not() and brackets."""

    token = re.compile(r"\s*(?:(\$\{[^{}\s]*\}|'[^']*'|\"[^\"]*\"|\d+|!=|=|[a-z]+|[(),])|\Z)")
    subject = "relevant"
    example = "${syringe} = '2' and not(selected(${rel}, '5'))"

    def __init__(self, text: str, before: Mapping[str, Before]) -> None:
        super().__init__(text)
        self._before = before

    def _either(self) -> Condition:
        return _joined(super()._either())

    def _negated(self) -> Condition:
        self._needs("(")
        found = self._either()
        self._needs(")")
        return found

    def _given(self) -> Condition:
        if self._takes("selected"):
            self._needs("(")
            item, asked = self._reference()
            self._needs(",")
            found = self._choice(item, asked)
            self._needs(")")
            return found
        item, asked = self._reference()
        equal = self._takes("=")
        if not equal:
            self._needs("!=")
        if asked.several:
            raise ValueError(f"{item!r} can have several answers; write selected(${{...}}, '1')")
        return self._compared(item, asked) if equal else _not(self._compared(item, asked))

    def _compared(self, item: str, asked: Before) -> Condition:
        if asked.codes:
            return self._choice(item, asked)
        raise ValueError(
            f"{item!r} is a text; a campaign may ask for none, so nothing depends on it"
        )

    def _reference(self) -> tuple[str, Before]:
        token = self._next()
        if not token.startswith("${"):
            raise self._not_understood(token)
        item = to_id(token[2:-1])
        if item not in self._before:
            raise ValueError(f"{token[:40]!r} is not asked before it")
        return item, self._before[item]

    def _choice(self, item: str, asked: Before) -> Given:
        token = self._next().strip("'\"")
        if not re.fullmatch(r"0|[1-9]\d{0,2}", token, re.ASCII) or int(token) not in asked.codes:
            raise ValueError(f"{item!r} has no choice {token[:40]!r}")
        return Given(item, (int(token),))


def _not(condition: Condition) -> Condition:
    return condition.part if isinstance(condition, Not) else Not(condition)


def _joined(condition: Condition) -> Condition:
    """Return one part for choices of the same item that are joined by "or"."""
    if not isinstance(condition, Either):
        return condition
    parts = [part for part in condition.parts if isinstance(part, Given)]
    if len(parts) < len(condition.parts) or len({part.item for part in parts}) > 1:
        return condition
    return Given(parts[0].item, tuple(dict.fromkeys(_codes(parts))))


def _codes(parts: Iterable[Given]) -> Iterable[int]:
    return chain.from_iterable(part.codes for part in parts)
