import time

import pytest

from surveys.definition import Instrument, instruments
from surveys.documents import parse
from surveys.xlsform.reading import Recording, read
from tests.surveys.xlsform.conftest import (
    CHOICES,
    DE,
    SETTINGS,
    SURVEY,
    book,
    changed,
    faults,
    imported,
    refused,
    saved,
)

LIT = """
id = "how-lit"
title = "Licht im Viertel"
minutes = 1
missing = [{ code = 98, text = "Weiß nicht" }]
[scales.bright]
options = [{ code = 1, text = "Hell" }, { code = 2, text = "Dunkel" }]
[scales.what]
options = [{ code = 1, text = "Lampe kaputt" }, { code = 2, text = "Keine Lampe" }]
[[questions]]
id = "park"
text = "Wie ist das Licht?"
scale = "bright"
missing = [98]
source = "XLSForm lit.xlsx"
licence = "not stated"
[[questions]]
id = "why"
kind = "multiple"
text = "Warum?"
scale = "what"
extra = [{ code = 97, text = "Etwas anderes" }]
missing = []
shuffled = true
show_if = "park in 2"
source = "XLSForm lit.xlsx"
licence = "not stated"
[[questions]]
id = "more"
kind = "text"
text = "Was noch?"
missing = []
show_if = "why in 1"
source = "XLSForm lit.xlsx"
licence = "not stated"
"""


def test_the_documented_part_becomes_an_instrument_and_its_translations() -> None:
    found = imported()
    assert found.instrument == parse(LIT.encode(), "how-lit.toml", Instrument)
    assert set(found.translations) == {"ar"}
    assert found.translations["ar"]["Warum?"] == "لماذا؟"
    assert found.translations["ar"]["Etwas anderes"] == "شيء آخر"
    assert len(found.translations["ar"]) == 9
    assert found.recordings == ()


@pytest.mark.parametrize(
    "headers",
    [
        ["Type", "NAME", "Label::Deutsch (de)", "LABEL :: Arabic (AR)", "Relevant"],
        ["type", "name", "label::German (de)", "label::x (arb)", "relevant"],
    ],
)
def test_headers_are_read_in_any_case_and_with_any_name_of_a_language(headers: list[str]) -> None:
    survey = [[*headers, *SURVEY[0][5:]], *SURVEY[1:]]
    choices = [["List Name", "Name", *CHOICES[0][2:]], *CHOICES[1:]]
    settings = [["Form Title", "FORM_ID", "Minutes"], *SETTINGS[1:]]
    assert imported(survey, choices, settings) == imported()


def test_sheets_are_found_in_any_case_and_order_and_notes_are_left_alone() -> None:
    made = book()
    made.move_sheet("settings", -2)
    for name in ("survey", "choices"):
        made[name].title = "renamed"  # since a title that differs in case alone is not taken
        made["renamed"].title = name.upper()
    made.create_sheet("_about").append(["whatever", 1])
    made.create_sheet("empty")
    assert made.sheetnames == ["settings", "SURVEY", "CHOICES", "_about", "empty"]
    assert read(saved(made), "lit.xlsx") == imported()


def test_a_survey_of_texts_alone_needs_no_choices() -> None:
    survey = [SURVEY[0][:4], SURVEY[3][:4]]
    assert len(imported(survey, []).instrument.questions) == 1


def test_blank_rows_and_headers_without_content_are_nothing() -> None:
    survey = [[*SURVEY[0], "calculation", "constraint"], SURVEY[1], [], ["", " "], *SURVEY[2:]]
    assert imported(survey) == imported()


def test_source_and_licence_are_asked_of_the_question_then_of_the_settings() -> None:
    survey = changed(SURVEY, H1="source", I1="licence", H2="ESS", I2="CC BY")
    settings = changed(SETTINGS, D1="source", D2="Amt", E1="licence", E2="frei")
    found = imported(survey, settings=settings).instrument.questions
    assert [(one.source, one.licence) for one in found] == [
        ("ESS", "CC BY"),
        *[("Amt", "frei")] * 2,
    ]


def test_a_column_without_language_is_of_the_default_language() -> None:
    settings = changed(SETTINGS, D1="default_language", D2="German (de)", E1="version", E2="7")
    plain = imported(changed(SURVEY, C1="label"), changed(CHOICES, C1="label"), settings)
    assert plain == imported()


def test_a_note_becomes_the_hint_of_the_question_that_follows() -> None:
    note = ["note", "intro", "Abends.", "مساءً.", "", "", ""]
    found = imported([SURVEY[0], note, *SURVEY[1:]])
    assert [question.hint for question in found.instrument.questions] == ["Abends.", "", ""]
    assert found.translations["ar"]["Abends."] == "مساءً."
    hinted = imported(
        changed(SURVEY, H1="hint::D (de)", H2="Abends.", I1="hint::A (ar)", I2="مساءً.")
    )
    assert hinted == found


def test_lists_of_one_scale_share_it_and_have_asides_of_their_own() -> None:
    survey = [*SURVEY, ["select_one bright__yard", "yard", "Und im Hof?", "والفناء؟"]]
    choices = [
        *CHOICES,
        ["bright__yard", 1, "Hell", "مضيء"],
        ["bright__yard", 2, "Dunkel", "مظلم"],
        ["bright__yard", 97, "Kein Hof", "لا فناء"],
    ]
    found = imported(survey, choices).instrument
    assert set(found.scales) == {"bright", "what"}
    yard = found.questions[-1]
    assert (yard.scale, yard.missing, [each.code for each in yard.extra]) == ("bright", (), [97])


def test_recordings_are_named_by_language_and_question() -> None:
    survey = changed(
        SURVEY,
        H1="media::audio::Deutsch (de)",
        H2="a.opus",
        I1="Media::Audio::x (ar)",
        I3="b c.opus",
    )
    assert imported(survey).recordings == (
        Recording("de", "park", "a.opus", "survey!H2"),
        Recording("ar", "why", "b c.opus", "survey!I3"),
    )


SURVEY_FAULTS = [
    ({"A2": "select_one dark"}, "survey!A2: 'dark' has no choices"),
    ({"A2": "select_one"}, "survey!A2: 'select_one' is not read; use select_one LIST"),
    ({"A2": "select_one bright or_other"}, "survey!A2: 'select_one bright or_other' is not read"),
    ({"A4": "text x"}, "survey!A4: 'text x' is not read"),
    ({"A2": ""}, "survey!A2: '' is not read"),
    *[
        ({"A4": kind}, f"survey!A4: '{kind}' is not read; use select_one LIST, select_multiple")
        for kind in ("integer", "calculate", "begin_repeat", "begin group", "geopoint", "image")
    ],
    *[
        ({"A4": kind}, f"survey!A4: '{kind}' is not read")
        for kind in ("start", "deviceid", "audit", "rank what", "select_one_from_file a.csv")
    ],
    ({"B2": "Park 1"}, "survey!B2: 'Park 1' must be a name of small letters"),
    ({"B2": ""}, "survey!B2: '' must be a name of small letters"),
    ({"B3": "park"}, "survey!B3: 'park' is the name of two questions; rename one."),
    ({"B2": "done"}, "survey!B2: 'done' is a name that philos needs"),
    ({"B2": "not"}, "survey!B2: 'not' is a name that philos needs"),
    ({"C2": ""}, "survey!C2: has no German text, the source of all others; write it."),
    ({"D2": ""}, "survey!D2: has no text in العربية (ar), which others have; write it."),
    ({"C2": "Wie ist ${why}?"}, "survey!C2: has '${': other answers are not put in"),
    ({"D2": "50 % (x)s %(name)s"}, "survey!D2: has the placeholders ['name'] instead of []"),
    ({"D2": "<b>x</b>"}, "survey!D2: has the tags"),
    ({"D1": DE}, "survey!D1: is a column that stands there twice"),
    ({"D1": "label::Arabic"}, "survey!D1: 'Arabic' names no language that philos knows"),
    ({"D1": "label"}, "survey!D1: names no language; write 'label::Deutsch (de)'."),
    ({"E3": "${gone} = '1'"}, "survey!E3: '${gone}' is not asked before it."),
    ({"E3": "${why} = '1'"}, "survey!E3: '${why}' is not asked before it."),
    ({"E3": "${park} > 1"}, 'survey!E3: relevant must read like "${syringe}'),
    ({"E3": "not(" * 5 + "${park} = '1'" + ")" * 5}, ""),
    ({"E3": "not(" * 9 + "${park} = '1'" + ")" * 9}, "survey!E3: relevant is nested too deeply"),
    ({"E3": " or ".join(["(${park} = '1' and ${park} = '2')"] * 60)}, "survey!E3: is longer than"),
    ({"F2": "yes"}, "survey!F2: every question can be skipped; clear it."),
    ({"F2": True}, "survey!F2: every question can be skipped; clear it."),
    ({"F2": "${park} = '1'"}, "survey!F2: every question can be skipped; clear it."),
    ({"F2": "FALSE()", "F3": False, "F4": "No"}, ""),
    ({"G2": "seed=3"}, "survey!G2: must be randomize=true beside choices, or empty."),
    ({"G4": "randomize=true"}, "survey!G4: must be randomize=true beside choices, or empty."),
    ({"H1": "constraint", "H2": ". > 1", "H4": "x"}, "survey!H4: is in the column 'constraint'"),
    ({"H1": "calculation", "H2": "1"}, "survey!H2: is in the column 'calculation'"),
    ({"H1": "appearance", "H2": "likert"}, "survey!H2: is in the column 'appearance'"),
    ({"H1": "label:de", "H2": "x"}, "survey!H2: is in the column 'label:de'"),
    ({"H1": "name::Deutsch (de)", "H2": "x"}, "survey!H2: is in the column 'name::Deutsch (de)'"),
    ({"H2": "x"}, "survey!H2: stands below no header; clear it."),
    ({"H1": "hint::x (de)", "H2": "Tipp"}, "survey!I1: must be the column 'hint::العربية (ar)'"),
    ({"H1": "hint::x (ar)", "H2": "تلميح"}, "survey!I1: has no German text"),
    ({"H1": "media::audio::x (de)", "H2": "a.mp3"}, "survey!H2: must be the name of an .opus file"),
    ({"H1": "media::audio::x (de)", "H2": "../a.opus"}, "survey!H2: must be the name of an .opus"),
    ({"H1": "media::audio::x (de)", "H2": "a/b.opus"}, "survey!H2: must be the name of an .opus"),
    ({"H1": "media::image::x (de)", "H2": "a.png"}, "survey!H2: is in the column 'media::image"),
    ({"A4": "note"}, "survey!A4: a note must stand right before a question, as its hint."),
    ({"A3": "note"}, "survey!E3: stands beside a note, which is a label alone; clear it."),
    ({"A1": "typ"}, "survey!H1: must be the column type; add it."),
]


@pytest.mark.parametrize(("cells", "said"), SURVEY_FAULTS)
def test_what_is_not_read_is_refused_with_its_cell(cells: dict[str, object], said: str) -> None:
    survey = changed(SURVEY, **cells)
    if not said:
        assert imported(survey)
    else:
        assert any(each.startswith(f"lit.xlsx: {said}") for each in faults(survey=survey))


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"A2": "Bright"}, "choices!A2: 'Bright' must be a name of small letters"),
        ({"A2": "bright__a__b"}, "choices!A2: 'a__b' must be a name"),
        ({"A2": ""}, "choices!A2: '' must be a name"),
        *[
            ({"B2": code}, "choices!B2: must be a whole number from 0 to 999")
            for code in ("yes", "", -1, 1000, 1.5, "01", "１", "1 2", "1e2")
        ],
        ({"B3": 1}, "choices!B3: 1 stands twice in its list; number it otherwise."),
        ({"C2": ""}, "choices!C2: has no German text"),
        ({"D2": ""}, "choices!D2: has no text in العربية (ar), which others have"),
        ({"D1": "x"}, "choices!D2: is in the column 'x', which is not read"),
        ({"D1": "x"}, "choices!E1: must be the column 'label::العربية (ar)'"),
        ({"A5": "else"}, "choices!A5: is of a list that no question has"),
        ({"E1": "media::audio::x (de)", "E2": "a.opus"}, "choices!E2: is in the column 'media"),
        ({"E1": "filter", "E2": "a"}, "choices!E2: is in the column 'filter'"),
        ({"A4": "what", "B4": 98}, ""),
        ({"D4": "نعم", "D5": "نعم"}, ""),
        ({"C5": "Hell"}, "choices!D5: 'Hell' is translated otherwise in another cell"),
    ],
)
def test_choices_that_are_not_read_are_refused_with_their_cell(
    cells: dict[str, object], said: str
) -> None:
    choices = changed(CHOICES, **cells)
    if not said:
        assert imported(choices=choices)
    else:
        # the first list is still there, or another finding tells that it is not
        place = said.split(":", maxsplit=1)[0]
        told = [each for each in faults(choices=choices) if f" {place}:" in each]
        assert any(said in each for each in told)


def test_lists_of_one_scale_with_other_choices_are_refused() -> None:
    survey = [*SURVEY, ["select_one bright__yard", "yard", "Und im Hof?", "والفناء؟"]]
    choices = [*CHOICES, ["bright__yard", 1, "Grell", "ساطع"], ["bright__yard", 98, "Na", "لا"]]
    told = faults(survey=survey, choices=choices)
    assert any(
        "choices!A8: its list is of the scale 'bright', whose choices are others" in each
        for each in told
    )
    assert any("choices!C9: 98 is 'Weiß nicht' in another list" in each for each in told)


def test_a_list_of_asides_alone_and_one_too_long_are_refused() -> None:
    long = [["bright", code, f"Nr. {code}", f"رقم {code}"] for code in range(100, 150)]
    told = faults(choices=[CHOICES[0], *long, ["what", 97, "Na", "لا"]])
    assert any("survey!A2: 'bright' has over 40 choices" in each for each in told)
    assert any("survey!A3: 'what' has no choices but 97 to 99" in each for each in told)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"A2": ""}, "settings!A2: is empty; write the title of the survey."),
        ({"B2": "How Lit"}, "settings!B2: 'How Lit' must be a name"),
        ({"B2": ""}, "settings!B2: '' must be a name"),
        *[({"B2": name}, f"settings!B2: '{name}' is a survey of philos") for name in instruments()],
        *[
            ({"C2": minutes}, "settings!C2: must be how many minutes the survey takes")
            for minutes in ("", 0, "x", 100, -1, "１")
        ],
        ({"C1": "x", "C2": ""}, "settings!D1: must be the column minutes; add it."),
        ({"A3": "x"}, "settings!A3: is in a second row of settings"),
        (
            {"D1": "style", "D2": "pages"},
            "settings!D2: is in the column 'style', which is not read",
        ),
        ({"D1": "default_language", "D2": "German"}, "settings!D2: 'German' names no language"),
    ],
)
def test_settings_that_are_not_read_are_refused_with_their_cell(
    cells: dict[str, object], said: str
) -> None:
    assert f"lit.xlsx: {said}" in "\n".join(faults(settings=changed(SETTINGS, **cells)))


def test_every_finding_of_every_sheet_comes_in_one_go() -> None:
    told = faults(
        survey=changed(SURVEY, A4="range", C2="=A1", D3=""),
        choices=changed(CHOICES, B2="x"),
        settings=changed(SETTINGS, C2="x"),
        stray=[["x"]],
    )
    places = {each.split(": ")[1] for each in told}
    assert places >= {
        "survey!A4",
        "survey!C2",
        "survey!D3",
        "choices!B2",
        "settings!C2",
        "stray!A1",
    }


def test_missing_and_empty_sheets_are_told_of() -> None:
    told = refused(saved(book(survey=[], settings=[])))
    for name in ("survey", "settings"):
        said = "is a sheet that must be there and is missing or empty; fill it in."
        assert f"lit.xlsx: {name}: {said}" in told
    assert faults(survey=SURVEY[:1], choices=CHOICES[:1], settings=SETTINGS[:1]) == [
        "lit.xlsx: settings!A2: is empty; write title, id and minutes of the survey.",
        "lit.xlsx: survey!A2: is empty; write a question.",
    ]


def test_two_notes_and_a_note_beside_a_hint_are_refused() -> None:
    note = ["note", "", "Abends.", "مساءً."]
    told = faults(survey=[SURVEY[0], note, note, *SURVEY[1:]])
    assert told == ["lit.xlsx: survey!A2: a note must stand right before a question, as its hint."]
    hinted = changed([SURVEY[0], note, *SURVEY[1:]], H1="hint::x (de)", H3="Tipp")
    assert "lit.xlsx: survey!A2: the question below has a hint already; keep one." in faults(
        survey=hinted
    )


def test_a_name_of_a_file_that_turns_a_line_around_is_refused() -> None:
    assert "has the control character U+202E" in refused(saved(book()), "a\u202exslx.xlsx")[0]


def test_thousands_of_rows_are_read_in_seconds() -> None:
    rows = [
        ["select_one bright", f"q{n}", f"Frage {n}?", f"سؤال {n}؟", f"${{q{n - 1}}} = '1'"]
        for n in range(1, 3000)
    ]
    rows.insert(0, ["select_one bright", "q0", "Frage?", "سؤال؟"])
    data = saved(book(survey=[SURVEY[0], *rows], choices=CHOICES[:4]))
    begun = time.process_time()
    assert len(read(data, "lit.xlsx").instrument.questions) == 3000
    assert time.process_time() - begun < 20
