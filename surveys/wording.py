"""Answers and questions in words, in a reader's language, where they stand outside a page."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from surveys.definition import Item
from surveys.questions import Band, Option, Scale
from translations.catalogs import Texts
from translations.markup import met

BAND, OPEN_BAND = "%(low)s bis %(high)s", "%(low)s oder mehr"  # as on the pages


def worded(option: Option, scale: Scale, texts: Texts) -> str:
    """Return an answer in words, whatever form of scale it is of."""
    return _WORDINGS[option.form](option, scale, texts)


def asked(item: Item, texts: Texts) -> str:
    """Return what an item asks: the question, and the row of a matrix that goes on or is apart."""
    text = texts.find(item.question.text).text
    if item.row is None:
        return text
    row = row_of(item, texts)
    stem, rest = met(text, row)
    return f"{stem} {rest}" if rest != row else f"{text} – {row}"


def row_of(item: Item, texts: Texts) -> str:
    """Return the text of an item's row, empty where it has none; a proper name stays as it is."""
    if item.row is None:
        return ""
    return item.row.text if item.row.name else texts.find(item.row.text).text


def _in_words(option: Option, _scale: Scale, texts: Texts) -> str:
    return texts.find(option.text).text


def _in_figures(option: Option, scale: Scale, texts: Texts) -> str:
    """Return the number of a point, with what it means at both ends."""
    assert scale.points
    end = dict(zip(scale.points, (scale.low, scale.high), strict=True)).get(option.code)
    return f"{option.text} = {texts.find(end).text}" if end else option.text


def _in_a_band(option: Option, _scale: Scale, texts: Texts) -> str:
    assert isinstance(option, Band)
    pattern = OPEN_BAND if option.high is None else BAND
    return texts.find(pattern).text % {"low": option.low, "high": option.high}


_WORDINGS: Mapping[str, Callable[[Option, Scale, Texts], str]] = MappingProxyType(
    {"text": _in_words, "point": _in_figures, "band": _in_a_band}
)
