"""A file of SVG, written line by line: texts, and plots that are drawn in percent."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from markupsafe import Markup

from materials.pictures.measure import lines, width
from translations.languages import Language

Align = Literal["start", "middle", "end"]

INK, SOFT, RULE = "#14181f", "#55606e", "#d4d2ca"
LEADING = 1.35
PAD = 24  # px around everything
_ROOM = 1.15  # of a text's width, for whoever has none of our fonts


@dataclass(frozen=True, kw_only=True)
class Text:
    """A line of text at a point in px; ``anchor`` is in the direction of the text."""

    x: float
    y: float
    text: str
    size: float
    weight: int
    anchor: Align
    fill: str


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

    def text(
        self,
        start: float,
        y: float,
        text: str,
        *,
        size: float = 14,
        weight: int = 400,
        align: Align = "start",
        fill: str = INK,
    ) -> None:
        """Write one line whose baseline is at ``y``."""
        x = PAD + start
        self.texts.append(
            Text(
                x=self.width - x if self.rtl else x,
                y=y,
                text=text,
                size=size,
                weight=weight,
                anchor=align,
                fill=fill,
            )
        )

    def block(
        self,
        start: float,
        y: float,
        text: str,
        most: float,
        *,
        size: float = 14,
        weight: int = 400,
        align: Align = "start",
        fill: str = INK,
    ) -> float:
        """Write a text in lines of at most ``most`` px; return its height."""
        rows = self.split(text, most / size)
        for row in rows:
            y += LEADING * size
            self.text(start, y - 0.3 * size, row, size=size, weight=weight, align=align, fill=fill)
        return LEADING * size * len(rows)

    def paragraph(
        self, text: str, *, size: float = 14, weight: int = 400, fill: str = INK, after: float = 4
    ) -> None:
        """Write a text over the whole width, and go below it."""
        self.y += after + self.block(
            0, self.y, text, self.inner, size=size, weight=weight, fill=fill
        )

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
        anchors: tuple[Align, ...] = ("middle", "end", "start")
        self.texts.append(
            Text(x=x, y=y, text=text, size=size, weight=weight, anchor=anchors[side], fill=INK)
        )

    def split(self, text: str, most: float) -> list[str]:
        """Return a text in lines of at most ``most`` em."""
        return lines(text, most / _ROOM, self.language)

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
