import io
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.conditions import Given
from surveys.definition import (
    SKIPPED,
    Instrument,
    extract,
    from_json,
    instrument,
    instruments,
    messages,
)
from surveys.documents import DocumentError, parse, read
from surveys.questions import Row

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "instrument.json").read_text())
LONG, SHORT = instrument("how-safe"), instrument("here-now")
PLACES = [Row(id=f"place-{n}", text=f"Platz {n}", name=True) for n in range(1, 8)]

SMALL = """
id = "small"
title = "Klein"
minutes = 1
[[missing]]
code = 99
text = "Keine Angabe"
[scales.yes-no]
adverse = [2]
options = [{ code = 1, text = "Ja" }, { code = 2, text = "Nein" }]
[[questions]]
id = "a"
text = "A?"
scale = "yes-no"
missing = [99]
source = "own"
licence = "own"
[[questions]]
id = "b"
text = "B?"
scale = "yes-no"
missing = [99]
source = "own"
licence = "own"
"""

A_SCALE = SMALL.partition('id = "a"\n')[2]
_REST = A_SCALE.partition('scale = "yes-no"\n')[2]
B_DEPENDS = _REST.replace('text = "B?"', 'text = "B?"\nshow_if = "a in -2"')
B_TAPPED = _REST.replace('text = "B?"', 'text = "B?"\nkind = "one-tap"')


def small(old: str = "", new: str = "") -> Instrument:
    assert old in SMALL
    return parse(SMALL.replace(old, new, 1).encode(), "small.toml", Instrument)


def last(line: str) -> tuple[str, str]:
    """Return the replacement that adds a line to the last question."""
    return ('text = "B?"', f'text = "B?"\n{line}')


def test_philos_comes_with_the_long_form_and_the_one_tap() -> None:
    assert instruments() == ["here-now", "how-safe"]


def test_the_questions_and_their_order_are_those_of_the_reference() -> None:
    asked = [question.id for question in LONG.questions if question.id != "syringe-call"]
    assert asked == [row["id"] for row in REFERENCE["long_form"]]


@pytest.mark.parametrize(
    "row", REFERENCE["long_form"], ids=[row["id"] for row in REFERENCE["long_form"]]
)
def test_the_answers_and_sources_are_those_of_the_reference(row: dict[str, Any]) -> None:
    question = next(one for one in LONG.questions if one.id == row["id"])
    if "options" in row:
        options = LONG.scales[question.scale or ""].choices + question.extra
        assert len(options) == len(row["options"])
    else:
        said = [option.text.casefold() for option in LONG.scales["safe"].options]
        assert said == [text.casefold() for text in REFERENCE["SAFE4"]["de"]]
        assert question.scale == "safe"
    if isinstance(row.get("rows"), list):
        assert len(question.rows) == len(row["rows"])
    assert question.source
    assert question.licence
    assert question.licence == row.get("licence", question.licence)
    assert question.core is row.get("core", False)


@pytest.mark.parametrize("identity", ["day", "dark", "avoid", "syringe", "gender", "age"])
def test_the_wording_is_that_of_the_reference(identity: str) -> None:
    row = next(row for row in REFERENCE["long_form"] if row["id"] == identity)
    assert next(one for one in LONG.questions if one.id == identity).text == row["de"]


def test_the_one_tap_asks_the_reference_question_and_nothing_about_the_person() -> None:
    (question,) = SHORT.questions
    assert (question.text, question.kind) == (REFERENCE["micro"]["de"], "one-tap")
    said = [option.text.casefold() for option in SHORT.scales["safe"].options]
    assert said == [text.casefold() for text in REFERENCE["SAFE4"]["de"]]


def test_no_question_calls_a_group_of_people_a_problem() -> None:
    text = " ".join(text for text, _ in messages(LONG)).casefold()
    for group in ("ausländer", "roma", "süchtige", "abhängige", "flüchtling", "migrant"):
        assert group not in text


def test_places_become_rows_at_most_five_and_keep_their_names() -> None:
    filled = LONG.with_places(PLACES)
    rows = [item.row for item in filled.items.values() if item.question.id == "places"]
    assert rows == PLACES[:5]
    assert {f"places.place-{n}" for n in range(1, 6)} <= filled.items.keys()
    assert not [item for item in LONG.items if item.startswith("places")]


def test_an_item_takes_every_code_that_it_offers_and_a_skip() -> None:
    assert LONG.items["dark"].codes == {1, 2, 3, 4, 97, 98, 99, SKIPPED}
    assert LONG.items["age"].codes == {1, 2, 3, 4, 5, 99, SKIPPED}


def test_a_published_version_comes_back_from_its_json_the_same() -> None:
    filled = LONG.with_places(PLACES)
    again = from_json(filled.to_json())
    assert again == filled
    assert again.version == filled.version != LONG.version


@pytest.mark.parametrize(
    ("old", "new"), [("A?", "A!"), ("Ja", "Jawohl"), ("code = 2", "code = 3"), last("core = true")]
)
def test_every_change_of_the_definition_is_another_version(old: str, new: str) -> None:
    text = SMALL.replace("adverse = [2]", "")
    before = parse(text.encode(), "small.toml", Instrument)
    after = parse(text.replace(old, new, 1).encode(), "small.toml", Instrument)
    assert before.version != after.version


def test_the_same_definition_is_the_same_version_however_it_is_written() -> None:
    assert small("minutes = 1", "# a comment\nminutes   =   1").version == small().version


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('id = "b"', 'id = "a"'), "question 'a' stands twice."),
        (('scale = "yes-no"', 'scale = "no"'), "question 'a' names the scale 'no'"),
        (("missing = [99]", "missing = [98]"), "question 'a' names a missing code"),
        (("missing = [99]", ""), "question 'a' names a missing code"),
        (("code = 2", "code = 1"), "scales.yes-no: adverse names a code that no option has."),
        (("adverse = [2]", "adverse = [7]"), "scales.yes-no: adverse names a code"),
        (("code = 1,", "code = 99,"), "question 'a' offers two answers with the same code."),
        (("code = 1,", "code = -2,"), "scales.yes-no.options[1].code: must be at least 0."),
        (("code = 1,", "code = 1000,"), "scales.yes-no.options[1].code: must be at most 999."),
        (("code = 1,", "code = 1.0,"), "options[1].code: must be a whole number."),
        (last('extra = [{ code = 1, text = "x" }]'), "'b' offers two answers with the same code."),
        (last('show_if = "a"'), "questions[2]: show_if must read like"),
        (last('show_if = "a in 1 or 2"'), "show_if must read like"),
        (last('show_if = "a in 1 and not (c in 1)"'), "'b' depends on 'c', which is not asked"),
        (('id = "a"', 'id = "or"'), "question 'or' has a name that philos needs"),
        (('id = "a"', 'id = "done"'), "question 'done' has a name that philos needs"),
        (
            (
                "minutes = 1",
                'minutes = 1\n[scales.x]\noptions=[{code=1, text="x"}]\nbands=[[1, 2]]',
            ),
            "scales.x: has more than one of options, points and bands; keep one.",
        ),
        (
            ("minutes = 1", "minutes = 1\n[scales.x]\npoints = [0, 10]"),
            "scales.x: low and high name",
        ),
        (
            ("minutes = 1", 'minutes = 1\n[scales.x]\npoints = [5, 1]\nlow = "a"\nhigh = "b"'),
            "scales.x: points must go up",
        ),
        (
            ("minutes = 1", 'minutes = 1\n[scales.x]\npoints = [0, 99]\nlow = "a"\nhigh = "b"'),
            "scales.x: points must go up",
        ),
        (("minutes = 1", "minutes = 1\n[scales.x]\nbands = [[1, 5], [5, 9]]"), "bands must go up"),
        (("minutes = 1", "minutes = 1\n[scales.x]\nbands = [[1], [5, 9]]"), "bands must go up"),
        (("minutes = 1", "minutes = 1\n[scales.x]\nbands = [[1, 2, 3]]"), "scales.x.bands[1]:"),
        (last('kind = "text"'), "questions[2]: a text has no scale, and every other kind has one."),
        (('text = "B?"\nscale = "yes-no"', 'text = "B?"'), "a text has no scale"),
        (last('kind = "scale"'), "question 'b' is 'scale' and needs a scale with points."),
        (
            last('kind = "number-band"'),
            "question 'b' is 'number-band' and needs a scale with bands.",
        ),
        (
            last('kind = "matrix"'),
            "questions[2]: rows belong to the kind 'matrix', which has some.",
        ),
        (last('rows = [{ id = "x", text = "x" }]'), "rows belong to the kind 'matrix'"),
        (last('comparable_with = ["x"]'), "questions[2].comparable_with[1]: must"),
        (('licence = "own"', ""), "questions[1].licence: is missing; add it."),
        (last('show_if = "__import__(1)"'), "show_if must read like"),
        (last('show_if = "c in 1"'), "question 'b' depends on 'c', which is not asked before it."),
        (last('show_if = "b in 1"'), "question 'b' depends on 'b', which is not asked before it."),
        (last('show_if = "a in 7"'), "question 'b' depends on a code that 'a' does not have."),
        (last('kind = "video"'), "questions[2].kind:"),
        (last('rows_from = "users"'), "questions[2].rows_from:"),
        (
            last('kind = "matrix"\nrows_from = "places"\nrows = [{ id = "x", text = "x" }]'),
            "questions[2]: has both rows and rows_from; keep one.",
        ),
        (
            last('kind = "matrix"\nrows = [{ id = "x", text = "x" }, { id = "x", text = "y" }]'),
            "questions[2]: two rows have the same id.",
        ),
        (
            last('kind = "matrix"\nrows = [{ id = "x.y", text = "x" }]'),
            "questions[2].rows[1].id: must be an id",
        ),
        (('text = "A?"', 'text = "{{ 1 }}"'), "questions[1].text: has template code"),
        (('source = "own"', ""), "questions[1].source: is missing; add it."),
        (('id = "small"', 'id = "../x"'), "id: must be an id"),
        (('id = "a"', 'id = "delete"'), "question 'delete' has a name that philos needs"),
        (
            (A_SCALE, 'text = "A?"\nkind = "text"\n' + B_DEPENDS),
            "question 'b' depends on the text 'a', which may be left out.",
        ),
        (
            (A_SCALE, 'text = "A?"\nkind = "text"\n' + B_TAPPED),
            "a survey of one tap has no text; leave one of the two out.",
        ),
    ],
)
def test_a_wrong_instrument_is_refused_in_a_sentence(change: tuple[str, str], said: str) -> None:
    with pytest.raises(DocumentError) as caught:
        small(*change)
    told = str(caught.value)
    assert said in told
    assert told.startswith("small.toml: ")
    assert told.endswith(".")
    assert "\n" not in told


def test_an_instrument_without_questions_is_refused() -> None:
    head = SMALL.split("[[questions]]", maxsplit=1)[0]
    with pytest.raises(DocumentError, match="questions: is missing"):
        parse(head.encode(), "small.toml", Instrument)
    with pytest.raises(DocumentError, match="questions: must not be empty"):
        parse(f"questions = []\n{head}".encode(), "small.toml", Instrument)


def test_without_texts_the_other_questions_stay_as_they_are() -> None:
    kinds = read(Path("tests/surveys/kinds.toml"), Instrument)
    assert kinds.texts == ("words",)
    assert kinds.without_texts().questions == kinds.questions[:-1]
    assert LONG.without_texts() is LONG


def test_a_condition_may_ask_for_a_skip() -> None:
    asked = small(*last('show_if = "a in 2, -2"'))
    assert asked.questions[1].condition == Given(item="a", codes=(2, SKIPPED))
    assert [item.id for item in asked.asked({"a": SKIPPED})] == ["a", "b"]
    assert [item.id for item in asked.asked({"a": 1})] == ["a"]
    assert [item.id for item in asked.asked({})] == ["a"]


@given(st.one_of(st.text(max_size=30), st.just("a in 1")))
def test_no_condition_is_run_as_code(text: str) -> None:
    with suppress(DocumentError):
        condition = small(*last(f"show_if = {json.dumps(text)}")).questions[1].condition
        assert condition in (None, Given(item="a", codes=(1,)))


@pytest.mark.parametrize("name", instruments())
def test_babel_is_handed_every_text_with_a_comment(name: str) -> None:
    data = (Path("surveys/instruments") / f"{name}.toml").read_bytes()
    file = io.BytesIO(data)
    file.name = f"{name}.toml"
    found = list(extract(file, None, None))
    assert [(text, comments) for _, _, text, comments in found] == [
        (text, [comment]) for text, comment in messages(instrument(name))
    ]
    texts = {text for _, _, text, _ in found}
    assert {question.text for question in instrument(name).questions} <= texts
