"""Flyers and posters of what residents have said: their figures, their refusals."""

import json
import re
from pathlib import Path

import pypdfium2
import pytest
from click.testing import CliRunner, Result

from materials.campaign import FILE, load
from materials.given import answers
from materials.preflight import scan
from surveys.documents import DocumentError
from tests.released import hide, put, with_material
from translations.catalogs import Texts
from translations.languages import language
from webapp.cli import main
from webapp.giving import with_results

SMALL = ["--topic", "results", "--format", "flyer-a6", "--for", "screen"]


def philos(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def flyer(folder: Path, tag: str) -> Path:
    return folder / "out" / "screen" / "results" / "flyer-a6" / tag / "rabet.pdf"


def said(file: Path) -> list[str]:
    """Return the text of each page on one line."""
    document = pypdfium2.PdfDocument(file)
    texts = [" ".join(page.get_textpage().get_text_range().split()) for page in document]
    document.close()
    return [re.sub("[\u2066-\u2069\u00a0\u2060*]+", " ", text) for text in texts]


@pytest.mark.parametrize("tag", ["de", "ar"])
def test_its_figures_are_those_of_the_json(folder: Path, tag: str) -> None:
    with_material(folder)
    put(folder)
    assert philos("print", folder, *SMALL, "--language", tag).exit_code == 0
    asked = philos("results", folder, "--by", "all", "--json")
    row = json.loads(asked.output)["groups"][0]
    front, back = said(flyer(folder, tag))
    numbers = [set(re.findall(r"\d+", page)) for page in (front, back)]
    share, n = str(round(100 * row["share"])), str(row["row"]["n"])
    assert {share, n, "100"} <= numbers[0]
    parts = [str(round(100 * count / row["row"]["n"])) for count in row["row"]["counts"].values()]
    ends = [str(round(100 * end)) for end in row["interval"]]
    assert {share, n, *parts, *ends} <= numbers[1]


def test_it_says_what_changes_and_when_it_is_asked_again(folder: Path) -> None:
    with_material(folder)
    put(folder)
    philos("print", folder, *SMALL, "--language", "de")
    _, back = said(flyer(folder, "de"))
    for words in (
        "Am Rabet stehen ab Januar neue Lampen.",
        "Vom 01.10.2026 bis zum 31.03.2027.",
        "philos.example/results",
        "36 % von 151",
        "Freiwillige, selbst ausgewählte Antworten.",
    ):
        assert words in back.replace("  ", " ")


def test_its_code_leads_to_the_survey(folder: Path) -> None:
    with_material(folder)
    put(folder)
    run = philos("print", folder, *SMALL, "--language", "tr", "--json")
    (sheet,) = json.loads(run.output)["sheets"]
    assert (sheet["topic"], sheet["survey"], sheet["scanned"]) == ("results", "how-safe", True)
    assert scan(flyer(folder, "tr").read_bytes()) == [sheet["url"]]


def test_a_newer_release_outdates_it(folder: Path) -> None:
    with_material(folder)
    put(folder)
    philos("print", folder, *SMALL, "--language", "de")
    file = flyer(folder, "de")
    assert philos("trace", file, folder).exit_code == 0

    def change(document: dict[str, object]) -> None:
        row = document["surveys"]["how-safe"]["items"]["dark"]["tables"]["all"]["all"]  # type: ignore[index]
        row["adverse"], row["counts"]["3"] = row["adverse"] + 5, row["counts"]["3"] + 5

    put(folder, change)
    found = philos("trace", file, folder)
    assert found.exit_code == 1
    assert "campaign" in found.output


@pytest.mark.parametrize("question", ["", 'question = "day"'])
def test_a_hidden_share_is_refused_in_a_sentence(folder: Path, question: str) -> None:
    with_material(folder)
    file = folder / FILE
    file.write_text(file.read_text("utf-8").replace("[results]", f"[results]\n{question}"), "utf-8")
    put(folder, hide("day" if question else "dark"))
    run = philos("print", folder, *SMALL, "--language", "de")
    assert run.exit_code == 1
    assert "name another question in [results]" in run.output
    assert not flyer(folder, "de").exists()


def test_before_any_release_it_waits_and_everything_else_is_printed(folder: Path) -> None:
    with_material(folder)
    run = philos("print", folder, "--format", "flyer-a6", "--language", "de", "--json")
    assert run.exit_code == 0, run.output
    assert "results" not in {sheet["topic"] for sheet in json.loads(run.output)["sheets"]}
    asked = philos("print", folder, *SMALL)
    assert asked.exit_code == 1
    assert "there is no result to show yet" in asked.output


def test_a_campaign_without_such_sheets_needs_no_database(folder: Path) -> None:
    campaign = load(folder)
    assert with_results(campaign, folder) is campaign
    assert not (folder / "instance").exists()


@pytest.mark.parametrize(
    ("line", "key"), [('wave = "spring"', "results.wave"), ('survey = "x"', "results.survey")]
)
def test_what_is_not_there_is_refused_with_its_key(folder: Path, line: str, key: str) -> None:
    with_material(folder)
    file = folder / FILE
    file.write_text(file.read_text("utf-8").replace("[results]", f"[results]\n{line}"), "utf-8")
    with pytest.raises(DocumentError, match=re.escape(key)):
        load(folder)


def test_a_release_cannot_be_written_into_the_campaign(folder: Path) -> None:
    file = folder / FILE
    file.write_text('given = {overall = "x"}\n' + file.read_text("utf-8"), "utf-8")
    with pytest.raises(DocumentError, match="given"):
        load(folder)


@pytest.mark.parametrize("tag", ["de", "ar"])
def test_the_bar_is_whole_and_adverse_answers_begin_where_the_reader_does(
    folder: Path, tag: str
) -> None:
    with_material(folder)
    put(folder)
    given = with_results(load(folder), folder).given
    assert given
    parts = answers(given, Texts(language(tag)))
    assert sum(part.share for part in parts) == pytest.approx(1)
    edge = parts[0].part.left if tag == "de" else 100 - parts[0].part.left - parts[0].part.width
    assert edge == pytest.approx(0)
    assert [part.part.tone > 0 for part in parts] == [True, True, False, False]


def test_answers_that_are_hidden_one_by_one_are_told_together(folder: Path) -> None:
    with_material(folder)

    def change(document: dict[str, object]) -> None:
        row = document["surveys"]["how-safe"]["items"]["dark"]["tables"]["all"]["all"]  # type: ignore[index]
        row["counts"] = dict.fromkeys(row["counts"])

    put(folder, change)
    given = with_results(load(folder), folder).given
    assert given
    parts = answers(given, Texts(language("de")))
    assert [part.text for part in parts] == ["unsicher", None]
    assert parts[0].share == pytest.approx(given.group.share)
