"""The topics and fonts that philos brings along."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from fontTools.ttLib import TTFont
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from translations.languages import Language
from translations.templating import install

# One accent a sheet, chosen by purpose; each carries white text at 4.5:1 or more.
ACCENTS: Mapping[str, str] = MappingProxyType(
    {
        "danger": "#B3261E",
        "survey": "#0B5C63",
        "traders": "#7A4A00",
        "school": "#1F4E8C",
        "project": "#3B2F63",
    }
)

# Families by the names in the language table, with their file for each weight.
_FONT_FILES: Mapping[str, Mapping[int, str]] = MappingProxyType(
    {
        family: MappingProxyType(
            {400: f"{stem}-Regular.ttf", 600: f"{stem}-SemiBold.ttf", 900: f"{stem}-Black.ttf"}
        )
        for family, stem in {"Sans": "NotoSans", "Sans Arabic": "NotoSansArabic"}.items()
    }
)
BUNDLED_FONTS = frozenset(_FONT_FILES)


_SHORT_END = re.compile(r" (?=[^ <>]{1,6}(?:</\w+>)*\s*$)")


def home() -> Path:
    """Return the folder of topics, layouts, styles, icons and fonts."""
    return Path(str(resources.files("materials")))


@dataclass(frozen=True)
class Topic:
    """A text: its accent, its icon, the formats that suit it, the telephone lines it names.

    ``readers`` are those for whom it was made. A ``medical`` one is to be checked by a
    professional. One with ``results`` shows a figure of a released wave.
    """

    id: str
    readers: Literal["everyone", "schools", "traders"]
    accent: str
    icon: str
    formats: tuple[str, ...]
    contacts: tuple[str, ...]
    medical: bool = False
    results: bool = False


@cache
def environment() -> Environment:
    """Return the Jinja environment of all printed matter."""
    made = Environment(
        loader=FileSystemLoader(home()),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["tied"] = _tied
    install(made)
    return made


def _tied(text: str) -> Markup:
    """Return a text whose last word, if it is short, does not stand on a line of its own."""
    return Markup(_SHORT_END.sub("\u00a0", text))  # noqa: S704  a macro's output, escaped already


@cache
def topics() -> Mapping[str, Topic]:
    """Return every topic by its id, read from the ``{% set %}`` lines of its template."""
    return MappingProxyType(
        {path.stem: _topic(path.stem) for path in sorted((home() / "topics").glob("*.jinja"))}
    )


def _topic(name: str) -> Topic:
    said = environment().get_template(f"topics/{name}.jinja").make_module({})
    return Topic(
        id=name,
        readers=said.readers,  # type: ignore[attr-defined]
        accent=ACCENTS[said.accent],  # type: ignore[attr-defined]
        icon=said.icon,  # type: ignore[attr-defined]
        formats=tuple(said.formats),  # type: ignore[attr-defined]
        contacts=tuple(said.contacts),  # type: ignore[attr-defined]
        medical=getattr(said, "medical", False),
        results=getattr(said, "results", False),
    )


def font_faces() -> str:
    """Return the @font-face rules of the bundled fonts.

    The families have names of our own, so that no font of the system can take their place.
    """
    return "\n".join(
        f'@font-face {{ font-family: "Philos {family}"; font-weight: {weight}; '
        f'src: url("{(home() / "fonts" / file).as_uri()}"); }}'
        for family, files in _FONT_FILES.items()
        for weight, file in files.items()
    )


def font_stack(row: Language) -> str:
    """Return the CSS font families of a language: one stack, the first that has the letter."""
    return ", ".join(f'"Philos {family}"' for family in row.fonts)


def font_files(row: Language, weight: int) -> list[Path]:
    """Return the files of a language's fonts in a weight, the first that has a letter draws it."""
    return [home() / "fonts" / _FONT_FILES[family][weight] for family in row.fonts]


@cache
def drawable(row: Language) -> frozenset[int]:
    """Return the code points that a language's fonts can draw in every weight."""
    families = [
        [frozenset(TTFont(home() / "fonts" / file).getBestCmap()) for file in files.values()]
        for files in (_FONT_FILES[family] for family in row.fonts)
    ]
    return frozenset().union(*(weights[0].intersection(*weights) for weights in families))
