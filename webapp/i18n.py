"""The language of a reader: the one chosen, else the sheet's, else the browser's, else German."""

from collections.abc import Iterable, Sequence

from flask import g, request

from translations.languages import Language, negotiate, source


def chosen(offered: Sequence[Language], *wishes: str | None) -> Language:
    """Return the language for this request; ``wishes`` go before what the browser asks for."""
    return negotiate(_wanted(wishes), offered) or source()


def named(offered: Sequence[Language], wish: str | None) -> Language | None:
    """Return the language that an address names, None where it names none that is offered."""
    return negotiate([wish], offered) if wish else None


def _wanted(wishes: Iterable[str | None]) -> Iterable[str]:
    yield from filter(None, wishes)
    g.browser_was_asked = True
    yield from (tag for tag, _ in request.accept_languages)


def varied() -> str:
    """Return the header Vary: would another browser have got the page packed, or translated?"""
    return "Accept-Encoding, Accept-Language" if "browser_was_asked" in g else "Accept-Encoding"
