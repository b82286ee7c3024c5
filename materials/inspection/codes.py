"""QR codes of a page: found, measured in mm, and read again as phones would see them."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, cast

import numpy as np
import zxingcpp
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from materials.inspection.paper import Box, Finding, Paper, Raster, shorten
from materials.qr import QUIET_ZONE, SMALLEST_MODULE, SMALLEST_OUTDOORS

LEAST_CONTRAST = 0.55
HARD_FLOOR = 0.33  # mm; below it most phones fail (notes on print, measured)
TOLERANCE = 0.25  # modules that a quiet zone may lack, as corners are never quite exact
TRIALS = {-9: 1, -4: 2, 3: 3, 7: 4, 12: 5}  # degrees turned, and the seed of the noise
LEAST_SHARE = 0.8  # of the trials

_SHARP = 600  # dpi at which codes are looked for on pages of up to so many pixels
_SHARP_PIXELS = 40e6
_FINE = 12  # pixels a module for measuring
_FAR = 6  # pixels a module at most for a phone: nobody goes closer to a poster
_AROUND = 6  # modules of paper around a symbol that are looked at

# sRGB, IEC 61966-2-1: the share of light of each of its values
_VALUES, _FOOT = np.arange(256) / 255, 0.04045
_LINEAR = np.where(_VALUES <= _FOOT, _VALUES / 12.92, ((_VALUES + 0.055) / 1.055) ** 2.4)
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])

Corners = NDArray[np.float64]  # upper left, upper right, lower right, lower left


@dataclass(frozen=True)
class Code:
    """A QR code as printed.

    ``box`` and ``module`` are in mm, ``quiet_zone`` is the smallest of the four sides in
    modules, at most five; ``contrast`` is the difference of reflectance of light and dark.
    """

    content: str
    page: int
    box: Box
    module: float
    quiet_zone: float
    contrast: float
    level: str
    version: int
    scans: dict[str, bool]
    inverted: bool = False

    @property
    def name(self) -> str:
        """Return how messages speak of the code."""
        return f"The QR code {shorten(self.content, 60)} at {self.box[0]:.0f}, {self.box[1]:.0f} mm"


def find(paper: Paper) -> list[Code]:
    """Return the QR codes of a page, light on dark ones too, from top to bottom."""
    dpi = paper.dpi(_SHARP, _SHARP_PIXELS)
    picture = paper.raster(dpi if dpi == _SHARP else paper.dpi(300))
    codes = [_measured(paper, picture, found) for found in _read(picture, invert=True)]
    return sorted(codes, key=lambda code: (round(code.box[1]), code.box[0]))


def findings(code: Code) -> Iterator[Finding]:
    """Yield what would keep phones from reading a code."""
    yield from _contrast_findings(code)
    yield from _size_findings(code)
    failing = [way for way, reads in code.scans.items() if not reads]
    if failing and not code.inverted:
        message = f"is not read ({', '.join(failing)}); make it larger and keep it plain"
        yield _finding(code, "qr-scan", "error", message)


def _contrast_findings(code: Code) -> Iterator[Finding]:
    if code.inverted:
        message = "is light on dark; many phones do not read it, print it dark on light"
        yield _finding(code, "qr-inverted", "error", message)
    if code.contrast < LEAST_CONTRAST:
        message = (
            f"has a contrast of {code.contrast:.0%}, but {LEAST_CONTRAST:.0%} is the least; "
            "print it black on white"
        )
        yield _finding(code, "qr-contrast", "error", message)


def _size_findings(code: Code) -> Iterator[Finding]:
    module = round(code.module, 2)
    if module < SMALLEST_MODULE:
        fails = "most phones fail below" if module < HARD_FLOOR else "phones begin to fail below"
        floor = HARD_FLOOR if module < HARD_FLOOR else SMALLEST_MODULE
        message = (
            f"has modules of {module:.2f} mm, and {fails} {floor:.2f} mm; "
            f"make it at least {SMALLEST_MODULE / code.module:.2f} times as large"
        )
        yield _finding(code, "qr-module", "error", message)
    elif module < SMALLEST_OUTDOORS:
        message = (
            f"has modules of {module:.2f} mm, which is for indoors only; "
            f"outdoors it needs {SMALLEST_OUTDOORS:.2f} mm"
        )
        yield _finding(code, "qr-module", "warning", message)
    if code.quiet_zone < QUIET_ZONE - TOLERANCE:
        message = (
            f"has a quiet zone of {code.quiet_zone:.1f} modules, but needs {QUIET_ZONE}; keep "
            f"{QUIET_ZONE * code.module:.1f} mm free on each side"
        )
        yield _finding(code, "qr-quiet-zone", "error", message)
    if code.level == "L":
        message = "has error correction L, which a scratch defeats; use level M, or Q outdoors"
        yield _finding(code, "qr-level", "warning", message)


def _finding(code: Code, check: str, level: Literal["error", "warning"], message: str) -> Finding:
    return Finding(code.page, check, level, f"{code.name} {message}.", code.box)


def _read(picture: Raster, *, invert: bool = False) -> list[zxingcpp.Barcode]:
    return zxingcpp.read_barcodes(
        picture.pixels,
        formats=zxingcpp.BarcodeFormat.QRCodeModel2,  # type: ignore[arg-type]
        try_invert=invert,
    )


def _corners(picture: Raster, found: zxingcpp.Barcode) -> Corners:
    """Return the outer corners of the outer modules in mm."""
    at = found.position
    points = (at.top_left, at.top_right, at.bottom_right, at.bottom_left)
    return np.array([picture.mm(point.x, point.y) for point in points])


def _measured(paper: Paper, picture: Raster, found: zxingcpp.Barcode) -> Code:
    extra = cast("dict[str, Any]", found.extra)
    version = int(extra["Version"])
    modules = 17 + 4 * version
    corners = _corners(picture, found)
    fine = paper.raster(
        _FINE * 25.4 / _module(corners, modules), _surroundings(corners, modules), colour=True
    )
    corners = _sharpened(fine, corners, found.text)
    module = _module(corners, modules)
    dark, light, inverted = _shades(fine, corners, modules)
    quiet = _quiet_zone(fine, corners, modules, (dark + 3 * light) / 4, inverted=inverted)
    box = _bounds(corners)
    right, lower = paper.size[0] - box[0] - box[2], paper.size[1] - box[1] - box[3]
    edge = max(0.0, min(box[0], box[1], right, lower) / module)
    return Code(
        content=found.text,
        page=paper.number,
        box=box,
        module=module,
        quiet_zone=min(quiet, edge),
        contrast=abs(light - dark),
        level=found.ec_level,
        version=version,
        scans=_scans(paper, corners, modules, found.text),
        inverted=inverted,
    )


def _module(corners: Corners, modules: int) -> float:
    """Return the side of a module in mm, the shorter one where a code is stretched."""
    sides = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
    return float(min(sides[0] + sides[2], sides[1] + sides[3])) / 2 / modules


def _bounds(corners: Corners) -> Box:
    (left, top), (right, lower) = corners.min(axis=0), corners.max(axis=0)
    return float(left), float(top), float(right - left), float(lower - top)


def _surroundings(corners: Corners, modules: int) -> Box:
    left, top, width, height = _bounds(corners)
    rim = _AROUND * _module(corners, modules)
    return left - rim, top - rim, width + 2 * rim, height + 2 * rim


def _sharpened(fine: Raster, corners: Corners, content: str) -> Corners:
    """Return the corners from a larger picture of the code, or as they were if it is not read."""
    grey = Raster(_grey(fine.pixels), fine.origin, fine.pitch)
    seen = [_corners(grey, code) for code in _read(grey, invert=True) if code.text == content]
    return min(seen, key=lambda other: float(np.abs(other - corners).sum()), default=corners)


def _grey(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(Image.fromarray(pixels).convert("L"))


def _reflectance(
    fine: Raster, corners: Corners, modules: int, u: NDArray[np.float64], v: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the share of light that comes back from places given in modules.

    ``u`` runs from the left to the right edge of the symbol, ``v`` from top to bottom.
    """
    across, down = (u / modules)[..., None], (v / modules)[..., None]
    upper = corners[0] + (corners[1] - corners[0]) * across
    lower = corners[3] + (corners[2] - corners[3]) * across
    points = upper + (lower - upper) * down
    x, y = fine.pixel(points[..., 0], points[..., 1])
    height, width, _ = fine.pixels.shape
    columns = np.clip(np.floor(x), 0, width - 1).astype(np.intp)
    rows = np.clip(np.floor(y), 0, height - 1).astype(np.intp)
    return cast("NDArray[np.float64]", _LINEAR[fine.pixels[rows, columns]] @ _LUMINANCE)


def _shades(fine: Raster, corners: Corners, modules: int) -> tuple[float, float, bool]:
    """Return the reflectance of dark and light modules, and whether they have changed places."""
    last = modules - 3.5
    finders = np.array([3.5, last, 3.5]), np.array([3.5, 3.5, last])  # the middles of the three
    middle = _reflectance(fine, corners, modules, *finders)
    ring = _reflectance(fine, corners, modules, finders[0] - 2, finders[1])
    u, v = np.meshgrid(*[np.arange(modules) + 0.5] * 2)
    shades = _reflectance(fine, corners, modules, u, v)
    between = (middle.mean() + ring.mean()) / 2
    dark, light = np.median(shades[shades <= between]), np.median(shades[shades > between])
    inverted = bool(middle.mean() > ring.mean())
    return (float(light), float(dark), True) if inverted else (float(dark), float(light), False)


def _quiet_zone(
    fine: Raster, corners: Corners, modules: int, limit: float, *, inverted: bool
) -> float:
    """Return how many modules around the symbol are as light as its light modules."""
    along, out = np.meshgrid(
        np.arange(0, modules, 1 / _FINE) + 0.5 / _FINE, np.arange(0.125, 5.1, 0.125)
    )
    beyond = modules + out
    sides = ((along, -out), (along, beyond), (-out, along), (beyond, along))
    depths = []
    for u, v in sides:
        shades = _reflectance(fine, corners, modules, u, v)
        spoilt = (shades > limit if inverted else shades < limit).any(axis=1)
        depths.append(float(out[spoilt.argmax(), 0] - 0.125) if spoilt.any() else 5.0)
    return min(depths)


def _scans(paper: Paper, corners: Corners, modules: int, content: str) -> dict[str, bool]:
    """Return by which eyes the code is read."""

    def reads(picture: Raster) -> bool:
        return any(code.text == content for code in _read(picture))

    box = _surroundings(corners, modules)
    coarse = paper.raster(150, box)
    seen = paper.raster(min(150, _FAR * 25.4 / _module(corners, modules)), box)
    trials = [reads(_as_phone(seen, angle, seed)) for angle, seed in TRIALS.items()]
    return {
        "300 dpi": reads(paper.raster(300, box)),
        "150 dpi": reads(coarse),
        "phone-like": sum(trials) >= LEAST_SHARE * len(trials),
    }


def _as_phone(picture: Raster, angle: float, seed: int) -> Raster:
    """Return a picture turned, blurred, noisy and compressed, as a phone in a hand takes it."""
    turned = Image.fromarray(picture.pixels).rotate(
        angle, Image.Resampling.BICUBIC, expand=True, fillcolor=255
    )
    blurred = np.asarray(turned.filter(ImageFilter.GaussianBlur(0.65)), np.float64)
    noisy = blurred + np.random.default_rng(seed).normal(0, 10, blurred.shape)
    file = io.BytesIO()
    Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(file, "JPEG", quality=60)
    return Raster(np.asarray(Image.open(file)), picture.origin, picture.pitch)
