"""Formats: the forms that a topic can take on paper. Lengths are in millimetres."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from types import MappingProxyType
from typing import Literal

BLEED = 3.0  # what German print shops ask for at most
PAPERS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"a4": (210, 297), "a3": (297, 420), "sra3": (320, 450)}
)
# The smallest body type in pt, by how the paper is read and by script.
SMALLEST: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "hand": MappingProxyType({"Latn": 8, "Cyrl": 8, "Arab": 9, "Ethi": 9}),
        "wall": MappingProxyType({"Latn": 14, "Cyrl": 14, "Arab": 14, "Ethi": 14}),
    }
)


@dataclass(frozen=True, kw_only=True)
class Format:
    """A form: its trimmed page, and the box of its QR code, quiet zone included.

    ``layout`` names the template and the style, which also tells how far its type may shrink.
    ``zoom`` enlarges a layout of another size. ``folds`` are the widths of a leaflet's panels on
    the outside from left to right, mirrored on the inside and for languages that are written from
    right to left; ``panels`` say what stands there, page by page. A format with a ``label`` is
    printed on a sheet of labels. ``centred`` sets the address in the middle.
    """

    id: str
    layout: str
    width: float
    height: float
    pages: int
    qr_box: float
    read: Literal["hand", "wall"] = "hand"
    zoom: float = 1
    folds: tuple[float, ...] = ()
    panels: tuple[tuple[str, ...], ...] = ()
    sticker: bool = False
    label: str | None = None
    round: bool = False
    halves: int = 1
    centred: bool = False

    def row(self, page: int) -> list[tuple[str, float]]:
        """Return the panels of a page, from 0, each with its width; one alone has all of it."""
        widths = self.folds if page == 0 else self.folds[::-1]
        names = self.panels[page]
        return list(zip(names, widths if len(names) > 1 else [self.width], strict=True))

    @property
    def module_box(self) -> float:
        """Return the width of the QR code on paper."""
        return self.qr_box * self.zoom


_FORMATS = (
    Format(id="flyer-a6", layout="flyer", width=105, height=148, pages=2, qr_box=34),
    Format(id="flyer-a5", layout="flyer", width=148, height=210, pages=2, qr_box=34, zoom=sqrt(2)),
    Format(id="flyer-dl", layout="flyer", width=99, height=210, pages=2, qr_box=36),
    # Folded as most shops do; a campaign can say what its own shop wants.
    Format(
        id="leaflet-wickelfalz",
        layout="leaflet",
        width=297,
        height=210,
        pages=2,
        qr_box=40,
        folds=(97, 100, 100),
        panels=(("call", "help", "cover"), ("steps",)),
    ),
    Format(
        id="leaflet-zickzackfalz",
        layout="leaflet",
        width=297,
        height=210,
        pages=2,
        qr_box=40,
        folds=(99, 99, 99),
        panels=(("cover", "steps", "numbers"), ("back", "call", "placard")),
    ),
    Format(
        id="leaflet-einbruchfalz",
        layout="leaflet",
        width=198,
        height=210,
        pages=2,
        qr_box=40,
        folds=(99, 99),
        panels=(("help", "cover"), ("steps", "call")),
    ),
    Format(id="card", layout="card", width=85, height=55, pages=2, qr_box=28),
    Format(
        id="poster-a3",
        layout="poster",
        width=297,
        height=420,
        pages=1,
        qr_box=92,
        read="wall",
    ),
    Format(
        id="poster-a4",
        layout="poster",
        width=210,
        height=297,
        pages=1,
        qr_box=92,
        read="wall",
        zoom=sqrt(0.5),
    ),
    Format(
        id="tear-off",
        layout="tear-off",
        width=210,
        height=297,
        pages=1,
        qr_box=21,
        read="wall",
    ),
    Format(
        id="bilingual-a5",
        layout="flyer",
        width=210,
        height=148,
        pages=2,
        qr_box=34,
        halves=2,
    ),
    # As large as the commonest address label (L7160); and a round one.
    Format(
        id="sticker",
        layout="sticker",
        width=63.5,
        height=38.1,
        pages=1,
        qr_box=22,
        sticker=True,
        label="L7160",
    ),
    Format(
        id="sticker-round",
        layout="sticker-round",
        width=60,
        height=60,
        pages=1,
        qr_box=21,
        sticker=True,
        label="L3416",
        round=True,
        centred=True,
    ),
)
FORMATS: Mapping[str, Format] = MappingProxyType({form.id: form for form in _FORMATS})
