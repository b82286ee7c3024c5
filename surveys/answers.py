"""The way of one respondent through an instrument: what comes next, and what counts."""

import hashlib
from bisect import bisect_left
from random import Random

from surveys.conditions import Answers
from surveys.definition import ANSWERED, Instrument, Item
from surveys.questions import Option

ORDERS = 24  # of shuffled options, so that a page can be kept for each


def counted(asked: Instrument, answers: Answers) -> set[tuple[str, int]]:
    """Return which codes of which items a respondent adds to the counts.

    Answers that a changed filter closed off are left out. Who gave several answers to an item is
    counted once more as one who answered it.
    """
    found: set[tuple[str, int]] = set()
    for item, answer in asked.answered(answers):
        if isinstance(answer, tuple):
            found.update((item.id, code) for code in (*answer, ANSWERED))
        else:
            found.add((item.id, answer))
    return found


def is_of_one(item: Item, code: int) -> bool:
    """Return whether a code counts respondents: of several answers the others count choices."""
    return code < 0 or not item.question.form.several


def crossed(asked: Instrument, answers: Answers) -> set[tuple[str, int]]:
    """Return how the answers of a respondent go together, as far as a comparison asks for it.

    ``day&dark`` is of who answered both of two twins on their scale; its code is the sum of 2 for
    an adverse answer to the first and 1 to the second. ``dark@2.1`` is of who answered an item and
    has said that she is of the age 2 and the gender 1; its code is 1 for an adverse answer.
    """
    if not asked.twins and not asked.weight_by:
        return set()
    adverse = {
        item.id: answer in item.scale.adverse
        for item, answer in asked.answered(answers)
        if item.scale.adverse and answer in item.on_scale
    }
    found = {
        (f"{one}&{other}", 2 * adverse[one] + adverse[other])
        for one, other in asked.twins
        if one in adverse and other in adverse
    }
    stratum = [answers.get(item) for item in asked.weight_by]
    known = (asked.items[item].on_scale for item in asked.weight_by)
    if stratum and all(code in codes for code, codes in zip(stratum, known, strict=True)):
        name = ".".join(map(str, stratum))
        found.update((f"{item}@{name}", int(is_adverse)) for item, is_adverse in adverse.items())
    return found


class Way:
    """The way of a respondent through an instrument, as her answers make it."""

    def __init__(self, asked: Instrument, answers: Answers) -> None:
        self._places = asked.places
        self.reached = asked.reached(answers)

    def preceding(self, item: Item) -> Item | None:
        """Return the item that is asked before ``item``; None where it was the first."""
        earlier = self.reached[: self._index(item)]
        return earlier[-1][0] if earlier else None

    def pending(self, item: Item) -> Item | None:
        """Return the next item that has no answer yet; None when nothing after this one is open."""
        later = self.reached[self._index(item) :]
        return next((each for each, answer in later if answer is None and each != item), None)

    def progress(self, item: Item) -> tuple[int, int]:
        """Return the number of an item, from 1, and how many this respondent is asked."""
        return self._index(item) + 1, len(self.reached)

    def _index(self, item: Item) -> int:
        """Return how many items are asked before one that may itself be asked no longer."""
        place = self._places[item.id]
        return bisect_left(self.reached, place, key=lambda step: self._places[step[0].id])


def order(item: Item, token: str) -> int:
    """Return the number of the order in which a respondent sees the options of an item.

    It is the same whenever she comes back, and 0, the order as written, where nothing is shuffled.
    """
    if not item.question.shuffled:
        return 0
    return 1 + hashlib.sha256(f"{item.id} {token}".encode()).digest()[0] % ORDERS


def arranged(item: Item, number: int) -> tuple[Option, ...]:
    """Return the options of an item in the order of this number, see ``order``.

    The orders are turns of a few shuffled ones, so that each option is first equally often.
    """
    options = list(item.scale.choices)
    if number:
        shuffle, turn = divmod(number - 1, len(options))
        Random(f"{item.id} {shuffle}").shuffle(options)  # noqa: S311  nothing secret is drawn
        options = options[turn:] + options[:turn]
    return tuple(options)
