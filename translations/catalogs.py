"""Catalogues of translated texts, and a reader's view on the chain of them.

The PO file is the only artefact: its translator comments carry the seals, which compiled
catalogues lose. See docs/decisions/0003-po-is-the-artefact.md.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from types import MappingProxyType

import polib
from markupsafe import Markup, escape

from translations.errors import UserError
from translations.languages import Language, language, languages
from translations.lint import faults
from translations.markup import foreign
from translations.review import State, forms, state

Key = tuple[str | None, str]


class CatalogError(UserError):
    """A catalogue that cannot be read."""


@dataclass(frozen=True)
class Message:
    """One translated message: its forms by plural index, how far to trust it, where it is shown."""

    forms: tuple[str, ...]
    state: State
    places: tuple[str, ...] = ()


Catalog = Mapping[Key, Message]


def home() -> Path:
    """Return the folder that holds the catalogues of philos itself."""
    return Path(str(resources.files("translations")))


def po_path(folder: Path, row: Language, domain: str) -> Path:
    """Return where a language's catalogue of a domain lies below ``folder``."""
    return folder / row.folder / "LC_MESSAGES" / f"{domain}.po"


def read_po(path: Path) -> polib.POFile:
    """Return a parsed PO file; raise CatalogError with file and line for one that is broken."""
    try:
        return polib.pofile(str(path), encoding="utf-8")
    except UnicodeDecodeError as error:
        raise CatalogError(f"{path}: not UTF-8 text; save the catalogue as UTF-8.") from error
    except OSError as error:
        raise CatalogError(f"{path}: {str(error).replace(f' in po file {path}', '')}.") from error


def parse(entries: Iterable[polib.POEntry], row: Language) -> Catalog:
    """Return the messages that may be shown: translated, and without faults."""
    return MappingProxyType(
        {
            (entry.msgctxt, entry.msgid): Message(
                tuple(forms(entry)), state(entry), tuple(place for place, _ in entry.occurrences)
            )
            for entry in entries
            if not entry.obsolete and all(forms(entry)) and not faults(entry, row)
        }
    )


@cache
def catalog(tag: str, domain: str, folder: Path | None = None) -> Catalog:
    """Return a language's catalogue, empty where there is no file; read once a process."""
    row = language(tag)
    path = po_path(folder or home(), row, domain)
    return parse(read_po(path), row) if path.exists() else MappingProxyType({})


@cache
def usable(domain: str) -> tuple[Language, ...]:
    """Return the languages with a catalogue, the source language among them; looked at once."""
    return tuple(
        row
        for row in languages().values()
        if row.fallback is None or po_path(home(), row, domain).exists()
    )


def gaps(row: Language, domain: str, *areas: str) -> list[str]:
    """Return the sources without translation that are shown in ``areas``, such as "surveys/"."""
    if row.fallback is None:
        return []
    known = catalog(row.tag, domain)
    template = read_po(home() / f"{domain}.pot")
    return [
        entry.msgid
        for entry in template
        if (entry.msgctxt, entry.msgid) not in known
        and any(place.startswith(areas) for place, _ in entry.occurrences)
    ]


@dataclass(frozen=True)
class Found:
    """A text with the language that it is really in."""

    text: str
    language: Language
    state: State


@dataclass
class Texts:
    """The texts of a domain for one reader; remembers every message that was shown.

    ``folders`` holds further catalogues, a campaign's own, that go before those of philos.
    With ``marks``, an unreviewed text is wrapped in a span of class "draft".
    """

    language: Language
    domain: str = "public"
    folders: Sequence[Path] = ()
    marks: bool = False
    used: dict[Key, State] = field(default_factory=dict)

    @cached_property
    def _chain(self) -> list[tuple[Language, list[Catalog]]]:
        chain, row = [], self.language
        while row.fallback:
            folders = [*self.folders, None]
            chain.append((row, [catalog(row.tag, self.domain, folder) for folder in folders]))
            row = language(row.fallback)
        return [*chain, (row, [])]

    def find(
        self, source: str, plural: str = "", number: int = 1, context: str | None = None
    ) -> Found:
        """Return the text of a source message in the first language of the chain that has it."""
        key = (context, source)
        found = self._find(key, source, plural, number)
        self.used[key] = found.state
        return found

    def _find(self, key: Key, source: str, plural: str, number: int) -> Found:
        for row, catalogs in self._chain:
            index = row.plural_index(number) if plural else 0
            for known in catalogs:
                if key in known:
                    message = known[key]
                    own = row is self.language
                    trust = message.state if own else State.MISSING
                    return Found(message.forms[index], row, trust)
        last = self._chain[-1][0]
        text = plural if plural and last.plural_index(number) else source
        return Found(text, last, State.SOURCE if last is self.language else State.MISSING)

    def lacks(self, sources: Iterable[str]) -> list[str]:
        """Return those of some source messages that this reader would not see in her language."""
        found = ((source, self._find((None, source), source, "", 1)) for source in sources)
        return [source for source, said in found if said.language is not self.language]

    def text(self, source: str) -> Markup:
        """Return the text of a message from data (an instrument, a campaign), escaped for HTML."""
        found = self.find(source)
        return self._mark(found, escape(found.text))

    def gettext(self, source: str) -> Markup:
        """Return the text of a template's message, which may have the tags of its source.

        A text from another language is marked with ``lang`` and ``dir``.
        """
        return self._template(self.find(source))

    def ngettext(self, source: str, plural: str, number: int) -> Markup:
        """Return a template's text in the plural form of ``number``."""
        return self._template(self.find(source, plural, number))

    def pgettext(self, context: str, source: str) -> Markup:
        """Return a template's text whose source is ambiguous without its context."""
        return self._template(self.find(source, context=context))

    def npgettext(self, context: str, source: str, plural: str, number: int) -> Markup:
        """Return a template's text in its context and plural form."""
        return self._template(self.find(source, plural, number, context))

    def _template(self, found: Found) -> Markup:
        return self._mark(found, Markup(found.text))

    def _mark(self, found: Found, html: Markup) -> Markup:
        if found.language is not self.language:
            html = foreign(html, found.language.tag, found.language.direction)
        if self.marks and not found.state.final:
            return Markup('<span class="draft">{}</span>').format(html)
        return html

    def states(self) -> dict[str, int]:
        """Return how many of the shown messages are in each state."""
        return dict(Counter(self.used.values()))

    @property
    def final(self) -> bool:
        """Return whether everything shown so far may be printed for distribution."""
        return all(trust.final for trust in self.used.values())
