"""What a PDF paints with, converted for a press: its colours, pictures, gradients, overprint.

The colours are those of ``materials.ink``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Operator
from PIL import Image

from materials.artwork import Paint
from materials.ink import BLACK, RGB, gradient, ink, light, light_gradient, picture
from translations.errors import UserError

OVERPRINT = "/PressOverprint"  # ExtGState: fill and stroke leave what lies below 100 % K

_BITS = 8  # of a channel of a picture or a gradient
_EXPONENTIAL, _STITCHED = 2, 3  # FunctionType of a gradient's pieces, and of their row
_STEPS = 32  # of each piece of a gradient
_STATES = {  # by whether (stroke, fill) is 100 % K
    (True, True): OVERPRINT,
    (True, False): "/PressOverprintStroke",
    (False, True): "/PressOverprintFill",
    (False, False): "/PressKnockout",
}


class PressError(UserError):
    """A PDF that cannot be made ready for a print shop."""


def _fill(red: float, green: float, blue: float) -> bytes:
    colour = ink(red, green, blue)
    state = _STATES[colour == BLACK, colour == BLACK]
    return b"%s gs %g %g %g %g k" % (state.encode(), *colour)


ON_PRESS = Paint(
    _fill,
    {
        name: {"/Type": Name.ExtGState, "/OP": stroke, "/op": fill, "/OPM": 1}
        for (stroke, fill), name in _STATES.items()
    },
)


@dataclass(frozen=True)
class Target:
    """What colours turn into: ink, or the light of a soft mask."""

    space: str
    operator: str  # of a fill
    colour: Callable[[float, float, float], tuple[float, ...]]
    gradient: Callable[[RGB, RGB, list[float]], bytes]
    picture: Callable[[Image.Image], Image.Image]


PRINT = Target("/DeviceCMYK", "k", ink, gradient, picture)
MASK = Target("/DeviceGray", "g", light, light_gradient, lambda pixels: pixels.convert("L"))
_SPACES = {"/DeviceGray": 1, "/DeviceRGB": 3, "/DeviceCMYK": 4}


class Converter:
    """Converts whatever the pages of one document paint with, each object once."""

    def __init__(self, document: pikepdf.Pdf) -> None:
        self._document = document
        self._seen: set[tuple[int, int]] = set()
        self._states = {
            name: document.make_indirect(Dictionary(dict(state)))
            for name, state in ON_PRESS.states.items()
        }

    def resources(self, resources: pikepdf.Object, target: Target) -> None:
        """Convert all that a content stream may call by name."""
        kinds: dict[str, Callable[[Any, Target], None]] = {
            "/ExtGState": self._state,  # first: WeasyPrint lists a soft mask as a form, too
            "/XObject": self._xobject,
            "/Pattern": self._pattern,
            "/Shading": self._shading,
            "/Font": self._font,
        }
        for kind, convert in kinds.items():
            for entry in resources.get(kind, Dictionary()).values():
                if self.is_new(entry):
                    convert(entry, target)
        if "/ColorSpace" in resources:  # no content calls any of them after conversion
            del resources["/ColorSpace"]

    def content(self, stream: Any, resources: Any, target: Target, *, page: bool) -> bytes:
        """Return the converted content of a page or a stream."""
        said = _Content(target, (False, False) if page else None)
        for instruction in pikepdf.parse_content_stream(stream):
            said.add(instruction)
        if page or said.has_states:
            if "/ExtGState" not in resources:
                resources["/ExtGState"] = Dictionary()
            for name, state in self._states.items():
                resources["/ExtGState"][name] = state
        return pikepdf.unparse_content_stream(said.instructions)

    def is_new(self, entry: pikepdf.Object) -> bool:
        """Tell whether an object was not met before; one without a number has one owner only."""
        is_new = not entry.is_indirect or entry.objgen not in self._seen
        self._seen.add(entry.objgen)
        return is_new

    def _state(self, state: Any, target: Target) -> None:
        for key in ("/OP", "/op", "/OPM"):
            if key in state:
                del state[key]
        mask = state.get("/SMask")
        if isinstance(mask, Dictionary) and self.is_new(mask.G):
            is_light = mask.get("/S") == "/Luminosity"
            self._stream(mask.G, MASK if is_light else target)

    def _xobject(self, stream: Any, target: Target) -> None:
        (self._image if stream.get("/Subtype") == "/Image" else self._stream)(stream, target)

    def _stream(self, stream: Any, target: Target) -> None:
        """Convert a form or a tiling pattern, unless it is a slot: one without content."""
        if not stream.read_bytes():
            return
        if "/Resources" not in stream:
            stream.Resources = Dictionary()
        if self.is_new(stream.Resources):
            self.resources(stream.Resources, target)
        if "/CS" in stream.get("/Group", Dictionary()):
            stream.Group.CS = Name(target.space)
        stream.write(self.content(stream, stream.Resources, target, page=False))

    def _pattern(self, pattern: Any, target: Target) -> None:
        if pattern.get("/PatternType") == 1:
            self._stream(pattern, target)
        elif self.is_new(pattern.Shading):
            self._shading(pattern.Shading, target)

    def _font(self, font: Any, _: Target) -> None:
        if font.get("/Subtype") == "/Type3":
            raise PressError("A font draws its own pictures (Type 3), which may have any colour.")

    def _image(self, image: Any, target: Target) -> None:
        if image.get("/ImageMask"):
            return
        space = _device(image.get("/ColorSpace"))
        is_line_art = space == "/DeviceGray" and image.get("/BitsPerComponent") == 1
        if space in {"/DeviceCMYK", target.space} or is_line_art:
            return
        is_deep = int(image.get("/BitsPerComponent", 8)) > _BITS
        if is_deep or "/Decode" in image or isinstance(image.get("/Mask"), Array):
            raise PressError("An image has 16 bits, a Decode array or a colour key.")
        try:
            pixels = target.picture(pikepdf.PdfImage(image).as_pil_image())
        except (pikepdf.PikepdfError, NotImplementedError, OSError, ValueError) as error:
            raise PressError(f"An image cannot be read: {error}.") from error
        image.write(pixels.tobytes())
        image.ColorSpace = Name.DeviceCMYK if pixels.mode == "CMYK" else Name.DeviceGray
        image.BitsPerComponent = _BITS

    def _shading(self, shading: Any, target: Target) -> None:
        space = _device(shading.get("/ColorSpace"))
        if space in {"/DeviceCMYK", target.space}:
            return
        if shading.ShadingType not in (2, 3) or "/Background" in shading:
            raise PressError("A gradient is neither linear nor radial, or has a background.")
        shading.Function = self._function(shading.Function, target)
        shading.ColorSpace = Name(target.space)

    def _function(self, function: Any, target: Target) -> Any:
        """Return a gradient's function with its pieces sampled in another colour space."""
        kind = function.get("/FunctionType") if isinstance(function, Dictionary) else None
        if kind == _STITCHED:
            parts = [self._function(part, target) for part in function.Functions]
            return Dictionary({**dict(function.items()), "/Functions": Array(parts)})
        if kind != _EXPONENTIAL:
            raise PressError("A gradient has a function other than linear pieces.")
        first, last = map(float, function.Domain)
        places = [first + (last - first) * step / (_STEPS - 1) for step in range(_STEPS)]
        shares = [max(place, 0) ** float(function.N) for place in places]
        return self._document.make_stream(
            target.gradient(_rgb(function.C0), _rgb(function.C1), shares),
            FunctionType=0,
            Domain=function.Domain,
            Range=Array([0, 1] * _SPACES[target.space]),
            Size=Array([_STEPS]),
            BitsPerSample=_BITS,
        )


def _device(space: Any) -> str:
    """Return the device colour space of a picture or a gradient, that of a palette included."""
    name = str(space[1] if isinstance(space, Array) and space[0] == "/Indexed" else space)
    if name not in _SPACES:
        raise PressError("An image or a gradient has a colour space that is not a device's.")
    return name


def _rgb(operands: Any) -> RGB:
    """Return the colour of one, three or four numbers in RGB."""
    match [float(number) for number in operands]:
        case [grey]:
            return grey, grey, grey
        case [red, green, blue]:
            return red, green, blue
        case [*colours, black] if len(colours) == len("CMY"):
            red, green, blue = ((1 - part) * (1 - black) for part in colours)
            return red, green, blue
    raise PressError("A colour has neither one nor three nor four numbers.")


class _Content:
    """A content stream in the making: colours of a target, and the overprint they call for."""

    def __init__(self, target: Target, overprint: tuple[bool, bool] | None) -> None:
        """Begin with the overprint of (stroke, fill), or None where the caller has set it."""
        self.instructions: list[Any] = []
        self.has_states = False
        self._target = target
        self._overprint = overprint
        self._saved: list[tuple[bool, bool] | None] = []

    def add(self, said: Any) -> None:
        """Append an instruction, converted."""
        convert = _OPERATORS.get(str(said.operator))
        if convert:
            convert(self, said)
        else:
            self.instructions.append(said)

    def save(self, said: Any) -> None:
        self._saved.append(self._overprint)
        self.instructions.append(said)

    def restore(self, said: Any) -> None:
        if self._saved:
            self._overprint = self._saved.pop()
        self.instructions.append(said)

    def space(self, said: Any) -> None:
        """Replace a colour space by its first colour, which is black in those of a device."""
        name = str(said.operands[0])
        if name != "/Pattern" and name not in _SPACES:
            raise PressError(f"Colours of the space {name} cannot be converted.")
        self._set(said, None if name == "/Pattern" else self._converted(BLACK))

    def colour(self, said: Any) -> None:
        operands = said.operands
        is_pattern = bool(operands) and isinstance(operands[-1], Name)
        self._set(said, None if is_pattern else self._converted(operands))

    def inline(self, _: Any) -> None:
        raise PressError("An image stands within the text of a page, not beside it.")

    def _converted(self, operands: Any) -> tuple[float, ...]:
        if len(operands) == len("CMYK") and self._target is PRINT:
            return tuple(float(number) for number in operands)
        return self._target.colour(*_rgb(operands))

    def _set(self, said: Any, colour: tuple[float, ...] | None) -> None:
        """Set a colour, None for the pattern that ``said`` sets, with the overprint it calls for.

        A form whose caller's overprint is unknown begins with none: what knocks out is never wrong.
        """
        is_stroke = str(said.operator).isupper()
        if self._target is PRINT:
            stroke, fill = self._overprint or (False, False)
            is_black = colour == BLACK
            wanted = (is_black, fill) if is_stroke else (stroke, is_black)
            if wanted != self._overprint:
                self._overprint, self.has_states = wanted, True
                self.instructions.append(([Name(_STATES[wanted])], _operator("gs")))
        operator = self._target.operator.upper() if is_stroke else self._target.operator
        self.instructions.append(said if colour is None else (colour, _operator(operator)))


@cache
def _operator(name: str) -> Operator:
    return Operator(name)


_OPERATORS: dict[str, Callable[[_Content, Any], None]] = {
    "q": _Content.save,
    "Q": _Content.restore,
    "INLINE IMAGE": _Content.inline,
    **dict.fromkeys(("cs", "CS"), _Content.space),
    **dict.fromkeys(["g", "rg", "k", "sc", "scn", "G", "RG", "K", "SC", "SCN"], _Content.colour),
}
