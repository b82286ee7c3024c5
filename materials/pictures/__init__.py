"""Pictures of comparisons, drawn by one component on pages, in print and in files.

``surveys.pictures`` says where everything stands; the macros of ``picture.jinja`` draw it with
labels in HTML. ``component`` gives them to any template, ``styles`` is the sheet that they need.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

from markupsafe import Markup

from materials.library import environment, home
from materials.pictures.measure import lines, soft, width
from surveys.definition import Item
from surveys.pictures import sketch
from surveys.pictures.bars import Bars
from surveys.pictures.multiples import Multiples
from surveys.pictures.sketch import Sketch, Spot
from surveys.pictures.whiskers import Whiskers
from translations import numbers
from translations.catalogs import Texts
from translations.languages import Language, source
from translations.markup import apart, figures

Drawn = Bars | Whiskers | Multiples | Sketch


@dataclass(frozen=True)
class Look:
    """How a part of a bar looks: its colour, and lines of a ``width`` with a ``gap``, in px."""

    fill: str
    line: str = ""
    width: float = 0
    gap: float = 0


# PuOr of ColorBrewer. Both ends are alike in grey, so the adverse side is hatched, the more the
# further from the zero line; each part is told from its neighbours without any colour.
LOOKS: Mapping[int, Look] = MappingProxyType(
    {
        -4: Look("#8c7bbf"),
        -3: Look("#2d1457"),
        -2: Look("#5e3c99"),
        -1: Look("#b2abd2"),
        1: Look("#fdb863", "#a34700", 1.1, 6.5),
        2: Look("#e66101", "#ffffff", 1.8, 3.6),
        3: Look("#8a3700", "#ffffff", 2, 2),
        4: Look("#f39a3c", "#a34700", 1.1, 3),
    }
)
SHADES = ("#ffffff", "#fee0b6", "#fdb863", "#e66101", "#8a3700")  # of discs: hidden, and quarters
MOST_WAVES = 24  # whose panel is as wide as their names need
COLOURS: Mapping[str, str] = MappingProxyType(
    {
        "ink": "#14181f",
        "soft": "#55606e",
        "paper": "#ffffff",
        "axis": "#55606e",
        "grid": "#d4d2ca",
        "trend": "#b08a5e",
        "dot": "#e66101",
    }
)


@dataclass(frozen=True, kw_only=True)
class Words:
    """What answers are called, in the reader's language: the adverse ones, and each by its code."""

    adverse: Markup
    answers: Mapping[int, Markup]


def words(item: Item, texts: Texts) -> Words:
    """Return what the answers to an item are called."""
    return Words(
        adverse=texts.text(item.scale.adverse_label),
        answers={code: texts.text(option.text) for code, option in item.offered.items()},
    )


def component(texts: Texts) -> Any:
    """Return the macros of ``picture.jinja`` for a reader.

    ``show(drawn, words)`` draws a picture, ``table(drawn, words)`` is its data as a table,
    ``with_table(drawn, words)`` both, the table behind a heading that opens it.
    """
    return module("picture", texts)


def module(name: str, texts: Texts, isolated: Callable[[str], Markup] = figures) -> Any:
    """Return the macros of one of the templates; ``isolated`` marks every number."""
    template = environment().get_template(f"pictures/{name}.jinja")
    shown = number_formats(texts.language, isolated)
    names = {"apart": apart, "divided": lambda name: soft(name, source())}
    return template.make_module({"texts": texts, **shown, **_LOOK, **names})


def number_formats(
    row: Language, isolated: Callable[[str], Markup]
) -> dict[str, Callable[[float], Markup]]:
    """Return how numbers are written, each kept from the order of the text around it."""
    return {
        "number": lambda value: isolated(numbers.number(value, row)),
        "percent": lambda value: isolated(numbers.percent(value, row)),
        "points": lambda value: isolated(numbers.points(value, row)),
        "signed": lambda value: isolated(numbers.points(value, row, minus="-")),
        "size": lambda value: isolated(numbers.percent(abs(value), row)),
    }


_LOOK = {"looks": LOOKS, "shades": SHADES, "colours": COLOURS}


@cache
def styles(medium: Literal["print", "narrow", "screen"] = "print") -> str:
    """Return the stylesheet of all pictures.

    ``narrow`` is print in a column of less than 12 cm, ``screen`` fits a window of any width.
    """
    sheets = [_sheet("picture")]
    if medium == "screen":
        sheets += [
            _sheet("screen"),
            f"@media screen and (max-width: 42rem) {{\n{_sheet('narrow')}}}",
        ]
    elif medium == "narrow":
        sheets += [_sheet("narrow")]
    places = [f".pic-x{n} {{ left: {n}% }} .pic-y{n} {{ top: {n}% }}" for n in range(101)]
    panels = [f".picture .pic-of{n} {{ width: {3 + 5 * n}em }}" for n in range(3, MOST_WAVES + 1)]
    ratios = [f".pic-ratio{n} {{ padding-bottom: {n}% }}" for n in sketch.RATIOS]
    return "\n".join([*sheets, *places, *panels, *ratios])


def _sheet(name: str) -> str:
    return (home() / "pictures" / f"{name}.css").read_text("utf-8")


def sketch_map(spots: Sequence[Spot], texts: Texts, *, across: float = 40) -> Sketch:
    """Return the sketch map of places, with room for what its labels say to a reader.

    ``across`` is the width of the map in em, for a sheet that sets another for ``.pic-ground``.
    """
    say = module("words", texts)
    labels = [[spot.name, say.of_label(spot).striptags()] for spot in spots]
    sizes = [_size(label, texts.language) for label in labels]
    sides = sketch.SIDES if texts.language.direction == "ltr" else sketch.SIDES_RTL
    return sketch.sketch(spots, sizes, width=across, sides=sides)


def _size(label: Sequence[str], row: Language) -> tuple[float, float]:
    """Return width and height of a label in em, as picture.css sets it, with room for any font."""
    rows = [line for text in label for line in lines(text, 11, row)]
    return 1.1 * max((width(line, row) for line in rows), default=0), 1.3 * len(rows)
