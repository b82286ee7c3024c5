"""What can be wrong with a translation without knowing the language."""

import re
from collections import Counter

import polib

from translations.languages import Language
from translations.review import forms

_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
_TAG = re.compile(r"</?\w+[^>]*>")
_NAME = re.compile(r"\w+")


def faults(entry: polib.POEntry, language: Language) -> list[str]:
    """Return what is wrong with an entry's translation, one clause each; empty means sound.

    A faulty translation is never shown: a broken placeholder would bring a page down and a tag
    that the source does not have would go to the reader unescaped.
    """
    texts = forms(entry)
    found = []
    if entry.msgid_plural and len(texts) != language.forms:
        found.append(f"has {len(texts)} plural forms instead of {language.forms}")
    sources = [entry.msgid, entry.msgid_plural] if entry.msgid_plural else [entry.msgid]
    for text in filter(None, texts):
        found += _text_faults(sources, text)
    if entry.msgid_plural and len(texts) == language.forms:
        found += _plural_faults(texts, language)
    return list(dict.fromkeys(found))


def _text_faults(sources: list[str], text: str) -> list[str]:
    found = []
    wanted = set().union(*(_PLACEHOLDER.findall(source) for source in sources))
    given = set(_PLACEHOLDER.findall(text))
    if given - wanted or (len(sources) == 1 and wanted != given):
        found.append(f"has the placeholders {sorted(given)} instead of {sorted(wanted)}")
    elif _formats(sources[0], wanted) and not _formats(text, wanted):
        found.append("has a stray % sign")
    allowed = set().union(*(_TAG.findall(source) for source in sources))
    tags = _TAG.findall(text)
    if set(tags) - allowed:
        found.append(f"has the tags {sorted(set(tags) - allowed)}, which the source has not")
    elif not _closed([tag for tag in tags if f"</{_NAME.findall(tag)[0]}>" in allowed]):
        found.append("has a tag open or closed too often")
    if _TAG.sub("", text).count("<") > _TAG.sub("", sources[0]).count("<"):
        found.append("has a stray < sign")
    return found


def _closed(tags: list[str]) -> bool:
    """Return whether each tag is closed, the last opened first."""
    opened: list[str] = []
    for tag in tags:
        if not tag.startswith("</"):
            opened.append(_NAME.findall(tag)[0])
        elif not opened or opened.pop() != _NAME.findall(tag)[0]:
            return False
    return not opened


def _formats(text: str, names: set[str]) -> bool:
    try:
        text % dict.fromkeys(names, "")
    except (ValueError, TypeError, KeyError):
        return False
    return True


def _plural_faults(texts: list[str], language: Language) -> list[str]:
    """Return the forms that drop the number although several numbers share them.

    Russian uses its first form for 1, 21 and 101: without the number it would say "one" for all.
    """
    shared = Counter(language.plural_index(number) for number in range(200))
    counted = any(_PLACEHOLDER.search(text) for text in texts)
    return [
        f"drops the number in plural form {index}, which stands for many numbers"
        for index, text in enumerate(texts)
        if counted and text and shared[index] > 1 and not _PLACEHOLDER.search(text)
    ]
