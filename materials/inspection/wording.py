"""The text of a page as it stands on paper: its lines, its sizes, and what breaks across lines.

The lines are put together from where the letters are, since the order of text in a PDF is that
of the program which wrote it.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from ctypes import c_double
from dataclasses import dataclass
from itertools import pairwise

import pypdfium2.raw as pdfium

from materials.inspection.paper import POINT, Box, Finding, Paper, shorten
from translations.catalogs import catalog, usable

SMALLEST_TYPE = 5.0  # points
_TOLERANCE = 0.2  # mm that a letter may stand over the trim edge before anyone sees it

_GAP = 1.0  # of the type size; a wider one parts two columns
_SPACE = 0.12  # of the type size; a narrower one is between letters
_LEADING = 1.9  # of the type size, at most, from one line of a paragraph to the next
_SAME_SIZE = 1.15

_DASHES = dict.fromkeys(map(ord, "\x02\xad‐‑\ufffe"), "-")  # pdfium has its own for a hyphen
_PUNCTUATION = "\"'()<>[]{}„“”‚‘’«»*.,;:!?…·"
_WWW = re.compile(r"://|^www\.|[\w-]\.[a-z]{2,}/", re.IGNORECASE)
_HOST = re.compile(r"[\w-]*\.(?:[a-z]{2,}|[A-Z]{2,})(?:/\S*)?")
_REST = re.compile(r"([\w-]+)/")  # of a host that broke at its dot
_CODE = re.compile(r"(?=.*\d)(?=.*[A-Z])[A-Z\d]{3,}")
_NUMBER = r"(?:\+\d|\(?0\d)[\d /()-]*"
_TAILS = re.compile(rf"(?:^|(?<=\s)){_NUMBER}$"), re.compile(rf"^{_NUMBER}(?=\s|$)")
_HEADS = (
    re.compile(r"^\d[\d /-]*(?!\d|[.:,]\d|\s*[%€])"),
    re.compile(r"(?<!\d)(?<!\d[.:,])\d[\d /-]*$"),
)
_ON_CALL = ("116", "117")
_COMPLETE = 8  # digits; no telephone number in Germany with its area code has fewer
_LONGEST = 14

_PUBLISHER = re.compile(r"Herausgeber|Hrsg|V\.?\s?i\.?\s?S\.?\s?d\.?\s?P|Impressum|Verantwortlich")
_PRINTER = re.compile(r"\b(?:Ged|D)ruck")


@dataclass(frozen=True)
class Letter:
    """A letter with its place in mm and its size in points.

    ``box`` is what is black; ``start`` and ``end`` have the space left and right of it, and
    ``base`` is its baseline.
    """

    sign: str
    box: Box
    start: float
    end: float
    size: float
    base: float
    upright: bool


@dataclass(frozen=True)
class Line:
    """Letters on one baseline without a wide gap, and their text from left to right."""

    text: str
    box: Box
    size: float
    base: float

    @property
    def rtl(self) -> bool:
        """Return whether there is a letter of a right-to-left script."""
        return any(unicodedata.bidirectional(sign) in {"R", "AL"} for sign in self.text)


def letters(paper: Paper) -> list[Letter]:
    """Return the letters of a page in the order of its file, spaces left out."""
    text = paper.drawn.get_textpage()
    matrix, loose = pdfium.FS_MATRIX(), pdfium.FS_RECTF()
    left, right, lower, upper = edges = [c_double() for _ in range(4)]
    found = []
    for n in range(text.count_chars()):
        sign = chr(pdfium.FPDFText_GetUnicode(text, n)).translate(_DASHES)
        if sign.isspace() or sign == "\0" or pdfium.FPDFText_IsGenerated(text, n) == 1:
            continue
        pdfium.FPDFText_GetMatrix(text, n, matrix)
        pdfium.FPDFText_GetCharBox(text, n, *edges)
        pdfium.FPDFText_GetLooseCharBox(text, n, loose)
        box = paper.place((left.value, lower.value, right.value, upper.value))
        scale = (matrix.c**2 + matrix.d**2) ** 0.5 * paper.unit / POINT
        size = pdfium.FPDFText_GetFontSize(text, n) * scale
        start, base, width, _ = paper.place((loose.left, matrix.f, loose.right, matrix.f))
        upright = matrix.a > 0 and abs(matrix.b) < 0.01 * matrix.a
        found.append(Letter(sign, box, start, start + width, size, base, upright))
    text.close()
    return found


def plain(paper: Paper) -> str:
    """Return the text of a page in reading order, as well as it can be told."""
    text = paper.drawn.get_textpage()
    read = str(text.get_text_range())
    text.close()
    return read


def lines(found: Sequence[Letter]) -> list[Line]:
    """Return the upright letters put together to lines, parted where columns are."""
    rows: list[list[Letter]] = []
    for letter in sorted((one for one in found if one.upright), key=lambda one: one.base):
        if rows and abs(letter.base - rows[-1][0].base) < 0.2 * letter.size * POINT:
            rows[-1].append(letter)
        else:
            rows.append([letter])
    return [_line(part) for row in rows for part in _columns(row)]


def _columns(row: list[Letter]) -> Iterator[list[Letter]]:
    ordered = sorted(row, key=lambda letter: letter.start)
    part, end = [ordered[0]], ordered[0].end
    for letter in ordered[1:]:
        if letter.start - end > _GAP * letter.size * POINT:
            yield part
            part = []
        part.append(letter)
        end = max(end, letter.end)
    yield part


def _line(part: list[Letter]) -> Line:
    text = part[0].sign
    for before, letter in pairwise(part):
        space = letter.start - before.end > _SPACE * letter.size * POINT
        text += (" " if space else "") + letter.sign
    sizes = sorted(letter.size for letter in part)
    return Line(text, _hull(part), sizes[len(sizes) // 2], part[0].base)


def _hull(part: Sequence[Letter]) -> Box:
    left, top = (min(letter.box[n] for letter in part) for n in (0, 1))
    right = max(letter.box[0] + letter.box[2] for letter in part)
    lower = max(letter.box[1] + letter.box[3] for letter in part)
    return left, top, right - left, lower - top


def findings(paper: Paper, found: Sequence[Letter]) -> Iterator[Finding]:
    """Yield letters too small or cut off, signs without a glyph, and what a line's end breaks."""
    yield from _size_findings(paper, found)
    yield from _edge_findings(paper, found)
    unknown = [letter for letter in found if letter.sign == "�"]
    if unknown:
        message = (
            f"The text at {_at(unknown[0].box)} has the sign � for an unknown letter; mend it."
        )
        yield Finding(paper.number, "glyph", "error", message, unknown[0].box)
    for first, second in _neighbours(lines(found)):
        yield from _broken(paper, first, second)


def _at(box: Box) -> str:
    return f"{box[0]:.0f}, {box[1]:.0f} mm"


def _sample(part: Sequence[Letter]) -> str:
    text = part[0].sign
    for before, letter in pairwise(part[:40]):
        gap = max(letter.start - before.end, before.start - letter.end)
        text += (" " if gap > _SPACE * letter.size * POINT else "") + letter.sign
    return f"“{shorten(text, 30)}”"


def _size_findings(paper: Paper, found: Sequence[Letter]) -> Iterator[Finding]:
    small = [
        letter
        for letter in found
        # a font of its own measure (Type 3) may say a small size for large letters
        if letter.sign.isalnum()
        and letter.size < SMALLEST_TYPE - 0.05
        and letter.box[3] < SMALLEST_TYPE * POINT
    ]
    if small:
        least = min(small, key=lambda letter: letter.size)
        message = (
            f"The text {_sample(small)} at {_at(least.box)} is of {least.size:.1f} pt; "
            f"make it at least {SMALLEST_TYPE:.0f} pt."
        )
        yield Finding(paper.number, "text-size", "warning", message, _hull(small))


def _edge_findings(paper: Paper, found: Sequence[Letter]) -> Iterator[Finding]:
    out = [letter for letter in found if _is_cut(paper, letter.box)]
    if out:
        message = (
            f"The text {_sample(out)} at {_at(out[0].box)} stands outside of the trimmed page; "
            "move it inside."
        )
        yield Finding(paper.number, "text-outside", "error", message, _hull(out))


def _is_cut(paper: Paper, box: Box) -> bool:
    """Return whether a letter leaves the page; what a printer notes beside the bleed may stay."""
    x, y, width, height = box
    if width <= 0 or height <= 0 or _contains((0, 0, *paper.size), box):
        return False
    bleed = paper.place(paper.bleed)
    beside = (
        x > bleed[0] + bleed[2] or y > bleed[1] + bleed[3] or x + width < bleed[0]
        or y + height < bleed[1]
    )  # fmt: skip
    return not (beside and _contains(paper.place(paper.media), box))


def _contains(outer: Box, box: Box) -> bool:
    starts = all(box[n] >= outer[n] - _TOLERANCE for n in (0, 1))
    return starts and all(
        box[n] + box[n + 2] <= outer[n] + outer[n + 2] + _TOLERANCE for n in (0, 1)
    )


def _neighbours(found: Sequence[Line]) -> Iterator[tuple[Line, Line]]:
    """Yield each line with the next below it that belongs to the same paragraph."""
    for first in found:
        below = [line for line in found if line.base > first.base and _overlap(first, line)]
        second = min(below, key=lambda line: line.base, default=None)
        if second is not None and _follows(first, second):
            yield first, second


def _overlap(first: Line, second: Line) -> bool:
    ends = [line.box[0] + line.box[2] for line in (first, second)]
    return max(first.box[0], second.box[0]) < min(ends)


def _follows(first: Line, second: Line) -> bool:
    sizes = sorted((first.size, second.size))
    near = second.base - first.base < _LEADING * sizes[1] * POINT
    return near and sizes[1] < _SAME_SIZE * sizes[0]


def _broken(paper: Paper, first: Line, second: Line) -> Iterator[Finding]:
    """Yield an address or a number that begins on one line and ends on the next."""
    rtl = first.rtl or second.rtl
    words = _meeting(first.text, second.text, rtl=rtl)
    if is_address_broken(*words):
        kind, check = "address", "broken-url"
    elif is_number_broken(first.text, second.text, rtl=rtl):
        kind, check = "telephone number", "broken-phone"
    else:
        return
    left, top = min(first.box[0], second.box[0]), first.box[1]
    right = max(line.box[0] + line.box[2] for line in (first, second))
    box = left, top, right - left, second.box[1] + second.box[3] - top
    message = (
        f"The {kind} at {_at(box)} breaks across two lines, after “{words[0]}” and before "
        f"“{words[1]}”; keep it on one."
    )
    yield Finding(paper.number, check, "error", message, box)


def _meeting(first: str, second: str, *, rtl: bool) -> tuple[str, str]:
    """Return the last word of a line and the first of the next.

    The end of a right-to-left line is its left side, whatever stands there.
    """
    ends, starts = first.split(), second.split()
    if not rtl:
        return ends[-1], starts[0]
    word = ends[0].lstrip("-/.")  # signs at the end of an address stand on its other side
    return word + ends[0][: len(ends[0]) - len(word)], starts[-1]


def is_address_broken(tail: str, head: str) -> bool:
    """Return whether the last word of a line and the first of the next are one web address."""
    tail, rest = tail.lstrip(_PUNCTUATION), head.strip(_PUNCTUATION)
    if tail.endswith(("://", "www.", "@")) or tail in {"http:", "https:"}:
        return True
    if tail.endswith("-"):
        return bool(_WWW.search(tail) or _HOST.fullmatch(rest))
    if _WWW.search(tail) and not tail.endswith("."):
        return tail.endswith(("/", "=", "&", "_", "?")) or bool(_CODE.fullmatch(rest))
    host = _REST.match(rest)
    like = host and (host[1].islower() or (tail.isupper() and host[1].isupper()))
    return tail.endswith(".") and bool(like)


def is_number_broken(first: str, second: str, *, rtl: bool = False) -> bool:
    """Return whether a telephone number begins at the end of a line and ends on the next."""
    words = _meeting(first, second, rtl=rtl)
    if tuple(word.strip(_PUNCTUATION) for word in words) == _ON_CALL:
        return True
    tail, head = _TAILS[rtl].search(first), _HEADS[rtl].search(second)
    if tail is None or head is None:
        return False
    groups, more = (re.findall(r"\d+", found.group()) for found in (tail, head))
    digits = sum(map(len, groups))
    if not _COMPLETE <= digits + sum(map(len, more)) <= _LONGEST or more[0].startswith("0"):
        return False
    goes_on = {len(group) for group in groups[1:]} == {len(more[0])} and groups[2:]
    return digits < _COMPLETE or tail.group().endswith(("-", "/")) or bool(goes_on)


def imprint_findings(texts: Sequence[str]) -> Iterator[Finding]:
    """Yield a file that names no publisher or no printer in any language that philos speaks.

    § 6 SächsPresseG asks for name and address of both on everything printed.
    """
    text = "\n".join(texts)
    lacking = [
        name
        for name, pattern, source in (
            ("publisher", _PUBLISHER, "Herausgeber:"),
            ("printer", _PRINTER, "Druck:"),
        )
        if not pattern.search(text) and not any(word in text for word in _translations(source))
    ]
    if lacking:
        message = (
            f"No page names the {' and the '.join(lacking)}; printed matter in Saxony needs name "
            "and address of both (§ 6 SächsPresseG)."
        )
        yield Finding(0, "imprint", "warning", message)


def _translations(source: str) -> Iterator[str]:
    for language in usable("public"):
        message = catalog(language.tag, "public").get((None, source))
        if message is not None:
            yield message.forms[0].rstrip(":")
