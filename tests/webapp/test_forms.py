import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from surveys.definition import SKIPPED, instrument, instruments
from webapp.forms import FIELDS, read_answer

ITEMS = {item.id: item for name in instruments() for item in instrument(name).items.values()}


@pytest.mark.parametrize("name", list(ITEMS))
def test_every_code_that_an_item_offers_is_read_as_itself(name: str) -> None:
    item = ITEMS[name]
    for code in item.codes - {SKIPPED}:
        assert read_answer(item, MultiDict({"answer": str(code)})) == code


@given(st.sampled_from(list(ITEMS)), st.text(max_size=8))
def test_no_other_text_is_an_answer(name: str, text: str) -> None:
    item = ITEMS[name]
    found = read_answer(item, MultiDict({"answer": text}))
    assert found == (int(text) if text in {str(code) for code in item.codes - {SKIPPED}} else None)


def test_there_is_a_field_for_every_kind_of_question() -> None:
    assert {item.question.kind for item in ITEMS.values()} <= set(FIELDS)
