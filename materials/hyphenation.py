"""Where a word may be divided: Pyphen's dictionaries, with the patterns of the language table."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any

from pyphen import LANGUAGES, language_fallback

from translations.languages import languages

PATTERNS = {row.tag: row.patterns for row in languages().values() if row.patterns}


@dataclass(frozen=True)
class _Mended:
    """A dictionary's file with patterns at its end; it is long, and read when Pyphen needs it."""

    path: Path
    patterns: tuple[str, ...]

    def open(self, mode: str) -> IO[Any]:
        return self.path.open(mode)

    def read_text(self, encoding: str) -> str:
        return "\n".join([self.path.read_text(encoding), *self.patterns])


@cache
def mend() -> None:
    """Let Pyphen know our patterns, whoever asks it from now on: WeasyPrint does it by itself."""
    for tag, patterns in PATTERNS.items():
        name = language_fallback(tag)
        LANGUAGES[name] = _Mended(LANGUAGES[name], patterns)
