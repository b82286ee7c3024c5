"""Forms: how each kind of question is read from what was posted.

Fields hold codes, never labels, and no text of ours: the templates have the words. An answer that
is right is read from a table; WTForms is asked about the others, and says what is wrong. Both
accept exactly the same, which the tests hold them to.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from werkzeug.datastructures import MultiDict
from wtforms import Form, RadioField, SelectMultipleField, StringField
from wtforms.fields import Field
from wtforms.validators import InputRequired, Length, StopValidation

from surveys.conditions import Answer
from surveys.definition import SKIPPED, Item
from surveys.documents import is_plain

LONGEST_ANSWER = 300  # characters that a respondent may write

Said = Answer | str  # a code, several codes, or a text
Check = Callable[[Form, Field], None]


class Fault(StrEnum):
    """What is wrong with an answer; the templates say it in the reader's language."""

    MISSING = "missing"
    UNKNOWN = "unknown"
    ALONE = "alone"
    TOO_LONG = "too-long"


class AnswerError(ValueError):
    """An answer that cannot be taken."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True)
class Reader:
    """How a kind of question is read.

    ``quick`` returns what the posted values say, None where they may not be right. ``field`` is
    the WTForms field that says what is wrong.
    """

    quick: Callable[[Item, Sequence[str]], Said | None]
    field: Callable[[Item], Field]


def _codes(item: Item) -> dict[str, int]:
    """Return the codes that can be chosen, by how a form posts them."""
    return {str(code): code for code in item.offered}


def _refuse(fault: Fault, wrong: Callable[[Field], bool]) -> Check:
    """Return a check that stops with a fault where something is wrong."""

    def check(_form: Form, field: Field) -> None:
        if wrong(field):
            raise StopValidation(fault)

    return check


_GIVEN = InputRequired(message=Fault.MISSING)
_ONCE = _refuse(Fault.UNKNOWN, lambda field: len(field.raw_data or ()) > 1)
_OTHER_ALPHABET = _refuse(Fault.UNKNOWN, lambda field: not is_plain(field.data))
_LENGTHS = (
    Length(min=1, message=Fault.MISSING),
    Length(max=LONGEST_ANSWER, message=Fault.TOO_LONG),
)


def _one(item: Item, values: Sequence[str]) -> int | None:
    return _codes(item).get(values[0]) if len(values) == 1 else None


def _one_field(item: Item) -> Field:
    known = _codes(item)
    offered = _refuse(Fault.UNKNOWN, lambda field: field.data not in known)
    return RadioField(
        choices=list(known),  # type: ignore[arg-type]  # the stubs are of an older WTForms
        validate_choice=False,
        validators=[_GIVEN, _ONCE, offered],
    )


def _several(item: Item, values: Sequence[str]) -> tuple[int, ...] | None:
    known = _codes(item)
    chosen = {known[value] for value in values if value in known}
    fits = len(chosen) == len(values) and (len(chosen) == 1 or item.alone.isdisjoint(chosen))
    return tuple(sorted(chosen)) if chosen and fits else None


def _several_field(item: Item) -> Field:
    known = _codes(item)
    alone = {str(code) for code in item.alone}
    offered = _refuse(
        Fault.UNKNOWN,
        lambda field: not set(field.data) <= known.keys() or len(set(field.data)) < len(field.data),
    )
    compatible = _refuse(
        Fault.ALONE, lambda field: len(field.data) > 1 and not alone.isdisjoint(field.data)
    )
    return SelectMultipleField(
        choices=list(known),  # type: ignore[arg-type]
        validate_choice=False,
        validators=[_GIVEN, offered, compatible],
    )


def _tidy(text: str | None) -> str | None:
    return text and " ".join(text.split())


def _words(_item: Item, values: Sequence[str]) -> str | None:
    text = _tidy(values[0]) if len(values) == 1 else None
    return text if text and len(text) <= LONGEST_ANSWER and is_plain(text) else None


def _words_field(_item: Item) -> Field:
    return StringField(filters=[_tidy], validators=[_GIVEN, _ONCE, _OTHER_ALPHABET, *_LENGTHS])


_ONE = Reader(_one, _one_field)
READERS: Mapping[str, Reader] = MappingProxyType(
    {
        "single": _ONE,
        "one-tap": _ONE,
        "scale": _ONE,
        "matrix": _ONE,
        "number-band": _ONE,
        "multiple": Reader(_several, _several_field),
        "text": Reader(_words, _words_field),
    }
)


def read_answer(item: Item, posted: MultiDict[str, str]) -> Said:
    """Return what was posted for an item: a code, several codes in order, or a text.

    The button to skip goes before a choice that stands on the same page. Raise AnswerError where
    nothing was posted that the item accepts.
    """
    if "skip" in posted:
        return SKIPPED
    reader = READERS[item.question.kind]
    found = reader.quick(item, posted.getlist("answer"))
    if found is None:
        raise AnswerError(fault(item, posted) or Fault.UNKNOWN)
    return found


def fault(item: Item, posted: MultiDict[str, str]) -> Fault | None:
    """Return what is wrong with the answer that was posted for an item, as WTForms sees it."""
    fields = {"answer": READERS[item.question.kind].field(item)}
    form = type("AnswerForm", (Form,), fields)(posted)
    return None if form.validate() else Fault(form.errors["answer"][0])
