import csv
import io
import json
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from surveys.disclosure import Paired, Row
from surveys.export import codebook, delimited, documents, notes, results, workbooks
from surveys.export.results import Words
from surveys.export.tables import HIDDEN, Table
from surveys.release import ALL, Release, Result, Without
from surveys.statistics import Interval, Weighted, wilson
from tests.releases import LARGE, released
from tests.releases import result as controlled
from tests.surveys.conftest import KINDS, LONG
from translations.catalogs import Texts
from translations.languages import language

VERSIONS = {LONG.version: LONG, KINDS.version: KINDS}
RELEASE = released(LONG, {"dark": LARGE, "day": LARGE})


def lines(release: Release, words: Words | None = None) -> list[dict[str, object]]:
    table = results.table([release], VERSIONS, words=words)
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def as_csv(table: Table) -> list[dict[str, str]]:
    text = b"".join(delimited.chunks(table)).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def arabic() -> Words:
    return Words(texts=Texts(language("ar")), naming=lambda by, group: f"{by}:{group}")


def test_every_figure_of_a_group_has_a_line() -> None:
    found = [
        line
        for line in lines(RELEASE)
        if (line["question"], line["dimension"], line["group"]) == ("dark", "place", "rabet")
    ]
    row = RELEASE.surveys["how-safe"].items["dark"].tables["place"]["rabet"]
    assert [line["measure"] for line in found] == [
        *("adverse", "answer", "answer", "answer", "answer", "beside", "unsaid")
    ]
    first = found[0]
    assert row.adverse is not None
    assert row.n is not None
    low, high = wilson(row.adverse, row.n)
    assert [first[name] for name in ("count", "n", "share", "low", "high")] == [
        *(row.adverse, row.n, row.adverse / row.n, low, high)
    ]


def test_codes_need_no_words_and_words_are_those_of_the_reader() -> None:
    assert "label" not in lines(RELEASE)[0]
    line = next(line for line in lines(RELEASE, arabic()) if line["code"] == 1)
    assert line["label"] == Texts(language("ar")).find("Sehr sicher").text != "Sehr sicher"
    assert line["group_name"] == "place:rabet"


@st.composite
def tables(draw: st.DrawFn) -> dict[str, dict[int, int]]:
    counts = st.one_of(st.integers(0, 6), st.integers(0, 30))
    codes = (1, 2, 3, 4, 97, 98)
    places = draw(st.integers(1, 4))
    return {f"p{n}": {code: draw(counts) for code in codes} for n in range(places)}


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(tables(), st.booleans())
def test_no_file_tells_what_is_hidden(table: dict[str, dict[int, int]], worded: bool) -> None:
    release = released(LONG, {"dark": table})
    made = results.table([release], VERSIONS, words=arabic() if worded else None)
    by_json = json.loads(documents.document(made))["results"]
    sheet = load_workbook(io.BytesIO(workbooks.workbook([made])))["results"]
    head, *body = sheet.iter_rows(values_only=True)
    by_sheet = [dict(zip(head, row, strict=True)) for row in body]
    shown = release.surveys["how-safe"].items["dark"].tables
    for text, told, cells in zip(as_csv(made), by_json, by_sheet, strict=True):
        row = shown[text["dimension"]][text["group"]]
        truth = table.get(text["group"])
        count, n = _kept(row, text["measure"], text["code"])
        _agree(text["count"], told["count"], cells["count"], count)
        if text["measure"] in {"adverse", "answer"}:
            _agree(text["n"], told["n"], cells["n"], n)
            for name in ("share", "low", "high"):
                hidden = count is None or n is None
                assert (text[name] == ".") == hidden == (told.get(name, 0) is None)
                assert (cells[name] == ".") == hidden
        assert told["count"] not in {1, 2, 3, 4}
        if truth and told["count"] is not None and text["code"]:
            assert told["count"] == truth[int(text["code"])]
    _attack(made)


def _kept(row: Row, measure: str, code: str) -> tuple[int | None, int | None]:
    figures = {
        "adverse": lambda: row.adverse,
        "answer": lambda: row.counts.get(int(code)),
        "beside": lambda: row.beside.get(int(code)),
        "unsaid": lambda: row.unsaid,
    }
    return figures[measure](), row.n


def _agree(text: str, told: int | None, cell: object, kept: int | None) -> None:
    assert told == kept
    assert (text, cell) == ((".", ".") if kept is None else (str(kept), kept))


def _attack(made: Table) -> None:
    """Work out from a file what is left of sums when one part alone is hidden."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for line in as_csv(made):
        measure = f"{line['measure']}{line['code']}"
        found.setdefault((line["dimension"], line["group"]), {})[measure] = line["count"]
        if line["n"]:
            found[line["dimension"], line["group"]]["n"] = line["n"]
    answers = [f"answer{code}" for code in (1, 2, 3, 4)]
    for row in found.values():
        _left(row["n"], [row[name] for name in answers])
        _left(row["adverse"], [row["answer3"], row["answer4"]])
    whole = found["all", "all"]
    parts = [row for (dimension, _), row in found.items() if dimension == "place"]
    for name in whole.keys() - {"unsaid"}:  # nobody's answer
        _left(whole[name], [part[name] for part in parts])


def _left(total: str, parts: list[str]) -> None:
    if total != "." and parts.count(".") == 1:
        assert int(total) - sum(int(part) for part in parts if part != ".") not in {1, 2, 3, 4}


def test_how_many_came_by_which_sheet_is_in_no_file() -> None:
    # with the row of a question they would tell how many left it out
    made = results.table([RELEASE], VERSIONS, words=arabic())
    assert {line["dimension"] for line in as_csv(made)} == {"place", "all"}


def test_weights_bursts_options_and_pairs_have_lines_of_their_own() -> None:
    plain = controlled(LONG, "dark", LARGE)
    weighted = Weighted(share=0.4, interval=Interval(0.3, 0.5), effective=90.5, design_effect=1.4)
    without = {
        "rabet": Without(left_out=10, n=42, adverse=20),
        ALL: Without(left_out=10, n=90, adverse=30),
    }
    item = replace(plain, weighted=weighted, without_bursts=without)
    survey = replace(
        RELEASE.surveys["how-safe"],
        items={"dark": item},
        pairs={"day&dark": Paired(both=10, first=5, second=20, neither=30), "x&y": None},
    )
    found = {
        (line["measure"], line["group"], line["question"]): line
        for line in lines(replace(RELEASE, surveys={"how-safe": survey}), arabic())
    }
    told = found["weighted", "all", "dark"]
    assert (told["share"], told["low"], told["effective_n"], told["count"]) == (
        0.4,
        0.3,
        90.5,
        None,
    )
    assert found["without-bursts", "rabet", "dark"]["count"] == 20
    assert found["without-bursts", "all", "dark"]["dimension"] == "all"
    assert found["pair-second", "all", "day&dark"]["n"] == 65
    assert found["pair-both", "all", "x&y"]["count"] is HIDDEN


def test_several_answers_are_told_by_option() -> None:
    several = next(item for item in KINDS.items.values() if item.question.form.several)
    code = several.scale.choices[0].code
    survey = replace(
        RELEASE.surveys["how-safe"],
        version=KINDS.version,
        items={},
        options={several.id: {code: Row(n=30, adverse=12), 2: Row()}},
    )
    chosen, hidden = lines(replace(RELEASE, surveys={KINDS.id: survey}), arabic())
    assert (chosen["measure"], chosen["code"], chosen["count"], chosen["n"]) == (
        "chosen",
        code,
        12,
        30,
    )
    assert hidden["count"] is HIDDEN


def test_a_group_of_nobody_has_no_share() -> None:
    empty = replace(
        RELEASE.surveys["how-safe"], items={"dark": controlled(LONG, "dark", {"p": {}})}
    )
    for line in lines(replace(RELEASE, surveys={"how-safe": empty})):
        assert (line["count"], line["share"]) == (0, None)


def test_only_the_wanted_surveys_are_told() -> None:
    table = results.table([RELEASE], VERSIONS, surveys=["here-now"])
    assert list(table.rows) == []


def test_hostile_names_reach_a_workbook_as_texts() -> None:
    words = Words(texts=Texts(language("de")), naming=lambda by, group: '=HYPERLINK("x")\x00')
    table = results.table([RELEASE], VERSIONS, words=words)
    sheet = load_workbook(io.BytesIO(workbooks.workbook([table])))["results"]
    place = table.columns.index("group_name")
    for row in sheet.iter_rows(min_row=2):
        assert row[place].data_type == "s"
        assert row[place].value == '=HYPERLINK("x")'
        assert row[place].quotePrefix
        assert all(cell.data_type != "f" for cell in row)


def test_a_workbook_has_the_notes_and_the_codebook_beside_the_results() -> None:
    texts = Texts(language("de"), domain="staff")
    readers = [Texts(language("de")), Texts(language("ar"))]
    made = workbooks.workbook(
        [
            results.table([RELEASE], VERSIONS),
            codebook.table([[LONG]], readers),
            notes.sheet(list(notes.on_results([RELEASE], texts, ["!"]))),
        ]
    )
    book = load_workbook(io.BytesIO(made))
    assert book.sheetnames == ["results", "codebook", "notes"]
    assert book["results"].freeze_panes == "A2"
    assert book["results"]["A1"].font.bold
    assert book["results"].column_dimensions["A"].width > 8
    said = {row[0].value: row[1].value for row in book["notes"].iter_rows()}
    assert "Verborgen" in str(said["."])
    assert said["summer-2026"] == "2026-04-01 / 2026-09-30, 2026-10-05"
    assert all(isinstance(each, Result) for each in RELEASE.surveys["how-safe"].items.values())
