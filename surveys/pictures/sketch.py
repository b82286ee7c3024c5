"""A sketch map: places where they lie, north up, without streets or anything fetched.

It is never mirrored: east is to the right for every reader.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import ceil, cos, hypot, radians, sqrt
from typing import ClassVar

EARTH = 6_371_008.8  # m, the mean radius of the IUGG
SMALLEST = 200.0  # m across, so that one place does not fill the map
_MARGIN = 0.16  # of the map's width, on each side of the places
RATIOS = range(40, 101, 10)  # heights in percent of the width
_CORNER = 6.0  # em by 3 that scale and arrow take
_RING = (0.35, 1.4, 2.8, 4.4)  # em between a marker and its label
SIDES = ("e", "w", "n", "s", "ne", "nw", "se", "sw")
SIDES_RTL = ("w", "e", "n", "s", "nw", "ne", "sw", "se")
_STEPS = {"n": (0, -1), "s": (0, 1), "e": (1, 0), "w": (-1, 0)}

Box = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True, kw_only=True)
class Spot:
    """A place in degrees north and east, its share, 0 to 1, and its base; None if hidden."""

    name: str
    latitude: float
    longitude: float
    share: float | None = None
    n: int | None = None


@dataclass(frozen=True, kw_only=True)
class Label:
    """Where the words of a place stand: a point, and the side of it on which they lie.

    ``left`` and ``top`` are whole percents of the map, so that a fixed stylesheet can place them.
    ``box`` is what they take at most; with ``far`` a line leads there from the disc.
    """

    left: int
    top: int
    side: str
    box: Box
    far: bool


@dataclass(frozen=True, kw_only=True)
class Marker:
    """A disc: its middle in whole percents of the map's width and height, and its size.

    ``x``, ``y`` and ``radius`` are in percent of the width. ``shade`` goes from 1 to 4 by quarters
    of the share, 0 is hidden. ``number`` stands for the words where there is no room for a label.
    """

    spot: Spot
    left: int
    top: int
    x: float
    y: float
    radius: float
    shade: int
    label: Label | None
    number: int


@dataclass(frozen=True, kw_only=True)
class Sketch:
    """A map whose height is ``ratio`` percent of its width.

    The scale is ``metres`` long, which is ``scale`` percent of the width.
    """

    kind: ClassVar = "map"

    markers: tuple[Marker, ...]
    ratio: int
    metres: int
    scale: float

    @property
    def mirrored(self) -> "Sketch":
        """Return the map as it is: geography is the same for every reader."""
        return self

    @property
    def unlabelled(self) -> tuple[Marker, ...]:
        """Return the markers whose words stand below the map."""
        return tuple(marker for marker in self.markers if marker.label is None)


def sketch(
    spots: Sequence[Spot],
    sizes: Sequence[tuple[float, float]],
    *,
    width: float = 40,
    sides: Sequence[str] = SIDES,
) -> Sketch:
    """Return the map of places with labels of these widths and heights, in em.

    ``width`` is that of the map in em. ``sides`` are tried in this order for every label.
    """
    points = projected(spots)
    wide = max((abs(x) for x, _ in points), default=0) * 2
    high = max((abs(y) for _, y in points), default=0) * 2
    inner = 1 - 2 * _MARGIN
    across = max(wide, SMALLEST) / inner  # metres in the width
    wanted = 100 * high / across + 200 * _MARGIN
    ratio = next((ratio for ratio in RATIOS if ratio >= wanted), RATIOS[-1])
    # a tall set of places makes the map wider than it needs to be
    across = max(across, high / (ratio / 100 - 2 * _MARGIN))
    em = 100 / width
    middles = [
        (round(50 + 100 * x / across), round(50 - 100 * y / (across * ratio / 100)))
        for x, y in points
    ]
    radii = [em * (0.5 + 0.7 * sqrt(spot.share or 0)) for spot in spots]
    places = [
        (left, top * ratio / 100, radius)
        for (left, top), radius in zip(middles, radii, strict=True)
    ]
    labels = _labels(places, [(em * w, em * h) for w, h in sizes], em, ratio, sides)
    metres = _nice(across * 0.25)
    return Sketch(
        markers=tuple(
            Marker(
                spot=spot,
                left=middle[0],
                top=middle[1],
                x=place[0],
                y=place[1],
                radius=place[2],
                shade=0 if spot.share is None else max(1, ceil(4 * spot.share)),
                label=label,
                number=number,
            )
            for number, (spot, middle, place, label) in enumerate(
                zip(spots, middles, places, labels, strict=True), start=1
            )
        ),
        ratio=ratio,
        metres=metres,
        scale=100 * metres / across,
    )


def projected(spots: Sequence[Spot]) -> list[tuple[float, float]]:
    """Return places in metres east and north of the middle of them all.

    The equirectangular projection at their mean latitude, true to a millionth within a district.
    Places on both sides of the 180th meridian stay together.
    """
    if not spots:
        return []
    mean = sum(spot.latitude for spot in spots) / len(spots)
    first = spots[0].longitude
    east = [(spot.longitude - first + 180) % 360 - 180 for spot in spots]
    xs = [EARTH * cos(radians(mean)) * radians(degrees) for degrees in east]
    ys = [EARTH * radians(spot.latitude) for spot in spots]
    middle = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
    return [(x - middle[0], y - middle[1]) for x, y in zip(xs, ys, strict=True)]


def _nice(most: float) -> int:
    """Return the largest 1, 2 or 5 times a power of ten that is not above ``most``, at least 1."""
    lengths = [step * 10**power for power in range(8) for step in (1, 2, 5)]
    return max((length for length in lengths if length <= most), default=1)


def _labels(
    places: Sequence[tuple[float, float, float]],
    sizes: Sequence[tuple[float, float]],
    em: float,
    ratio: int,
    sides: Sequence[str],
) -> list[Label | None]:
    """Return a label for each place that overlaps no other, no disc and no corner.

    Those with the closest neighbours choose first.
    """
    discs = [(x - r, y - r, x + r, y + r) for x, y, r in places]
    taken = [
        *discs,
        (0.0, ratio - 3 * em, max(_CORNER * em, 27.0), float(ratio)),  # the scale
        (100 - 3 * em, 0.0, 100.0, 3 * em),  # the arrow
    ]

    def crowded(index: int) -> float:
        x, y, _ = places[index]
        others = [hypot(x - a, y - b) for n, (a, b, _) in enumerate(places) if n != index]
        return min(others, default=0.0)

    found: list[Label | None] = [None] * len(places)
    for index in sorted(range(len(places)), key=crowded):
        for label in _candidates(places[index], sizes[index], em, ratio, sides):
            if _within(label.box, ratio) and not any(_overlap(label.box, box) for box in taken):
                found[index] = label
                taken.append(label.box)
                break
    return found


def _candidates(
    place: tuple[float, float, float],
    size: tuple[float, float],
    em: float,
    ratio: int,
    sides: Sequence[str],
) -> Iterator[Label]:
    x, y, radius = place
    for ring, side in product(_RING, sides):
        dx, dy = (sum(_STEPS[letter][axis] for letter in side) for axis in (0, 1))
        away = (radius + ring * em) / hypot(dx, dy)
        left, top = round(x + dx * away), round(100 * (y + dy * away) / ratio)
        start = left + (dx - 1) / 2 * size[0]
        head = top * ratio / 100 + (dy - 1) / 2 * size[1]
        box = (start, head, start + size[0], head + size[1])
        yield Label(left=left, top=top, side=side, box=box, far=ring > _RING[0])


def _within(box: Box, ratio: int) -> bool:
    return box[0] >= 0 and box[1] >= 0 and box[2] <= 100 and box[3] <= ratio  # noqa: PLR2004


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
