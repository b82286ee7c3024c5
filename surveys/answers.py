"""The way of one respondent through an instrument: what comes next, and what counts."""

from collections.abc import Mapping

from surveys.definition import Instrument, Item

Answers = Mapping[str, int]


def counted(asked: Instrument, answers: Answers) -> dict[str, int]:
    """Return the answers to what is asked; those that a changed filter closed off are left out."""
    return {item.id: answers[item.id] for item in asked.asked(answers) if item.id in answers}


def following(asked: Instrument, answers: Answers, item: Item) -> Item | None:
    """Return the item that is asked after ``item``; None where it was the last."""
    return next((other for other in asked.asked(answers) if _is_before(asked, item, other)), None)


def pending(asked: Instrument, answers: Mapping[str, int], item: Item) -> Item | None:
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


def _is_before(asked: Instrument, one: Item, other: Item) -> bool:
    order = list(asked.items)
    return order.index(one.id) < order.index(other.id)
