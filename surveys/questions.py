"""Questions: of which kind they are, what they ask, and the scales on which they are answered."""

import dataclasses
import re
from collections.abc import Mapping
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic.dataclasses import dataclass

from surveys import conditions
from surveys.conditions import Condition
from surveys.documents import STRICT, Filled, Id, Switch, Text, Whole

Code = Annotated[Whole, Field(ge=0, le=999)]  # negative codes are philos's own
Number = Annotated[Whole, Field(ge=0, le=1_000_000)]
MOST_OPTIONS = 40


def _version(text: str) -> str:
    if not re.fullmatch("[0-9a-f]{16}", text):
        raise ValueError("must be the name of a version, 16 of the digits 0 to 9 and a to f")
    return text


Version = Annotated[str, AfterValidator(_version)]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Option:
    """One answer: the integer code that is stored, and its text."""

    form: ClassVar[Literal["text", "point", "band"]] = "text"  # how a page words it

    code: Code
    text: Filled


@dataclasses.dataclass(frozen=True, kw_only=True)
class Point(Option):
    """A number on a numeric scale, such as 7 of 0 to 10; its text is the number itself."""

    form: ClassVar = "point"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Band(Option):
    """A range of whole numbers, both ends included; the last one may be open at the top."""

    form: ClassVar = "band"

    low: int
    high: int | None


def _band(code: int, bounds: tuple[int, ...]) -> Band:
    low, high = bounds[0], bounds[1] if len(bounds) > 1 else None
    text = f"{low} oder mehr" if high is None else f"{low} bis {high}"
    return Band(code=code, text=text, low=low, high=high)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Scale:
    """Answers that several questions can share, in one of three forms.

    ``options`` have a text each. ``points`` are the ends of a numeric scale, whose numbers are
    their own codes and whose ends are named by ``low`` and ``high``. ``bands`` are ranges of
    numbers, coded from 1: ``[[14, 17], [18, 29], [30]]``. ``adverse`` are the codes that a
    comparison counts, ``adverse_label`` says what they mean.
    """

    options: tuple[Option, ...] = ()
    points: tuple[Code, Code] | None = None
    low: Text = ""
    high: Text = ""
    bands: tuple[Annotated[tuple[Number, ...], Field(min_length=1, max_length=2)], ...] = ()
    adverse: tuple[Code, ...] = ()
    adverse_label: Text = ""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if bool(self.options) + bool(self.points) + bool(self.bands) > 1:
            raise ValueError("has more than one of options, points and bands; keep one")
        if self.points and not self.points[0] < self.points[1] <= self.points[0] + MOST_OPTIONS:
            raise ValueError(f"points must go up, by {MOST_OPTIONS} at most, like [0, 10]")
        if bool(self.points) != bool(self.low and self.high):
            raise ValueError("low and high name the ends of points; a scale has all three or none")
        self._check_bands()
        if not set(self.adverse) <= {option.code for option in self.choices}:
            raise ValueError("adverse names a code that no option has")
        return self

    def _check_bands(self) -> None:
        ends = [number for band in self.bands for number in band]
        open_ones = [band for band in self.bands[:-1] if len(band) == 1]
        if open_ones or any(one >= other for one, other in pairwise(ends)):
            raise ValueError("bands must go up like [[14, 17], [18, 29], [30]]")

    @cached_property
    def choices(self) -> tuple[Option, ...]:
        """Return the answers that can be chosen, in their order."""
        if self.points:
            low, high = self.points
            return tuple(Point(code=code, text=str(code)) for code in range(low, high + 1))
        return self.options or tuple(_band(code, band) for code, band in enumerate(self.bands, 1))


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Row:
    """One row of a matrix. The text of a ``name`` is a proper name and is not translated."""

    id: Id
    text: Filled
    name: Switch = False


Kind = Literal["single", "one-tap", "multiple", "scale", "matrix", "number-band", "text"]


@dataclasses.dataclass(frozen=True)
class Form:
    """What a kind of question is made of: which form of scale, if any, and whether rows."""

    scale: tuple[Literal["options", "points", "bands"], ...]
    rows: bool = False
    several: bool = False


FORMS: Mapping[Kind, Form] = MappingProxyType(
    {
        "single": Form(("options",)),
        "one-tap": Form(("options",)),
        "multiple": Form(("options",), several=True),
        "scale": Form(("points",)),
        "matrix": Form(("options", "points"), rows=True),
        "number-band": Form(("bands",)),
        "text": Form(()),
    }
)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Question:
    """One question, or a matrix of rows that share text and scale.

    ``kind`` says how it is answered. ``extra`` are answers of substance beside the scale, such as
    97 "I never walk alone"; of several answers they go with no other. ``missing`` are the
    instrument's codes for no answer. ``show_if`` is a condition, see ``surveys.conditions``.
    ``shuffled`` options stand in another order for each respondent. A comparison begins with the
    ``core`` question. ``twin`` is the one that asks the same of another time, such as after dark.
    Who gives an answer of ``avoidance``, one of ``extra``, stays away. ``comparable_with`` names
    earlier versions of the survey whose wording of this question means the same. ``source`` and
    ``licence`` say where the wording comes from.
    """

    id: Id
    kind: Kind = "single"
    text: Filled
    hint: Text = ""
    scale: Id | None = None
    rows: tuple[Row, ...] = ()
    rows_from: Literal["places"] | None = None
    extra: tuple[Option, ...] = ()
    missing: tuple[Code, ...] = (98, 99)
    shuffled: Switch = False
    show_if: Text = ""
    core: Switch = False
    twin: Id | None = None
    avoidance: tuple[Code, ...] = ()
    comparable_with: tuple[Version, ...] = ()
    source: Filled
    licence: Filled

    @property
    def form(self) -> Form:
        """Return what a question of this kind is made of."""
        return FORMS[self.kind]

    @cached_property
    def condition(self) -> Condition | None:
        """Return the parsed ``show_if``; raise ValueError for one that is not in the grammar."""
        return conditions.parse(self.show_if) if self.show_if else None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.rows and self.rows_from:
            raise ValueError("has both rows and rows_from; keep one")
        if bool(self.rows or self.rows_from) != self.form.rows:
            raise ValueError("rows belong to the kind 'matrix', which has some")
        if len({row.id for row in self.rows}) < len(self.rows):
            raise ValueError("two rows have the same id")
        if bool(self.scale) != bool(self.form.scale):
            raise ValueError("a text has no scale, and every other kind has one")
        if self.shuffled and "options" not in self.form.scale:
            raise ValueError("numbers are not shuffled")
        if not set(self.avoidance) <= {option.code for option in self.extra}:
            raise ValueError("avoidance names a code that is not one of extra")
        assert self.condition is None or list(self.condition.given())
        return self
