import pytest

from surveys import conditions
from surveys.conditions import Both, Condition, Either, Given, Not
from surveys.xlsform.relevant import Before, expressions, read
from tests.surveys.conftest import KINDS, LONG

BEFORE = {
    "one": Before(frozenset({0, 1, 2, 98})),
    "drug-use": Before(frozenset({1, 2, 97}), several=True),
    "words": Before(frozenset()),
}
ONE, USE = Given("one", (1,)), Given("drug-use", (2,))


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("${one} = '1'", ONE),
        ("${one}='1'", ONE),
        ('  ${one} = "1" ', ONE),
        ("${one} = 1", ONE),
        ("selected(${one}, '1')", ONE),
        ("${one} != '1'", Not(ONE)),
        ("not(${one} != '1')", Not(Not(ONE))),
        ("selected( ${drug_use} ,'2')", USE),
        ("${one} = '1' and selected(${drug_use}, '2')", Both((ONE, USE))),
        ("${one} = '1' or selected(${drug_use}, '2')", Either((ONE, USE))),
        ("${one} = '1' or ${one} = '2'", Given("one", (1, 2))),
        ("${one} = '1' or ${one} = '1'", ONE),
        ("not(${one} = '1' or ${one} = '2')", Not(Given("one", (1, 2)))),
        (
            "(${one} = '1' or ${one} = '2') and ${one} != '1'",
            Both((Given("one", (1, 2)), Not(ONE))),
        ),
        ("((${one} = '1'))", ONE),
    ],
)
def test_the_part_of_xpath_that_a_condition_can_say_is_read(
    text: str, condition: Condition
) -> None:
    assert read(text, BEFORE) == condition


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("${two} = '1'", "'${two}' is not asked before it"),
        ("${One} = '1'", "must be a name of small letters"),
        ("${one} = '7'", "'one' has no choice '7'"),
        ("${one} = '01'", "'one' has no choice '01'"),
        ("${one} = ''", "'one' has no choice ''"),
        ("${one} = '１'", "'one' has no choice"),
        ("${drug_use} = '1'", "can have several answers; write selected("),
        ("${words} = 'Ja'", "'words' is a text; a campaign may ask for none"),
        ("${words} != ''", "'words' is a text; a campaign may ask for none"),
        ("selected(${words}, '1')", "'words' has no choice '1'"),
        ("${one} > 1", "not understood at '>'"),
        ("not ${one} = '1'", "not understood at '${one}'"),
        ("not(${one} = '1'", "is not complete"),
        ("${one} = '1' and", "is not complete"),
        ("${one} = '1' xor ${one} = '2'", "not understood at 'xor'"),
        ("${one} = ${one}", "'one' has no choice"),
        ("'1' = ${one}", "not understood at"),
        ("count-selected(${drug_use}) = 2", "not understood at '-selected"),
        ("once(today())", "not understood at 'once'"),
        ("../one = '1'", "not understood at '../one'"),
        ("true()", "not understood at 'true'"),
        ("if(${one} = '1', 1, 0)", "not understood at 'if'"),
        ("${one} = ’1’", "not understood at '’1’'"),
        ("(" * 400 + "${one} = '1'" + ")" * 400, "nested too deeply"),
        ("${last-saved#one} = '1'", "must be a name of small letters"),
    ],
)
def test_other_xpath_is_refused_where_it_stops_to_be_read(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        read(text, BEFORE)
    assert said in str(caught.value)


def test_conditions_are_written_as_xpath() -> None:
    said = expressions(KINDS)
    assert said["points"] == (
        "(selected(${several}, '1') or selected(${several}, '2')) and not(${one} = '2')"
    )
    assert {said[name] for name in ("one", "several", "rows", "band", "words")} == {""}


def test_built_in_conditions_are_read_back_as_they_were() -> None:
    before = {
        item.id: Before(frozenset(item.offered), several=item.question.form.several)
        for item in LONG.items.values()
    }
    conditional = [question for question in LONG.questions if question.condition]
    assert conditional
    for question in conditional:
        assert read(expressions(LONG)[question.id], before) == question.condition


@pytest.mark.parametrize(
    "text",
    [
        "a in 1",
        "not (a in 1)",
        "not not (a in 1)",
        "a in 1 or (b in 1 and (c in 2 or a in 3))",
        "not (a in 1 or b.row in 2, 3) and c in -2",
    ],
)
def test_a_condition_that_is_written_reads_as_the_same(text: str) -> None:
    assert conditions.written(conditions.parse(text)) == text
