"""What the API answers and is asked, as types: the OpenAPI document is made of them alone."""

from dataclasses import field, fields, make_dataclass
from datetime import date
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import ConfigDict, Field, StringConstraints
from pydantic.dataclasses import dataclass

from surveys.comparison import Comparison
from surveys.export.codebook import Means
from surveys.questions import Kind
from surveys.release import Dimension

STRICT = ConfigDict(extra="forbid")
MOST = 100  # entries of a page
Name = Annotated[str, StringConstraints(min_length=1, max_length=82, pattern=r"^[A-Za-z0-9_.&-]+$")]
Entry = TypeVar("Entry")


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Why there is no answer (RFC 9457)."""

    title: str
    status: int
    detail: str
    type: str = "about:blank"


@dataclass(frozen=True, kw_only=True)
class Page(Generic[Entry]):
    """A part of a list. ``next`` is the address of the part that follows, null at the end."""

    entries: tuple[Entry, ...]
    start: int
    total: int
    next: str | None


@dataclass(frozen=True, kw_only=True)
class Named:
    """Something with an id and a name: a place, or a language with its BCP 47 tag."""

    id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Campaign:
    """The campaign that is served."""

    id: str
    title: str
    host: str
    survey: str
    surveys: tuple[str, ...]
    places: tuple[Named, ...]
    languages: tuple[Named, ...]


@dataclass(frozen=True, kw_only=True)
class Wave:
    """A wave; both days belong to it. A ``released`` one has results, as of that day."""

    id: str
    name: str
    opens: date
    closes: date
    state: Literal["planned", "open", "closed", "released"]
    released: date | None


@dataclass(frozen=True, kw_only=True)
class Code:
    """An answer that can be given. ``adverse`` ones are what a comparison counts."""

    code: int
    text: str
    means: Means
    adverse: bool


@dataclass(frozen=True, kw_only=True)
class Asked:
    """An item: a question, or one row of a question with several."""

    id: str
    question: str
    row: str | None
    kind: Kind
    text: str
    asked_if: str
    compared: bool
    codes: tuple[Code, ...]
    source: str
    licence: str


@dataclass(frozen=True, kw_only=True)
class Survey:
    """A survey in its newest version, in one language."""

    id: str
    version: str
    title: str
    minutes: int
    language: str
    items: tuple[Asked, ...]


@dataclass(frozen=True, kw_only=True)
class Sheets:
    """How many answered the core question by the sheets of a topic, a format or a place.

    ``answered`` is null where it is hidden. ``copies`` is how many there are, where each has a code
    of its own; else it is not known, and null. ``made_up`` answers are those of a trial.
    """

    wave: str
    survey: str
    question: str
    by: Literal["topic", "format", "place"]
    group: str
    name: str
    answered: int | None
    copies: int | None
    per_hundred_copies: float | None
    made_up: bool


def _compared() -> Any:
    """Return the type of what ``Comparison.to_json`` makes, from the comparison itself."""
    own = [
        (each.name, each.type, field(kw_only=True))
        for each in fields(Comparison)
        if each.name != "item"
    ]
    about = [(name, str, field(kw_only=True)) for name in ("caveat", "question", "text", "counted")]
    made = make_dataclass("Compared", [*own, *about, ("row", str | None, field(kw_only=True))])
    made.__doc__ = Comparison.__doc__
    return made


Compared = _compared()


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Nothing:
    """No parameters."""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class InLanguage:
    """In which language of the campaign; German without any."""

    language: Name | None = None


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Part:
    """Which part of a list."""

    start: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    most: Annotated[int, Field(ge=1, le=MOST)] = MOST


@dataclass(frozen=True, kw_only=True, config=STRICT)
class CodebookPart(Part):
    """Which part of the codebook, of which survey."""

    survey: Name | None = None


@dataclass(frozen=True, kw_only=True, config=STRICT)
class OfWave(Part):
    """Of which wave; of the newest that is released without any."""

    wave: Name | None = None
    survey: Name | None = None


@dataclass(frozen=True, kw_only=True, config=STRICT)
class WishAll:
    """What is to be compared; what is left out is chosen as most would."""

    survey: Name | None = None
    by: Dimension = "place"
    wave: Name | None = None
    place: Name | None = None
    group: Annotated[tuple[Name, ...], Field(max_length=40)] = ()


@dataclass(frozen=True, kw_only=True, config=STRICT)
class WishOne(WishAll):
    """The same, of one question."""

    question: Name | None = None


@dataclass(frozen=True, kw_only=True, config=STRICT)
class WishPart(WishAll, Part):
    """The same, of every question, a part at a time."""
