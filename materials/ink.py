"""Ink: what the colours of a screen become on coated paper, after the profile FOGRA39."""

from bisect import bisect_right
from functools import cache
from pathlib import Path

from PIL import Image, ImageChops, ImageCms

PROFILE = Path(__file__).parent / "profiles" / "FOGRA39L_coated.icc"

RGB = tuple[float, float, float]
CMYK = tuple[float, float, float, float]

BLACK: CMYK = (0, 0, 0, 1)
_DARK, _TINGED = 0.125, 0.05  # black by eye: #14181f has 0.122 at most, 0.043 between channels
_NEUTRAL = 0.01  # between the channels of a grey
_MOST_INK = 3.0  # all four together, of a flat colour
_LEAST_INK = 0.02  # of one; less is a stray dot in an accent


@cache
def ink(red: float, green: float, blue: float) -> CMYK:
    """Return the CMYK of an sRGB colour, 0 to 1 each.

    Black, and what the eye takes for black, is K alone; a grey is the K that prints as light as
    it; all else goes through the profile, relative colorimetric with black point compensation.
    No colour has more than 300 % ink, none less than 2 % of one.
    """
    low, high = min(red, green, blue), max(red, green, blue)
    if high <= _DARK and high - low <= _TINGED:
        return BLACK
    if is_grey(red, green, blue):
        return _clean(0, 0, 0, _greys()[to_byte(green)])
    pixel = Image.new("RGB", (1, 1), (to_byte(red), to_byte(green), to_byte(blue)))
    return _clean(*_separated(pixel).tobytes())


def is_grey(*colour: float) -> bool:
    """Return whether the channels of a colour are alike."""
    return max(colour) - min(colour) <= _NEUTRAL


def to_byte(value: float) -> int:
    """Return a share from 0 to 1 as a byte."""
    return round(255 * min(max(value, 0), 1))


def _clean(*inks: int) -> CMYK:
    """Return ink from bytes, none of it too much or too little."""
    *colours, black = (value / 255 for value in inks)
    share = min(1, (_MOST_INK - black) / (sum(colours) or 1))
    cyan, magenta, yellow, black = (
        round(value, 4) if value >= _LEAST_INK else 0.0
        for value in (*(value * share for value in colours), black)
    )
    return cyan, magenta, yellow, black


def _separated(pixels: Image.Image) -> Image.Image:
    """Return an RGB picture in CMYK."""
    separated = ImageCms.applyTransform(pixels, _transform("RGB", "CMYK"))
    assert separated is not None
    return separated


@cache
def _transform(source: str, target: str) -> ImageCms.ImageCmsTransform:
    screen = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    profiles = {"RGB": screen, "CMYK": ImageCms.ImageCmsProfile(str(PROFILE))}
    intent, flags = ImageCms.Intent.RELATIVE_COLORIMETRIC, ImageCms.Flags.BLACKPOINTCOMPENSATION
    return ImageCms.buildTransform(
        profiles[source], profiles[target], source, target, intent, flags
    )


@cache
def _greys() -> bytes:
    """Return the K, 0 to 255, that prints as light as each sRGB grey does."""
    ramp = Image.frombytes("CMYK", (256, 1), b"".join(bytes([0, 0, 0, k]) for k in range(256)))
    printed = ImageCms.applyTransform(ramp, _transform("CMYK", "RGB"))
    assert printed is not None
    light = printed.getchannel("G").tobytes()[::-1]
    return bytes(255 - max(bisect_right(light, grey) - 1, 0) for grey in range(256))


def gradient(start: RGB, end: RGB, shares: list[float]) -> bytes:
    """Return the CMYK bytes at some shares of the way between two colours.

    Black is no exception here, it would make a step.
    """
    between = [[a + (b - a) * share for a, b in zip(start, end, strict=True)] for share in shares]
    if is_grey(*start) and is_grey(*end):
        return b"".join(bytes([0, 0, 0, _greys()[to_byte(green)]]) for _, green, _ in between)
    pixels = b"".join(bytes(map(to_byte, colour)) for colour in between)
    separated = _separated(Image.frombytes("RGB", (len(between), 1), pixels)).tobytes()
    inks = (_clean(*separated[n : n + 4]) for n in range(0, len(separated), 4))
    return b"".join(bytes(map(to_byte, colour)) for colour in inks)


def picture(pixels: Image.Image) -> Image.Image:
    """Return a picture in CMYK, or in K alone if all of it is grey."""
    if pixels.mode == "L":
        return pixels.point([255 - key for key in _greys()])
    red, green, blue = (pixels := pixels.convert("RGB")).split()
    if any(ImageChops.difference(green, other).getbbox() for other in (red, blue)):
        return _separated(pixels)
    return picture(green)


def light(red: float, green: float, blue: float) -> tuple[float, ...]:
    """Return the grey of a colour, ISO 32000-1, 10.3.3."""
    return (round(0.3 * red + 0.59 * green + 0.11 * blue, 4),)


def light_gradient(start: RGB, end: RGB, shares: list[float]) -> bytes:
    """Return the bytes of grey at some shares of the way between two colours."""
    (first,), (last,) = light(*start), light(*end)
    return bytes(to_byte(first + (last - first) * share) for share in shares)
