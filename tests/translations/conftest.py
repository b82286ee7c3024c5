"""Catalogue entries for the tests."""

from typing import Any

import polib


def entry(source: str, *texts: str, plural: str = "", **fields: Any) -> polib.POEntry:
    """Return an entry with one translation, or with one for each plural form."""
    made = polib.POEntry(msgid=source, msgid_plural=plural, **fields)
    if plural:
        made.msgstr_plural = dict(enumerate(texts))
    else:
        (made.msgstr,) = texts or ("",)
    return made
