"""The alliance's report, read back from its PDF."""

import json
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from click.testing import CliRunner
from pdfua import validate

from materials.campaign import FILE, load
from materials.example import write_example
from materials.render import RenderError
from materials.report import Content, ReportError, printed, report
from materials.trace import read_origin
from surveys.comparison import MADE_UP
from surveys.storage import Storage
from tests.conftest import NOON
from tests.released import hide, put
from translations import catalogs
from translations.languages import language
from webapp.cli import main
from webapp.comparing import Results
from webapp.config import settings
from webapp.giving import content

CAVEAT = "Freiwillige, selbst ausgewählte Antworten."


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example campaign with three released waves."""
    folder = tmp_path_factory.mktemp("report") / "campaign"
    write_example(folder, NOON.date())
    put(folder)
    return folder


def told_in(folder: Path, wave: str | None = None, *, made_up: bool = False) -> Content:
    """Return what a report of a folder's campaign tells."""
    chosen = settings(folder, environ={})
    storage = Storage(chosen.database_url, chosen.secret)
    found = content(Results(load(folder), storage, made_up=made_up), wave=wave)
    storage.close()
    return found


@pytest.fixture(scope="module")
def told(released: Path) -> Content:
    return told_in(released)


@pytest.fixture(scope="module")
def german(released: Path, told: Content) -> bytes:
    """The report in German; it takes seconds to set."""
    return report(load(released), released, told, language("de")).pdf


@pytest.fixture(scope="module", params=["de", "ar"])
def made(
    request: pytest.FixtureRequest, released: Path, told: Content, german: bytes
) -> tuple[str, bytes]:
    """The report in a language, as it was set."""
    tag = str(request.param)
    if tag == "de":
        return tag, german
    return tag, report(load(released), released, told, language(tag)).pdf


def pages(pdf: bytes) -> list[str]:
    """Return the text of each page, on one line and without marks of direction."""
    document = pypdfium2.PdfDocument(pdf)
    texts = [page.get_textpage().get_text_range() for page in document]
    document.close()
    return [re.sub(r"[\u2066-\u2069\u200e\u200f]", "", " ".join(text.split())) for text in texts]


def figures(told: Content) -> Iterator[dict[str, Any]]:
    """Yield the group of each question as JSON has it."""
    for chapter in told.chapters:
        for comparison in chapter.overall.values():
            yield comparison.to_json()["groups"][0]


def test_every_figure_is_that_of_the_json(made: tuple[str, bytes], told: Content) -> None:
    tag, pdf = made
    text = " ".join(pages(pdf)).replace("\u00a0", " ")
    for group in figures(told):
        share, low, high = (round(100 * x) for x in (group["share"], *group["interval"]))
        n = group["row"]["n"]
        if tag == "de":
            assert f"{share} % {low} % bis {high} % {n}" in text
        else:
            assert {f"{share}%", f"{low}%", f"{high}%", str(n)} <= set(re.findall(r"[\d]+%?", text))


def test_each_page_of_a_trial_says_that_its_answers_are_made_up(
    released: Path, german: bytes
) -> None:
    trial = report(load(released), released, told_in(released, made_up=True), language("de")).pdf
    assert all(MADE_UP in page for page in pages(trial))
    assert not any(MADE_UP in page for page in pages(german))


def test_the_bookmarks_lead_to_their_headings(german: bytes) -> None:
    document = pypdfium2.PdfDocument(german)
    marks = {mark.get_title(): mark.get_dest().get_index() for mark in document.get_toc()}
    said = pages(german)
    assert len(marks) > 25
    for title, index in marks.items():
        assert title.split()[0] in said[index]


def test_the_contents_lead_where_they_say(made: tuple[str, bytes]) -> None:
    _, pdf = made
    with pikepdf.open(BytesIO(pdf)) as document:
        number: dict[Any, int] = {page.objgen: n for n, page in enumerate(document.pages, start=1)}
        names = dict(pikepdf.NameTree(document.Root.Names.Dests).items())
        leads = [
            number[names[str(link.Dest)][0].objgen]
            for link in document.pages[1].Annots
            if link.get("/Dest") is not None
        ]
    said = pages(pdf)[1]
    assert len(leads) >= 15
    assert all(re.search(rf"(?<!\d){lead}(?!\d)", said) for lead in leads)


def test_it_is_tagged_as_pdf_ua_asks(made: tuple[str, bytes], tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(made[1])
    found = validate(str(path)).findings
    # its rule 14-001 stumbles over an array that pikepdf 10 reads in another way
    assert [(one.rule_id, one.message) for one in found if one.rule_id != "UA-14-001"] == []


def test_it_says_where_it_comes_from(made: tuple[str, bytes], tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(made[1])
    origin = read_origin(path)
    assert (origin.topic, origin.language, origin.campaign) == (
        "report",
        made[0],
        "leipziger-osten",
    )


def test_what_is_hidden_has_no_figure(german: bytes, told: Content) -> None:
    text = " ".join(pages(german))
    dark = next(each for each in told.chapters if each.question.id == "dark")
    hidden = [group for group in dark.places["dark"].groups if group.row.n is None]
    assert [group.name for group in hidden] == ["Rabet", "Schule Wurzner Straße"]
    asked = "Wie sicher fühlen Sie sich, wenn Sie nach Einbruch der Dunkelheit"
    start = text.rindex(asked, 0, text.index("Woher die Fragen", 4000))
    chapter = text[start : text.index("Und wie sicher fühlen Sie sich nach", start)]
    for group in hidden:
        rows = re.findall(rf"{group.name} (\S+)", chapter)
        assert rows
        assert not any(re.match(r"\d", each) for each in rows)


def test_a_hidden_core_share_is_not_in_the_summary(tmp_path: Path) -> None:
    folder = tmp_path / "campaign"
    write_example(folder, NOON.date())
    put(folder, hide("dark"))
    text = pages(report(load(folder), folder, told_in(folder), language("de")).pdf)
    assert "Der Anteil bleibt verborgen" in text[2]
    assert "von 100" not in text[2]
    others = text[2].replace("34 % von 113", "")  # another question's, at all other places
    assert "34 %" not in others


def test_below_each_picture_stands_what_it_does_not_say(
    released: Path, told: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Composed(Exception):
        """What is looked at is there, before it is set."""

    def look(_sheet: object, _rows: object, html: str) -> None:
        raise Composed(html)

    monkeypatch.setattr("materials.report.check_glyphs", look)
    with pytest.raises(Composed) as found:
        report(load(released), released, told, language("de"))
    html = str(found.value)
    assert html.count('class="picture pic-') > 20
    pictures = r'<div class="figure">(.*?)(?=<div class="figure">|</section>)'
    for picture in re.findall(pictures, html, re.DOTALL):
        assert CAVEAT in picture


def test_a_draft_says_so_on_every_page_but_the_cover(released: Path, told: Content) -> None:
    found = report(load(released), released, told, language("en"))
    assert not found.reviewed
    assert all("Draft" in text for text in pages(found.pdf))


def test_a_language_without_the_texts_is_refused(
    released: Path, told: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("materials.report.gaps", lambda *_: ["Impressum"])
    with pytest.raises(ReportError, match="1 texts of the report are not translated into English"):
        report(load(released), released, told, language("en"))


def test_names_are_texts_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "campaign"
    write_example(folder, NOON.date())
    file = folder / FILE
    file.write_text(
        file.read_text("utf-8").replace('name = "Rabet"', "name = '<b>&Rabet\"'"), "utf-8"
    )
    put(folder)
    text = " ".join(pages(report(load(folder), folder, told_in(folder), language("de")).pdf))
    assert '<b>&Rabet"' in text


def test_a_name_that_no_font_can_draw_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "campaign"
    write_example(folder, NOON.date())
    file = folder / FILE
    file.write_text(file.read_text("utf-8").replace('name = "Rabet"', 'name = "楽"'), "utf-8")
    put(folder)
    with pytest.raises(RenderError, match="U\\+697D"):
        report(load(folder), folder, told_in(folder), language("de"))


def test_an_earlier_wave_knows_nothing_of_later_ones(released: Path) -> None:
    told = told_in(released, wave="winter-2025")
    assert [wave.id for wave in told.waves] == ["summer-2025", "winter-2025"]
    assert all(each.groups[-1].wave == "winter-2025" for each in told.core.waves.values())


def test_what_was_printed_stands_beside_what_it_brought(released: Path, told: Content) -> None:
    campaign = load(released)
    found = {(each.topic, each.format): each for each in printed(campaign, told.release, {})}
    flyer = found["how-safe", "flyer-a6"]
    assert (flyer.copies, flyer.responses, flyer.exact) == (15_000, 19, False)
    assert flyer.per_hundred is None
    unused = found["how-safe", "sticker-round"]
    assert (unused.responses, unused.exact, unused.per_hundred) == (0, True, 0)
    assert "results" not in {each.topic for each in found.values()}
    assert [each.topic for each in found.values()] == sorted(
        (each.topic for each in found.values()),
        key=list(dict.fromkeys(each.topic for each in found.values())).index,
    )


def test_the_command_writes_the_same_report_and_leaves_alone_what_was_handed_out(
    released: Path, tmp_path: Path, german: bytes
) -> None:
    out, kept = tmp_path / "report.pdf", tmp_path / "kept.pdf"
    out.write_bytes(b"the last one")
    kept.hardlink_to(out)
    asked = ["report", str(released), "--language", "de", "--out", str(out), "--json"]
    done = CliRunner().invoke(main, asked)
    assert done.exit_code == 0, done.output
    (document,) = json.loads(done.output)["reports"]
    assert document["file"] == str(out)
    assert document["pages"] == len(pages(out.read_bytes()))
    assert kept.read_bytes() == b"the last one"
    assert out.read_bytes() == german  # the same release makes the same bytes


def test_waves_without_a_name_in_the_language_are_told_by_their_days(
    made: tuple[str, bytes],
) -> None:
    tag, pdf = made
    text = " ".join(pages(pdf))
    assert ("Sommerhalbjahr" in text) is (tag == "de")
    assert "01.04.2026" in text


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--wave", "winter-2026"], "has not been released"),
        (["--language", "fr"], "choose from ar, de, en"),
        (["--language", "xx"], "choose from ar, de, en"),
        (["--survey", "nothing"], "nothing to compare"),
    ],
)
def test_what_it_cannot_tell_it_says_in_a_sentence(
    released: Path, options: list[str], sentence: str
) -> None:
    done = CliRunner().invoke(main, ["report", str(released), *options])
    assert done.exit_code in {1, 2}
    assert sentence in done.output
    assert "Traceback" not in done.output


def test_all_its_texts_have_translations() -> None:
    for tag in ("en", "ar", "rom", "tr", "ru"):
        assert (
            catalogs.gaps(language(tag), "public", "materials/reports/", "materials/wording/") == []
        )
