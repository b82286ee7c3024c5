"""Make `materials/labels.toml` out of the template data of gLabels.

    apt-get download glabels-data && dpkg-deb -x glabels-data_*.deb glabels
    .venv/bin/python -m docs.labels glabels/usr/share/libglabels-3.0/templates

Taken are the adhesive labels of Avery, Herma and Zweckform, rectangles and plain rounds, on A4 and
US Letter. Left out is what is not one grid on one sheet: labels that overlap or leave the paper,
parts of a sheet (-Disc, -Spine), a number with two layouts, and whatever lacks an attribute.

LibreOffice has a table too, share/labels/labels.xml in Debian's libreoffice-common 7.4. It was made
independently and was compared with this one by hand: see CORRECTED, ADDED and DISPUTED.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

TABLE = Path(__file__).parents[1] / "materials" / "labels.toml"
MAKERS = ("Avery", "Herma", "Zweckform")
PAPERS = {"A4": ("A4", 210.0, 297.0), "US-Letter": ("Letter", 215.9, 279.4)}
UNITS = {"": 25.4 / 72, "pt": 25.4 / 72, "pc": 25.4 / 6, "in": 25.4, "cm": 10.0, "mm": 1.0}
ROUNDING = 0.05  # mm: gLabels gives many lengths in tenths of a point only
HEAD = """\
# Label sheets, one a line: number = the grid of its labels, in mm from the upper left corner.
# Made by docs/labels.py; do not edit. Source: the template data of gLabels 3.4.1 (templates/*.xml,
# Copyright 2001-2009 Jim Evins, MIT licence), of which this takes the dimensions only. A few sheets
# are as in the finer table of LibreOffice 7.4 instead: see there.
"""

# gLabels has these families up to 1.3 mm off, partly against its own comments. LibreOffice's
# labels.xml, in 0.01 mm, agrees with the makers' sizes and has the grid in the middle of the page:
# width, height, columns, rows, left, top, pitch across, pitch down.
CORRECTED = {
    ("Avery", "7160"): (63.5, 38.1, 3, 7, 7.2, 15.15, 66.04, 38.1),
    ("Avery", "7161"): (63.5, 46.56, 3, 6, 7.21, 8.82, 66.04, 46.56),
    ("Avery", "7162"): (99.06, 33.87, 2, 8, 4.67, 13.02, 101.6, 33.87),
    ("Avery", "7163"): (99.06, 38.1, 2, 7, 4.67, 15.15, 101.6, 38.1),
    ("Avery", "7164"): (63.5, 71.97, 3, 4, 7.21, 4.57, 66.04, 71.97),
}

# Common sheets of Zweckform that gLabels lacks (3490 for want of a "0"), from the same table, where
# they stand in the middle of the page too.
ADDED = {
    "3490": ("rectangle", (70.0, 36.0, 3, 8, 0.0, 4.43, 70.0, 36.0)),
    "3415 L3415": ("round", (40.0, 40.0, 4, 6, 16.0, 13.43, 46.0, 46.0)),
    "3416 L3416": ("round", (60.0, 60.0, 3, 4, 8.0, 17.93, 67.0, 67.0)),
    "4731 L4731": ("rectangle", (25.4, 10.0, 7, 27, 8.48, 13.43, 27.94, 10.0)),
    "4736 L4736": ("rectangle", (45.72, 21.17, 4, 12, 9.75, 21.41, 48.26, 21.17)),
    "4745 L4745": ("rectangle", (96.0, 63.5, 2, 4, 7.73, 21.43, 98.54, 63.5)),
}

# LibreOffice has an edge of these at least 3 mm elsewhere, or another number of labels.
DISPUTED = {
    "Avery": """3651 5066 5095 5096 5166 5266 5666 5766 5866 5895 5896 5966 7169 8166 8658 J8658
        L7169 L8658""",
    "Herma": """4100 4109 4110 4283 4284 4357 4828 5070 5090 5091 5095 5096 8803 8832 8839""",
    "Zweckform": "",
}

Key = tuple[str, str]  # maker and number
Grid = tuple[float, float, int, int, float, float, float, float]


class Unsuitable(Exception):
    """A template that is no grid of labels on a known paper."""


class _NoEntities(TreeBuilder):
    """A builder that takes no document type, and therefore no entities."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:  # noqa: ARG002
        raise ParseError(f"a file of templates has no document type, but this has {name}")


def main(folder: Path) -> None:
    table = toml(folder)
    TABLE.write_text(table, "utf-8")
    print(f"{table.count(' = {')} sheets in {TABLE}")


def toml(folder: Path) -> str:
    """Return the table of the sheets in a folder of gLabels templates."""
    lines = [HEAD.rstrip()]
    found = rows(folder)
    for names, sheet in ADDED.items():
        found |= {("Zweckform", name): _row("A4", *sheet) for name in names.split()}
    for maker in MAKERS:
        numbers = sorted(number for brand, number in found if brand == maker)
        lines += ["", f"[{maker}]", *(f"{_key(n)} = {found[maker, n]}" for n in numbers)]
    return "\n".join(lines) + "\n"


def rows(folder: Path) -> dict[Key, str]:
    """Return the row of each suitable sheet."""
    originals: dict[Key, set[str]] = {}
    aliases: dict[Key, Key] = {}
    for template in _templates(folder):
        maker, number = template.get("brand", ""), template.get("part", "")
        if equivalent := template.get("equiv"):
            aliases[maker, number] = (maker, equivalent)
        else:
            originals.setdefault((maker, number), set()).add(_row_or_nothing(template))
    known = {key: next(iter(each)) for key, each in originals.items() if len(each) == 1}
    for alias, key in aliases.items():
        if alias not in originals:
            known[alias] = known.get(key, "")
    return {key: row for key, row in known.items() if row and _is_a_sheet(*key)}


def _templates(folder: Path) -> Iterator[Element]:
    for file in sorted(folder.glob("*-templates.xml")):
        parser = XMLParser(target=_NoEntities())
        parser.feed(file.read_bytes())
        for template in parser.close().iter("Template"):
            if template.get("brand") in MAKERS:
                yield template


def _row_or_nothing(template: Element) -> str:
    """Return the row of a template, empty where it is no suitable sheet."""
    try:
        shape, grid = _grid(template)
        key = (template.get("brand", ""), template.get("part", ""))
        return _row(template.get("size", ""), shape, CORRECTED.get(key, grid))
    except Unsuitable:
        return ""


def _row(size: str, shape: str, grid: Grid) -> str:
    """Return the row of a grid of labels; raise Unsuitable where it is none on its paper."""
    paper, across, down = PAPERS.get(size, ("", 0, 0))
    _check(grid, across, down)
    width, height, columns, rows, left, top, dx, dy = grid
    label = f"diameter = {_mm(width)}" if shape == "round" else f"size = {_pair(width, height)}"
    return (
        f'{{ paper = "{paper}", {label}, columns = {columns}, rows = {rows}, '
        f"origin = {_pair(left, top)}, pitch = {_pair(dx, dy)} }}"
    )


def _grid(template: Element) -> tuple[str, Grid]:
    """Return the shape of the labels and their grid; exactly one of each is in the template."""
    labels = [child for child in template if child.tag.startswith("Label-")]
    layouts = list(template.iter("Layout"))
    is_label = template.find("Meta[@category='label']") is not None
    if len(labels) != 1 or len(layouts) != 1 or not is_label:
        raise Unsuitable
    shape = labels[0].tag.removeprefix("Label-")
    if shape == "rectangle":
        width, height = (_length(labels[0], name) for name in ("width", "height"))
    elif shape == "round":
        width = height = 2 * _length(labels[0], "radius")
    else:
        raise Unsuitable
    columns, rows = (_count(layouts[0], name) for name in ("nx", "ny"))
    left, top, dx, dy = (_length(layouts[0], name) for name in ("x0", "y0", "dx", "dy"))
    return shape, (width, height, columns, rows, left, top, dx, dy)


def _length(element: Element, name: str) -> float:
    """Return an attribute in mm; without a unit it is in points."""
    match = re.fullmatch(r"\s*(\d{1,5}(?:\.\d*)?|\.\d+)\s*(pt|pc|in|cm|mm)?", element.get(name, ""))
    if not match:
        raise Unsuitable
    return float(match[1]) * UNITS[match[2] or ""]


def _count(element: Element, name: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,2}", element.get(name, "")):
        raise Unsuitable
    return int(element.get(name, ""))


def _check(grid: Grid, across: float, down: float) -> None:
    """Raise Unsuitable for labels without a size, over each other or beyond the paper."""
    width, height, columns, rows, left, top, dx, dy = grid
    for size, number, start, pitch, paper in (
        (width, columns, left, dx, across),
        (height, rows, top, dy, down),
    ):
        beyond = start + (number - 1) * pitch + size > paper + ROUNDING
        overlapping = number > 1 and size > pitch + ROUNDING
        if size < 1 or beyond or overlapping:
            raise Unsuitable


def _is_a_sheet(maker: str, number: str) -> bool:
    """Return whether a number names a whole sheet that nobody disputes."""
    whole = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]*(?<!-Disc)(?<!-Face)(?<!-Spine)", number)
    return bool(whole) and number not in DISPUTED[maker].split()


def _key(number: str) -> str:
    return f'"{number}"' if "." in number else number


def _mm(length: float) -> str:
    return f"{length:.2f}".rstrip("0").rstrip(".")


def _pair(first: float, second: float) -> str:
    return f"[{_mm(first)}, {_mm(second)}]"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
