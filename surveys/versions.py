"""Versions of a survey: which of them ask an item alike."""

from surveys.definition import Instrument, Item


def asks_the_same(item: Item, version: Instrument) -> bool:
    """Return whether a version of the survey asks an item as it is asked now.

    Either in every word, or with the same codes in a wording that the question declares to mean
    the same.
    """
    other = version.items.get(item.id)
    if other is None or other.question.kind != item.question.kind:
        return False
    if version.version in item.question.comparable_with:
        codes = [option.code for option in item.scale.choices]
        known = [option.code for option in other.scale.choices]
        return (codes, item.scale.adverse) == (known, other.scale.adverse)
    return _wording(item) == _wording(other)


def _wording(item: Item) -> tuple[object, ...]:
    question = item.question
    return question.text, question.hint, question.show_if, item.row, item.scale, item.aside
