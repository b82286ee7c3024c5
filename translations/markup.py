"""Marks around a text that say its language and its direction."""

from markupsafe import Markup


def ltr(text: str) -> Markup:
    """Return a number, an address or a URL that keeps its order inside any text.

    One inline span is right in WeasyPrint, which knows neither <bdi> nor unicode-bidi, and in
    browsers. It is German by language, so that a screen reader speaks the digits as on the sign.
    """
    return Markup('<span class="ltr" dir="ltr" lang="de">{}</span>').format(text)


def figures(number: int | str) -> Markup:
    """Return a number that keeps its place inside any text, and is spoken in its language."""
    return Markup('<span dir="ltr">{}</span>').format(number)


def apart(text: str) -> str:
    """Return a text of unknown direction that keeps its order inside any other.

    Characters do it, first strong isolate and its end: WeasyPrint knows no <bdi>, files of SVG
    have no spans.
    """
    return f"\u2068{text}\u2069"


def foreign(text: str | Markup, tag: str, direction: str) -> Markup:
    """Return a text that is not in the language of what surrounds it."""
    return Markup('<span lang="{}" dir="{}">{}</span>').format(tag, direction, text)


def N_(source: str) -> str:  # noqa: N802  gettext's own name for it
    """Return a source text as it is, marked for extraction; it is translated where it is shown."""
    return source
