from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.answers import ORDERS, Way, arranged, counted, order
from surveys.definition import ANSWERED, SKIPPED, Instrument, instrument
from surveys.questions import Option
from tests.surveys.conftest import KINDS

LONG = instrument("how-safe")


def walk(asked: Instrument, answers: dict[str, int]) -> list[str]:
    """Return the items that a respondent is led through who answers as ``answers`` say."""
    given_so_far: dict[str, int] = {}
    item = asked.asked({})[0]
    path = [item.id]
    while True:
        given_so_far[item.id] = answers.get(item.id, SKIPPED)
        after = Way(asked, given_so_far).pending(item)
        if after is None:
            return path
        item = after
        path.append(item.id)


@pytest.mark.parametrize(("syringe", "is_asked"), [(1, False), (2, True), (3, True), (98, False)])
def test_who_found_a_syringe_is_asked_whom_to_call(syringe: int, is_asked: bool) -> None:
    assert ("syringe-call" in walk(LONG, {"syringe": syringe})) is is_asked


def test_the_way_back_is_the_way_there_reversed() -> None:
    for syringe in (1, 2):
        answers = {"syringe": syringe}
        there = walk(LONG, answers)
        back = [there[-1]]
        while (item := Way(LONG, answers).preceding(LONG.items[back[-1]])) is not None:
            back.append(item.id)
        assert back[::-1] == there


def test_the_way_goes_on_from_an_item_that_is_no_longer_asked() -> None:
    item = LONG.items["syringe-call"]
    answers = {"syringe": 1, "syringe-call": 2}
    way = Way(LONG, answers)
    before, after = way.preceding(item), way.pending(item)
    assert (before and before.id, after and after.id) == ("syringe", "worry.threat")


def test_an_answer_behind_a_changed_filter_does_not_count() -> None:
    found, call = ("syringe", 2), ("syringe-call", 1)
    assert counted(LONG, dict([found, call])) == {found, call}
    assert counted(LONG, {"syringe": 1, "syringe-call": 1}) == {("syringe", 1)}


def test_what_depends_on_an_answer_that_is_no_longer_asked_is_not_asked() -> None:
    chain = chained()
    answers = {"a": 1, "b": 1, "c": 1}
    assert [item.id for item in chain.asked(answers)] == ["a", "b", "c"]
    assert [item.id for item in chain.asked({**answers, "a": 2})] == ["a"]
    assert counted(chain, {**answers, "a": 2}) == {("a", 2)}


def chained() -> Instrument:
    """Return an instrument whose third question depends on its second, and that on the first."""
    first, _, *_ = KINDS.questions
    second = replace(first, id="b", show_if="a in 1")
    third = replace(first, id="c", show_if="b in 1")
    return replace(KINDS, questions=(replace(first, id="a"), second, third))


def test_who_gives_several_answers_counts_once_for_each_and_once_as_a_person() -> None:
    assert counted(KINDS, {"several": (1, 3)}) == {
        ("several", 1),
        ("several", 3),
        ("several", ANSWERED),
    }
    assert counted(KINDS, {"several": SKIPPED}) == {("several", SKIPPED)}


@given(st.text(min_size=1, max_size=22))
def test_a_respondent_sees_the_same_order_whenever_she_comes_back(token: str) -> None:
    item = KINDS.items["several"]
    assert order(item, token) == order(item, token) != 0
    assert arranged(item, order(item, token)) == arranged(item, order(item, token))
    assert order(KINDS.items["one"], token) == 0


def test_each_option_stands_first_equally_often_and_none_is_lost() -> None:
    item = KINDS.items["several"]
    orders = [arranged(item, number) for number in range(1, ORDERS + 1)]
    assert set(Counter(options[0].code for options in orders).values()) == {ORDERS // 3}
    assert all(sorted(map(code, options)) == [1, 2, 3] for options in orders)
    assert len(set(orders)) == 6
    assert arranged(item, 0) == item.scale.choices


def code(option: Option) -> int:
    return option.code


def test_an_answer_to_an_item_of_another_version_does_not_count() -> None:
    assert counted(LONG, {"gone": 1}) == set()


@given(st.dictionaries(st.sampled_from(list(LONG.items)), st.sampled_from([1, 2, 3, 98, SKIPPED])))
def test_progress_goes_up_by_one_to_the_total(answers: dict[str, int]) -> None:
    path = LONG.asked(answers)
    assert [Way(LONG, answers).progress(item) for item in path] == [
        (number, len(path)) for number in range(1, len(path) + 1)
    ]


def test_every_item_of_both_instruments_is_reached_by_somebody() -> None:
    for name in ("how-safe", "here-now"):
        asked = instrument(name)
        everybody = [dict.fromkeys(asked.items, code) for code in (1, 2)]
        assert {item for answers in everybody for item in walk(asked, answers)} == set(asked.items)
