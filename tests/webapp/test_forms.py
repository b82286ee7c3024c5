import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from surveys.definition import SKIPPED
from surveys.questions import FORMS
from tests.surveys.conftest import KINDS, LONG, SHORT
from webapp.forms import READERS, AnswerError, Fault, fault, read_answer

ITEMS = {item.id: item for asked in (LONG, SHORT, KINDS) for item in asked.items.values()}
CHOSEN = [name for name, item in ITEMS.items() if item.question.kind != "text"]

# what a browser, a broken one and a hostile one may post
VALUES = st.one_of(
    st.sampled_from(["1", "2", "3", "7", "10", "97", "98", "99"]),
    st.sampled_from(
        ["", " ", " 1", "01", "+1", "１", "١", "1\x00", "-2", "-3", "\ud800", "\ufffd"]
    ),
    st.text(max_size=8),
    st.text(min_size=290, max_size=310),
)


def posted(*values: str) -> MultiDict[str, str]:
    return MultiDict([("answer", value) for value in values])


def test_there_is_a_reader_for_every_kind_of_question() -> None:
    assert READERS.keys() == FORMS.keys()
    assert {item.question.kind for item in ITEMS.values()} == set(FORMS)


@pytest.mark.parametrize("name", CHOSEN)
def test_every_code_that_an_item_offers_is_read_as_itself(name: str) -> None:
    item = ITEMS[name]
    for code in item.codes - {SKIPPED}:
        assert read_answer(item, posted(str(code))) == (
            (code,) if item.question.form.several else code
        )


@given(st.sampled_from(list(ITEMS)), st.lists(VALUES, max_size=4))
def test_the_quick_way_accepts_exactly_what_wtforms_accepts(name: str, values: list[str]) -> None:
    item = ITEMS[name]
    quick = READERS[item.question.kind].quick(item, values)
    assert (quick is not None) is (fault(item, posted(*values)) is None)


@given(st.sampled_from(CHOSEN), st.lists(VALUES, min_size=1, max_size=3))
def test_nothing_is_read_but_codes_that_are_offered(name: str, values: list[str]) -> None:
    item = ITEMS[name]
    try:
        found = read_answer(item, posted(*values))
    except AnswerError:
        return
    codes = found if isinstance(found, tuple) else (found,)
    assert sorted(map(str, codes)) == sorted(values)
    assert set(codes) <= item.codes


@pytest.mark.parametrize(
    ("name", "values", "wrong"),
    [
        ("one", [], Fault.MISSING),
        ("one", ["5"], Fault.UNKNOWN),
        ("one", ["1", "1"], Fault.UNKNOWN),
        ("several", [], Fault.MISSING),
        ("several", ["1", "7"], Fault.UNKNOWN),
        ("several", ["1", "1"], Fault.UNKNOWN),
        ("several", ["1", "97"], Fault.ALONE),
        ("several", ["98", "99"], Fault.ALONE),
        ("points", ["11"], Fault.UNKNOWN),
        ("band", ["0"], Fault.UNKNOWN),
        ("words", [], Fault.MISSING),
        ("words", [" \n "], Fault.MISSING),
        ("words", ["x" * 301], Fault.TOO_LONG),
        ("words", ["a\x00b"], Fault.UNKNOWN),
        ("words", ["\ufffd"], Fault.UNKNOWN),
        ("words", ["\u202eabc"], Fault.UNKNOWN),
        ("words", ["a", "b"], Fault.UNKNOWN),
    ],
)
def test_a_wrong_answer_is_told_what_is_wrong(name: str, values: list[str], wrong: Fault) -> None:
    with pytest.raises(AnswerError) as caught:
        read_answer(ITEMS[name], posted(*values))
    assert caught.value.fault is wrong


def test_several_codes_are_read_in_their_order() -> None:
    assert read_answer(ITEMS["several"], posted("3", "1")) == (1, 3)


def test_a_text_is_read_without_its_loose_blanks() -> None:
    assert read_answer(ITEMS["words"], posted("  mehr\r\n Licht\tbitte ")) == "mehr Licht bitte"


@pytest.mark.parametrize("name", ["one", "several", "words"])
def test_the_button_to_skip_goes_before_what_else_was_posted(name: str) -> None:
    assert read_answer(ITEMS[name], MultiDict([("answer", "1"), ("skip", "1")])) == SKIPPED
