"""The letters that are stamped: one weight of one font, measured, and embedded once a file."""

import io
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from materials.library import home

FONT = "NotoSans-SemiBold.ttf"
_EM = 1000  # units of a PDF font in an em


@dataclass(frozen=True)
class Lettering:
    """A subset of the font, with what a PDF needs to know of each of its characters."""

    data: bytes
    glyphs: dict[str, int]
    advances: dict[str, float]

    def width(self, text: str) -> float:
        """Return the width of a text in em."""
        return sum(map(self.advances.__getitem__, text)) / _EM

    @cached_property
    def _codes(self) -> dict[str, str]:
        return {char: f"{glyph:04X}" for char, glyph in self.glyphs.items()}

    def show(self, text: str) -> bytes:
        """Return a text as the string of a text-showing operator."""
        return b"<%s>" % "".join(map(self._codes.__getitem__, text)).encode()

    def embed(self, pdf: Pdf) -> Object:
        """Return the font as an object of a PDF: a composite font whose codes are its glyphs."""
        file = Stream(pdf, self.data)
        file.Length1 = len(self.data)
        name = Name("/PHILOS+NotoSans-SemiBold")
        font = TTFont(io.BytesIO(self.data))
        scale = _EM / font["head"].unitsPerEm
        box = ("xMin", "yMin", "xMax", "yMax")
        descriptor = Dictionary(
            Type=Name.FontDescriptor,
            FontName=name,
            Flags=4,
            FontBBox=Array([round(getattr(font["head"], side) * scale) for side in box]),
            ItalicAngle=0,
            Ascent=round(font["hhea"].ascent * scale),
            Descent=round(font["hhea"].descent * scale),
            CapHeight=714,
            StemV=120,
            FontFile2=file,
        )
        widths: list[Any] = []
        for char in sorted(self.glyphs):
            widths += [self.glyphs[char], Array([self.advances[char]])]
        descendant = Dictionary(
            Type=Name.Font,
            Subtype=Name.CIDFontType2,
            BaseFont=name,
            CIDSystemInfo=Dictionary(Registry="Adobe", Ordering="Identity", Supplement=0),
            FontDescriptor=pdf.make_indirect(descriptor),
            W=Array(widths),
            CIDToGIDMap=Name.Identity,
        )
        return pdf.make_indirect(
            Dictionary(
                Type=Name.Font,
                Subtype=Name.Type0,
                BaseFont=name,
                Encoding=Name("/Identity-H"),
                DescendantFonts=Array([pdf.make_indirect(descendant)]),
                ToUnicode=Stream(pdf, self._to_unicode()),
            )
        )

    def _to_unicode(self) -> bytes:
        """Return the CMap that lets readers search and speak the text (ISO 32000 9.10.3)."""
        lines = [
            f"<{glyph:04X}> <{char.encode('utf-16-be').hex().upper()}>"
            for char, glyph in sorted(self.glyphs.items())
        ]
        blocks = [lines[start : start + 100] for start in range(0, len(lines), 100)]
        mapped = "\n".join(
            f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks
        )
        return (
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
            "/CMapName /Adobe-Identity-UCS def /CMapType 2 def\n"
            "1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
            f"{mapped}\nendcmap CMapName currentdict /CMap defineresource pop end end\n"
        ).encode()


@cache
def stampable() -> frozenset[str]:
    """Return the characters that can be stamped: those that need no shaping to be right."""
    return frozenset(map(chr, _font(home() / "fonts" / FONT).getBestCmap()))


@cache
def lettering(characters: frozenset[str]) -> Lettering:
    """Return the font with these characters; raise KeyError for one that it does not have."""
    font = _font(home() / "fonts" / FONT)
    options = subset.Options(layout_features=[], hinting=False, notdef_outline=True, name_IDs=[])
    options.drop_tables += ["GSUB", "GPOS", "GDEF"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(text="".join(characters))
    subsetter.subset(font)
    data = io.BytesIO()
    font.save(data, reorderTables=False)
    names = {chr(code): name for code, name in font.getBestCmap().items()}
    scale = _EM / font["head"].unitsPerEm
    return Lettering(
        data=data.getvalue(),
        glyphs={char: font.getGlyphID(names[char]) for char in sorted(characters)},
        advances={char: font["hmtx"][names[char]][0] * scale for char in sorted(characters)},
    )


def _font(path: Path) -> TTFont:
    return TTFont(io.BytesIO(path.read_bytes()), lazy=True, recalcTimestamp=False)
