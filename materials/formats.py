"""Formats: the forms that a topic can take on paper. Lengths are in millimetres."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, kw_only=True)
class Format:
    """A form: its page, and the box of its QR code, quiet zone included.

    ``steps`` are the type sizes that copy-fitting may take, as shares of the largest.
    ``columns`` and ``rows`` tell how many copies stand on a page of a sheet of stickers, at
    ``pitch`` from each other, the first at ``origin``.
    """

    id: str
    width: float
    height: float
    pages: int | None
    qr_box: float
    steps: tuple[float, ...]
    columns: int = 1
    rows: int = 1
    origin: tuple[float, float] = (0, 0)
    pitch: tuple[float, float] = (0, 0)

    @property
    def per_page(self) -> int:
        """Return how many copies with a code stand on a page."""
        return self.columns * self.rows

    def left(self, index: int) -> float:
        """Return the distance of a copy from the left edge."""
        return round(self.origin[0] + index % self.columns * self.pitch[0], 3)

    def top(self, index: int) -> float:
        """Return the distance of a copy from the upper edge."""
        return round(self.origin[1] + index // self.columns * self.pitch[1], 3)


_STEPS = (1.0, 0.95, 0.9, 0.85)

FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        form.id: form
        for form in (
            Format(id="flyer-a6", width=105, height=148, pages=2, qr_box=34, steps=_STEPS),
            Format(id="poster-a3", width=297, height=420, pages=1, qr_box=92, steps=_STEPS),
            # 21 labels of 63.5 x 38.1 mm, the commonest sheet of address labels (L7160)
            Format(
                id="stickers-a4",
                width=210,
                height=297,
                pages=None,
                qr_box=24,
                steps=(*_STEPS, 0.8, 0.75, 0.7, 0.65),
                columns=3,
                rows=7,
                origin=(7.25, 15.15),
                pitch=(66.04, 38.1),
            ),
        )
    }
)
