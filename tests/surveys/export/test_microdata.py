import csv
import io
import json
import subprocess
import zipfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from shutil import which

import pyreadstat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from surveys.conditions import Answer
from surveys.definition import SKIPPED, Instrument
from surveys.export import delimited, microdata, notes, rscripts, spss, workbooks
from surveys.export.archives import archive
from surveys.export.microdata import Microdata, gather
from surveys.export.spools import Spool
from surveys.export.tables import ExportError, Table
from surveys.questions import Option
from surveys.storage import Individual
from tests.surveys.conftest import KINDS, LONG
from translations.catalogs import Texts
from translations.languages import language

GERMAN, ARABIC = Texts(language("de")), Texts(language("ar"))


def person(version: Instrument = LONG, language: str = "de", **answers: Answer) -> Individual:
    return Individual(
        version=version.version,
        wave="autumn",
        place="rabet",
        language=language,
        topic="how-safe",
        format="flyer-a6",
        mode="web",
        daylight="dark",
        answers=answers,
    )


def of(people: Iterable[Individual], *versions: Instrument) -> Microdata:
    return gather("east", versions or (LONG,), people)


def told(data: Microdata) -> list[dict[str, object]]:
    return [dict(zip(data.columns, row, strict=True)) for row in data.rows()]


def test_each_reason_for_no_answer_has_a_code_of_its_own() -> None:
    people = [person(rel=1, day=2, dark=97), person(rel=1, day=98, dark=SKIPPED)]
    rows = {row["dark"]: row for row in told(of(people))}
    assert rows[97]["day"] == 2
    assert rows[9002]["day"] == 98
    assert {row["change"] for row in rows.values()} == {None}  # stopped before


def test_who_was_not_asked_is_told_apart() -> None:
    item = next(each for each in LONG.items.values() if each.question.condition)
    (row,) = told(of([person(rel=1, syringe=1)]))
    assert row[item.id.replace("-", "_").replace(".", "__")] == 9001


def test_several_answers_are_a_column_each() -> None:
    item = next(each for each in KINDS.items.values() if each.question.form.several)
    one, other = (option.code for option in item.scale.choices[:2])
    alone = next(iter(item.alone))
    people = [replace(person(KINDS), answers={item.id: answer}) for answer in ((one,), alone)]
    data = of(people, KINDS)
    names = [f"{item.id}__{code}" for code in (one, other)]
    assert {tuple(row[name] for name in names) for row in told(data)} == {(1, 0), (alone, alone)}


def test_texts_are_in_no_column() -> None:
    (name,) = KINDS.in_words
    assert not [each for each in of([], KINDS).columns if each.startswith(name)]


def test_neither_token_nor_day_nor_order_leaves() -> None:
    people = [person(day=n % 4 + 1, dark=n % 3 + 1) for n in range(400)]
    first, second = told(of(people)), told(of(people))
    assert {"token", "day_", "band", "link"}.isdisjoint(first[0])
    assert {row["id"] for row in first}.isdisjoint(row["id"] for row in second)
    assert [row["dark"] for row in first] != [row["dark"] for row in second]
    assert [row["dark"] for row in first] != [each.answers["dark"] for each in people]
    assert sorted(str(row["dark"]) for row in first) == sorted(str(row["dark"]) for row in second)


def test_a_language_that_few_speak_is_not_told() -> None:
    people = spoken("autumn", de=20, rom=19, tr=2)
    assert languages(people) == {("autumn", "de"): 20, ("autumn", "other"): 21}


def test_a_language_is_counted_in_each_wave_by_itself() -> None:
    people = spoken("summer", de=30, rom=18, tr=3) + spoken("autumn", rom=20, de=40)
    assert languages(people) == {
        ("summer", "de"): 30,
        ("summer", "other"): 21,
        ("autumn", "rom"): 20,
        ("autumn", "de"): 40,
    }


def test_one_language_that_few_speak_is_joined_by_the_next_smallest() -> None:
    people = spoken("autumn", de=50, ar=25, rom=2)
    assert languages(people) == {("autumn", "de"): 50, ("autumn", "other"): 27}


@given(st.dictionaries(st.sampled_from(["de", "ar", "rom", "tr", "ru"]), st.integers(1, 45)))
def test_no_language_is_told_of_fewer_than_twenty_and_neither_are_the_others_together(
    counts: dict[str, int],
) -> None:
    shown = {tag: n for (_, tag), n in languages(spoken("autumn", **counts)).items()}
    assert sum(shown.values()) == sum(counts.values())
    assert len(shown) <= 1 or min(shown.values()) >= 20
    told = {tag: n for tag, n in counts.items() if tag in shown}
    assert {tag: shown[tag] for tag in told} == told
    assert "other" not in shown or len(counts) - len(told) > 1 or len(counts) == 1


def test_others_who_are_few_together_are_joined_by_the_next_smallest() -> None:
    people = spoken("autumn", de=50, ar=25, rom=2, tr=3)
    assert languages(people) == {("autumn", "de"): 50, ("autumn", "other"): 30}
    assert languages(spoken("autumn", de=5, rom=2)) == {("autumn", "other"): 7}


def spoken(wave: str, **counts: int) -> list[Individual]:
    return [replace(person(language=tag), wave=wave) for tag, n in counts.items() for _ in range(n)]


def languages(people: list[Individual]) -> dict[tuple[object, object], int]:
    return Counter((row["wave"], row["language"]) for row in told(of(people)))


def test_how_many_are_alone_is_counted() -> None:
    people = [person(age=2, gender=1)] * 6 + [person(age=3, gender=1)] * 2 + [person(age=1)]
    assert vars(of(people).risk) == {"people": 9, "few": 3, "alone": 1}


def test_other_words_are_another_column() -> None:
    questions = tuple(
        replace(each, text="Anders?") if each.id == "dark" else each for each in LONG.questions
    )
    older = replace(LONG, questions=questions)
    data = of([person(dark=1), person(older, dark=2)], LONG, older)
    other = f"dark_{older.version[:4]}"
    assert {(row["dark"], row[other]) for row in told(data)} == {(1, 9001), (9001, 2)}
    assert data.columns.count("day") == 1


def test_a_question_may_be_called_like_a_column_of_ours() -> None:
    questions = tuple(
        replace(each, id={"rel": "language", "change": "all"}.get(each.id, each.id))
        for each in LONG.questions
    )
    assert {"language", "language_x", "all_x"} <= set(
        of([], replace(LONG, questions=questions)).columns
    )


def test_words_are_those_of_the_reader_and_places_have_their_names() -> None:
    data = of([person(dark=1, day=SKIPPED)])
    table = data.table(ARABIC, {"place": {"rabet": "Rabet-Park"}})
    (row,) = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    assert row["place"] == "Rabet-Park"
    assert row["dark"] == ARABIC.find("Sehr sicher").text
    assert row["day"] == ARABIC.find("übersprungen").text
    assert row["change"] is None


def test_the_columns_of_a_csv_come_back() -> None:
    data = of([person(dark=1)] * 3)
    text = b"".join(delimited.chunks(data.table())).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["dark"] for row in rows] == ["1"] * 3
    assert [row["change"] for row in rows] == [""] * 3


def test_spss_reads_labels_missing_values_and_levels(tmp_path: Path) -> None:
    data = of([person(dark=97, day=98), person(dark=SKIPPED, day=2), person(day=1)])
    path = tmp_path / "m.sav"
    path.write_bytes(spss.sav(data, ARABIC))
    frame, about = pyreadstat.read_sav(path, user_missing=True)
    assert sorted(frame["dark"].dropna()) == [97, 9002]
    assert frame["dark"].isna().sum() == 1
    assert about.missing_ranges["dark"] == [{"lo": 98, "hi": 9002}]
    assert about.variable_value_labels["dark"][9001] == ARABIC.find("nicht gefragt").text
    assert (
        about.column_names_to_labels["dark"] == ARABIC.find(LONG.items["dark"].question.text).text
    )
    levels = about.variable_measure
    assert (levels["dark"], levels["gender"], levels["wave"]) == ("ordinal", "nominal", "nominal")
    known, _ = pyreadstat.read_sav(path)
    assert sorted(known["day"].dropna()) == [1, 2]


def test_spss_takes_points_for_numbers_and_an_empty_file_for_a_file(tmp_path: Path) -> None:
    path = tmp_path / "m.sav"
    path.write_bytes(spss.sav(of([], KINDS), GERMAN))
    frame, about = pyreadstat.read_sav(path)
    points = next(each.id for each in KINDS.items.values() if each.scale.points)
    assert about.variable_measure[points] == "scale"
    assert frame.empty


def test_an_answer_among_the_missing_codes_stays_an_answer() -> None:
    (variable,) = (each for each in microdata.variables([LONG]) if each.name == "dark")
    item = variable.item
    extra = (Option(code=500, text="x"),)
    higher = replace(item, question=replace(item.question, extra=extra, avoidance=()))
    assert spss.missing_ranges(replace(variable, item=higher)) == [{"lo": 9001, "hi": 9002}, 98]


def test_long_labels_are_cut_at_a_letter(tmp_path: Path) -> None:
    questions = tuple(
        replace(each, text="ä" * 300) if each.id == "dark" else each for each in LONG.questions
    )
    long = replace(LONG, questions=questions)
    path = tmp_path / "m.sav"
    path.write_bytes(spss.sav(of([person(long)], long), GERMAN))
    _, about = pyreadstat.read_sav(path)
    assert about.column_names_to_labels["dark"] == "ä" * 127


def test_too_many_for_memory_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spss, "MOST_ROWS", 1)
    with pytest.raises(ExportError, match="take CSV"):
        spss.sav(of([person(), person()]), GERMAN)
    monkeypatch.setattr(workbooks, "MOST_ROWS", 2)
    with pytest.raises(ExportError, match="take CSV"):
        workbooks.workbook([Table(name="t", columns=("a",), rows=[(1,), (2,)])])


@pytest.mark.parametrize("text", ['x"); system("true"); c("', "back\\slash", "a\nb", "\x00ä😀"])
def test_no_text_leaves_its_string_in_r(text: str) -> None:
    inner = rscripts.quoted(text)[1:-1]
    assert inner.isascii()
    assert inner.isprintable()
    assert '"' not in inner.replace("\\\\", "").replace('\\"', "")


@pytest.mark.skipif(not which("Rscript"), reason="R is not installed")
def test_r_reads_the_answers_as_factors(tmp_path: Path) -> None:
    data = of([person(dark=1, day=98), person(dark=4, day=2), person(dark=97, day=SKIPPED)])
    (tmp_path / "microdata.csv").write_bytes(b"".join(delimited.chunks(data.table())))
    (tmp_path / "microdata.R").write_bytes(rscripts.script(data, GERMAN))
    ask = 'source("microdata.R"); cat(table(d$dark), table(d$dark.beside), class(d$gender))'
    said = subprocess.run(
        ["Rscript", "-e", ask], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert said.stdout == "1 0 0 1 1 0 0 0 0 factor"


def test_the_script_for_r_names_every_column_and_what_weights() -> None:
    said = rscripts.script(of([], LONG), GERMAN).decode("ascii")
    for variable in microdata.variables([LONG]):
        assert f'd <- label(d, "{variable.name}"' in said
    assert "weights by age and gender" in said
    assert "rake" not in rscripts.script(of([], replace(LONG, weight_by=())), GERMAN).decode()


def test_the_notes_say_the_reason_and_how_many_are_alone() -> None:
    data = of([person()])
    lines = list(notes.on_microdata(data, "for\nthe report", GERMAN, ["!"]))
    said = notes.readme("m", lines).decode()
    assert "for the report" in said
    assert "1 von 1" in said


def test_a_zip_holds_the_files_and_no_time() -> None:
    target = io.BytesIO()
    archive([("a.txt", [b"one", b"two"]), ("b.txt", [])], target)
    with zipfile.ZipFile(target) as packed:
        assert packed.read("a.txt") == b"onetwo"
        assert {each.date_time for each in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_spool_keeps_every_row_and_tells_them_again_in_the_same_order() -> None:
    spool = Spool([n, "ä"] for n in range(3_000))
    first = list(spool)
    assert first == list(spool)
    assert sorted(first) == [[n, "ä"] for n in range(3_000)]
    assert len(spool) == 3_000
    assert [n for n, _ in first] != list(range(3_000))
    spool.close()


def test_a_workbook_of_answers_has_numbers_for_codes() -> None:
    data = of([person(dark=1)])
    sheet = load_workbook(io.BytesIO(workbooks.workbook([data.table()])))["microdata"]
    place = data.columns.index("dark")
    assert [row[place].value for row in sheet.iter_rows()] == ["dark", 1]
    assert json.dumps(told(data))
