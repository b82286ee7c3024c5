"""Names of items and headers of columns, in both directions.

An id such as ``drug-use`` has no underscore and no double hyphen, and one dot at most, between a
question and its row. XLSForm's tools stumble over dots and hyphens, so a dot is written as two
underscores and a hyphen as one, which leads back to the same id.
"""

import re

from translations.languages import Language, language

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
LONGEST_NAME = 40
_IN_BRACKETS = re.compile(r".*\(([A-Za-z0-9-]{1,35})\)")


def to_name(item: str) -> str:
    """Return the XLSForm name of an item: ``problems.drug-use`` is ``problems__drug_use``."""
    return item.replace(".", "__").replace("-", "_")


def to_id(name: str) -> str:
    """Return the id that a name stands for; raise ValueError for a name that is none."""
    if len(name) > LONGEST_NAME or not _NAME.fullmatch(name):
        raise ValueError(
            f"{name[:LONGEST_NAME]!r} must be a name of small letters, digits and single "
            f"underscores, {LONGEST_NAME} at most, a letter first; rename it"
        )
    return name.replace("_", "-")


def spoken(row: Language) -> str:
    """Return how a header names a language: its own name, and its tag in brackets."""
    return f"{row.endonym} ({row.tag})"


def header(field: str, row: Language) -> str:
    """Return the header of a translated column."""
    return f"{field}::{spoken(row)}"


def language_of(name: str) -> Language:
    """Return the language that a header or a default names; raise ValueError where none is told."""
    found = _IN_BRACKETS.fullmatch(name.strip())
    try:
        return language(found[1] if found else "")
    except KeyError:
        raise ValueError(
            f"{name[:LONGEST_NAME]!r} names no language that philos knows; "
            'write it like "Deutsch (de)"'
        ) from None
