"""Drawings in percent made into plain lengths, for programs that read little of SVG.

Within a file every size is known. So viewports become groups, percentages become px, and the lines
of a hatching become lines that end at its edges instead of being cut off.
"""

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from markupsafe import Markup

_ACROSS = frozenset({"x", "x1", "x2", "cx", "width"})
_DOWN = frozenset({"y", "y1", "y2", "cy", "height"})


def flat(content: Markup, width: float, height: float, box: str = "") -> Markup:
    """Return what is drawn in a viewport of px as elements without viewports and percentages.

    ``box`` is the viewport's own system of coordinates, such as "0 0 100 60" for a map.
    """
    across = float(box.split()[2]) if box else width
    down = float(box.split()[3]) if box else height
    drawn = ET.fromstring(f"<g>{content}</g>")  # noqa: S314  our own geometry, numbers alone
    group = ET.Element("g", {"transform": f"scale({_n(width / across)})"} if box else {})
    group.extend(each for child in drawn for each in _flat(child, across, down))
    return Markup(ET.tostring(group, encoding="unicode"))  # noqa: S704


def _flat(element: ET.Element, width: float, height: float) -> Iterator[ET.Element]:
    """Yield an element of a viewport in lengths."""
    sizes = {**dict.fromkeys(_ACROSS, width), **dict.fromkeys(_DOWN, height)}
    known = {
        name: _n(_length(value, sizes[name])) if name in sizes else value
        for name, value in element.items()
    }
    if element.tag != "svg":
        made = ET.Element(element.tag, known)
        made.extend(each for child in element for each in _flat(child, width, height))
        yield made
        return
    inner = float(known["width"]), float(known["height"])
    place = {"transform": f"translate({known.get('x', '0')} {known.get('y', '0')})"}
    group = ET.Element("g", place)
    line = element.find("g[@transform='skewX(-45)']/line")
    if line is not None:
        group.append(_hatching(line, *inner))
    else:
        group.extend(each for child in element for each in _flat(child, *inner))
    yield group


def _hatching(line: ET.Element, width: float, height: float) -> ET.Element:
    """Return the dashes of a broad slanted line as strokes from edge to edge of a rectangle."""
    dash, gap = map(float, line.attrib["stroke-dasharray"].split())
    at = float(line.attrib["x1"]) + dash / 2
    strokes = []
    while at < width + height:
        if at > 0:
            # a slant of 45 degrees: what is gone down is gone back
            right, left = min(at, width), max(at - height, 0)
            strokes.append(f"M{_n(right)} {_n(at - right)}L{_n(left)} {_n(at - left)}")
        at += dash + gap
    return ET.Element(
        "path",
        {
            "d": "".join(strokes),
            "stroke": line.attrib["stroke"],
            "stroke-width": _n(dash / 2**0.5),
            "fill": "none",
        },
    )


def _length(value: str, whole: float) -> float:
    return float(value[:-1]) * whole / 100 if value.endswith("%") else float(value)


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
