"""Where everything stands on a picture that is a file of its own, kind by kind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from markupsafe import Markup

from materials.pictures.canvas import INK, LEADING, PAD, SOFT, Canvas, Plot
from materials.pictures.measure import soft
from surveys.pictures.axis import Tick
from surveys.pictures.bars import Bars
from surveys.pictures.multiples import Multiples, Panel
from surveys.pictures.sketch import Marker, Sketch
from surveys.pictures.whiskers import Whiskers
from translations.languages import source
from translations.markup import apart

NAME, LONG_NAME, WIDE = 180, 400, 340  # px of names, of names as long as questions, of a plot
_COLUMN = 84  # px of a column of numbers
_ROW = 46
_EM = 15  # px on a map, which is 40 em wide


@dataclass(frozen=True)
class Pen:
    """What a layout writes with: the macros of words and of geometry, and the names of answers."""

    say: Any
    geometry: Any
    words: Any
    figures: Mapping[str, Callable[[float], Markup]]

    def __call__(self, said: str) -> str:
        """Return a text without its markup."""
        return " ".join(Markup(said).striptags().split())  # noqa: S704  a macro's own output


def bars(canvas: Canvas, drawn: Bars, pen: Pen) -> None:
    """Lay out diverging bars with their columns of numbers."""
    number, percent = pen.figures["number"], pen.figures["percent"]
    plot = NAME + _COLUMN + 26
    ends = [NAME + _COLUMN, plot + WIDE + 26 + _COLUMN]
    ends += [ends[1] + _COLUMN * n for n in range(1, len(drawn.beside) + 2)]

    def count(value: int | None) -> str:
        return "–" if value is None else pen(number(value))

    canvas.legend(
        [
            (pen.geometry.part(0, 100, tone), pen(pen.words.answers[code]))
            for code, tone in drawn.tones
        ]
    )
    beside = [pen.words.answers[code] for code in drawn.beside]
    heads = [pen.say.answered(), pen.words.adverse, *beside, pen.say.without()]
    _heads(canvas, [(end, pen(head)) for end, head in zip(ends, heads, strict=True)])
    for bar in drawn.bars:
        known, top = bar.answered, canvas.y
        middle = _row(canvas, _name(known.name))
        if bar.parts:
            canvas.plot(plot, top + 8, WIDE, _ROW - 16, pen.geometry.bar(bar, drawn.ticks))
            canvas.text(
                ends[1],
                middle - 3,
                pen(percent(known.share or 0)),
                size=17,
                weight=800,
                align="end",
            )
            if bar.span:
                span = pen.say.between(percent(known.low or 0), percent(known.high or 0))
                canvas.text(ends[1], middle + 13, pen(span), size=12, align="end")
        else:
            canvas.block(plot, top + 4, pen(pen.say.why_not(known)), WIDE, size=13, fill=SOFT)
            canvas.text(ends[1], middle + 5, "–", align="end")
        columns = [known.n, *map(known.beside.get, drawn.beside), known.unsaid]
        for end, value in zip([ends[0], *ends[2:]], columns, strict=True):
            canvas.text(end, middle + 5, count(value), align="end")
    _axis(canvas, plot, drawn.ticks, lambda value: pen(percent(abs(value))))
    for shown, remark in (
        (drawn.spanned, pen.say.under_bars),
        (drawn.summed_up, pen.say.summed_up),
        (drawn.lacking, pen.say.dash),
    ):
        if shown:
            canvas.paragraph(pen(remark()), size=12, fill=SOFT)


def whiskers(canvas: Canvas, drawn: Whiskers, pen: Pen) -> None:
    """Lay out differences with their whiskers."""
    points = pen.figures["points"]
    names = _names(drawn)
    plot, figures = names + 26, names + WIDE + 70
    half = WIDE / 2 - 8
    top = canvas.y
    heights = [
        canvas.block(plot, top, pen(pen.say.fewer(pen.words)), half, size=12, weight=600),
        canvas.block(
            plot + WIDE, top, pen(pen.say.more(pen.words)), half, size=12, weight=600, align="end"
        ),
        canvas.block(figures, top, pen(pen.say.compared()), 190, size=12, weight=600),
    ]
    canvas.y = top + max(heights) + 6
    canvas.rule(INK)
    for contrast, whisker in drawn.rows:
        top = canvas.y
        middle = _row(canvas, _name(contrast.name), names)
        content = pen.geometry.whisker(whisker, drawn.ticks, contrast.clear)
        canvas.plot(plot, top + 10, WIDE, _ROW - 20, content)
        if whisker and contrast.low is not None and contrast.high is not None:
            canvas.text(figures, middle + 5, pen(points(contrast.estimate or 0)), weight=700)
            span = pen.say.between(points(contrast.low), points(contrast.high))
            canvas.text(figures + 48, middle + 5, pen(span), size=13)
        else:
            canvas.block(figures, top + 5, pen(pen.say.unsaid()), 190, size=12, fill=SOFT)
    _axis(canvas, plot, drawn.ticks, lambda value: pen(points(value)))
    canvas.legend(
        [
            (pen.geometry.dot(50, 50, True), pen(pen.say.clear())),  # noqa: FBT003
            (pen.geometry.dot(50, 50, False), pen(pen.say.unclear())),  # noqa: FBT003
        ]
    )


def multiples(canvas: Canvas, drawn: Multiples, pen: Pen) -> None:
    """Lay out the panels, as many in a row as there is room for."""
    longest = max((canvas.longest(_name(wave)) for wave in drawn.waves), default=0)
    room = max(200, max(64, 11 * longest + 6) * len(drawn.waves) + 8)
    across = max(1, int((canvas.inner + 30) // (room + 60)))
    for row in range(0, len(drawn.panels), across):
        panels, heights = drawn.panels[row : row + across], []
        for index, panel in enumerate(panels):
            canvas.block(index * (room + 60), canvas.y, _name(panel.series.name), room, weight=600)
        names = (len(canvas.split(_name(panel.series.name), room / 14)) for panel in panels)
        canvas.y += max(names) * LEADING * 14 + 8
        top = canvas.y
        for index, panel in enumerate(panels):
            height = _panel(canvas, drawn, panel, pen, start=index * (room + 60), room=room)
            heights.append(height)
        canvas.y = top + max(heights) + 16
    canvas.paragraph(pen(pen.say.under_dots(pen.words)), size=12, fill=SOFT)
    if drawn.lacking:
        canvas.paragraph(pen(pen.say.dash()), size=12, fill=SOFT)


def _panel(
    canvas: Canvas, drawn: Multiples, panel: Panel, pen: Pen, *, start: float, room: float
) -> float:
    """Draw one panel; return its height."""
    number, percent = pen.figures["number"], pen.figures["percent"]
    top = canvas.y
    y = top
    plot, high = start + 38, 110
    canvas.plot(plot, y, room - 8, high, pen.geometry.panel(panel, drawn.ticks))
    for tick in drawn.ticks:
        level = y + high * tick.position / 100 + 4
        canvas.text(plot - 6, level, pen(percent(tick.value)), size=11, align="end", fill=SOFT)
    y += high
    wide = (room - 8) / max(1, len(drawn.waves))
    lowest = y
    for index, (wave, moment) in enumerate(zip(drawn.waves, panel.series.moments, strict=True)):
        middle = plot + wide * (index + 0.5)
        share = "–" if moment.share is None else pen(percent(moment.share))
        canvas.text(middle, y + 18, share, weight=700, align="middle")
        if moment.share is not None:
            base = "–" if moment.n is None else pen(number(moment.n))
            canvas.text(middle, y + 34, base, size=12, align="middle", fill=SOFT)
        height = canvas.block(
            middle, y + 38, _name(wave), wide - 4, size=11, align="middle", fill=SOFT
        )
        lowest = max(lowest, y + 38 + height)
    return lowest - top


def sketch(canvas: Canvas, drawn: Sketch, pen: Pen) -> None:
    """Lay out the map, which is never mirrored."""
    wide, top = canvas.inner, canvas.y
    high = wide * drawn.ratio / 100
    canvas.plots.append(
        Plot(
            x=PAD,
            y=top,
            width=wide,
            height=high,
            content=Markup('<rect width="100" height="{}" fill="#f2f1ed"/>{}').format(
                drawn.ratio, pen.geometry.map(drawn)
            ),
            box=f"0 0 100 {drawn.ratio}",
        )
    )
    for marker in drawn.markers:
        _label(canvas, marker, (PAD, top, wide, high), pen)
    size = 0.8 * _EM
    scale = pen(pen.say.metres(drawn.metres))
    canvas.physical(PAD + 0.02 * wide, top + high - 2.9 * _EM, scale, size=size, side=-1)
    canvas.physical(
        PAD + 0.975 * wide, top + 3.6 * _EM, pen(pen.say.north()), size=size, weight=700
    )
    canvas.y += high + 10
    for marker in drawn.unlabelled:
        canvas.paragraph(f"{marker.number}  {pen(pen.say.of_spot(marker.spot))}", size=13)
    canvas.legend(
        [
            (
                Markup('<g transform="scale(1.5)">{}</g>').format(
                    pen.geometry.disc(5, 5, 2.5 + shade * 0.5, shade)
                ),
                pen(pen.say.quarter(shade)),
            )
            for shade in range(1, 5)
        ]
    )
    canvas.paragraph(pen(pen.say.sketched()), size=12, fill=SOFT)


def _label(
    canvas: Canvas,
    marker: Marker,
    map_: tuple[float, float, float, float],
    pen: Pen,
) -> None:
    left, top, wide, high = map_
    label = marker.label
    if label is None:
        x, y = left + wide * marker.left / 100, top + high * marker.top / 100
        canvas.physical(x, y + 0.3 * _EM, str(marker.number), size=0.8 * _EM, weight=700)
        return
    x, y = left + wide * label.left / 100, top + high * label.top / 100
    said = pen(pen.say.of_label(marker.spot))
    rows = [
        (row, weight)
        for text, weight in ((_name(marker.spot.name), 700), (said, 400))
        for row in canvas.split(text, 11)
    ]
    height = 1.25 * _EM * len(rows)
    y -= height * (1 if "n" in label.side else 0 if "s" in label.side else 0.5)
    side = -1 if "e" in label.side else 1 if "w" in label.side else 0
    for index, (row, weight) in enumerate(rows):
        baseline = y + 1.25 * _EM * (index + 1) - 0.33 * _EM
        canvas.physical(x, baseline, row, size=_EM, weight=weight, side=side)


def _name(name: str) -> str:
    """Return a name of the campaign's as it may be divided, apart from what surrounds it."""
    return apart(soft(name, source()))


def _heads(canvas: Canvas, heads: list[tuple[float, str]]) -> None:
    """Write the heads of columns of numbers, their last lines at the same height."""
    rows = [(end, canvas.split(head, (_COLUMN - 10) / 12)) for end, head in heads]
    deepest = max(len(lines) for _, lines in rows)
    for end, lines in rows:
        for index, line in enumerate(lines, start=deepest - len(lines)):
            canvas.text(
                end, canvas.y + 16 * (index + 1) - 4, line, size=12, weight=600, align="end"
            )
    canvas.y += 16 * deepest + 6
    canvas.rule(INK)


def _names(drawn: Whiskers) -> float:
    return LONG_NAME if drawn.long else NAME


def _row(canvas: Canvas, name: str, room: float = NAME) -> float:
    """Write the name of a row, and go below it; return the height of its middle."""
    lines = canvas.split(name, (room - 10) / 14)
    height = max(_ROW, 19 * len(lines) + 12)
    middle = canvas.y + _ROW / 2
    first = max(canvas.y + 18, middle + 5 - 9.5 * (len(lines) - 1))
    for index, line in enumerate(lines):
        canvas.text(0, first + 19 * index, line, weight=600)
    canvas.y += height
    canvas.rule()
    return middle


def _axis(
    canvas: Canvas, start: float, ticks: tuple[Tick, ...], said: Callable[[float], str]
) -> None:
    """Write what the marks of an axis stand for, and go below them."""
    for tick in ticks:
        # what is mirrored already is mirrored again by the canvas
        at = 100 - tick.position if canvas.rtl else tick.position
        canvas.text(
            start + WIDE * at / 100,
            canvas.y + 15,
            said(tick.value),
            size=11,
            align="middle",
            fill=SOFT,
        )
    canvas.y += 28


LAYOUTS: Mapping[str, Callable[[Canvas, Any, Pen], None]] = MappingProxyType(
    {"bars": bars, "whiskers": whiskers, "multiples": multiples, "map": sketch}
)


def width(drawn: Bars | Whiskers | Multiples | Sketch) -> float:
    """Return how wide the file of a picture is, in px."""
    if isinstance(drawn, Bars):
        return 2 * PAD + NAME + WIDE + 52 + _COLUMN * (3 + len(drawn.beside))
    if isinstance(drawn, Sketch):
        return 2 * PAD + 40 * _EM
    names = _names(drawn) if isinstance(drawn, Whiskers) else NAME
    return 2 * PAD + names + WIDE + 70 + 190
