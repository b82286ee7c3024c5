"""A page to calibrate a printer with: rulers along two edges, and the outlines of the labels.

Printed on plain paper and held against a sheet of labels, it tells what ``--shift`` needs.
"""

import pikepdf
from pikepdf import Array, Dictionary, Name, Page, Stream

from materials.artwork import POINTS, to_bytes
from materials.imposition import circle
from materials.labels import LabelSheet
from materials.lettering import lettering

_SIZE = 7  # pt


def ruler(sheet: LabelSheet) -> bytes:
    """Return the PDF of a calibration page for a sheet of labels."""
    pdf = pikepdf.new()
    width, height = sheet.paper
    words = f"{sheet.maker} {sheet.id}"
    letters = lettering(frozenset(words + "0123456789 mm"))
    drawn = [b"0.25 w 0 0 0 RG", *_scale(width, height)]
    for index in range(sheet.per_page):
        x, y = sheet.left(index), height - sheet.top(index) - sheet.height
        radius = sheet.width / 2
        round_one = circle(x + radius, y + radius, radius) + b" S"
        drawn.append(round_one if sheet.round else _box(x, y, sheet))
        drawn.append(_text(letters.show(str(index + 1)), x + 2, y + sheet.height / 2))
    across = [(tens, tens + 0.5, height - 7) for tens in range(10, int(width) - 5, 10)]
    down = [(tens, 6, height - tens + 0.5) for tens in range(20, int(height) - 5, 10)]
    drawn += [_text(letters.show(str(tens)), x, y) for tens, x, y in across + down]
    drawn.append(_text(letters.show(words), width - 45, 3))
    page = Dictionary(
        Type=Name.Page,
        MediaBox=Array([0, 0, width * POINTS, height * POINTS]),
        Resources=Dictionary(Font=Dictionary(L=letters.embed(pdf))),
        Contents=Stream(pdf, b"\n".join(drawn)),
    )
    pdf.pages.append(Page(pdf.make_indirect(page)))
    return to_bytes(pdf)


def _scale(width: float, height: float) -> list[bytes]:
    """Return strokes each millimetre along the upper and the left edge, longer ones each ten."""
    return [
        b"%.3f %.3f m %.3f %.3f l S" % tuple(side * POINTS for side in line)
        for mm in range(1, int(max(width, height)))
        for long in [5 if mm % 10 == 0 else 3.5 if mm % 5 == 0 else 2]
        for line in [(mm, height, mm, height - long), (0, height - mm, long, height - mm)]
        if mm < width or line[0] == 0
    ]


def _box(x: float, y: float, sheet: LabelSheet) -> bytes:
    sides = (x, y, sheet.width, sheet.height)
    return b"%.3f %.3f %.3f %.3f re S" % tuple(side * POINTS for side in sides)


def _text(shown: bytes, x: float, y: float) -> bytes:
    return b"BT /L %d Tf %.3f %.3f Td %s Tj ET" % (_SIZE, x * POINTS, y * POINTS, shown)
