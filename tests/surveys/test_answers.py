import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.answers import counted, following, preceding, progress
from surveys.definition import SKIPPED, Instrument, instrument

LONG = instrument("how-safe")


def walk(asked: Instrument, answers: dict[str, int]) -> list[str]:
    """Return the items that a respondent is led through who answers as ``answers`` say."""
    given_so_far: dict[str, int] = {}
    item = asked.asked({})[0]
    path = [item.id]
    while True:
        given_so_far[item.id] = answers.get(item.id, SKIPPED)
        after = following(asked, given_so_far, item)
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
        while (item := preceding(LONG, answers, LONG.items[back[-1]])) is not None:
            back.append(item.id)
        assert back[::-1] == there


def test_the_way_goes_on_from_an_item_that_is_no_longer_asked() -> None:
    item = LONG.items["syringe-call"]
    answers = {"syringe": 1, "syringe-call": 2}
    after = following(LONG, answers, item)
    before = preceding(LONG, answers, item)
    assert (before and before.id, after and after.id) == ("syringe", "worry.threat")


def test_an_answer_behind_a_changed_filter_does_not_count() -> None:
    assert counted(LONG, {"syringe": 2, "syringe-call": 1}) == {"syringe": 2, "syringe-call": 1}
    assert counted(LONG, {"syringe": 1, "syringe-call": 1}) == {"syringe": 1}


def test_an_answer_to_an_item_of_another_version_does_not_count() -> None:
    assert counted(LONG, {"gone": 1}) == {}


@given(st.dictionaries(st.sampled_from(list(LONG.items)), st.sampled_from([1, 2, 3, 98, SKIPPED])))
def test_progress_goes_up_by_one_to_the_total(answers: dict[str, int]) -> None:
    path = LONG.asked(answers)
    assert [progress(LONG, answers, item) for item in path] == [
        (number, len(path)) for number in range(1, len(path) + 1)
    ]


def test_every_item_of_both_instruments_is_reached_by_somebody() -> None:
    for name in ("how-safe", "here-now"):
        asked = instrument(name)
        everybody = [dict.fromkeys(asked.items, code) for code in (1, 2)]
        assert {item for answers in everybody for item in walk(asked, answers)} == set(asked.items)
