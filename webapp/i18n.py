"""The language of a reader: the one chosen, else the sheet's, else the browser's, else German."""

from collections.abc import Iterable, Sequence

from flask import request

from translations.languages import Language, negotiate, source


def chosen(offered: Sequence[Language], *wishes: str | None) -> Language:
    """Return the language for this request; ``wishes`` go before what the browser asks for."""
    return negotiate(_wanted(wishes), offered) or source()


def _wanted(wishes: Iterable[str | None]) -> Iterable[str]:
    yield from filter(None, wishes)
    yield from (tag for tag, _ in request.accept_languages)
