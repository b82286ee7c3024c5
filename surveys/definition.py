"""Instruments: what a survey asks, read from TOML, with stable ids and integer codes.

German is the source of every text. A published version is told by its hash and never changes.
"""

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from typing import Annotated, BinaryIO, Self, TypeVar

from pydantic import Field, TypeAdapter, model_validator
from pydantic.dataclasses import dataclass

from surveys import conditions
from surveys.conditions import Answer, Answers
from surveys.documents import STRICT, Filled, Id, Whole, parse, read
from surveys.questions import MOST_OPTIONS, Kind, Option, Question, Row, Scale

# Codes that are philos's own and stored beside those of an instrument.
NOT_ASKED = -1
SKIPPED = -2
ANSWERED = -3  # a question with several answers, or with a text, has one
# What no item can be called: what else an address can end with, and the words of conditions.
PAGES = frozenset({"answers", "delete", "done", "undo"})

Some = TypeVar("Some")
Several = Annotated[tuple[Some, ...], Field(min_length=1)]
MOST_PATHS = 1_000  # through an instrument, remembered


@dataclasses.dataclass(frozen=True, kw_only=True)
class Item:
    """What is asked on one page and stored under one id: a question, or one row of a matrix."""

    id: str
    question: Question
    scale: Scale
    row: Row | None = None
    missing: tuple[Option, ...] = ()

    @property
    def asked_as(self) -> Kind:
        """Return the kind of question that the page of this item looks like."""
        if self.question.kind != "matrix":
            return self.question.kind
        return "scale" if self.scale.points else "single"

    @property
    def aside(self) -> tuple[Option, ...]:
        """Return the answers that stand apart from the scale."""
        return self.question.extra + self.missing

    @cached_property
    def offered(self) -> Mapping[int, Option]:
        """Return every answer that can be chosen, by its code."""
        return {option.code: option for option in self.scale.choices + self.aside}

    @cached_property
    def on_scale(self) -> frozenset[int]:
        """Return the codes of the scale."""
        return frozenset(option.code for option in self.scale.choices)

    @cached_property
    def alone(self) -> frozenset[int]:
        """Return the codes that go with no other."""
        return frozenset(option.code for option in self.aside)

    @cached_property
    def codes(self) -> frozenset[int]:
        """Return every code that may be stored for this item."""
        written = {ANSWERED} if self.question.kind == "text" else set()
        return frozenset(self.offered) | {SKIPPED} | written


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Instrument:
    """A survey as it is written, or as it is published, with the campaign's places as rows.

    ``weight_by`` are the items, such as age and gender, by which its answers can be weighted to
    the population.
    """

    id: Id
    title: Filled
    minutes: Whole
    missing: tuple[Option, ...] = ()
    scales: dict[Id, Scale] = field(default_factory=dict)
    questions: Several[Question]
    weight_by: tuple[Id, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> Self:
        ids: set[str] = set()
        asked: dict[str, Item] = {}
        for question in self.questions:
            where = f"question {question.id!r}"
            if question.id in ids:
                raise ValueError(f"{where} stands twice")
            if question.id in PAGES | conditions.WORDS:
                raise ValueError(f"{where} has a name that philos needs; give it another id")
            self._check_scale(question, where)
            self._check_answers(question, where)
            self._check_condition(question, asked, where)
            ids.add(question.id)
            asked |= {item.id: item for item in self._items(question)}
        self._check_crossings(asked)
        if {"one-tap", "text"} <= {question.kind for question in self.questions}:
            raise ValueError("a survey of one tap has no text; leave one of the two out")
        return self

    def _check_scale(self, question: Question, where: str) -> None:
        forms = question.form.scale
        if question.scale is None:
            return
        if question.scale not in self.scales:
            raise ValueError(f"{where} names the scale {question.scale!r}, which is not there")
        if not any(getattr(self.scales[question.scale], form) for form in forms):
            raise ValueError(f"{where} is {question.kind!r} and needs a scale with {forms[0]}")

    def _check_answers(self, question: Question, where: str) -> None:
        if not set(question.missing) <= {option.code for option in self.missing}:
            raise ValueError(f"{where} names a missing code that the instrument has not")
        choices = self.scales[question.scale].choices if question.scale else ()
        codes = [*(option.code for option in choices + question.extra), *question.missing]
        if len(set(codes)) < len(codes):
            raise ValueError(f"{where} offers two answers with the same code")
        if len(codes) > MOST_OPTIONS + 2:
            raise ValueError(f"{where} offers more than {MOST_OPTIONS} answers")

    def _check_condition(self, question: Question, asked: Mapping[str, Item], where: str) -> None:
        for given in question.condition.given() if question.condition else ():
            if given.item not in asked:
                raise ValueError(f"{where} depends on {given.item!r}, which is not asked before it")
            if asked[given.item].question.kind == "text":
                raise ValueError(
                    f"{where} depends on the text {given.item!r}, which may be left out"
                )
            if not set(given.codes) <= asked[given.item].codes:
                raise ValueError(f"{where} depends on a code that {given.item!r} does not have")

    def _check_crossings(self, asked: Mapping[str, Item]) -> None:
        for one, other in self.twins:
            if other not in asked or one not in asked or asked[one].scale != asked[other].scale:
                raise ValueError(f"question {one!r} and its twin {other!r} need the same scale")
        for name in self.weight_by:
            if name not in asked or asked[name].question.kind not in {"single", "number-band"}:
                raise ValueError(f"weight_by names {name!r}, which is no question with one answer")

    @cached_property
    def twins(self) -> tuple[tuple[str, str], ...]:
        """Return the pairs of items that ask the same of two times."""
        return tuple((each.id, each.twin) for each in self.questions if each.twin)

    @cached_property
    def items(self) -> Mapping[str, Item]:
        """Return every item by its id, in the order in which they are asked."""
        return {item.id: item for question in self.questions for item in self._items(question)}

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Return where each item stands, from 0."""
        return {name: place for place, name in enumerate(self.items)}

    @cached_property
    def in_words(self) -> frozenset[str]:
        """Return the items that are answered in words."""
        return frozenset(item.id for item in self.items.values() if item.question.kind == "text")

    def _items(self, question: Question) -> Iterator[Item]:
        if question.rows_from:
            return
        scale = self.scales[question.scale] if question.scale else Scale()
        for row in question.rows or (None,):
            yield Item(
                id=f"{question.id}.{row.id}" if row else question.id,
                question=question,
                scale=scale,
                row=row,
                missing=tuple(each for each in self.missing if each.code in question.missing),
            )

    @cached_property
    def version(self) -> str:
        """Return the first 16 hexadecimal digits of SHA-256 over the whole definition."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()[:16]

    def to_json(self) -> str:
        """Return the definition as canonical JSON.

        What has its default is left out, so that a key which a later philos adds does not change
        the versions that are published.
        """
        content = TypeAdapter(Instrument).dump_python(self, mode="json", exclude_defaults=True)
        return json.dumps(content, ensure_ascii=False, sort_keys=True)

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

    @property
    def texts(self) -> tuple[str, ...]:
        """Return the ids of the questions that are answered in the respondent's own words."""
        return tuple(question.id for question in self.questions if question.kind == "text")

    def without_texts(self) -> "Instrument":
        """Return the instrument without them; raise ValueError where nothing would be left."""
        kept = tuple(question for question in self.questions if question.kind != "text")
        return dataclasses.replace(self, questions=kept) if self.texts else self

    def reached(self, answers: Answers) -> Sequence[tuple[Item, Answer | None]]:
        """Return the items that a respondent with these answers is asked, each with its answer.

        Whether an item is asked depends on answers to items that are asked themselves. What was
        worked out last is remembered: an answer is counted, taken back and gone on from.
        """
        given = tuple(answers.items())
        found = self._paths.get(given)
        if found is None:
            if len(self._paths) >= MOST_PATHS:
                self._paths.clear()
            found = self._paths[given] = tuple(self._reached(answers))
        return found

    @cached_property
    def _paths(
        self,
    ) -> dict[tuple[tuple[str, Answer], ...], tuple[tuple[Item, Answer | None], ...]]:
        return {}

    def _reached(self, answers: Answers) -> Iterator[tuple[Item, Answer | None]]:
        known: dict[str, Answer] = {}
        for item in self.items.values():
            if item.question.condition is None or item.question.condition.holds(known):
                yield item, answers.get(item.id)
                if item.id in answers:
                    known[item.id] = answers[item.id]

    def answered(self, answers: Answers) -> list[tuple[Item, Answer]]:
        """Return the items that a respondent is asked and has answered, each with its answer."""
        reached = self.reached(answers) if answers else ()
        return [(item, answer) for item, answer in reached if answer is not None]

    def asked(self, answers: Answers) -> list[Item]:
        """Return the items that a respondent with these answers is asked."""
        return [item for item, _ in self.reached(answers)]


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
    """Yield every text of an instrument, with a comment for its translator."""
    yield asked.title, f"title of the survey {asked.id}"
    for name, scale in asked.scales.items():
        if scale.adverse_label:
            yield scale.adverse_label, f"what the adverse answers of the scale {name} mean"
    yield from wordings(asked)


def wordings(asked: Instrument) -> Iterator[tuple[str, str]]:
    """Yield every text that a respondent reads, with a comment for its translator."""
    for name, scale in asked.scales.items():
        yield from _options(scale.options, f"answer on the scale {name}")
        for end in filter(None, (scale.low, scale.high)):
            yield end, f"end of the numeric scale {name}"
    yield from _options(asked.missing, "answer that stands apart, below the scale")
    for question in asked.questions:
        yield question.text, f"question {question.id}"
        if question.hint:
            yield question.hint, f"hint below the question {question.id}: {question.text}"
        for row in question.rows:
            if not row.name:
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
