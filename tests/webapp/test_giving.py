"""Flyers and posters of what residents have said: their figures, their refusals."""

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pypdfium2
import pytest
from click.testing import CliRunner, Result

from materials.campaign import FILE, load
from materials.given import answers
from materials.preflight import scan
from materials.worded import worded
from surveys.comparison import MADE_UP
from surveys.documents import DocumentError
from surveys.storage import Storage
from tests.conftest import clock
from tests.released import hide, put, with_changes
from translations.catalogs import Texts
from translations.languages import language
from webapp.cli import main
from webapp.comparing import Results
from webapp.config import settings
from webapp.giving import given, with_results

pytestmark = pytest.mark.usefixtures("_at_noon")
SMALL = ["--topic", "results", "--format", "flyer-a6", "--for", "screen"]


@pytest.fixture
def _at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a day of the winter wave, whenever the tests are run."""
    monkeypatch.setattr("webapp.giving.now", clock)


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
    with_changes(folder)
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
    with_changes(folder)
    put(folder)
    philos("print", folder, *SMALL, "--language", "de")
    _, back = said(flyer(folder, "de"))
    for words in (
        "Am Rabet stehen ab Januar neue Lampen.",
        "Wir fragen wieder vom 01.10.2026 bis zum 31.03.2027.",
        "philos.example/results",
        "36 % von 151",
        "Freiwillige, selbst ausgewählte Antworten.",
    ):
        assert words in back.replace("  ", " ")


def test_its_code_leads_to_the_survey(folder: Path) -> None:
    with_changes(folder)
    put(folder)
    run = philos("print", folder, *SMALL, "--language", "tr", "--json")
    (sheet,) = json.loads(run.output)["sheets"]
    assert (sheet["topic"], sheet["survey"], sheet["scanned"]) == ("results", "how-safe", True)
    assert scan(flyer(folder, "tr").read_bytes()) == [sheet["url"]]


def test_a_newer_release_outdates_it(folder: Path) -> None:
    with_changes(folder)
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
    with_changes(folder)
    file = folder / FILE
    file.write_text(
        file.read_text("utf-8").replace("\n[results]", f"\n[results]\n{question}"), "utf-8"
    )
    put(folder, hide("day" if question else "dark"))
    run = philos("print", folder, *SMALL, "--language", "de")
    assert run.exit_code == 1
    assert "name another question in [results]" in run.output
    assert not flyer(folder, "de").exists()


def test_before_any_release_it_waits_and_everything_else_is_printed(folder: Path) -> None:
    with_changes(folder)
    run = philos("print", folder, "--format", "flyer-a6", "--language", "de", "--json")
    assert run.exit_code == 0, run.output
    assert "results" not in {sheet["topic"] for sheet in json.loads(run.output)["sheets"]}
    told = philos("print", folder, "--format", "flyer-a6", "--language", "de")
    assert "Waiting until a wave is released: 12 sheets of results." in told.output
    asked = philos("print", folder, *SMALL)
    assert asked.exit_code == 1
    assert "there is no result to show yet" in asked.output


def test_a_campaign_without_such_sheets_needs_no_database(folder: Path) -> None:
    loaded = load(folder)
    others = tuple(each for each in loaded.materials if each.topic != "results")
    campaign = replace(loaded, materials=others)
    assert with_results(campaign, folder) is campaign
    assert not (folder / "instance").exists()


@pytest.mark.parametrize(
    ("line", "key"), [('wave = "spring"', "results.wave"), ('survey = "x"', "results.survey")]
)
def test_what_is_not_there_is_refused_with_its_key(folder: Path, line: str, key: str) -> None:
    with_changes(folder)
    file = folder / FILE
    file.write_text(file.read_text("utf-8").replace("\n[results]", f"\n[results]\n{line}"), "utf-8")
    with pytest.raises(DocumentError, match=re.escape(key)):
        load(folder)


def test_a_release_cannot_be_written_into_the_campaign(folder: Path) -> None:
    file = folder / FILE
    file.write_text('given = {overall = "x"}\n' + file.read_text("utf-8"), "utf-8")
    with pytest.raises(DocumentError, match="given"):
        load(folder)


@pytest.mark.parametrize("tag", ["de", "ar"])
def test_the_bar_is_whole_and_runs_to_the_adverse_answers_as_every_picture_does(
    folder: Path, tag: str
) -> None:
    with_changes(folder)
    put(folder)
    found = with_results(load(folder), folder).given
    assert found
    parts = answers(found, Texts(language(tag)))
    assert sum(part.share for part in parts) == pytest.approx(1)
    edge = parts[0].part.left if tag == "de" else 100 - parts[0].part.left - parts[0].part.width
    assert edge == pytest.approx(0)
    assert [part.part.tone > 0 for part in parts] == [False, False, True, True]


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        ([0.28, 0.30, 0.20, 0.23], "Gerundet: Die Teile ergeben zusammen nicht genau 100 Prozent."),
        ([0.28, 0.30, 0.20, 0.22], ""),
        ([0.28, None, 0.20, 0.22], ""),
    ],
)
def test_a_sentence_tells_where_parts_as_they_are_written_are_no_whole(
    shares: list[float | None], said: str
) -> None:
    assert worded(Texts(language("de")), {}).rounded(shares) == said


def test_answers_that_are_hidden_one_by_one_are_told_together(folder: Path) -> None:
    with_changes(folder)

    def change(document: dict[str, object]) -> None:
        row = document["surveys"]["how-safe"]["items"]["dark"]["tables"]["all"]["all"]  # type: ignore[index]
        row["counts"] = dict.fromkeys(row["counts"])

    put(folder, change)
    found = with_results(load(folder), folder).given
    assert found
    parts = answers(found, Texts(language("de")))
    assert [part.text for part in parts] == [None, "unsicher"]
    assert parts[-1].share == pytest.approx(found.group.share)


def back_of(folder: Path, tag: str) -> str:
    """Return what the back of the flyer says, printed now."""
    assert philos("print", folder, *SMALL, "--language", tag).exit_code == 0
    return said(flyer(folder, tag))[1].replace("  ", " ")


@pytest.mark.parametrize(
    ("day", "wave"),
    [
        ("2026-09-30", "summer-2026"),
        ("2026-10-01", "winter-2026"),
        ("2027-04-01", None),
    ],
)
def test_it_says_which_wave_is_open_or_comes_next(folder: Path, day: str, wave: str | None) -> None:
    put(folder)
    chosen = settings(folder, environ={})
    results = Results(load(folder), Storage(chosen.database_url, chosen.secret))
    found = given(results, date.fromisoformat(day))
    results.storage.close()
    assert found
    assert (found.again and found.again.id) == wave


def test_it_warns_of_another_season_whether_or_not_the_difference_is_one(folder: Path) -> None:
    put(folder)
    back = back_of(folder, "de")
    assert "Ein Unterschied dieser Größe kann auch Zufall sein." in back
    assert "Die Jahreszeit war eine andere" in back


@pytest.mark.parametrize(
    ("count", "told"),
    [(12, "Dazu 12-mal die Antwort „Ich gehe im Dunkeln nie allein“."), (0, None), (None, None)],
)
def test_who_never_walks_alone_is_told_beside_the_share_unless_hidden(
    folder: Path, count: int | None, told: str | None
) -> None:
    def change(document: dict[str, object]) -> None:
        row = document["surveys"]["how-safe"]["items"]["dark"]["tables"]["all"]["all"]  # type: ignore[index]
        row["beside"] = {"97": count}

    put(folder, change)
    back = back_of(folder, "de")
    assert (told in back) if told else ("Dazu" not in back)


def test_answers_are_counted_and_not_people(folder: Path) -> None:
    put(folder)
    back = back_of(folder, "de")
    front = said(flyer(folder, "de"))[0]
    assert "150 Antworten auf diese Frage." in front
    assert "Menschen haben" not in front + back


def test_a_wave_is_told_by_its_days_where_its_name_is_not_translated(folder: Path) -> None:
    put(folder)
    back = back_of(folder, "tr")
    for side in (said(flyer(folder, "tr"))[0], back):
        assert "halbjahr" not in side
        assert "01.04.2026 – 30.09.2026" in side


def test_a_wave_has_the_name_that_the_campaign_has_translated(folder: Path) -> None:
    put(folder)
    home = folder / "translations" / "tr" / "LC_MESSAGES"
    home.mkdir(parents=True)
    (home / "public.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "Sommerhalbjahr 2026"\nmsgstr "2026 yaz dönemi"\n',
        "utf-8",
    )
    assert "2026 yaz dönemi" in back_of(folder, "tr")


def test_figures_of_a_trial_say_in_the_place_of_the_title_that_they_are_made_up(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder)
    (folder / "instance" / "philos.sqlite").rename(folder / "instance" / "demo.sqlite")
    monkeypatch.setenv("PHILOS_DEMO", "1")
    back = back_of(folder, "de")
    for side in (said(flyer(folder, "de"))[0], back):
        assert side.startswith("Ausgedachte Zahlen")
        assert "Was Sie gesagt haben" not in side
    file = folder / "report.pdf"
    assert philos("report", folder, "--language", "de", "--out", file).exit_code == 0
    assert all(MADE_UP in page for page in said(file))
