"""The way of one respondent through an instrument: what comes next, and what counts."""

import hashlib
from collections import Counter
from random import Random

from surveys.conditions import Answers, codes_of
from surveys.definition import ANSWERED, Instrument, Item, Option

ORDERS = 24  # of shuffled options, so that a page can be kept for each


def counted(asked: Instrument, answers: Answers) -> Counter[tuple[str, int]]:
    """Return which codes of which items a respondent adds to the counts.

    Answers that a changed filter closed off are left out. Who gave several answers to an item is
    counted once more as one who answered it.
    """
    found: Counter[tuple[str, int]] = Counter()
    for item, answer in asked.reached(answers):
        found.update((item.id, code) for code in codes_of(answer))
        if isinstance(answer, tuple):
            found[item.id, ANSWERED] += 1
    return found


def following(asked: Instrument, answers: Answers, item: Item) -> Item | None:
    """Return the item that is asked after ``item``; None where it was the last."""
    return next((other for other in asked.asked(answers) if _is_before(asked, item, other)), None)


def pending(asked: Instrument, answers: Answers, item: Item) -> Item | None:
    """Return the next item that has no answer yet; None when nothing after this one is open."""
    after = following(asked, answers, item)
    while after is not None and after.id in answers:
        after = following(asked, answers, after)
    return after


def preceding(asked: Instrument, answers: Answers, item: Item) -> Item | None:
    """Return the item that is asked before ``item``; None where it was the first."""
    earlier = [other for other in asked.asked(answers) if _is_before(asked, other, item)]
    return earlier[-1] if earlier else None


def progress(asked: Instrument, answers: Answers, item: Item) -> tuple[int, int]:
    """Return the number of an item, from 1, and how many this respondent is asked."""
    path = asked.asked(answers)
    return 1 + sum(_is_before(asked, other, item) for other in path), len(path)


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


def _is_before(asked: Instrument, one: Item, other: Item) -> bool:
    order = list(asked.items)
    return order.index(one.id) < order.index(other.id)
