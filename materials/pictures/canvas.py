"""A file of SVG, written line by line: texts, and plots that are drawn in percent."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypedDict, Unpack

from markupsafe import Markup

from materials.pictures.measure import lines, pieces, width
from translations.languages import Language

Align = Literal["start", "middle", "end"]

INK, SOFT, RULE, WARN = "#14181f", "#55606e", "#d4d2ca", "#b3261e"
SIZE: float = 14  # px of text, unless told otherwise
LEADING = 1.35
PAD = 24  # px around everything
_ROOM = 1.15  # of a text's width, for whoever has none of our fonts


class Style(TypedDict, total=False):
    """How a text is set: its size in px, and ``align`` in the direction of the text."""

    size: float
    weight: int
    align: Align
    fill: str


@dataclass(frozen=True, kw_only=True)
class Text:
    """A line of text at a point in px, and how it is set, see ``Style``."""

    x: float
    y: float
    text: str
    size: float = SIZE
    weight: int = 400
    align: Align = "start"
    fill: str = INK


@dataclass(frozen=True, kw_only=True)
class Plot:
    """A viewport in px, and what is drawn in it; ``box`` is its own system of coordinates."""

    x: float
    y: float
    width: float
    height: float
    content: Markup
    box: str = ""


@dataclass
class Canvas:
    """What stands on a picture so far; ``y`` is where the next row begins.

    Positions are px from the side where the reader begins, so that a canvas for a reader from
    right to left is the mirror image.
    """

    language: Language
    width: float
    y: float = PAD
    texts: list[Text] = field(default_factory=list)
    plots: list[Plot] = field(default_factory=list)
    rules: list[tuple[float, str]] = field(default_factory=list)

    @property
    def rtl(self) -> bool:
        """Return whether the reader begins at the right."""
        return self.language.direction == "rtl"

    @property
    def inner(self) -> float:
        """Return the width without the margins."""
        return self.width - 2 * PAD

    def text(self, start: float, y: float, text: str, **style: Unpack[Style]) -> None:
        """Write one line whose baseline is at ``y``."""
        x = PAD + start
        self.texts.append(Text(x=self.width - x if self.rtl else x, y=y, text=text, **style))

    def block(
        self, start: float, y: float, text: str, most: float, **style: Unpack[Style]
    ) -> float:
        """Write a text in lines of at most ``most`` px; return its height."""
        size = style.get("size", SIZE)
        rows = self.split(text, most / size)
        for row in rows:
            y += LEADING * size
            self.text(start, y - 0.3 * size, row, **style)
        return LEADING * size * len(rows)

    def paragraph(self, text: str, *, after: float = 4, **style: Unpack[Style]) -> None:
        """Write a text over the whole width, and go below it."""
        self.y += after + self.block(0, self.y, text, self.inner, **style)

    def plot(self, start: float, y: float, width: float, height: float, content: Markup) -> None:
        """Put a drawing, which is mirrored already, into a viewport."""
        x = PAD + start
        self.plots.append(
            Plot(
                x=self.width - x - width if self.rtl else x,
                y=y,
                width=width,
                height=height,
                content=content,
            )
        )

    def physical(
        self, x: float, y: float, text: str, *, size: float, weight: int = 400, side: int = 0
    ) -> None:
        """Write a line at a point that is never mirrored.

        It lies to its right (``side`` -1), to its left (1), or on it.
        """
        side = -side if self.rtl else side
        aligned: tuple[Align, ...] = ("middle", "end", "start")
        self.texts.append(Text(x=x, y=y, text=text, size=size, weight=weight, align=aligned[side]))

    def split(self, text: str, most: float) -> list[str]:
        """Return a text in lines of at most ``most`` em."""
        return lines(text, most / _ROOM, self.language)

    def longest(self, text: str) -> float:
        """Return how many em the longest part of a text takes that is not divided."""
        parts = (part for word in text.split() for part in pieces(word, self.language))
        return _ROOM * max((width(f"{part}-", self.language) for part in parts), default=0)

    def rule(self, fill: str = RULE) -> None:
        """Draw a line over the whole width below what stands there."""
        self.rules.append((self.y, fill))

    def legend(self, items: Sequence[tuple[Markup, str]]) -> None:
        """Draw swatches with their texts, as many on a line as it holds, and go below them."""
        start, size, height = 0.0, 13, 22.0
        for content, text in items:
            room = 22 + _ROOM * size * width(text, self.language)
            if start and start + room > self.inner:
                start, self.y = 0.0, self.y + height
            self.plot(start, self.y + 1, 15, 15, content)
            self.text(start + 22, self.y + 13, text, size=size)
            start += room + 18
        self.y += height + 4
