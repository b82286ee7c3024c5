"""Marks around a text that say its language and its direction."""

import re

from markupsafe import Markup

# an ellipsis where two texts meet, also within the span of a text that is not translated
_LEADS_ON = re.compile(r"\s*…((?:</span>)*)$")
_GOES_ON = re.compile(r"^((?:<span[^>]*>)*)…\s*")


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


def met(stem: str, row: str) -> tuple[str, str]:
    """Return the stem of a question and one of its rows as they stand beside each other.

    Where one leads on and the other goes on, no ellipsis is needed: "How much do you trust …" and
    "… the police?" are one sentence.
    """
    if not (_LEADS_ON.search(stem) and _GOES_ON.search(row)):
        return stem, row
    return _LEADS_ON.sub(r"\1", stem), _GOES_ON.sub(r"\1", row)


def with_row(stem: Markup, row: Markup) -> Markup:
    """Return a question with one of its rows."""
    one, other = map(Markup, met(str(stem), str(row)))  # what was markup still is
    return Markup("{} <em>{}</em>").format(one, other)


def N_(source: str) -> str:  # noqa: N802  gettext's own name for it
    """Return a source text as it is, marked for extraction; it is translated where it is shown."""
    return source
