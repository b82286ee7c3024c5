"""The language table: the one authority on every language that philos knows.

Nothing branches on a language's code; what differs between languages is a field here.
Babel is only ever given ``Language.cldr``, since it knows neither Romani nor Dari by their tags.
"""

import gettext
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import resources
from types import MappingProxyType
from typing import Literal

from babel import Locale

SOURCE = "de"


@dataclass(frozen=True, kw_only=True, eq=False)
class Language:
    """One row of ``languages.toml``.

    ``tag`` is the BCP 47 tag. ``cldr`` is the locale that Babel may be asked for, which is
    German where CLDR has none. ``plural`` is the expression of gettext's Plural-Forms header,
    ``forms`` their number; both follow CLDR and Weblate, not Babel, which differs for some.
    ``fonts`` names bundled families, the first that has a character draws it. ``quotes`` are
    outer and inner opening and closing marks. ``hyphenation`` says whether Pyphen has a
    dictionary that suits, ``patterns`` mend it in its own notation: between two letters the largest
    number counts, and an even one forbids to divide there. ``drafts`` says whether a machine draft
    may be made at all.
    """

    tag: str
    endonym: str
    exonyms: Mapping[str, str]
    direction: Literal["ltr", "rtl"]
    script: str
    fonts: tuple[str, ...]
    cldr: str
    fallback: str | None = None
    forms: int
    plural: str
    quotes: tuple[str, str, str, str]
    hyphenation: bool
    drafts: bool
    digits: Literal["latn"] = "latn"
    aliases: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    folder: str = field(default="")

    def __post_init__(self) -> None:
        object.__setattr__(self, "folder", self.folder or self.tag.replace("-", "_"))

    @cached_property
    def locale(self) -> Locale:
        """Return the Babel locale for dates and numbers."""
        return Locale.parse(self.cldr)

    @cached_property
    def plural_index(self) -> Callable[[int], int]:
        """Return the function from a number to the index of its plural form."""
        return gettext.c2py(self.plural)

    def exonym(self, reader: "Language") -> str:
        """Return this language's name in the reader's language, else its own name."""
        return self.exonyms.get(reader.tag, self.endonym)


@cache
def languages() -> Mapping[str, Language]:
    """Return every language by its tag, in the order of the table."""
    text = resources.files("translations").joinpath("languages.toml").read_text("utf-8")
    rows = tomllib.loads(text)["language"]
    return MappingProxyType({row["tag"]: _language(row) for row in rows})


def _language(row: dict[str, object]) -> Language:
    lists = {key: tuple(value) for key, value in row.items() if isinstance(value, list)}
    return Language(**{**row, **lists})  # type: ignore[arg-type]


@cache
def language(tag: str) -> Language:
    """Return the language of this tag or alias; raise KeyError for one that is not in the table."""
    return languages()[_tags()[tag.casefold()]]


def source() -> Language:
    """Return the language in which every text is written first."""
    return languages()[SOURCE]


@cache
def _tags() -> Mapping[str, str]:
    """Return the table's tag for every tag and alias, all in lower case."""
    found: dict[str, str] = {}
    for row in languages().values():
        found |= {name.casefold(): row.tag for name in (row.tag, row.folder, *row.aliases)}
    return found


def negotiate(wanted: Iterable[str], offered: Iterable[Language]) -> Language | None:
    """Return the first language of ``offered`` that a reader asks for.

    ``wanted`` holds BCP 47 tags, the dearest first. Each is looked up as RFC 4647 section 3.4
    says, from the whole tag down to its first part, through the table's aliases: rmn is rom,
    prs-AF is fa-AF, kmr is ku. Return None where nothing fits.
    """
    open_tags = {row.tag: row for row in offered}
    for tag in wanted:
        parts = tag.replace("_", "-").casefold().split("-")
        for length in range(len(parts), 0, -1):
            known = _tags().get("-".join(parts[:length]))
            if known in open_tags:
                return open_tags[known]
    return None
