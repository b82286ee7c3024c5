"""Instruments: what a survey asks, read from TOML, with stable ids and integer codes.

German is the source of every text. A published version is told by its hash and never changes.
"""

import dataclasses
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from typing import Annotated, BinaryIO, Literal, Self, TypeVar

from pydantic import Field, TypeAdapter, model_validator
from pydantic.dataclasses import dataclass

from surveys.documents import STRICT, Filled, Id, Switch, Text, Whole, parse, read

SKIPPED = -2
NOT_ASKED = -1
PAGES = frozenset({"answers", "done", "undo"})  # what else an address can end with

Code = Annotated[Whole, Field(ge=0, le=999)]  # negative codes are philos's own
Some = TypeVar("Some")
Several = Annotated[tuple[Some, ...], Field(min_length=1)]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Option:
    """One answer: the integer code that is stored, and its text."""

    code: Code
    text: Filled


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Scale:
    """Options that several questions share.

    ``adverse`` are the codes that a comparison counts, ``adverse_label`` says what they mean.
    """

    options: Several[Option]
    adverse: tuple[Code, ...] = ()
    adverse_label: Text = ""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not set(self.adverse) <= {option.code for option in self.options}:
            raise ValueError("adverse names a code that no option has")
        return self


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Row:
    """One row of a matrix. The text of a ``name`` is a proper name and is not translated."""

    id: Id
    text: Filled
    name: Switch = False


@dataclasses.dataclass(frozen=True, kw_only=True)
class Condition:
    """Ask only who gave one of ``codes`` to the item ``item``."""

    item: str
    codes: tuple[int, ...]

    def holds(self, answers: Mapping[str, int]) -> bool:
        """Return whether the answers so far let the question be asked."""
        return answers.get(self.item) in self.codes


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Question:
    """One question, or a matrix of rows that share text and scale.

    ``kind`` names the form field. ``extra`` are answers of substance beside the scale, such as
    97 "I never walk alone". ``missing`` are the instrument's codes for no answer. ``show_if`` is
    ``ITEM in CODE, CODE``. A comparison begins with the
    ``core`` question. ``source`` and ``licence`` say where the wording comes from.
    """

    id: Id
    kind: Literal["single", "one-tap"] = "single"
    text: Filled
    scale: Id
    rows: tuple[Row, ...] = ()
    rows_from: Literal["places"] | None = None
    extra: tuple[Option, ...] = ()
    missing: tuple[Code, ...] = (98, 99)
    show_if: Text = ""
    core: Switch = False
    source: Filled
    licence: Text = ""

    @cached_property
    def condition(self) -> Condition | None:
        """Return the parsed ``show_if``; raise ValueError for one that is not in the grammar."""
        if not self.show_if:
            return None
        found = re.fullmatch(r"([a-z0-9.-]+) in (-?\d+(?:, -?\d+)*)", self.show_if)
        if not found:
            raise ValueError('show_if must read like "syringe in 2, 3"')
        return Condition(item=found[1], codes=tuple(map(int, found[2].split(", "))))

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.rows and self.rows_from:
            raise ValueError("has both rows and rows_from; keep one")
        if len({row.id for row in self.rows}) < len(self.rows):
            raise ValueError("two rows have the same id")
        assert self.condition is None or self.condition.codes
        return self


@dataclasses.dataclass(frozen=True, kw_only=True)
class Item:
    """What is asked on one page and stored under one id: a question, or one row of a matrix."""

    id: str
    question: Question
    scale: Scale
    row: Row | None = None
    missing: tuple[Option, ...] = ()

    @property
    def aside(self) -> tuple[Option, ...]:
        """Return the answers that stand apart from the scale."""
        return self.question.extra + self.missing

    @cached_property
    def codes(self) -> frozenset[int]:
        """Return every code that may be stored for this item."""
        offered = self.scale.options + self.aside
        return frozenset(option.code for option in offered) | {SKIPPED}


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Instrument:
    """A survey as it is written, or as it is published, with the campaign's places as rows."""

    id: Id
    title: Filled
    minutes: Whole
    missing: tuple[Option, ...]
    scales: dict[Id, Scale]
    questions: Several[Question]

    @model_validator(mode="after")
    def _check(self) -> Self:
        ids: set[str] = set()
        asked: dict[str, Item] = {}
        for question in self.questions:
            where = f"question {question.id!r}"
            if question.id in ids:
                raise ValueError(f"{where} stands twice")
            if question.id in PAGES:
                raise ValueError(f"{where} has the name of a page; give it another id")
            self._check_answers(question, where)
            self._check_condition(question, asked, where)
            ids.add(question.id)
            asked |= {item.id: item for item in self._items(question)}
        return self

    def _check_answers(self, question: Question, where: str) -> None:
        if question.scale not in self.scales:
            raise ValueError(f"{where} names the scale {question.scale!r}, which is not there")
        if not set(question.missing) <= {option.code for option in self.missing}:
            raise ValueError(f"{where} names a missing code that the instrument has not")
        options = self.scales[question.scale].options + question.extra
        codes = [*(option.code for option in options), *question.missing]
        if len(set(codes)) < len(codes):
            raise ValueError(f"{where} offers two answers with the same code")

    def _check_condition(self, question: Question, asked: Mapping[str, "Item"], where: str) -> None:
        condition = question.condition
        if condition is None:
            return
        if condition.item not in asked:
            raise ValueError(f"{where} depends on {condition.item!r}, which is not asked before it")
        if not set(condition.codes) <= asked[condition.item].codes:
            raise ValueError(f"{where} depends on a code that {condition.item!r} does not have")

    @cached_property
    def items(self) -> Mapping[str, Item]:
        """Return every item by its id, in the order in which they are asked."""
        return {item.id: item for question in self.questions for item in self._items(question)}

    def _items(self, question: Question) -> Iterator[Item]:
        scale = self.scales[question.scale]
        missing = tuple(option for option in self.missing if option.code in question.missing)
        if question.rows_from and not question.rows:
            return
        for row in question.rows or (None,):
            name = f"{question.id}.{row.id}" if row else question.id
            yield Item(id=name, question=question, scale=scale, row=row, missing=missing)

    @cached_property
    def version(self) -> str:
        """Return the first 16 hexadecimal digits of SHA-256 over the whole definition."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()[:16]

    def to_json(self) -> str:
        """Return the definition as canonical JSON."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False, sort_keys=True)

    def with_places(self, places: Sequence[Row]) -> "Instrument":
        """Return the instrument with the campaign's places as rows where it asks for them.

        At most five, so that the survey stays short.
        """
        filled = tuple(
            dataclasses.replace(question, rows=tuple(places[:5]), rows_from=None)
            if question.rows_from
            else question
            for question in self.questions
        )
        return dataclasses.replace(self, questions=filled)

    def asked(self, answers: Mapping[str, int]) -> list[Item]:
        """Return the items that a respondent with these answers is asked."""
        return [
            item
            for item in self.items.values()
            if item.question.condition is None or item.question.condition.holds(answers)
        ]


def from_json(text: str) -> Instrument:
    """Return a published definition from the database."""
    return TypeAdapter(Instrument).validate_json(text)


def _folder() -> Path:
    return Path(str(resources.files("surveys"))) / "instruments"


def instruments() -> list[str]:
    """Return the ids of the instruments that come with philos."""
    return sorted(path.stem for path in _folder().glob("*.toml"))


@cache
def instrument(name: str) -> Instrument:
    """Return an instrument by its id; raise DocumentError where its file is wrong."""
    return read(_folder() / f"{name}.toml", Instrument)


def messages(asked: Instrument) -> Iterator[tuple[str, str]]:
    """Yield every text that a resident reads, with a comment for its translator."""
    yield asked.title, f"title of the survey {asked.id}"
    for name, scale in asked.scales.items():
        yield from _options(scale.options, f"answer on the scale {name}")
        if scale.adverse_label:
            yield scale.adverse_label, f"what the adverse answers of the scale {name} mean"
    yield from _options(asked.missing, "answer that stands apart, below the scale")
    for question in asked.questions:
        yield question.text, f"question {question.id}"
        for row in question.rows:
            yield row.text, f"row of the question {question.id}: {question.text}"
        yield from _options(question.extra, f"answer that stands apart, question {question.id}")


def _options(options: Iterable[Option], comment: str) -> Iterator[tuple[str, str]]:
    return ((option.text, comment) for option in options)


def extract(
    fileobj: BinaryIO, _keywords: object, _comment_tags: object, **_options: object
) -> Iterator[tuple[int, str, str, list[str]]]:
    """Yield an instrument's messages for Babel, through the loader that also runs it."""
    loaded = parse(fileobj.read(), fileobj.name, Instrument)
    for line, (text, comment) in enumerate(messages(loaded), start=1):
        yield line, "gettext", text, [comment]
