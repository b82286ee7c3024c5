from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.conditions import Answers, Both, Condition, Either, Given, Not, parse

A, B = Given("a", (1,)), Given("b.row", (2, 3))


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("a in 1", A),
        ("  a   in 1 ", A),
        ("b.row in 2, 3", B),
        ("b.row in 2,3", B),
        ("a in -2", Given("a", (-2,))),
        ("not a in 1", Not(A)),
        ("not not a in 1", Not(Not(A))),
        ("a in 1 and b.row in 2, 3", Both((A, B))),
        ("a in 1 or b.row in 2, 3", Either((A, B))),
        ("a in 1 or a in 1 and b.row in 2, 3", Either((A, Both((A, B))))),
        ("(a in 1 or a in 1) and b.row in 2, 3", Both((Either((A, A)), B))),
        ("not (a in 1 or b.row in 2, 3)", Not(Either((A, B)))),
        ("((a in 1))", A),
    ],
)
def test_a_condition_is_read_as_it_is_meant(text: str, condition: Condition) -> None:
    assert parse(text) == condition


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("a in 1, 3", True),
        ("a in 2", False),
        ("not a in 2", True),
        ("gone in 1", False),
        ("not gone in 1", True),
        ("several in 5", True),
        ("several in 4, 6", False),
        ("a in 1 and several in 7", True),
        ("a in 2 or several in 7", True),
        ("a in 2 or several in 1", False),
        ("not (a in 1 and several in 7)", False),
    ],
)
def test_a_condition_holds_for_the_right_answers(text: str, *, holds: bool) -> None:
    answers: Answers = {"a": 1, "several": (5, 7)}
    assert parse(text).holds(answers) is holds


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("a", "not complete"),
        ("a in", "not complete"),
        ("a in 1 or", "not complete"),
        ("(a in 1", "not complete"),
        ("a in 1 or 2", "at '2'"),
        ("a in 1)", "at ')'"),
        ("a = 1", "at '='"),
        ("1 in 1", "at '1'"),
        ("and in 1", "at 'and'"),
        ("a in b", "at 'b'"),
        ("a in 1 2", "at '2'"),
        ("a in １", "at '１'"),
        ("a in 99999", "at '99999'"),
        ("a in 1; drop", "at ';'"),
        ("__import__('os')", "at"),
        ("A in 1", "at 'A'"),
    ],
)
def test_what_is_no_condition_is_refused_where_it_stops_to_be_one(text: str, at: str) -> None:
    with pytest.raises(ValueError, match="show_if must read like") as caught:
        parse(text)
    assert at in str(caught.value)


@pytest.mark.parametrize("text", ["(" * 500 + "a in 1" + ")" * 500, "not " * 500 + "a in 1"])
def test_a_condition_nested_without_end_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="nested too deeply"):
        parse(text)


@given(st.text(st.sampled_from("ab1,()-. notinr"), max_size=40))
def test_whatever_is_parsed_names_items_and_codes_alone(text: str) -> None:
    with suppress(ValueError):
        assert all(given.item and given.codes for given in parse(text).given())
